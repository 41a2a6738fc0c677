"""Cells to rows, over threads or any executor."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from functools import lru_cache
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from infoplane import spectra
from infoplane.estimate import DegenerateData, Estimate
from infoplane.evaluation.cells import Question, Task
from infoplane.runs import Run
from infoplane.runs.rows import place_of
from infoplane.runs.variables import FIRST
from infoplane.sample import Sample
from infoplane.settings import describe
from infoplane.storage.json_lines import plain

FIXED_SAMPLES = 6  # inputs and targets kept by a process, with their slices


def work(
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
