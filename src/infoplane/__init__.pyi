from . import data, directions, experiments, known, plots, prepare
from .directions import UntilError
from .estimate import DegenerateData, Estimate
from .evaluation import evaluate
from .measures import (
    KSG,
    CanonicalPairs,
    Criterion,
    Extrapolated,
    FromEntropy,
    GaussianCopula,
    KozachenkoLeonenko,
    MixedKSG,
    Plugin,
    Sliced,
    SlicedPCA,
    WeightedKozachenkoLeonenko,
    WithinClass,
)
from .prepare import Prepared
from .questions import Ask, Layer
from .results import load
from .runs import Probe, Run
from .sample import Sample, continuous, labels
from .track import Tracker, log_spaced

__version__: str
__all__ = [
    "KSG",
    "Ask",
    "CanonicalPairs",
    "Criterion",
    "DegenerateData",
    "Estimate",
    "Extrapolated",
    "FromEntropy",
    "GaussianCopula",
    "KozachenkoLeonenko",
    "Layer",
    "MixedKSG",
    "Plugin",
    "Prepared",
    "Probe",
    "Run",
    "Sample",
    "Sliced",
    "SlicedPCA",
    "Tracker",
    "UntilError",
    "WeightedKozachenkoLeonenko",
    "WithinClass",
    "continuous",
    "data",
    "directions",
    "evaluate",
    "experiments",
    "known",
    "labels",
    "load",
    "log_spaced",
    "plots",
    "prepare",
]
