"""Neighbours of points of any width, by comparison in blocks that stay in cache.

Columns are rows of a C-contiguous (d, n) float64 array, so that the inner loops run along samples. The
points stand in the order of one column, the widest: a block that lies too far away in it is not looked at.
"""

import numpy as np

from infoplane.measures._compiling import compiled

BLOCK = 128
TILE = 16  # points that search together
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
    than k points lacks is infinite. Tiles of neighbouring points search outwards together, in blocks, to
    the nearer side first, so that a block of many columns is fetched once per tile and not once per point.
    """
    n = columns.shape[1]
    out = np.full((n, k), np.inf)
    buffer = np.empty(BLOCK)
    for c in range(len(starts) - 1):
        near = min(k, starts[c + 1] - starts[c] - 1)
        for tile in range(starts[c], starts[c + 1] if near > 0 else starts[c], TILE):
            stop = min(starts[c + 1], tile + TILE)
            _search(columns, key, starts[c], starts[c + 1], tile, stop, euclidean, out[:, :near], buffer)
    return np.sqrt(out) if euclidean else out


@compiled
def _search(columns, key, first, end, tile, stop, euclidean, best, buffer):
    """Fill `best` for the points tile..stop among those of first..end, outwards from the tile."""
    ascending, k = columns[key], best.shape[1]
    low = max(first, (tile + stop - BLOCK) // 2)
    high = min(end, max(stop, low + BLOCK))
    for i in range(tile, stop):
        _improve(columns, i, low, high, euclidean, best[i], k, buffer)
    below, above = True, True  # whether that side can still matter to a point of the tile
    while True:
        below, above = below and low > first, above and high < end
        if not (below or above):
            return
        down = below and (
            not above or ascending[tile] - ascending[low - 1] <= ascending[high] - ascending[stop - 1]
        )
        start, last = (max(first, low - BLOCK), low) if down else (high, min(end, high + BLOCK))
        edge, needed = ascending[low - 1 if down else high], False
        for i in range(tile, stop):
            gap = abs(ascending[i] - edge)
            if (gap * gap if euclidean else gap) < best[i, k - 1]:
                needed = True
                _improve(columns, i, start, last, euclidean, best[i], k, buffer)
        if down:
            below, low = needed, start
        else:
            above, high = needed, last


@compiled
def vector_counts(columns, key, radii, closed_at_zero):
    """How many *other* points lie strictly within each point's Chebyshev radius; ascending in column `key`.

    A radius of zero counts none, or with `closed_at_zero` the points at distance zero. In tiles, as above.
    """
    n = columns.shape[1]
    out = np.zeros(n, np.int64)
    buffer = np.empty(BLOCK)
    for tile in range(0, n, TILE):
        stop = min(n, tile + TILE)
        at, needed = stop, True
        while needed and at > 0:
            start = max(0, at - BLOCK)
            needed = _count(columns, key, tile, stop, start, at, radii, closed_at_zero, out, buffer)
            at = start
        at, needed = stop, True
        while needed and at < n:
            last = min(n, at + BLOCK)
            needed = _count(columns, key, tile, stop, at, last, radii, closed_at_zero, out, buffer)
            at = last
        for i in range(tile, stop):
            out[i] -= closed_at_zero or radii[i] > 0  # itself
    return out


@compiled
def _count(columns, key, tile, stop, start, last, radii, closed_at_zero, out, buffer):
    """Count the points start..last for those of tile..stop; whether any of them could reach so far."""
    ascending, reached = columns[key], False
    for i in range(tile, stop):
        radius = radii[i]
        gap = max(ascending[start] - ascending[i], ascending[i] - ascending[last - 1])
        if (radius > 0 and gap < radius) or (closed_at_zero and radius == 0 and gap <= 0):
            reached = True
            if _block(columns, i, start, last, False, radius, buffer):
                out[i] += _within(buffer, last - start, radius)
    return reached


@compiled
def _within(buffer, m, radius):
    total = 0
    for j in range(m):
        total += buffer[j] < radius or (radius == 0 and buffer[j] == 0)
    return total
