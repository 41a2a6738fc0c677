from .bandwidths import Median, Neighbours, PerRootDim
from .forms import Delta, Gaussian, Laplace, Linear
from .graph import NeighbourGraph
from .matrix import Gram

__all__ = [
    "Delta",
    "Gaussian",
    "Gram",
    "Laplace",
    "Linear",
    "Median",
    "NeighbourGraph",
    "Neighbours",
    "PerRootDim",
]
