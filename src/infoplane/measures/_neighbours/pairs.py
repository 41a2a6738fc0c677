"""Neighbours of points given by two single columns: the case of every slice.

Distances are float64 differences; a point is inside a radius when its difference says so, also when it
is found by searching, because searching for ``x + radius`` would round differently.
"""

import numpy as np

from infoplane.measures._neighbours.compiling import compiled


@compiled
def _insert(best, k, distance):
    """Put `distance` into the ascending `best[:k]`, dropping the largest."""
    p = k - 1
    while p > 0 and best[p - 1] > distance:
        best[p] = best[p - 1]
        p -= 1
    best[p] = distance


@compiled
def _first_not_below(values, start, stop, value):
    while start < stop:
        middle = (start + stop) // 2
        if values[middle] < value:
            start = middle + 1
        else:
            stop = middle
    return start


@compiled
def _walk(xs, ys, start, stop, middle, xi, yi, best, k):
    """Improve `best` with the points start..stop (ascending in y), walking away from `middle`."""
    up, down = middle, middle - 1
    while True:
        above = ys[up] - yi if up < stop else np.inf
        below = yi - ys[down] if down >= start else np.inf
        if above <= below:
            if not above < best[k - 1]:
                return
            distance = max(abs(xs[up] - xi), above)
            up += 1
        else:
            if not below < best[k - 1]:
                return
            distance = max(abs(xs[down] - xi), below)
            down -= 1
        if distance < best[k - 1]:
            _insert(best, k, distance)


@compiled
def pair_distances(x, y, x_order, y_order, k):
    """Chebyshev distance of each point to its k-th neighbour in the plane.

    The points are cut along x into strips of equal count, each in order of y. A strip is left as soon as
    the y-distance alone, and the search as soon as the gap to the next strip, cannot improve the k-th.
    """
    n = len(x)
    size = max(8, int(0.7 * np.sqrt(n * max(k, 4))))
    strips = (n + size - 1) // size
    strip_of = np.empty(n, np.int64)
    for rank in range(n):
        strip_of[x_order[rank]] = rank // size
    xs, ys, who = np.empty(n), np.empty(n), np.empty(n, np.int64)
    filled = np.zeros(strips, np.int64)
    for rank in range(n):
        i = y_order[rank]
        b = strip_of[i]
        p = b * size + filled[b]
        filled[b] += 1
        xs[p], ys[p], who[p] = x[i], y[i], i
    out = np.empty(n)
    best = np.empty(k)
    for p in range(n):
        xi, yi, own = xs[p], ys[p], p // size
        best[:] = np.inf
        # the point itself is passed over by lending it a distance that never enters
        start, stop = own * size, min(n, (own + 1) * size)
        xs[p] = np.inf
        _walk(xs, ys, start, stop, p, xi, yi, best, k)
        xs[p] = xi
        b = own - 1
        while b >= 0 and xi - x[x_order[(b + 1) * size - 1]] < best[k - 1]:
            start, stop = b * size, (b + 1) * size
            _walk(xs, ys, start, stop, _first_not_below(ys, start, stop, yi), xi, yi, best, k)
            b -= 1
        b = own + 1
        while b < strips and x[x_order[b * size]] - xi < best[k - 1]:
            start, stop = b * size, min(n, (b + 1) * size)
            _walk(xs, ys, start, stop, _first_not_below(ys, start, stop, yi), xi, yi, best, k)
            b += 1
        out[who[p]] = best[k - 1]
    return out


@compiled
def _reach(ascending, rank, radius, closed):
    """How many places of `ascending` lie within `radius` of the one at `rank`, itself included."""
    n, centre = len(ascending), ascending[rank]
    low, step = rank, 1
    while low - step >= 0 and _inside(centre - ascending[low - step], radius, closed):
        low -= step
        step *= 2
    while step > 1:
        step //= 2
        if low - step >= 0 and _inside(centre - ascending[low - step], radius, closed):
            low -= step
    high, step = rank, 1
    while high + step < n and _inside(ascending[high + step] - centre, radius, closed):
        high += step
        step *= 2
    while step > 1:
        step //= 2
        if high + step < n and _inside(ascending[high + step] - centre, radius, closed):
            high += step
    return high - low + 1


@compiled
def _inside(difference, radius, closed):
    return difference <= radius if closed else difference < radius


@compiled
def line_counts(values, order, radii, closed_at_zero):
    """How many *other* points of a column lie strictly within each point's radius.

    A radius of zero counts none, or with `closed_at_zero` the points at distance zero.
    """
    n = len(values)
    ascending = values[order]
    out = np.zeros(n, np.int64)
    for rank in range(n):
        i = order[rank]
        if radii[i] > 0:
            out[i] = _reach(ascending, rank, radii[i], False) - 1
        elif closed_at_zero:
            out[i] = _reach(ascending, rank, 0.0, True) - 1
    return out


@compiled
def line_distances(values, order, codes, sizes, k):
    """Distance of each point of a column to its k-th neighbour of the same class.

    A class of m points uses ``min(k, m - 1)`` neighbours; a class of one gets NaN. The neighbours of a
    point are a window of its class's ascending values, which only moves up as the point does.
    """
    n = len(values)
    starts = np.zeros(len(sizes) + 1, np.int64)
    starts[1:] = np.cumsum(sizes)
    fill = starts[:-1].copy()
    ascending, who = np.empty(n), np.empty(n, np.int64)
    for rank in range(n):
        i = order[rank]
        p = fill[codes[i]]
        fill[codes[i]] += 1
        ascending[p], who[p] = values[i], i
    out = np.empty(n)
    for c in range(len(sizes)):
        start, stop = starts[c], starts[c + 1]
        near = min(k, stop - start - 1)
        low = start
        for p in range(start, stop):
            centre = ascending[p]
            while low + near + 1 < stop and ascending[low + near + 1] - centre < centre - ascending[low]:
                low += 1
            if near < 1:
                out[who[p]] = np.nan
            else:
                out[who[p]] = max(centre - ascending[low], ascending[low + near] - centre)
    return out
