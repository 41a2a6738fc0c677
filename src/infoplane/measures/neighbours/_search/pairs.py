"""Neighbours of points given by two single columns: the case of every slice.

Distances are float64 differences; a point is inside a radius when its difference says so, also when it
is found by searching, because searching for ``x + radius`` would round differently.
"""

import numpy as np

from infoplane.measures._compiling import compiled

CELLS = 2  # per point: with fewer, the guess of where a radius ends is worse


@compiled
def _insert(best, k, distance):
    """Put `distance` into the ascending `best[:k]`, dropping the largest: no branch to mispredict."""
    for j in range(k):
        there = best[j]
        best[j] = there if there < distance else distance
        distance = distance if there < distance else there


@compiled
def _up_then_down(xs, ys, start, stop, middle, xi, yi, best, k):
    """Improve `best` with the points start..stop (ascending in y), upwards and downwards from `middle`."""
    worst = best[k - 1]
    for j in range(middle, stop):
        above = ys[j] - yi
        if not above < worst:
            break
        if abs(xs[j] - xi) < worst:
            _insert(best, k, max(abs(xs[j] - xi), above))
            worst = best[k - 1]
    for j in range(middle - 1, start - 1, -1):
        below = yi - ys[j]
        if not below < worst:
            break
        if abs(xs[j] - xi) < worst:
            _insert(best, k, max(abs(xs[j] - xi), below))
            worst = best[k - 1]


@compiled
def _both_ways(xs, ys, start, stop, p, best, k):
    """Improve `best` with the points start..stop (ascending in y) but p, one above and one below in turn."""
    xi, yi = xs[p], ys[p]
    up, down = p + 1, p - 1
    worst = best[k - 1]
    while up < stop and down >= start:
        above, below = ys[up] - yi, yi - ys[down]
        if not (above < worst or below < worst):
            return
        distance = max(abs(xs[up] - xi), above)
        if distance < worst:
            _insert(best, k, distance)
            worst = best[k - 1]
        distance = max(abs(xs[down] - xi), below)
        if distance < worst:
            _insert(best, k, distance)
            worst = best[k - 1]
        up += 1
        down -= 1
    # one end of the strip is reached
    _up_then_down(xs, ys, up, stop, up, xi, yi, best, k)
    _up_then_down(xs, ys, start, down + 1, down + 1, xi, yi, best, k)


@compiled
def _rise(ys, place, stop, yi):
    """The first place from `place` on whose y is not below `yi`."""
    while place < stop and ys[place] < yi:
        place += 1
    return place


@compiled
def _cut_in_strips(x, y, x_order, y_order, size):
    """The points strip after strip along x, each strip ascending in y; and whose they are."""
    n = len(x)
    strip_of = np.empty(n, np.int64)
    for rank in range(n):
        strip_of[x_order[rank]] = rank // size
    xs, ys, who = np.empty(n), np.empty(n), np.empty(n, np.int64)
    filled = np.zeros((n + size - 1) // size, np.int64)
    for rank in range(n):
        i = y_order[rank]
        p = strip_of[i] * size + filled[strip_of[i]]
        filled[strip_of[i]] += 1
        xs[p], ys[p], who[p] = x[i], y[i], i
    return xs, ys, who


@compiled
def pair_distances(x, y, x_order, y_order, k):
    """Chebyshev distance of each point to its k-th neighbour in the plane.

    The points are cut along x into strips of equal count. A strip is left as soon as the y-distance alone,
    and the search as soon as the gap to the next strip, cannot improve the k-th. Within a strip y ascends,
    so that where to begin in the strips beside it only moves up.
    """
    n = len(x)
    size = max(8, int(1.2 * np.sqrt(n * max(k, 4))))
    strips = (n + size - 1) // size
    xs, ys, who = _cut_in_strips(x, y, x_order, y_order, size)
    out, best = np.empty(n), np.empty(k)
    place = np.empty(strips, np.int64)
    for own in range(strips):
        place[:] = np.arange(strips) * size
        start, stop = own * size, min(n, (own + 1) * size)
        for p in range(start, stop):
            xi, yi = xs[p], ys[p]
            best[:] = np.inf
            _both_ways(xs, ys, start, stop, p, best, k)
            b = own - 1
            while b >= 0 and xi - x[x_order[(b + 1) * size - 1]] < best[k - 1]:
                place[b] = _rise(ys, place[b], (b + 1) * size, yi)
                _up_then_down(xs, ys, b * size, (b + 1) * size, place[b], xi, yi, best, k)
                b -= 1
            b = own + 1
            while b < strips and x[x_order[b * size]] - xi < best[k - 1]:
                end = min(n, (b + 1) * size)
                place[b] = _rise(ys, place[b], end, yi)
                _up_then_down(xs, ys, b * size, end, place[b], xi, yi, best, k)
                b += 1
            out[who[p]] = best[k - 1]
    return out


@compiled
def _inside(difference, radius, closed):
    return difference <= radius if closed else difference < radius


@compiled
def _lowest(ascending, rank, radius, closed, guess):
    """The lowest place within `radius` of the one at `rank`, sought from `guess` by growing steps."""
    centre, place, step = ascending[rank], min(guess, rank), 1
    if _inside(centre - ascending[place], radius, closed):
        while place - step >= 0 and _inside(centre - ascending[place - step], radius, closed):
            place -= step
            step *= 2
        while step > 1:
            step //= 2
            if place - step >= 0 and _inside(centre - ascending[place - step], radius, closed):
                place -= step
        return place
    while place + step < rank and not _inside(centre - ascending[place + step], radius, closed):
        place += step
        step *= 2
    while step > 1:
        step //= 2
        if place + step < rank and not _inside(centre - ascending[place + step], radius, closed):
            place += step
    return place + 1


@compiled
def _highest(ascending, rank, radius, closed, guess):
    """The highest place within `radius` of the one at `rank`, sought from `guess` by growing steps."""
    n, centre, place, step = len(ascending), ascending[rank], max(guess, rank), 1
    if _inside(ascending[place] - centre, radius, closed):
        while place + step < n and _inside(ascending[place + step] - centre, radius, closed):
            place += step
            step *= 2
        while step > 1:
            step //= 2
            if place + step < n and _inside(ascending[place + step] - centre, radius, closed):
                place += step
        return place
    while place - step > rank and not _inside(ascending[place - step] - centre, radius, closed):
        place -= step
        step *= 2
    while step > 1:
        step //= 2
        if place - step > rank and not _inside(ascending[place - step] - centre, radius, closed):
            place -= step
    return place - 1


@compiled
def _cells(ascending, cells, scale):
    """For so many equal cells of the range and one more, the first place at or above each."""
    first = np.zeros(cells + 2, np.int32)
    for value in ascending:
        first[int((value - ascending[0]) * scale) + 1] += 1
    for cell in range(cells + 1):
        first[cell + 1] += first[cell]
    return first


@compiled
def line_counts(ascending, order, radii, closed_at_zero):
    """How many *other* points of a column, ascending in `order`, lie strictly within each point's radius.

    A radius of zero counts none, or with `closed_at_zero` the points at distance zero. Equal cells guess
    where the radius ends, hardly ever off by more than two places; what decides is the difference.
    """
    n = len(ascending)
    last, low, span = n - 1, ascending[0], ascending[n - 1] - ascending[0]
    cells = CELLS * n
    # none for a range whose cells would have no width, or overflow
    scale = cells / span if span > 0 and np.isfinite(cells / span) and np.isfinite(span) else 0.0
    first = _cells(ascending, cells, scale)
    out = np.zeros(n, np.int64)
    for rank in range(n):
        i, centre = order[rank], ascending[rank]
        radius = radii[i]
        if not radius > 0:
            if closed_at_zero:
                above = _highest(ascending, rank, radius, True, rank)
                out[i] = above - _lowest(ascending, rank, radius, True, rank)
            continue
        below, above = 0, last
        if radius < span:
            below = min(first[int(max(centre - low - radius, 0.0) * scale)], rank)
            above = max(first[int(min(centre - low + radius, span) * scale)] - 1, rank)
        for _ in range(2):  # without a branch that could be mispredicted
            below += not centre - ascending[below] < radius
            above = min(above + (ascending[min(above + 1, last)] - centre < radius), last)
        if not centre - ascending[below] < radius or (below > 0 and centre - ascending[below - 1] < radius):
            below = _lowest(ascending, rank, radius, False, below)
        if not ascending[above] - centre < radius or (
            above < last and ascending[above + 1] - centre < radius
        ):
            above = _highest(ascending, rank, radius, False, above)
        out[i] = above - below
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
