"""Put questions to runs: measure every layer of every snapshot, in parallel, resumable."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from infoplane import spectra
from infoplane.estimate import DegenerateData, Estimate
from infoplane.questions import FIRST, Ask, Layer, check_questions, describe, layer_word, row_key
from infoplane.results import as_runs, data_digest, load, place_of
from infoplane.runs import Run, Snapshot
from infoplane.runs.json_lines import plain
from infoplane.sample import Sample

FIXED_SAMPLES = 6  # inputs and targets kept by a process, with their slices


@dataclass(frozen=True)
class Question:
    """One question about one layer, resolved to variables: what becomes a row."""

    quantity: str
    measure: Any
    of: tuple[str, ...]
    data: str


@dataclass(frozen=True)
class Task:
    """All questions about one layer of one snapshot, so that what is derived from it is shared."""

    run: Path
    split: str
    step: int
    layer: str
    questions: tuple[Question, ...]
    aligned: bool
    parent: int


def evaluate(
    runs: Run | str | Path | Iterable[Run | str | Path],
    questions: Mapping[str, Ask],
    executor: Executor | None = None,
    *,
    workers: int | None = None,
    progress: bool = True,
) -> xr.Dataset:
    """Measure what is not measured yet, append it to each run, and return it all.

    Parameters
    ----------
    runs : Run, path, or several
        Tracked runs. More snapshots may be added to them while they are measured.
    questions : dict of str to Ask
        The names are the quantities' names on axes and in the dataset.
    executor : concurrent.futures.Executor, optional
        Where tasks run; threads by default. Workers of processes must see the runs' folders.
    workers : int, optional
        Number of threads; by default one per available core. Ignored with `executor`.
    progress : bool
        Show a progress bar when it takes more than two seconds.

    Returns
    -------
    xarray.Dataset
        What ``load(runs, questions)`` gives: see ``docs/schema.md``.

    Raises
    ------
    ValueError
        If a question asks for a target, an output or a layer that a run has not recorded, if a run is given
        twice, or if another process is appending to one of the runs.

    Notes
    -----
    Each finished task is on disk before the next is taken; killed and started again, at most the tasks in
    flight are measured twice. Data that admit no estimate (`DegenerateData`) become rows of NaN with the
    reason as note; any other error ends the evaluation, and what was measured stays.
    """
    runs = as_runs(runs)
    check_questions(questions)
    tasks = [task for run in runs for task in open_tasks(run, questions)]
    if tasks:
        _work(runs, tasks, executor, workers, progress)
    return load(runs, questions)


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


def _work(
    runs: Sequence[Run], tasks: Sequence[Task], executor: Executor | None, workers: int | None, progress: bool
) -> None:
    with ExitStack() as stack:
        append = {run.path: stack.enter_context(run.appending("estimates.jsonl")) for run in runs}
        bar = stack.enter_context(
            tqdm(total=sum(len(task.questions) for task in tasks), desc="measuring", unit="estimate", delay=2)
            if progress
            else tqdm(disable=True)
        )
        stack.enter_context(threadpool_limits(1, user_api="blas"))
        stack.callback(_forget)  # when the threads have ended
        if executor is None:
            executor = stack.enter_context(ThreadPoolExecutor(workers or _cores()))
        futures = {executor.submit(measure_layer, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                _keep(future, append[futures.pop(future).run], bar)
        finally:
            for future, task in futures.items():
                if not future.cancel() and future.done() and future.exception() is None:
                    _keep(future, append[task.run], bar)


def _keep(future: Future, append: Callable[[dict], None], bar: tqdm) -> None:
    for row in future.result():
        append(row)
        bar.update()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measure_layer(task: Task) -> list[dict[str, Any]]:
    """The rows of one task; runs in any thread or process that sees the run's folder."""
    if os.getpid() != task.parent:
        _one_blas_thread()
    run = Run(task.run)
    own: dict[str, Sample] = {}
    rows = []
    for question in task.questions:
        start = time.perf_counter()
        samples = [_sample(run, task, word, own) for word in question.of]
        try:
            estimate = question.measure(*samples)
        except DegenerateData as reason:
            estimate = Estimate(float("nan"), note=str(reason))
        except Exception as error:
            error.add_note(
                f"while measuring {question.quantity!r} of {', '.join(question.of)} "
                f"(run {task.run}, split {task.split!r}, step {task.step})"
            )
            raise
        rows.append(_row(task, question, estimate, len(samples[0]), time.perf_counter() - start))
        for word, sample in zip(question.of, samples, strict=True):
            spectra.keep(sample, run, _digest(run, task, word))
    return rows


def _sample(run: Run, task: Task, word: str, own: dict[str, Sample]) -> Sample:
    """The variable, shared by the process where it is fixed, else by the task's questions."""
    if word in own:
        return own[word]
    if word in ("input", "target") or word.endswith(FIRST):
        own[word] = _fixed_sample(run, task, word)
    else:
        own[word] = run.sample(task.split, word, task.step)
    spectra.restore(own[word], run, _digest(run, task, word))
    return own[word]


def _digest(run: Run, task: Task, word: str) -> str:
    return run.digest(task.split, *place_of(run, task.step, word))


_fixed: dict[tuple[str, str], Sample] = {}
_fixed_lock = threading.Lock()


def _fixed_sample(run: Run, task: Task, word: str) -> Sample:
    """Kept by content, so that all seeds of a study share one projected and sorted input."""
    key = (word, _digest(run, task, word))
    with _fixed_lock:
        if key not in _fixed:
            while len(_fixed) >= FIXED_SAMPLES:
                del _fixed[next(iter(_fixed))]
            sample = run.sample(task.split, *place_of(run, task.step, word))
            # a layer beside itself at the first step is another variable, with directions of its own
            _fixed[key] = Sample.of(sample.values, word, sample.classes)
        return _fixed[key]


def _forget() -> None:
    with _fixed_lock:
        _fixed.clear()


@lru_cache(maxsize=1)
def _one_blas_thread() -> None:
    threadpool_limits(1, user_api="blas")


def _row(task: Task, question: Question, estimate: Estimate, n: int, seconds: float) -> dict[str, Any]:
    from infoplane import __version__

    note = estimate.note if task.aligned else "; ".join(filter(None, [estimate.note, "alignment unverified"]))
    row = {
        "quantity": question.quantity,
        "split": task.split,
        "step": task.step,
        "layer": task.layer,
        "of": list(question.of),
        "measure": describe(question.measure),
        "settings": repr(question.measure),
        "data": question.data,
        "value": estimate.value,
        "unit": estimate.unit,
        "errors": dict(estimate.errors),
        "note": note,
        "n": n,
        "seconds": round(seconds, 3),
        "version": __version__,
    }
    if estimate.slices is not None:
        # the shortest decimals that give the float32 back
        row["slices"] = [float(str(value)) for value in estimate.slices.values.astype(np.float32)]
        row["frame"] = estimate.slices.frame
    return plain(row, "the row")
