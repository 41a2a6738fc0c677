"""Questions to a run, resolved to variables: the cells that have no row yet."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infoplane.evaluation.cells import Batch, Cell, unmeasured
from infoplane.questions import Ask
from infoplane.runs.outline import Outline
from infoplane.runs.snapshots import Snapshot
from infoplane.runs.variables import FIRST, Layer, Place, label_of, layer_word, load, word_of
from infoplane.sample import Sample

INPUT_AND_TARGET = {"input", "target"}


@dataclass(frozen=True)
class OfSnapshot:
    """Variables of one split at one step of a run, whose places are known: no header is read to get them.

    Parameters
    ----------
    run : Path
    split : str
    step : int
    places : mapping of str to Place
    aligned : bool
        Whether the rows of layers are known to be the probe's.
    """

    run: Path
    split: str
    step: int
    places: Mapping[str, Place]
    aligned: bool

    def __call__(self, word: str) -> Sample:
        return load(self.places[word], word)

    def fixed(self, word: str) -> Hashable | None:
        """Inputs, targets and first layers by what they hold, so that all seeds of a study share them."""
        is_fixed = word in INPUT_AND_TARGET or word.endswith(FIRST)
        # a layer beside itself at the first step is another variable, with directions of its own
        place = self.places[word]
        return (word, place.digest, place.doubt) if is_fixed else None

    def __str__(self) -> str:
        return f"run {self.run}, split {self.split!r}, step {self.step}"


def open_batches(outline: Outline, questions: Mapping[str, Ask], done: set[tuple]) -> list[Batch[OfSnapshot]]:
    """All questions about one layer of one snapshot are a batch; of those, what is not done yet.

    Raises
    ------
    ValueError
        For a run without snapshots, or a question of what it has not recorded.
    """
    if not outline.steps:
        raise ValueError(
            f"{outline.folder} has no snapshots to measure; record some with a Tracker or Run.record"
        )
    together: dict[tuple[str, int, str], list[Cell]] = {}
    for cell in unmeasured(_cells(outline, questions), done):
        at = cell.key["split"], cell.key["step"], cell.key["layer"]
        together.setdefault(at, []).append(cell)
    return [
        Batch(_source(outline, split, step, own), tuple(own)) for (split, step, _), own in together.items()
    ]


def _cells(outline: Outline, questions: Mapping[str, Ask]) -> Iterator[Cell]:
    snapshots = [outline.snapshot(step) for step in outline.steps]
    for split in outline.probe:
        for quantity, ask in questions.items():
            for snapshot, layer, of in _cases(outline, split, ask, quantity, snapshots):
                at: dict[str, Any] = {"split": split, "step": snapshot.step, "layer": layer, "of": of}
                at["data"] = outline.data_digest(split, snapshot.step, of)
                yield Cell(quantity, at, ask.measure, of)


def _source(outline: Outline, split: str, step: int, cells: Sequence[Cell]) -> OfSnapshot:
    words = dict.fromkeys(word for cell in cells for word in cell.of)
    places = {word: outline.place(split, word, step) for word in words}
    aligned = outline.snapshot(step).aligned.get(split, True)
    return OfSnapshot(outline.folder, split, step, places, aligned)


def _cases(
    outline: Outline, split: str, ask: Ask, quantity: str, snapshots: Sequence[Snapshot]
) -> Iterator[tuple[Snapshot, str, tuple[str, ...]]]:
    """Each snapshot, name of layer or layers, and variables that a question is about."""
    header = outline.header(split)
    if "target" in ask.of and "target" not in header.digests:
        raise ValueError(
            f"{quantity!r} is of the target, but the probe {split!r} of {outline.folder} has none"
        )
    if set(ask.of) <= INPUT_AND_TARGET and header.as_input is None:
        snapshots = snapshots[:1]  # the same at every step
    for snapshot in snapshots:
        recorded = snapshot.layers.get(split, ())
        for layer in recorded if "layer" in ask.of else (None,):
            of = tuple(_variable(word, layer, snapshot, recorded, quantity) for word in ask.of)
            yield snapshot, label_of(of), of


def _variable(
    word: str | Layer, layer: str | None, snapshot: Snapshot, recorded: Sequence[str], quantity: str
) -> str:
    if isinstance(word, Layer):
        if word.name not in recorded:
            raise ValueError(
                f"{quantity!r} is of layer {word.name!r}, which step {snapshot.step} does not hold; "
                f"recorded: {', '.join(recorded)}"
            )
        return layer_word(word)
    if word == "output":
        if snapshot.output is None:
            raise ValueError(
                f"{quantity!r} is of the output, which was not recorded; add 'output' to the Tracker's "
                f"layers. Recorded: {', '.join(recorded)}"
            )
        return word_of(snapshot.output)
    return word if layer is None or word != "layer" else word_of(layer)
