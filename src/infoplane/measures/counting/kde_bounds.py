"""Information of a variable plus normal noise, bounded by distances of pairs."""

from dataclasses import dataclass
from math import log
from typing import Any, ClassVar, Literal

import numpy as np

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._check import class_rows
from infoplane.measures._scales import loud_columns
from infoplane.measures.counting._cells import numbered
from infoplane.measures.counting._pair_sums import pair_sums
from infoplane.sample import Sample
from infoplane.settings import number, one_of

NEARLY = 0.99  # of the ceiling
SAME = 1e-3  # of the noise's standard deviation: rows of T as close are one, rounded at two places of a batch


@dataclass(frozen=True)
class RelativeNoise:
    """Noise of `KDEBounds` whose standard deviation is `factor` times that of the variable's values.

    The variable's is the root of the mean variance of its columns, constant ones left out; of a layer it is
    taken anew at each step, so that the noise grows with the activations.

    Parameters
    ----------
    factor : float
        Finite and ``> 0``.

    Raises
    ------
    ValueError
        For any other factor.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KDEBounds, RelativeNoise
    >>> t = np.random.default_rng(0).normal(size=(200, 2))
    >>> measure = KDEBounds(RelativeNoise(0.5))  # sees no scale
    >>> bool(np.isclose(measure(t).value, measure(100 * t).value))
    True
    """

    factor: float | int = 0.1

    def __post_init__(self) -> None:
        number(self.factor, "factor of RelativeNoise", above=0)


@dataclass(frozen=True)
class KDEBounds:
    r"""Information that a variable T keeps of its n samples under normal noise, in nats.

    The input X takes n values, equally often, and T = f(X) gets noise of variance σ² in each column. Pairwise
    distances of the means of a mixture bound its entropy [1]_:

    .. math:: I(X; T+ε) \le -\frac1n \sum_i \ln \frac1n \sum_j e^{-|t_i - t_j|^2 / 2σ^2}

    and from below the same with 8σ² in place of 2σ². With labels on the other side

    .. math:: I(T+ε; Y) = H(T+ε) - \sum_y p(y)\, H(T+ε \mid y)

    each entropy by the same formula. A difference of bounds is no bound: between the two numbers for labels
    the information need not lie.

    Parameters
    ----------
    noise : float or RelativeNoise
        The variance σ² (Saxe et al. [2]_: 0.1 for MNIST, 0.001 for the 12-bit task), or
        ``RelativeNoise(factor)`` for a standard deviation in units of the activations' own.
    bound : {"upper", "lower"}

    Returns
    -------
    Estimate
        Nats, from 0 to ln n for the input, at most the labels' entropy up to rounding for labels. The note
        names constant columns, and with `RelativeNoise` columns in so large a unit that the noise hides the
        others, and says where nearly every sample stands alone under it.

    Raises
    ------
    ValueError
        If all variables are labels, or rows differ in number.
    DegenerateData
        If equal rows of a continuous X have rows of T that differ by more than a thousandth of the noise's
        standard deviation (T is no function of X), or for non-finite values.

    Notes
    -----
    Called with T alone, with X and T in this order, or with T and labels in any. X does not enter but through
    T: what is measured is how far T's samples lie apart in units of the noise. Time is that of n² distances,
    memory that of a block of them.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KDEBounds
    >>> t = np.repeat([0.5, 1.5], 50)  # two points, ten standard deviations apart: one bit
    >>> KDEBounds(noise=0.01)(t), KDEBounds(noise=0.01)(t, np.repeat(["a", "b"], 50))
    (Estimate(0.6931 nats), Estimate(0.6931 nats))

    References
    ----------
    .. [1] Kolchinsky, Tracey (2017), doi:10.3390/e19070361
    .. [2] Saxe et al. (2019), doi:10.1088/1742-5468/ab3985
    """

    numbers: ClassVar[int] = 2
    noise: float | int | RelativeNoise = 0.001
    bound: Literal["upper", "lower"] = "upper"

    def __post_init__(self) -> None:
        if not isinstance(self.noise, RelativeNoise):
            number(self.noise, "noise, a variance,", above=0)
        one_of(self.bound, "bound", ("upper", "lower"))

    def __call__(self, x: Any, y: Any = None) -> Estimate:
        sides = _check.one_or_pair(x, y, "KDEBounds")
        nothing = _check.no_information(*sides)
        if nothing is not None:
            return nothing
        t, *others = sides[::-1]
        if t.is_labels:
            t, others = others[0], [t]
        value = self._information(_sums_of(t, self.noise))
        for other in others:
            if other.is_labels:
                value -= self._within(t, other)
            else:
                _check_function(other, t, self.noise)
        loud = loud_columns(t) if isinstance(self.noise, RelativeNoise) else ""
        return Estimate(value, note=_notes.join_notes([_notes.about(*sides), self._alone_note(t), loud]))

    def _within(self, t: Sample, y: Sample) -> float:
        """Σ p(y) [H(T+ε|y) - H(ε)]; the sums are kept with `t`, for both bounds."""

        def make() -> list[np.ndarray]:
            scaled = _scaled(t, self.noise)
            return [pair_sums(scaled[rows]) for rows in class_rows(y) if len(rows)]

        parts = t.derived(("kde within", self.noise, y), make)
        return sum(part.shape[1] / len(t) * self._information(part) for part in parts)

    def _information(self, sums: np.ndarray) -> float:
        """H(T+ε) - H(ε)."""
        own = sums[0 if self.bound == "upper" else 1]
        return float(-np.log(own / len(own)).mean())

    def _alone_note(self, t: Sample) -> str:
        ceiling = log(len(t))
        if self._information(_sums_of(t, self.noise)) < NEARLY * ceiling:
            return ""
        return f"under this noise nearly all of {t.name} stand apart: I(X;T) is nearly ln n = {ceiling:.4g}"


def _sums_of(t: Sample, noise: Any) -> np.ndarray:
    """Kept with the variable, for both bounds."""
    return t.derived(("kde", noise), lambda: pair_sums(_scaled(t, noise)))


def _scaled(t: Sample, noise: Any) -> np.ndarray:
    """The varying columns about their medians, in units of the noise's standard deviation."""
    values = _check.alive(t).values.astype(np.float64, order="C")
    exponent = int(np.frexp(np.abs(values).max())[1])
    values = np.ldexp(values, -exponent)  # sums and squares stay in range
    values -= np.median(values, axis=0)  # beside an outlier, the mean would cost the others their digits
    if isinstance(noise, RelativeNoise):
        return values / (noise.factor * np.sqrt(values.var(axis=0).mean()))
    with np.errstate(over="ignore"):
        scaled = np.ldexp(values / np.sqrt(noise), exponent)
    if not np.isfinite(scaled).all():
        raise DegenerateData(
            f"the values of {t.name!r} in units of noise of variance {noise:g} leave the range of float64; "
            "take RelativeNoise"
        )
    return scaled


def _check_function(x: Sample, t: Sample, noise: Any) -> None:
    """DegenerateData if a row of `x` stands beside rows of `t` that the noise does not hide."""
    first, row = x.derived("first of equal rows", lambda: _first_of_equal(x))
    if len(first) == len(x):
        return
    scaled = _scaled(t, noise)
    differing = int((np.linalg.norm(scaled[first][row] - scaled, axis=1) > SAME).sum())
    if differing:
        raise DegenerateData(
            f"{differing} rows of {t.name!r} differ from others that have the same row of {x.name!r}, and "
            "KDEBounds adds noise to a function of its input; give the variable that noise is added to second"
        )


def _first_of_equal(x: Sample) -> tuple[np.ndarray, np.ndarray]:
    """Where each distinct row occurs first, and which of them each row is."""
    places = numbered(x.values)
    return np.unique(places, return_index=True)[1], places
