from .labelled import LabelledNormal
from .normal import Normal
from .uniform import UniformChannel

__all__ = ["LabelledNormal", "Normal", "UniformChannel"]
