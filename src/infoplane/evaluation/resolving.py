"""Questions to a run, resolved to variables: which cells are open."""

import os
from collections.abc import Iterator, Mapping, Sequence

from infoplane.evaluation.cells import Question, Task
from infoplane.questions import Ask
from infoplane.runs import Run, Snapshot
from infoplane.runs.rows import data_digest, row_key
from infoplane.runs.variables import Layer, layer_word
from infoplane.settings import describe


def open_tasks(run: Run, questions: Mapping[str, Ask]) -> list[Task]:
    """The tasks whose questions have no row yet."""
    done = {row_key(row) for row in run.rows()}
    asked: dict[tuple[str, int, str], list[Question]] = {}
    snapshots = [run.snapshot(step) for step in run.steps]
    if not snapshots:
        raise ValueError(f"{run.path} has no snapshots to measure; record some with a Tracker or Run.record")
    for split in run.splits:
        for quantity, ask in questions.items():
            for snapshot, layer, of in _cases(run, split, ask, quantity, snapshots):
                question = Question(quantity, ask.measure, of, data_digest(run, split, snapshot.step, of))
                if _key(split, snapshot.step, layer, question) not in done:
                    asked.setdefault((split, snapshot.step, layer), []).append(question)
    aligned = {snapshot.step: snapshot.aligned for snapshot in snapshots}
    return [
        Task(run.path, split, step, layer, tuple(questions), aligned[step].get(split, True), os.getpid())
        for (split, step, layer), questions in asked.items()
    ]


def _key(split: str, step: int, layer: str, question: Question) -> tuple:
    return row_key(
        {"split": split, "step": step, "layer": layer, "of": list(question.of), "data": question.data}
        | {"measure": describe(question.measure)}
    )


def _cases(
    run: Run, split: str, ask: Ask, quantity: str, snapshots: Sequence[Snapshot]
) -> Iterator[tuple[Snapshot, str, tuple[str, ...]]]:
    """Each snapshot, name of layer or layers, and variables that a question is about."""
    if "target" in ask.of and "target" not in run.probe_header(split).digests:
        raise ValueError(f"{quantity!r} is of the target, but the probe {split!r} of {run.path} has none")
    if set(ask.of) <= {"input", "target"} and run.probe_header(split).as_input is None:
        snapshots = snapshots[:1]  # the same at every step
    for snapshot in snapshots:
        recorded = snapshot.layers.get(split, ())
        for layer in recorded if "layer" in ask.of else (None,):
            of = tuple(_variable(word, layer, snapshot, recorded, quantity) for word in ask.of)
            names = [word.removeprefix("layer:") for word in of if word.startswith("layer:")]
            yield snapshot, "|".join(names or of), of


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
        return f"layer:{snapshot.output}"
    return f"layer:{layer}" if word == "layer" else word
