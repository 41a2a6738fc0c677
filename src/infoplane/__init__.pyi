from . import data, directions, experiments, known, plots, prepare
from .estimate import DegenerateData, Estimate
from .evaluation import evaluate
from .measures import (
    KSG,
    Criterion,
    FromEntropy,
    KozachenkoLeonenko,
    MixedKSG,
    Plugin,
    Sliced,
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
    "Criterion",
    "DegenerateData",
    "Estimate",
    "FromEntropy",
    "KozachenkoLeonenko",
    "Layer",
    "MixedKSG",
    "Plugin",
    "Prepared",
    "Probe",
    "Run",
    "Sample",
    "Sliced",
    "Tracker",
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
