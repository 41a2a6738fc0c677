"""Neighbours of points of any width, by exhaustive comparison in blocks that stay in cache.

Columns are rows of a C-contiguous (d, n) float64 array, so that the inner loops run along samples.
"""

import numpy as np
from numba import njit

BLOCK = 256
LOOK = 4  # columns between two looks at whether a block can still matter


@njit(nogil=True, cache=True)
def _insert(best, k, distance):
    p = k - 1
    while p > 0 and best[p - 1] > distance:
        best[p] = best[p - 1]
        p -= 1
    best[p] = distance


@njit(nogil=True, cache=True)
def _block(columns, i, start, stop, euclidean, limit, buffer):
    """Distances (squared, if Euclidean) from i to start..stop; False when none can lie below `limit`."""
    m = stop - start
    buffer[:m] = 0.0
    d = len(columns)
    for c in range(d):
        # a slice, because indices that start at 0 let the compiler use vector instructions
        column, centre = columns[c, start:stop], columns[c, i]
        if euclidean:
            for j in range(m):
                difference = column[j] - centre
                buffer[j] += difference * difference
        else:
            for j in range(m):
                buffer[j] = max(buffer[j], abs(column[j] - centre))
        if c % LOOK == LOOK - 1 and c + 1 < d:
            least = np.inf
            for j in range(m):
                least = min(least, buffer[j])
            if least > limit:
                return False
    return True


@njit(nogil=True, cache=True)
def vector_distances(columns, codes, sizes, k, euclidean):
    """Distance of each point to its k-th neighbour of the same class (NaN in a class of one).

    A class of m points uses ``min(k, m - 1)`` neighbours.
    """
    d, n = columns.shape
    starts = np.zeros(len(sizes) + 1, np.int64)
    starts[1:] = np.cumsum(sizes)
    who = np.argsort(codes, kind="mergesort")
    grouped = np.empty((d, n))
    for c in range(d):
        grouped[c] = columns[c][who]
    out = np.full(n, np.nan)
    buffer, best = np.empty(BLOCK), np.empty(k)
    for c in range(len(sizes)):
        near = min(k, starts[c + 1] - starts[c] - 1)
        if near < 1:
            continue
        for i in range(starts[c], starts[c + 1]):
            best[:] = np.inf
            for start in range(starts[c], starts[c + 1], BLOCK):
                stop = min(starts[c + 1], start + BLOCK)
                if not _block(grouped, i, start, stop, euclidean, best[near - 1], buffer):
                    continue
                for j in range(stop - start):
                    if buffer[j] < best[near - 1] and start + j != i:
                        _insert(best, near, buffer[j])
            out[who[i]] = np.sqrt(best[near - 1]) if euclidean else best[near - 1]
    return out


@njit(nogil=True, cache=True)
def vector_counts(columns, radii, closed_at_zero):
    """How many *other* points lie strictly within each point's Chebyshev radius.

    A radius of zero counts none, or with `closed_at_zero` the points at distance zero.
    """
    n = columns.shape[1]
    out = np.zeros(n, np.int64)
    buffer = np.empty(BLOCK)
    for i in range(n):
        radius = radii[i]
        if radius == 0 and not closed_at_zero:
            continue
        total = 0
        for start in range(0, n, BLOCK):
            stop = min(n, start + BLOCK)
            if _block(columns, i, start, stop, False, radius, buffer):
                for j in range(stop - start):
                    total += buffer[j] < radius or (radius == 0 and buffer[j] == 0)
        out[i] = total - 1
    return out


@njit(nogil=True, cache=True)
def nearest_distances(columns, k, euclidean):
    """Distances of each point to its k nearest other points, ascending: shape (n, k)."""
    n = columns.shape[1]
    out = np.full((n, k), np.inf)
    buffer = np.empty(BLOCK)
    for i in range(n):
        best = out[i]
        for start in range(0, n, BLOCK):
            stop = min(n, start + BLOCK)
            if not _block(columns, i, start, stop, euclidean, best[k - 1], buffer):
                continue
            for j in range(stop - start):
                if buffer[j] < best[k - 1] and start + j != i:
                    _insert(best, k, buffer[j])
    return np.sqrt(out) if euclidean else out
