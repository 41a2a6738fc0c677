from .published_array import pyglow_array
from .study import NAME, MnistHsic, questions, run

__all__ = ["NAME", "MnistHsic", "pyglow_array", "questions", "run"]
