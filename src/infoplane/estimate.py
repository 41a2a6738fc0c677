"""What every measure returns, and the one error that means "these data admit no estimate"."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape

import numpy as np
from jaxtyping import Float

WHOLE_FRAMES = 8  # fewer block means than this give no usable standard error


class DegenerateData(ValueError):  # noqa: N818  (it names the data, not the act)
    """The data admit no estimate by this measure; the message says why and what to do."""


class TooFewSamples(ValueError):  # noqa: N818  (as above)
    """Fewer samples than the settings of a measure need.

    Attributes
    ----------
    needed : int
        How many would do.
    """

    def __init__(self, message: str, needed: int = 0) -> None:
        super().__init__(message)
        self.needed = needed


@dataclass(frozen=True)
class Slices:
    """The values a sliced measure averaged, kept so that differences get a paired error.

    Parameters
    ----------
    values : ndarray, shape (m,), float32
        One value per direction pair, in the order of the directions.
    frame : int
        How many consecutive values come from one orthonormal frame and nothing else that is random;
        1 when every value has independent directions on both sides.
    """

    values: Float[np.ndarray, " m"]
    frame: int = 1

    def __sub__(self, other: "Slices") -> "Slices":
        if self.frame != other.frame or len(self.values) != len(other.values):
            raise ValueError(
                f"only slices along the same directions can be subtracted: {len(self.values)} in frames of "
                f"{self.frame} against {len(other.values)} in frames of {other.frame}; measure both sides "
                "with the same settings"
            )
        return Slices(self.values.astype(np.float64) - other.values.astype(np.float64), self.frame)


def mean_error(slices: Slices) -> float:
    """Monte-Carlo standard error of the mean of `slices`.

    Values of one frame are dependent, so whole frames are averaged first and the error is that of
    these means; with fewer than 8 whole frames it is ``sd / sqrt(m)``, which for orthogonal
    directions is an upper bound.
    """
    values = slices.values.astype(np.float64)
    if slices.frame > 1 and len(values) // slices.frame >= WHOLE_FRAMES:
        whole = len(values) // slices.frame
        values = values[: whole * slices.frame].reshape(whole, slices.frame).mean(axis=1)
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan


@dataclass(frozen=True)
class Estimate:
    """A number with its unit, its errors by source, and what to know about it.

    Parameters
    ----------
    value : float
        The estimate. Information is never clipped: slightly negative values near independence are right.
    unit : str
        ``"nats"``, or ``""`` for quantities without a unit.
    errors : dict of str to float
        One standard error per source of randomness (``"slices"``, ``"samples"``, ...).
    note : str
        Empty, or one sentence that a reader of the number must know.
    slices : Slices or None
        The values that a sliced measure averaged.

    Raises
    ------
    ValueError
        From `in_bits`, for an estimate that is not in nats.

    Examples
    --------
    >>> Estimate(0.6931471805599453).in_bits()
    Estimate(1 bits)
    """

    value: float
    unit: str = "nats"
    errors: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    slices: Slices | None = field(default=None, compare=False)

    @property
    def stderr(self) -> float:
        """The root sum of squares of the errors; NaN if there are none."""
        return math.sqrt(sum(e * e for e in self.errors.values())) if self.errors else math.nan

    def in_bits(self) -> "Estimate":
        """The same estimate in bits; ValueError when it is not in nats."""
        if self.unit != "nats":
            raise ValueError(f"only nats can be turned into bits; this estimate has unit {self.unit!r}")
        scale = 1 / math.log(2)
        slices = self.slices and Slices((self.slices.values * scale).astype(np.float32), self.slices.frame)
        errors = {source: error * scale for source, error in self.errors.items()}
        return replace(self, value=self.value * scale, unit="bits", errors=errors, slices=slices)

    def __repr__(self) -> str:
        error = f" ± {self.stderr:.2g}" if self.errors else ""
        unit = f" {self.unit}" if self.unit else ""
        note = f"; {self.note}" if self.note else ""
        return f"Estimate({self.value:.4g}{error}{unit}{note})"

    def _repr_html_(self) -> str:
        sources = ", ".join(f"{source} {error:.2g}" for source, error in self.errors.items())
        errors = f" ± {self.stderr:.2g} <small>({sources})</small>" if self.errors else ""
        note = f"<br><small>{escape(self.note)}</small>" if self.note else ""
        return f"<b>{self.value:.4g}</b>{errors} {self.unit}{note}"
