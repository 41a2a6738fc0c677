"""The variables of a run: the words for them, and how one is read.

A word is ``"input"``, ``"target"``, ``"layer:NAME"``, or ``"layer:NAME@first"`` of the run's first step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from infoplane.kinds import continuous
from infoplane.runs.shelf import RunShelf
from infoplane.sample import Sample
from infoplane.settings import one_of
from infoplane.storage.files import read_tensor

WORDS = ("input", "target", "layer", "output")
LAYER, FIRST = "layer:", "@first"
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

    Raises
    ------
    ValueError
        For a name that is no word, or another `at`.

    Examples
    --------
    >>> from infoplane import CKA, Ask, Layer
    >>> Ask(CKA(), of=("layer", Layer("fc1", at="first"))).of  # each layer beside fc1 before training
    ('layer', Layer(name='fc1', at='first'))
    """

    name: str
    at: Literal["same", "first"] = "same"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"Layer(name=) must be the name of a recorded layer; got {self.name!r}")
        one_of(self.at, "Layer(at=)", ("same", "first"))


def word_of(name: str, first: bool = False) -> str:
    """The word for a layer, or for what it was at the first step."""
    return f"{LAYER}{name}{FIRST * first}"


def layer_word(layer: Layer) -> str:
    """The word for a `Layer`."""
    return word_of(layer.name, layer.at == "first")


def layer_in(word: str) -> str | None:
    """The layer that a word names, with ``@first`` if it has that; None for inputs and targets."""
    return word.removeprefix(LAYER) if word.startswith(LAYER) else None


def label_of(words: Sequence[str]) -> str:
    """What stands in a row's ``layer``: the layers that it is of, or else its words."""
    return BETWEEN.join([name for name in map(layer_in, words) if name is not None] or words)


def unknown_word(word: str) -> ValueError:
    """The error for what is no word."""
    return ValueError(f"a variable of a run is 'input', 'target' or 'layer:NAME'; got {word!r}")


@dataclass(frozen=True)
class Place:
    """An array in a file of a run, its digest, what its codes stand for, and what a reader must be told."""

    run: Path
    path: Path
    key: str
    digest: str
    classes: tuple | None = None
    doubt: str = ""


def load(place: Place, name: str) -> Sample:
    """The variable at `place`, under this name, with its shelf."""
    values, shelf = read_tensor(place.path, place.key), RunShelf(place.run, place.digest)
    if place.classes is not None:
        codes = Sample.of(values.astype(np.intp), name, place.classes, shelf=shelf)
        return codes.but(doubt=place.doubt)
    # what a layer gives is a quantity, also where it is an integer
    return Sample.of(continuous(values, name).values, name, shelf=shelf).but(doubt=place.doubt)
