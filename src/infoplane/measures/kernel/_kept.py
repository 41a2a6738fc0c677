"""What is derived from one variable, costs much, and can be kept: spectra and clusters."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from infoplane.measures.kernel._quadrature import Quadrature
from infoplane.measures.kernel._spectra import Eigenvalues
from infoplane.sample import Sample


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The spectrum of a variable's kernel matrix, for entropies with any t.

    Attributes
    ----------
    found : Eigenvalues or Quadrature
        All eigenvalues, or what random probes saw of them.
    settings : str
        Of the measure that asks for it, as far as they matter here.
    data : str
        Digest of the variable.
    """

    found: Eigenvalues | Quadrature
    settings: str
    data: str

    @property
    def eigenvalues(self) -> Float[np.ndarray, " n"]:
        """Their moduli, ascending; ValueError if it is stochastic."""
        if isinstance(self.found, Quadrature):
            raise ValueError("a stochastic spectrum has no eigenvalues; ask for spectrum='exact'")
        return self.found.moduli


@dataclass(frozen=True, eq=False)
class Clusters:
    """The cluster of each row of a variable.

    Attributes
    ----------
    codes : ndarray, shape (n,)
        From 0.
    settings : str
        How they were made.
    data : str
        Digest of the variable.
    """

    codes: Int[np.ndarray, " n"]
    settings: str
    data: str


def key(settings: str) -> tuple[str, str]:
    """Under which a sample has what these settings derive from it."""
    return "kept", settings


def digest(x: Sample) -> str:
    """SHA-256 of shape and float64 values (labels: codes), in the order of the rows."""

    def make() -> str:
        values = np.ascontiguousarray(x.values, dtype="<i8" if x.is_labels else "<f8")
        return hashlib.sha256(repr(values.shape).encode() + values.tobytes()).hexdigest()

    return x.derived("digest", make)


def check_belongs(kept: Any, kind: type, x: Sample, settings: str) -> None:
    """ValueError unless `kept` was derived from `x` in this way."""
    what = kind.__name__.lower()
    came = type(kept).__name__
    if came != kind.__name__:
        raise ValueError(f"{what}= takes what infoplane.spectra.{what}(...) returns; got {came}")
    if kept.data != digest(x):
        raise ValueError(
            f"this {what} belongs to other data than {x.name!r} of {len(x)} rows (or to the same rows in "
            "another order); leave it out, or make it of these"
        )
    if kept.settings != settings:
        raise ValueError(f"this {what} was made by {kept.settings}, and {settings} was asked for")
