from .against_step import trajectories
from .information_plane import plane
from .movement import unmoved
from .saving import save
from .training_curves import curves

__all__ = ["curves", "plane", "save", "trajectories", "unmoved"]
