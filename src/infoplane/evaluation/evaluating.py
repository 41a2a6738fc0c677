"""Put questions to runs: measure every layer of every snapshot, in parallel, resumable."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from pathlib import Path

import xarray as xr

from infoplane.evaluation.engine import work
from infoplane.evaluation.resolving import open_tasks
from infoplane.questions import Ask, check_questions
from infoplane.results.loading import as_runs, load
from infoplane.runs import Run


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
        work(runs, tasks, executor, workers, progress)
    return load(runs, questions)
