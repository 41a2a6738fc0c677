from ._catalogue import catalogue
from .atoms import AtomsAndNormal, Staircase, ZeroInflatedPoisson
from .censored import CensoredNormal
from .composed import Copies, Independent, Transformed
from .distribution import Distribution
from .images import Blob, Rectangle
from .labelled import LabelledNormal
from .maps import Asinh, Bimodal, HalfCube, NormalCdf, Rectify, Tanh, Wiggly
from .multinormal import DenseNormal, SparseNormal
from .noisy_labels import NoisyLabels, SymmetricChannel
from .normal import Normal
from .student import Student
from .uniform import UniformChannel
from .windings import Spiral, SwissRoll

__all__ = [
    "Asinh",
    "AtomsAndNormal",
    "Bimodal",
    "Blob",
    "CensoredNormal",
    "Copies",
    "DenseNormal",
    "Distribution",
    "HalfCube",
    "Independent",
    "LabelledNormal",
    "NoisyLabels",
    "Normal",
    "NormalCdf",
    "Rectangle",
    "Rectify",
    "SparseNormal",
    "Spiral",
    "Staircase",
    "Student",
    "SwissRoll",
    "SymmetricChannel",
    "Tanh",
    "Transformed",
    "UniformChannel",
    "Wiggly",
    "ZeroInflatedPoisson",
    "catalogue",
]
