"""What the folder of a run holds, found without reading an array, and each header read once."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from infoplane.runs import _probe_file, snapshots
from infoplane.runs._probe_file import ProbeHeader
from infoplane.runs.rows import joined_digest
from infoplane.runs.snapshots import Snapshot
from infoplane.runs.variables import FIRST, Place, layer_in, unknown_word
from infoplane.storage.files import read_tensor

PROBE, SNAPSHOTS = "probe.safetensors", "snapshots"  # in the folder


class Outline:
    """Steps, probe and snapshots of a run as they are when first asked for; later ones are not in it.

    Parameters
    ----------
    folder : Path
        The folder of a run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._snapshots: dict[int, Snapshot] = {}
        self._digests: dict[tuple, str] = {}

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """The steps that have a snapshot, ascending."""
        return snapshots.steps(self.folder / SNAPSHOTS)

    @cached_property
    def probe(self) -> dict[str, ProbeHeader]:
        """The header of each split; none before there is a probe."""
        path = self.folder / PROBE
        return _probe_file.read(path) if path.exists() else {}

    def header(self, split: str) -> ProbeHeader:
        """The header of one split; ValueError listing the splits when it isn't there."""
        headers = self.probe or _probe_file.read(self.folder / PROBE)
        if not isinstance(split, str) or split not in headers:
            raise ValueError(f"the probe has no split {split!r}; it has {', '.join(headers)}")
        return headers[split]

    def snapshot(self, step: int) -> Snapshot:
        """The header of a snapshot; ValueError listing the steps when it isn't there."""
        if step not in self._snapshots:
            self._snapshots[step] = snapshots.read(self.folder / SNAPSHOTS, step)
        return self._snapshots[step]

    def layer(self, step: int, split: str, name: str) -> np.ndarray:
        """One layer, (n, width), the others left unread; ValueError listing the choices."""
        place = self._layer(split, name, step)
        return read_tensor(place.path, place.key)

    def place(self, split: str, word: str, step: int | None) -> Place:
        """Where a variable is; ValueError for one that isn't there, listing what is."""
        word, step = self._then(word, step)
        layer = layer_in(word)
        if layer is not None:
            return self._layer(split, layer, step)
        if word not in ("input", "target"):
            raise unknown_word(word)
        header = self.header(split)
        if word == "input" and header.as_input is not None:
            return self._layer(split, header.as_input, step)
        if word not in header.digests:
            raise ValueError(f"the probe of split {split!r} has no {word}: it was made without y")
        path, key = self.folder / PROBE, f"{split}/{word}"
        about = header.digests[word], header.classes.get(word), header.doubts.get(word, "")
        return Place(self.folder, path, key, *about)

    def has(self, split: str, word: str, step: int) -> bool:
        """Whether `place` finds it, for a split and a step that are there."""
        word, at = self._then(word, step)
        header = self.header(split)
        layer = header.as_input if word == "input" else layer_in(word)
        if layer is None:
            return word in header.digests
        return at is not None and f"{split}/{layer}" in self.snapshot(at).digests

    def _then(self, word: str, step: int | None) -> tuple[str, int | None]:
        """The word for what was at that step, and the step."""
        if not isinstance(word, str):
            raise unknown_word(word)
        if not word.endswith(FIRST):
            return word, step
        if not self.steps:
            raise ValueError(f"{self.folder} has no snapshot yet, so that there is no {word!r}")
        return word.removesuffix(FIRST), self.steps[0]

    def _layer(self, split: str, name: str, step: int | None) -> Place:
        if step is None:
            raise ValueError(f"layer {name!r} is another one at every step: say step=, one of {self.steps}")
        snapshot = self.snapshot(step)
        key = snapshot.require(split, name)
        path = snapshots.file(self.folder / SNAPSHOTS, step)
        return Place(self.folder, path, key, snapshot.digests[key])

    def data_digest(self, split: str, step: int, words: Sequence[str]) -> str:
        """One digest, 16 hexadecimal digits, of all variables that an estimate at this step is made of."""
        at = (split, step, *words)
        if at not in self._digests:
            self._digests[at] = joined_digest(self.place(split, word, step).digest for word in words)
        return self._digests[at]
