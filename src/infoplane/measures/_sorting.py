"""The ascending order of a column, by cells where its values spread, which is most of a slice's sorting."""

import numpy as np

from infoplane.measures._compiling import compiled
from infoplane.sample import Sample

CELLS = 2  # per value
CROWDED = 16  # mean number of values that share a value's cell, above which comparing takes over


def column_order(x: Sample) -> np.ndarray:
    """The ascending order of a single column, equal values as they come; kept, for searches and notes."""
    return x.derived("order", lambda: ascending_order(x.values[:, 0].astype(np.float64, copy=False)))


def ascending_order(values: np.ndarray) -> np.ndarray:
    """`np.argsort(values, kind="stable")` of finite float64, several times faster on slices."""
    order = _by_cells(values, CELLS * len(values))
    return order if len(order) == len(values) else np.argsort(values, kind="stable")


@compiled
def _by_cells(values, cells):
    """The order by equal cells of the range and insertion in each; empty where cells hold too many values.

    The cell of a value never falls as the value grows, in float64 too, so that what insertion moves stays
    within its cell.
    """
    n, nothing = len(values), np.empty(0, np.int64)
    low = high = values[0]
    for i in range(n):
        low, high = min(low, values[i]), max(high, values[i])
    scale = (cells - 1) / (high - low) if high > low else 0.0
    if not (scale > 0 and np.isfinite(scale)):
        return nothing
    cell, place = np.empty(n, np.int32), np.zeros(cells + 1, np.int32)
    for i in range(n):
        cell[i] = int((values[i] - low) * scale)
        place[cell[i] + 1] += 1
    crowd = 0
    for c in range(cells):
        crowd += np.int64(place[c + 1]) * place[c + 1]
        place[c + 1] += place[c]
    if crowd > CROWDED * n:
        return nothing
    order, ascending = np.empty(n, np.int64), np.empty(n)
    for i in range(n):
        p = place[cell[i]]
        place[cell[i]] += 1
        order[p], ascending[p] = i, values[i]
    for p in range(1, n):
        value, who, q = ascending[p], order[p], p - 1
        while q >= 0 and ascending[q] > value:
            ascending[q + 1], order[q + 1] = ascending[q], order[q]
            q -= 1
        ascending[q + 1], order[q + 1] = value, who
    return order
