"""Put questions to runs: measure every layer of every snapshot, in parallel, resumable."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from infoplane.evaluation.cells import Batch, Cell, Result
from infoplane.evaluation.engine import run_batches
from infoplane.evaluation.resolving import OfSnapshot, open_batches
from infoplane.questions import Ask, check_questions
from infoplane.results.loading import Opened, as_runs, dataset
from infoplane.runs.folder import ESTIMATES, Run
from infoplane.settings import describe
from infoplane.storage.json_lines import plain


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
        Where layers are measured; threads by default. Workers of processes, or of a cluster
        (``dask.distributed.Client(...).get_executor()``), must see the runs' folders.
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
    BrokenExecutor
        If a worker process of `executor` died; what was measured stays.

    Notes
    -----
    A layer's estimates are on disk as soon as all of them are done; killed and started again, at most the
    layers in flight are measured twice. Data that admit no estimate (`DegenerateData`) become rows of NaN
    with the reason as note; any other error ends the evaluation, and what was measured stays.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, evaluate
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/asked").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"I(X;T)": Ask(KSG(k=3)), "I(T;Y)": Ask(KSG(k=3), of=("layer", "target"))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> dict(ds.sizes)
    {'run': 1, 'split': 1, 'step': 3, 'layer': 1, 'quantity': 2}
    >>> bool(ds["value"].sel(quantity="I(T;Y)", step=2) > ds["value"].sel(quantity="I(T;Y)", step=0))
    True
    """
    check_questions(questions)
    opened = [Opened(run) for run in as_runs(runs)]
    batches = [batch for one in opened for batch in open_batches(one.outline, questions, set(one.keys))]
    if batches:
        _measure(opened, batches, executor, workers, progress)
    return dataset(opened, questions)


def _measure(
    opened: Sequence[Opened],
    batches: Sequence[Batch[OfSnapshot]],
    executor: Executor | None,
    workers: int | None,
    progress: bool,
) -> None:
    with ExitStack() as stack:
        homes = {one.outline.folder: one for one in opened}
        append = {path: stack.enter_context(one.run.appending(ESTIMATES)) for path, one in homes.items()}

        def keep(source: OfSnapshot, cell: Cell, result: Result) -> None:
            row = _row(cell, result, source.aligned)
            append[source.run](row)
            homes[source.run].add(row)

        run_batches(batches, keep, executor, workers=workers, progress=progress)


def _row(cell: Cell, result: Result, aligned: bool) -> dict[str, Any]:
    from infoplane import __version__

    estimate = result.estimate
    note = estimate.note if aligned else "; ".join(filter(None, [estimate.note, "alignment unverified"]))
    row = {
        "quantity": cell.name,
        **cell.key,
        "measure": describe(cell.measure),
        "settings": repr(cell.measure),
        "value": estimate.value,
        "unit": estimate.unit,
        "errors": dict(estimate.errors),
        "note": note,
        "n": result.n,
        "seconds": round(result.seconds, 3),
        "version": __version__,
    }
    if estimate.slices is not None:
        # the shortest decimals that give the float32 back
        row["slices"] = [float(str(value)) for value in estimate.slices.values.astype(np.float32)]
        row["frame"] = estimate.slices.frame
    return plain(row, "the row")
