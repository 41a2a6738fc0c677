from .against_step import trajectories
from .information_plane import plane
from .movement import unmoved
from .saving import save
from .similarity_map import layer_similarity
from .training_curves import curves

__all__ = ["curves", "layer_similarity", "plane", "save", "trajectories", "unmoved"]
