"""How many points share their radius, counted without sorting."""

import numpy as np

from infoplane.measures._compiling import compiled

CELLS = 8  # per radius
SAME = 20  # last bits in which equal radii may differ: 2^-32 of them


def shared_radii(radii: np.ndarray) -> int:
    """About how many points have a positive radius that two or more others have, too.

    Up to 7 % of the points when there are none, each k-th neighbour's own k-th neighbour being the other.
    """
    bits = int(np.ceil(np.log2(CELLS * len(radii))))
    return _crowded(np.ascontiguousarray(radii).view(np.uint64), np.zeros(1 << bits, np.uint8), 64 - bits)


@compiled
def _crowded(words, cells, shift):
    """How many words but zero share a cell with two or more others, scattered by all but their last bits."""
    crowded = 0
    for word in words:
        if word == 0:
            continue
        cell = ((word >> np.uint64(SAME)) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(shift)
        if cells[cell] < 3:
            cells[cell] += 1
            if cells[cell] == 3:
                crowded += 3
        else:
            crowded += 1
    return crowded
