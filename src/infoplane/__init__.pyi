from . import bins, data, directions, experiments, kernels, known, plots, prepare, spectra
from .directions import UntilError
from .estimate import DegenerateData, Estimate
from .evaluation import evaluate, layer_matrix
from .kinds import continuous, labels
from .measures import (
    CKA,
    HSIC,
    KSG,
    Binned,
    CanonicalPairs,
    Criterion,
    DiffusionEntropy,
    DiffusionInformation,
    Extrapolated,
    FromEntropy,
    GaussianCopula,
    KDEBounds,
    KozachenkoLeonenko,
    MatrixRenyi,
    MixedKSG,
    Permuted,
    Plugin,
    Sliced,
    SlicedPCA,
    WeightedKozachenkoLeonenko,
    WithinClass,
)
from .measures.composed.prepared import Prepared
from .measures.counting.kde_bounds import RelativeNoise
from .questions import Ask
from .results import load
from .runs import Probe, Run
from .runs.variables import Layer
from .sample import Sample
from .track import Tracker, log_spaced
from .trust import sensitivity

__version__: str
__all__ = [
    "CKA",
    "HSIC",
    "KSG",
    "Ask",
    "Binned",
    "CanonicalPairs",
    "Criterion",
    "DegenerateData",
    "DiffusionEntropy",
    "DiffusionInformation",
    "Estimate",
    "Extrapolated",
    "FromEntropy",
    "GaussianCopula",
    "KDEBounds",
    "KozachenkoLeonenko",
    "Layer",
    "MatrixRenyi",
    "MixedKSG",
    "Permuted",
    "Plugin",
    "Prepared",
    "Probe",
    "RelativeNoise",
    "Run",
    "Sample",
    "Sliced",
    "SlicedPCA",
    "Tracker",
    "UntilError",
    "WeightedKozachenkoLeonenko",
    "WithinClass",
    "bins",
    "continuous",
    "data",
    "directions",
    "evaluate",
    "experiments",
    "kernels",
    "known",
    "labels",
    "layer_matrix",
    "load",
    "log_spaced",
    "plots",
    "prepare",
    "sensitivity",
    "spectra",
]
