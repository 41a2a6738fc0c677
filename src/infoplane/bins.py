"""How `Binned` cuts the columns of a variable into bins: its rules, as settings.

A bin holds its lower edge, and a value on it but for rounding: two units in the last place, or half of one in
float16, whose values come from wider ones. So neither their float type nor their unit moves values on a grid:
what float32 can hold is taken for float32, as whatever it comes.

A rule of your own is a frozen dataclass with a method ``codes(values)``: from (n, d) values, in the float
type that they came in, to (n, d) codes, of which equal ones are one bin, and a clause for the note ("" for
none).
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from infoplane.estimate import DegenerateData
from infoplane.given import precision
from infoplane.settings import integer, number, one_of

Codes = tuple[np.ndarray, str]
MOST = 2**53  # bins: beyond it two codes are one float64
# units in the last place, by bytes, that may part a value from the edge it lies on
ULPS = {2: 0.5, 4: 2, 8: 2}
GRID = 16  # widths: the rounding of values that far from 0 is what a difference of them may miss 0 by


@dataclass(frozen=True)
class FixedWidth:
    """Bins [k·width, (k + 1)·width) for every integer k, the same for all columns.

    Parameters
    ----------
    width : float
        Finite and ``> 0``. Saxe et al. [1]_ have 0.07 for the 12-bit task and 0.5 for MNIST.

    Raises
    ------
    ValueError
        For any other width.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import bins
    >>> bins.FixedWidth(0.5).codes(np.array([[-0.1], [0.2], [0.6]]))[0].ravel()
    array([-1.,  0.,  1.])

    References
    ----------
    .. [1] Saxe et al. (2019), doi:10.1088/1742-5468/ab3985
    """

    width: float | int = 0.07

    def __post_init__(self) -> None:
        number(self.width, "width of FixedWidth", above=0)

    def codes(self, values: np.ndarray) -> Codes:
        with np.errstate(over="ignore", invalid="ignore"):
            places = values.astype(np.float64) / self.width
            codes = np.floor(places + _rounding(values) * (np.abs(places) + GRID))
        if not np.isfinite(codes).all():
            raise DegenerateData(
                f"bins of width {self.width:g} for values up to {np.abs(values).max():.3g} leave the range "
                "of float64; take wider ones, or bins.Adaptive()"
            )
        return codes, ""


@dataclass(frozen=True)
class FixedRange:
    """Bins of equal width from `low` to `high`.

    What lies outside counts in the outermost bins, and the note says how much that is.

    Parameters
    ----------
    low, high : float
        Finite, ``low < high``. -1 and 1 hold a tanh, and no ReLU.
    bins : int
        Shwartz-Ziv and Tishby [1]_ speak of 30 (their code has 30 edges, thus 29 bins).

    Raises
    ------
    ValueError
        If the range is empty or not finite, or there is no bin.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import bins
    >>> codes, clause = bins.FixedRange(-1, 1, bins=2).codes(np.array([[-0.5], [0.5], [3.0]]))
    >>> codes.ravel()
    array([0., 1., 1.])
    >>> clause
    '1 of 3 values lie outside -1 to 1 and count in the outermost bins'

    References
    ----------
    .. [1] Shwartz-Ziv, Tishby (2017), doi:10.48550/arXiv.1703.00810
    """

    low: float | int = -1.0
    high: float | int = 1.0
    bins: int = 30

    def __post_init__(self) -> None:
        integer(self.bins, "bins of FixedRange", 1, MOST)
        number(self.low, "low of FixedRange")
        number(self.high, f"high of FixedRange, whose low is {self.low:.4g},", above=self.low)

    def codes(self, values: np.ndarray) -> Codes:
        inside = np.clip(values.astype(np.float64), self.low, self.high)
        rounding = _rounding(values)
        out = int((np.abs(inside - values) > rounding * max(abs(self.low), abs(self.high))).sum())
        clause = (
            f"{out} of {values.size} values lie outside {self.low:g} to {self.high:g} and count in the "
            "outermost bins"
        )
        return _even(inside, self.low, self.high, self.bins, rounding), clause if out else ""


@dataclass(frozen=True)
class EqualCount:
    """Per column, bins that hold equally many of its samples, as far as ties allow.

    Parameters
    ----------
    bins : int
        Equal values share a bin, so that a column with many of them has fewer.

    Raises
    ------
    ValueError
        If there is no bin.

    Notes
    -----
    Any increasing change of a column leaves its bins as they are.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import bins
    >>> bins.EqualCount(2).codes(np.array([[1.0], [2.0], [3.0], [90.0]]))[0].ravel()
    array([0., 0., 1., 1.])
    """

    bins: int = 30

    def __post_init__(self) -> None:
        integer(self.bins, "bins of EqualCount", 1, MOST)

    def codes(self, values: np.ndarray) -> Codes:
        columns = [_by_rank(np.sort(column), column, self.bins) for column in values.T]
        return np.stack(columns, axis=1), ""


@dataclass(frozen=True)
class Adaptive:
    """Bins from the variable's own values: of a layer at a step, those it has at that step.

    All columns share the edges, as in the published planes.

    Parameters
    ----------
    bins : int
    by : {"range", "entropy"}
        Equal widths from the smallest value of all columns to the largest; or edges between which equally
        many of the distinct values of all columns lie, as Chelombiev et al. [1]_ put them.

    Raises
    ------
    ValueError
        If there is no bin, or `by` is something else.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import bins
    >>> values = np.array([[1.0], [2.0], [3.0], [9.0]])
    >>> bins.Adaptive(2).codes(values)[0].ravel()
    array([0., 0., 0., 1.])
    >>> bins.Adaptive(2, by="entropy").codes(values)[0].ravel()
    array([0., 0., 1., 1.])

    References
    ----------
    .. [1] Chelombiev, Houghton, O'Donnell (2019), doi:10.48550/arXiv.1902.09037
    """

    bins: int = 30
    by: Literal["range", "entropy"] = "range"

    def __post_init__(self) -> None:
        integer(self.bins, "bins of Adaptive", 1, MOST)
        one_of(self.by, "by of Adaptive", ("range", "entropy"))

    def codes(self, values: np.ndarray) -> Codes:
        if self.by == "entropy":
            return _by_rank(np.unique(values), values, self.bins), ""
        return _even(values, values.min(), values.max(), self.bins, _rounding(values)), ""


@dataclass(frozen=True)
class Rows:
    """No bins: every distinct row is a value of its own.

    For an input whose samples are all it can be, as in the published planes: its entropy is that of the row
    number, ln n if no row occurs twice. No rule for activations: those of equal inputs may differ in the last
    digit.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import bins
    >>> bins.Rows().codes(np.array([[0.1], [0.3]]))[0].ravel()
    array([0.1, 0.3])
    """

    def codes(self, values: np.ndarray) -> Codes:
        return values, ""


@dataclass(frozen=True)
class MinMax:
    """A rule of `Binned`: each column has its own bins, of equal width from its least to its largest value.

    Called on a class alone, it bins the class anew: entropies of classes and of all samples then count
    different cells, and their difference is no information. For comparison with what was published so.

    Parameters
    ----------
    bins : int

    Raises
    ------
    ValueError
        If there is no bin.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import bins
    >>> bins.MinMax(2).codes(np.array([[0.0, 5.0], [1.0, 9.0]]))[0]
    array([[0., 0.],
           [1., 1.]])
    """

    bins: int = 2

    def __post_init__(self) -> None:
        integer(self.bins, "bins of MinMax", 1, MOST)

    def codes(self, values: np.ndarray) -> tuple[np.ndarray, str]:
        """The codes of (n, d) values, and no clause."""
        return _even(values, values.min(axis=0), values.max(axis=0), self.bins, _rounding(values)), ""


def _rounding(values: np.ndarray) -> float:
    """By how much, relatively, a value on an edge may lie below it."""
    kind = precision(values)
    return ULPS[kind.itemsize] * float(np.finfo(kind).eps)


def _even(values: np.ndarray, low: Any, high: Any, bins: int, rounding: float) -> np.ndarray:
    """The place among `bins` equal parts from `low` to `high`, of all columns or of each."""
    values, low, high = (np.asarray(one, np.float64) for one in (values, low, high))
    span = np.where(high > low, high - low, 1.0)
    slack = np.minimum(rounding * np.maximum(np.abs(low), np.abs(high)) / span * bins, 0.5)
    return np.minimum(np.floor((values - low) / span * bins + slack), bins - 1)


def _by_rank(ascending: np.ndarray, values: np.ndarray, bins: int) -> np.ndarray:
    """The place of `values` between edges that cut `ascending` into equal parts."""
    bins = min(bins, len(ascending))  # from there on each value is a part, and more edges part no two values
    edges = ascending[np.arange(1, bins) * len(ascending) // bins]
    return np.searchsorted(edges, values, side="right").astype(np.float64)
