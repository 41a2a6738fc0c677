"""The four searches that measures ask for, each by the kernel that suits the widths."""

from functools import partial

import numpy as np

from infoplane.measures import _check
from infoplane.measures._scales import SAFE_EXPONENT
from infoplane.measures._sorting import column_order
from infoplane.measures.neighbours._search.pairs import line_counts, line_distances, pair_distances
from infoplane.measures.neighbours._search.tree import pays, tree_distances
from infoplane.measures.neighbours._search.vectors import nearest_distances, vector_counts
from infoplane.sample import Sample

ROUNDING = 2.0**-50  # of the largest value: four times what its last digit is worth


def joint_distances(x: Sample, y: Sample, k: int) -> np.ndarray:
    """Chebyshev distance of each point of (x, y) to its k-th neighbour."""
    if x.width == y.width == 1:
        if _spread(x) < _spread(y):
            x, y = y, x  # strips cut the variable in which neighbours are told apart best
        return pair_distances(_column(x), _column(y), column_order(x), column_order(y), k)
    columns = np.concatenate([_columns(x), _columns(y)])
    return _nearest(columns, *_one_class(len(x)), k, False)[:, k - 1]


def distances(x: Sample, k: int, metric: str = "chebyshev") -> np.ndarray:
    """Distance of each point of x to its k-th neighbour."""
    return _within_classes(x, *_one_class(len(x)), k, metric == "euclidean")


def all_distances(x: Sample, k: int, metric: str = "chebyshev") -> np.ndarray:
    """Distances of each point of x to its k nearest, ascending: shape (n, k)."""
    return _nearest(_columns(x), *_one_class(len(x)), k, metric == "euclidean")


def class_distances(x: Sample, y: Sample, k: int) -> np.ndarray:
    """Chebyshev distance in x of each point to its k-th neighbour with the same label in y.

    A class of m points uses ``min(k, m - 1)``; a class of one gets NaN.
    """
    return _within_classes(x, y.values, class_sizes(y), k, False)


def class_sizes(y: Sample) -> np.ndarray:
    """How many points have each label."""
    return y.derived("class sizes", lambda: np.bincount(y.values, minlength=len(y.classes or ())))


def counts_within(x: Sample, radii: np.ndarray, closed_at_zero: bool = False) -> np.ndarray:
    """How many other points of x lie strictly within each point's radius (Chebyshev)."""
    if x.width == 1:
        order = column_order(x)
        return line_counts(_column(x)[order], order, radii, closed_at_zero)
    columns, key = _columns(x), x.derived("widest", lambda: _widest(_columns(x)))
    order = x.derived("order along the widest", lambda: np.argsort(columns[key], kind="stable"))
    out = np.empty(len(x), np.int64)
    out[order] = vector_counts(columns[:, order], key, radii[order], closed_at_zero)
    return out


def just_below(radii: np.ndarray, *samples: Sample) -> np.ndarray:
    """The radii less, and `just_above` plus, what rounding moves distances by; zeros stay.

    Distances of evenly spaced or rounded values are equal up to their last digits only. Less that, a radius
    has all of its equals outside, whatever the values were multiplied by or shifted to.
    """
    return _moved(radii, -ROUNDING, samples)


def just_above(radii: np.ndarray, *samples: Sample) -> np.ndarray:
    return _moved(radii, ROUNDING, samples)


def _moved(radii: np.ndarray, by: float, samples: tuple[Sample, ...]) -> np.ndarray:
    largest = max(x.derived("largest", partial(_largest, x)) for x in samples)
    moved, unsure = radii + by * largest, 2 * ROUNDING * largest
    # a radius of no more than its own rounding is left as it is
    return moved if radii.min() > unsure else np.where(radii > unsure, moved, radii)


def _largest(x: Sample) -> float:
    return max(float(np.abs(bound).max()) for bound in _check.extent(x))


def _within_classes(x: Sample, codes: np.ndarray, sizes: np.ndarray, k: int, euclidean: bool) -> np.ndarray:
    if x.width == 1:
        return line_distances(_column(x), column_order(x), codes, sizes, k)
    near = np.minimum(k, sizes - 1)[codes]
    nearest = _nearest(_columns(x), codes, sizes, k, euclidean)
    return np.where(near > 0, nearest[np.arange(len(codes)), near - 1], np.nan)


def _nearest(
    columns: np.ndarray, codes: np.ndarray, sizes: np.ndarray, k: int, euclidean: bool
) -> np.ndarray:
    """Distances of points in any order to their k nearest of the same class; infinite beyond the last."""
    exponent = _exponent(columns) if euclidean else 0
    if exponent:
        columns = np.ldexp(columns, -exponent)
    key = _widest(columns)
    order = np.lexsort((columns[key], codes))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    out = np.empty((len(codes), k))
    if len(sizes) == 1 and pays(len(codes), len(columns)):
        out[:] = tree_distances(columns.T, k, euclidean)
    else:
        out[order] = nearest_distances(columns[:, order], starts, key, k, euclidean)
    return np.ldexp(out, exponent) if exponent else out


def _exponent(columns: np.ndarray) -> int:
    """The power of two to divide by, so that squares stay within float64; 0 where they do."""
    exponent = int(np.frexp(np.abs(columns).max())[1])
    return exponent if abs(exponent) > SAFE_EXPONENT else 0


def _widest(columns: np.ndarray) -> int:
    """The column whose middle 90 % spreads most: in it, points are told apart best."""
    low, high = np.quantile(columns, [0.05, 0.95], axis=1, method="nearest")
    return int(np.argmax(high - low))


def _one_class(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(n, np.intp), np.array([n])


def _columns(x: Sample) -> np.ndarray:
    return x.derived("columns", lambda: np.ascontiguousarray(x.values.T, dtype=np.float64))


def _column(x: Sample) -> np.ndarray:
    return _columns(x)[0]


def _spread(x: Sample) -> float:
    """Range of the middle 90 %, which outliers do not move."""
    n = len(x)
    order = column_order(x)
    return float(_column(x)[order[n - 1 - n // 20]] - _column(x)[order[n // 20]])
