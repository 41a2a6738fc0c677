"""Neighbours of many points in few dimensions, where scipy's k-d tree overtakes the exhaustive search."""

import numpy as np
from scipy.spatial import cKDTree

from infoplane.directions import distinct_rows

POINTS = 20_000  # more than these, in no more than WIDTH columns
WIDTH = 8


def pays(n: int, width: int) -> bool:
    """Whether a tree is faster than comparing in blocks."""
    return n > POINTS and width <= WIDTH


def tree_distances(points: np.ndarray, k: int, euclidean: bool) -> np.ndarray:
    """Distances of each of the rows (n, d) to its k nearest others, ascending: shape (n, k).

    The tree holds distinct rows, with how often each occurs: equal rows cannot be split, and a leaf of
    thousands of them would be compared in full with each of them.
    """
    distinct, inverse = distinct_rows(points)
    if inverse is None:  # a single column
        distinct, inverse = np.unique(points, axis=0, return_inverse=True)
    times = np.bincount(inverse.ravel())
    near, who = cKDTree(distinct).query(
        distinct, k=np.arange(1, min(k + 1, len(distinct)) + 1), p=2 if euclidean else np.inf
    )
    others = times[who] - (who == np.arange(len(distinct))[:, None])  # a row is not its own neighbour
    reached = np.cumsum(others, axis=1)
    place = np.stack([(reached <= j).sum(axis=1) for j in range(k)], axis=1)
    return np.take_along_axis(near, place, axis=1)[inverse.ravel()]
