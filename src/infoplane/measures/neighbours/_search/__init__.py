"""k-th neighbour distances and strict counts, exact in float64, for every neighbour measure.

Kernels and the compiled helpers they call share a file, because numba's cache does not see an edit in
another one.
"""

from infoplane.measures.neighbours._search.search import (
    all_distances,
    class_distances,
    class_sizes,
    counts_within,
    distances,
    joint_distances,
    just_above,
    just_below,
)
from infoplane.measures.neighbours._search.shared import shared_radii
from infoplane.measures.neighbours._search.windows import search_apart

__all__ = [
    "all_distances",
    "class_distances",
    "class_sizes",
    "counts_within",
    "distances",
    "joint_distances",
    "just_above",
    "just_below",
    "search_apart",
    "shared_radii",
]
