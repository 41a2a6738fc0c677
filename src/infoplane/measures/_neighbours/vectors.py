"""Neighbours of points of any width, by comparison in blocks that stay in cache.

Columns are rows of a C-contiguous (d, n) float64 array, so that the inner loops run along samples. The
points stand in the order of one column, the widest: a block that lies too far away in it is not looked at.
"""

import numpy as np

from infoplane.measures._neighbours.compiling import compiled

BLOCK = 128
LOOK = 4  # columns between two looks at whether a block can still matter


@compiled
def _insert(best, k, distance):
    p = k - 1
    while p > 0 and best[p - 1] > distance:
        best[p] = best[p - 1]
        p -= 1
    best[p] = distance


@compiled
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


@compiled
def _improve(columns, i, start, stop, euclidean, best, k, buffer):
    """Improve `best` with the points start..stop but i."""
    if _block(columns, i, start, stop, euclidean, best[k - 1], buffer):
        for j in range(stop - start):
            if buffer[j] < best[k - 1] and start + j != i:
                _insert(best, k, buffer[j])


@compiled
def nearest_distances(columns, starts, key, k, euclidean):
    """Distances of each point to its k nearest others of the same class, ascending: shape (n, k).

    Class c holds the points starts[c]..starts[c + 1], ascending in column `key`. What a class of no more
    than k points lacks is infinite. The search goes outwards in blocks, to the nearer side first.
    """
    n = columns.shape[1]
    out = np.full((n, k), np.inf)
    buffer = np.empty(BLOCK)
    ascending = columns[key]
    for c in range(len(starts) - 1):
        first, end = starts[c], starts[c + 1]
        near = min(k, end - first - 1)
        for i in range(first, end if near > 0 else first):
            best = out[i]
            low, high = max(first, i - BLOCK // 2), min(end, i + BLOCK // 2)
            _improve(columns, i, low, high, euclidean, best, near, buffer)
            while True:
                below = ascending[i] - ascending[low - 1] if low > first else np.inf
                above = ascending[high] - ascending[i] if high < end else np.inf
                gap = min(below, above)
                if not (gap * gap if euclidean else gap) < best[near - 1]:
                    break
                if below <= above:
                    start = max(first, low - BLOCK)
                    _improve(columns, i, start, low, euclidean, best, near, buffer)
                    low = start
                else:
                    stop = min(end, high + BLOCK)
                    _improve(columns, i, high, stop, euclidean, best, near, buffer)
                    high = stop
    return np.sqrt(out) if euclidean else out


@compiled
def vector_counts(columns, key, radii, closed_at_zero):
    """How many *other* points lie strictly within each point's Chebyshev radius; ascending in column `key`.

    A radius of zero counts none, or with `closed_at_zero` the points at distance zero.
    """
    n = columns.shape[1]
    out = np.zeros(n, np.int64)
    buffer = np.empty(BLOCK)
    ascending = columns[key]
    for i in range(n):
        radius = radii[i]
        if radius == 0 and not closed_at_zero:
            continue
        low, high = i, i + 1
        while low > 0 and (ascending[i] - ascending[low - 1] < radius or ascending[low - 1] == ascending[i]):
            start = max(0, low - BLOCK)
            if _block(columns, i, start, low, False, radius, buffer):
                out[i] += _within(buffer, low - start, radius)
            low = start
        while high < n and (ascending[high] - ascending[i] < radius or ascending[high] == ascending[i]):
            stop = min(n, high + BLOCK)
            if _block(columns, i, high, stop, False, radius, buffer):
                out[i] += _within(buffer, stop - high, radius)
            high = stop
    return out


@compiled
def _within(buffer, m, radius):
    total = 0
    for j in range(m):
        total += buffer[j] < radius or (radius == 0 and buffer[j] == 0)
    return total
