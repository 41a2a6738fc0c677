"""Batches of cells to results, over threads or any executor: the one place where data turn into estimates."""

import os
import queue
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import ExitStack
from functools import partial
from typing import Any

from tqdm.auto import tqdm

from infoplane.estimate import DegenerateData, Estimate
from infoplane.evaluation.cells import Batch, Cell, Result, S
from infoplane.evaluation.threads import Threads
from infoplane.evaluation.workplace import fixed, workplace
from infoplane.sample import Sample

IN_FLIGHT = 1000  # batches that an executor of unknown size has at a time


def estimated(measure: Any, samples: Sequence[Sample]) -> Estimate:
    """The measure's estimate; NaN with the reason as note where the data admit none."""
    try:
        return measure(*samples)
    except DegenerateData as reason:
        return Estimate(float("nan"), note=str(reason))


def run_batches(
    batches: Iterable[Batch[S]],
    keep: Callable[[S, Cell, Result], None],
    executor: Executor | None = None,
    *,
    workers: int | None = None,
    progress: bool = True,
    doing: str = "measuring",
) -> None:
    """Measure every cell and hand its result to `keep`, in this thread, as soon as its batch is done.

    Parameters
    ----------
    batches : iterable of Batch
    keep : callable
        A function of the batch's source, the cell and its result.
    executor : concurrent.futures.Executor, optional
        Where batches run; threads by default.
    workers : int, optional
        Number of threads; by default one per available core. Ignored with `executor`.
    progress : bool
        Show a bar when it takes more than two seconds.
    doing : str
        What the bar says.

    Raises
    ------
    BrokenExecutor
        If a worker process died. As after every error and interrupt, what was done until then is kept.
    """
    batches = list(batches)
    total = sum(len(batch.cells) for batch in batches)
    with ExitStack() as stack:
        bar = stack.enter_context(
            tqdm(total=total, desc=doing, unit="estimate", delay=2) if progress else tqdm(disable=True)
        )
        most = IN_FLIGHT
        if executor is None:
            workers = min(workers or cores(), max(1, len(batches)))
            most = 2 * workers
            stack.enter_context(workplace(linger=0))
            executor = stack.enter_context(Threads(workers))
        flight = _Flight(executor, keep, bar)
        try:
            flight.run(batches, most)
        except BrokenExecutor as error:
            raise BrokenExecutor(
                f"a worker process died (killed, or out of memory?); {flight.kept} of {total} estimates are "
                "done and kept: start it again, and it goes on from there"
            ) from error
        except KeyboardInterrupt as stop:
            stop.add_note(
                f"stopped while {doing}: {flight.kept} of {total} estimates are done and kept; started "
                "again, it goes on from there"
            )
            raise


class _Flight:
    """Batches at an executor, and what came back."""

    def __init__(self, executor: Executor, keep: Callable[[Any, Cell, Result], None], bar: tqdm) -> None:
        self.executor, self.keep, self.bar = executor, keep, bar
        self.kept = 0
        self.flying: dict[Future, Batch] = {}
        self.landed: queue.SimpleQueue[Future] = queue.SimpleQueue()

    def run(self, batches: Iterable[Batch], most: int) -> None:
        try:
            for batch in batches:
                future = self.executor.submit(measured, batch)
                self.flying[future] = batch
                future.add_done_callback(self.landed.put)
                while len(self.flying) >= most or not self.landed.empty():
                    self._take(self.landed.get())
            while self.flying:
                self._take(self.landed.get())
        finally:
            for future in list(self.flying):
                if not future.cancel() and future.done() and future.exception() is None:
                    self._take(future)

    def _take(self, future: Future) -> None:
        batch = self.flying.pop(future)
        for cell, result in zip(batch.cells, future.result(), strict=True):
            self.keep(batch.source, cell, result)
            self.kept += 1
            self.bar.update()


def measured(batch: Batch) -> list[Result]:
    """The results of one batch; runs in any thread or process where its source gives the variables."""
    own: dict[str, Sample] = {}
    with workplace():
        return [_result(batch, cell, own) for cell in batch.cells]


def _result(batch: Batch, cell: Cell, own: dict[str, Sample]) -> Result:
    start = time.perf_counter()
    try:
        for word in cell.of:
            if word not in own:
                own[word] = _variable(batch, word)
        samples = [own[word] for word in cell.of]
        busy = time.thread_time()
        estimate = estimated(cell.measure, samples)
    except Exception as error:
        error.add_note(f"while measuring {cell.name!r} of {', '.join(cell.of)} ({batch.source})")
        raise
    processor = time.thread_time() - busy
    return Result(estimate, len(samples[0]), time.perf_counter() - start, processor)


def _variable(batch: Batch, word: str) -> Sample:
    key, make = batch.source.fixed(word), partial(batch.source, word)
    return make() if key is None else fixed(key, make)


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
