"""Neighbours of the rows of series, which are never the rows just before and after.

All pairs are compared, in tiles of rows and blocks of others, so that wide blocks are fetched once per tile.
"""

from typing import NamedTuple

import numpy as np

from infoplane.measures._compiling import compiled
from infoplane.sample import Sample

TILE = 16  # rows that search together
BLOCK = 128


class Apart(NamedTuple):
    """What each row finds among those more than a window away.

    Attributes
    ----------
    radii : ndarray
        Distance to the k-th neighbour, of the same label where there are labels; NaN where there is none.
    inside : ndarray
        How many are strictly within the radius: (2, n), in the first variable and in the second.
    compared, own : ndarray
        How many there are, and of the same label.
    """

    radii: np.ndarray
    inside: np.ndarray
    compared: np.ndarray
    own: np.ndarray


def search_apart(x: Sample, y: Sample, k: int, window: int) -> Apart:
    """What is found in x and y, or in x with the same label in y, of rows more than `window` apart.

    Rows stand where they stood in the variable that x was taken from.
    """
    times = np.arange(len(x)) if x.places is None else x.places
    codes = y.values if y.is_labels else np.zeros(len(x), np.intp)
    sides = (_columns(x), np.empty((0, len(x))) if y.is_labels else _columns(y))
    return Apart(*_search(*sides, codes, times, window, k))


def _columns(x: Sample) -> np.ndarray:
    return np.ascontiguousarray(x.values.T, dtype=np.float64)


@compiled
def _distances(columns, start, stop, first, last, out):
    """Chebyshev distances of the rows start..stop to the rows first..last, into `out`."""
    for i in range(start, stop):
        row = out[i - start, first:last]
        row[:] = 0.0
        for c in range(len(columns)):
            # a slice, because indices that start at 0 let the compiler use vector instructions
            column, centre = columns[c, first:last], columns[c, i]
            for j in range(last - first):
                row[j] = max(row[j], abs(column[j] - centre))


@compiled
def _insert(best, distance):
    p = len(best) - 1
    while p > 0 and best[p - 1] > distance:
        best[p] = best[p - 1]
        p -= 1
    best[p] = distance


@compiled
def _leave_out(to_x, to_y, i, codes, times, window, joint):
    """Put what is too near in time infinitely far, in `joint` other labels too; count what is left."""
    compared = own = 0
    for j in range(len(codes)):
        apart = abs(times[j] - times[i]) > window  # itself never
        same = apart and codes[j] == codes[i]
        compared += apart
        own += same
        to_x[j] = to_x[j] if apart else np.inf
        to_y[j] = to_y[j] if apart else np.inf
        joint[j] = max(to_x[j], to_y[j]) if same else np.inf
    return compared, own


@compiled
def _within(distances, radius):
    total = 0
    for distance in distances:
        total += distance < radius
    return total


@compiled
def _search(x, y, codes, times, window, k):
    n = len(codes)
    radii, inside = np.full(n, np.nan), np.zeros((2, n), np.int64)
    compared, own = np.zeros(n, np.int64), np.zeros(n, np.int64)
    to_x, to_y, joint, best = np.empty((TILE, n)), np.empty((TILE, n)), np.empty(n), np.empty(k)
    for tile in range(0, n, TILE):
        stop = min(n, tile + TILE)
        for first in range(0, n, BLOCK):
            last = min(n, first + BLOCK)
            _distances(x, tile, stop, first, last, to_x)
            _distances(y, tile, stop, first, last, to_y)
        for i in range(tile, stop):
            in_x, in_y = to_x[i - tile], to_y[i - tile]
            compared[i], own[i] = _leave_out(in_x, in_y, i, codes, times, window, joint)
            best[:] = np.inf
            for distance in joint:
                if distance < best[k - 1]:
                    _insert(best, distance)
            if own[i] > 0:
                radii[i] = best[min(k, own[i]) - 1]
                inside[0, i], inside[1, i] = _within(in_x, radii[i]), _within(in_y, radii[i])
    return radii, inside, compared, own
