"""What is derived from one variable, costs much, and can be kept: spectra and clusters."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float, Int

from infoplane.keeping import Header, Key, Tensors
from infoplane.measures.kernel._quadrature import Quadrature
from infoplane.measures.kernel._spectra import Eigenvalues
from infoplane.sample import Sample

FOLDER = "spectra"  # of a run
FOUND: dict[str, Any] = {"Eigenvalues": Eigenvalues, "Quadrature": Quadrature}


@dataclass(frozen=True, eq=False)
class Spectrum:
    """The spectrum of a variable's kernel matrix, for entropies with any t.

    Attributes
    ----------
    found : Eigenvalues or Quadrature
        All eigenvalues, or what random probes saw of them.
    settings : str
        Settings of the measure that asks for it, as far as they matter here.
    data : str
        Digest of the variable.

    Raises
    ------
    ValueError
        From `eigenvalues`, if the spectrum is stochastic.

    Examples
    --------
    >>> from infoplane import DiffusionEntropy, spectra
    >>> spectra.spectrum([[0.0], [1.0], [7.0]], DiffusionEntropy(alpha=0.5)).settings
    "spectrum(kernel=Gaussian(bandwidth='median'), alpha=0.5, matrix='diffusion', spectrum='exact')"
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
        Numbers of the clusters, from 0.
    settings : str
        How they were made.
    data : str
        Digest of the variable.

    Examples
    --------
    >>> from infoplane import spectra
    >>> spectra.clusters([0.0, 1.0, 9.0], count=2).settings
    'clusters(count=2)'
    """

    codes: Int[np.ndarray, " n"]
    settings: str
    data: str


def key(settings: str) -> Key:
    """Under which a sample, and its shelf, have what these settings derive from it."""
    return FOLDER, settings


@dataclass(frozen=True)
class SpectrumCodec:
    """A spectrum on a shelf; `numbers` is that of the measure that makes it."""

    numbers: int

    def pack(self, made: Spectrum) -> tuple[Tensors, Header]:
        arrays = {field.name: getattr(made.found, field.name) for field in fields(made.found)}
        tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        return tensors, {"kind": type(made.found).__name__}

    def unpack(self, tensors: Tensors, header: Header, rows: int | None = None) -> Spectrum:
        kind = FOUND.get(header.get("kind", ""))
        if kind is None:
            raise ValueError(f"it holds {header.get('kind')!r} and no spectrum")
        parts = {field.name: tensors[field.name] for field in fields(kind)}
        if not kind.fit(rows, **parts):
            shapes = {name: array.shape for name, array in tensors.items()}
            raise ValueError(f"shapes {shapes} are not those of a spectrum of {rows or 'any'} rows")
        return Spectrum(kind(**parts), header["settings"], header["data"])


@dataclass(frozen=True)
class ClustersCodec:
    """Clusters on a shelf; `numbers` is that of the measure that makes them."""

    kind: ClassVar[str] = "Clusters"
    numbers: int

    def pack(self, made: Clusters) -> tuple[Tensors, Header]:
        return {"codes": np.ascontiguousarray(made.codes)}, {"kind": self.kind}

    def unpack(self, tensors: Tensors, header: Header, rows: int | None = None) -> Clusters:
        if header.get("kind") != self.kind:
            raise ValueError(f"it holds {header.get('kind')!r} and no clusters")
        codes = tensors["codes"]
        if codes.shape != (rows or codes.size,) or codes.dtype.kind != "i":
            raise ValueError(
                f"codes of {codes.dtype} and shape {codes.shape} are no clusters of {rows or 'any'} rows"
            )
        return Clusters(codes, header["settings"], header["data"])


def check_belongs(kept: Any, kind: type, x: Sample, settings: str) -> None:
    """ValueError unless `kept` was derived from `x` in this way."""
    what = kind.__name__.lower()
    came = type(kept).__name__
    if came != kind.__name__:
        raise ValueError(f"{what}= takes what infoplane.spectra.{what}(...) returns; got {came}")
    if kept.data != x.digest:
        raise ValueError(
            f"this {what} belongs to other data than {x.name!r} of {len(x)} rows (or to the same rows in "
            "another order); leave it out, or make it of these"
        )
    if kept.settings != settings:
        raise ValueError(f"this {what} was made by {kept.settings}, and {settings} was asked for")
