"""The variables of a run: the words for them, and where they lie, found without reading them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from infoplane.runs import snapshots
from infoplane.sample import Sample, continuous
from infoplane.storage.files import read_tensor

if TYPE_CHECKING:
    from infoplane.runs.folder import Run

WORDS = ("input", "target", "layer", "output")
FIRST = "@first"


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


def locate(run: "Run", split: str, word: str, step: int | None) -> Place:
    """Where the variable is; ValueError for one that isn't there, listing what is."""
    if word.startswith("layer:"):
        return _layer(run, split, word.removeprefix("layer:"), step)
    if word not in ("input", "target"):
        raise ValueError(f"a variable of a run is 'input', 'target' or 'layer:NAME'; got {word!r}")
    header = run.probe_header(split)
    if word == "input" and header.as_input is not None:
        return _layer(run, split, header.as_input, step)
    if word not in header.digests:
        raise ValueError(f"the probe of split {split!r} has no {word}: it was made without y")
    path = run.path / "probe.safetensors"
    return Place(path, f"{split}/{word}", header.digests[word], header.classes.get(word))


def _layer(run: "Run", split: str, name: str, step: int | None) -> Place:
    if step is None:
        raise ValueError(f"layer {name!r} is another one at every step: say step=, one of {run.steps}")
    snapshot = run.snapshot(step)
    key = snapshot.require(split, name)
    return Place(snapshots.file(run.path / "snapshots", step), key, snapshot.digests[key])


def load(place: Place, name: str) -> Sample:
    """The variable at `place`, under this name."""
    values = read_tensor(place.path, place.key)
    if place.classes is not None:
        return Sample.of(values.astype(np.intp), name, place.classes)
    return continuous(values, name)  # what a layer gives is a quantity, also where it is an integer
