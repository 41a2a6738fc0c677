from .evaluating import evaluate
from .pairs_of_layers import layer_matrix

__all__ = ["evaluate", "layer_matrix"]
