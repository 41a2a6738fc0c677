"""The variables of a run: the words for them, and how one is read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from infoplane.sample import Sample, continuous
from infoplane.storage.files import read_tensor

WORDS = ("input", "target", "layer", "output")
FIRST = "@first"
BETWEEN = "|"  # the layers of a row that is of several


def problem_of_name(name: str) -> str:
    """Why no layer can be called this; "" when one can."""
    if BETWEEN in name:
        return f"has {BETWEEN!r} in its name, which stands between two layers in results: rename it"
    if name.endswith(FIRST):
        return f"ends in {FIRST!r}, which means the layer at the run's first step: rename it"
    return ""


def is_of_no_layer(label: str) -> bool:
    """Whether the ``layer`` of a row names inputs and targets alone, like ``"input|target"``."""
    return set(label.split(BETWEEN)) <= {"input", "target"}


@dataclass(frozen=True)
class Layer:
    """One recorded layer by name.

    Parameters
    ----------
    name : str
    at : {"same", "first"}
        The snapshot it is taken from: the one being measured, or the run's first.
    """

    name: str
    at: Literal["same", "first"] = "same"

    def __post_init__(self) -> None:
        if self.at not in ("same", "first"):
            raise ValueError(f"Layer(at=) must be 'same' or 'first'; got {self.at!r}")


def layer_word(layer: Layer) -> str:
    return f"layer:{layer.name}" + (FIRST if layer.at == "first" else "")


@dataclass(frozen=True)
class Place:
    """An array on disk, its digest, and what its codes stand for."""

    path: Path
    key: str
    digest: str
    classes: tuple | None = None


def load(place: Place, name: str) -> Sample:
    """The variable at `place`, under this name."""
    values = read_tensor(place.path, place.key)
    if place.classes is not None:
        return Sample.of(values.astype(np.intp), name, place.classes)
    return continuous(values, name)  # what a layer gives is a quantity, also where it is an integer
