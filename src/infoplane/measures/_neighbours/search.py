"""The four searches that measures ask for, each by the kernel that suits the widths."""

import numpy as np

from infoplane.measures._neighbours.pairs import line_counts, line_distances, pair_distances
from infoplane.measures._neighbours.vectors import nearest_distances, vector_counts, vector_distances
from infoplane.sample import Sample


def joint_distances(x: Sample, y: Sample, k: int) -> np.ndarray:
    """Chebyshev distance of each point of (x, y) to its k-th neighbour."""
    if x.width == y.width == 1:
        if _spread(x) < _spread(y):
            x, y = y, x  # strips cut the variable in which neighbours are told apart best
        return pair_distances(_column(x), _column(y), x.order, y.order, k)
    columns = np.concatenate([_columns(x), _columns(y)])
    return vector_distances(columns, *_one_class(len(x)), k, False)


def distances(x: Sample, k: int, metric: str = "chebyshev") -> np.ndarray:
    """Distance of each point of x to its k-th neighbour."""
    return _within_classes(x, *_one_class(len(x)), k, metric == "euclidean")


def all_distances(x: Sample, k: int, metric: str = "chebyshev") -> np.ndarray:
    """Distances of each point of x to its k nearest, ascending: shape (n, k)."""
    return nearest_distances(_columns(x), k, metric == "euclidean")


def class_distances(x: Sample, y: Sample, k: int) -> np.ndarray:
    """Chebyshev distance in x of each point to its k-th neighbour with the same label in y.

    A class of m points uses ``min(k, m - 1)``; a class of one gets NaN.
    """
    return _within_classes(x, y.values, np.bincount(y.values, minlength=len(y.classes or ())), k, False)


def counts_within(x: Sample, radii: np.ndarray, closed_at_zero: bool = False) -> np.ndarray:
    """How many other points of x lie strictly within each point's radius (Chebyshev)."""
    if x.width == 1:
        return line_counts(_column(x), x.order, radii, closed_at_zero)
    return vector_counts(_columns(x), radii, closed_at_zero)


def _within_classes(x: Sample, codes: np.ndarray, sizes: np.ndarray, k: int, euclidean: bool) -> np.ndarray:
    if x.width == 1:
        return line_distances(_column(x), x.order, codes, sizes, k)
    return vector_distances(_columns(x), codes, sizes, k, euclidean)


def _one_class(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(n, np.intp), np.array([n])


def _columns(x: Sample) -> np.ndarray:
    return x.derived("columns", lambda: np.ascontiguousarray(x.values.T, dtype=np.float64))


def _column(x: Sample) -> np.ndarray:
    return _columns(x)[0]


def _spread(x: Sample) -> float:
    """Range of the middle 90 %, which outliers do not move."""
    n = len(x)
    return float(_column(x)[x.order[n - 1 - n // 20]] - _column(x)[x.order[n // 20]])
