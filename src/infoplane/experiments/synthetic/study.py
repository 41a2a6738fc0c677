"""Up to which dimension do estimates rank known information: normal vectors, measured whole and in slices.

After the synthetic tests of github.com/Pqlet/SMI-experiments at f1e3488. The page
docs/reproductions/synthetic.md tells what comes out.
"""

import multiprocessing
import os
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from infoplane import known
from infoplane.estimate import DegenerateData, Estimate
from infoplane.experiments.shared import study_settings as _study_settings
from infoplane.experiments.synthetic import figures as _synthetic_figures
from infoplane.experiments.synthetic import report as _synthetic_report
from infoplane.measures import KSG, FromEntropy, KozachenkoLeonenko, Sliced, WeightedKozachenkoLeonenko
from infoplane.sample import Sample
from infoplane.settings import canonical, describe
from infoplane.storage import json_lines

NAME = "synthetic"
ROWS, SETTINGS = "estimates.jsonl", "settings.json"


@dataclass(frozen=True)
class Synthetic:
    """Settings of the experiment.

    Parameters
    ----------
    points : int
        How many values of I(X;Y), evenly spaced from 0 to `most`.
    most : float
        The largest, in nats.
    dims : tuple of int
        Columns of X and of Y; the information is spread evenly over as many canonical pairs.
    reruns : int
        Repetitions with other samples and other rotations.
    directions : int
        Slices of one dimension.
    n : int
        Samples of each estimate.
    k : int
        Neighbours.
    wide_directions : int
        Slices of two dimensions.
    as_published : bool
        Also measure one-dimensional slices by the nearest neighbour alone, to which the weights of the
        published estimator come down in two dimensions.
    """

    points: int = 21
    most: float = 4.0
    dims: tuple[int, ...] = (1, 2, 5, 6, 8, 10, 20, 30, 40, 50, 75, 100)
    reruns: int = 10
    directions: int = 2000
    n: int = 3000
    k: int = 5
    wide_directions: int = 100
    as_published: bool = False

    def __post_init__(self) -> None:
        for name, low in (("points", 3), ("reruns", 1), ("directions", 1), ("k", 1), ("wide_directions", 1)):
            if getattr(self, name) < low:
                raise ValueError(f"{name} must be at least {low}; got {getattr(self, name)}")
        if not 0 < self.most < np.inf:
            raise ValueError(f"most must be a finite number of nats above 0; got {self.most}")
        if self.n <= self.k:
            raise ValueError(f"n must be more than k={self.k}, so that there are neighbours; got {self.n}")
        if not self.dims or len(set(self.dims)) < len(self.dims) or min(self.dims) < 1:
            raise ValueError(f"dims must be one or more different numbers from 1 on; got {self.dims}")


@dataclass(frozen=True)
class Cell:
    """One sample, and the measures that it has no row of yet."""

    dim: int
    point: int
    information: float
    rerun: int
    n: int
    measures: tuple[tuple[str, Any], ...]


def run(
    settings: Synthetic, into: Path, *, workers: int | None = None, report_only: bool = False
) -> list[dict[str, Any]]:
    """Measure what is not measured yet, then write tables and figures.

    Parameters
    ----------
    settings : Synthetic
    into : Path
        Gets the settings, a row per estimate, tables and figures.
    workers : int, optional
        Processes; by default one per available core. With 1 everything stays in this one.
    report_only : bool
        Measure nothing; report on the reruns that are complete.

    Returns
    -------
    list of dict
        All rows, in the order of `cells`.

    Raises
    ------
    ValueError
        If `into` holds rows of other settings, or another process is measuring into it.
    """
    _study_settings.keep(settings, NAME, into / SETTINGS)
    if not report_only:
        measure(settings, into, workers)
    rows = json_lines.read(into / ROWS)
    order = {key: i for i, key in enumerate(map(_key, _wanted(settings)))}
    rows = sorted((row for row in rows if _key(row) in order), key=lambda row: order[_key(row)])
    about, means = _synthetic_report.report(rows, information(settings), into)
    _synthetic_figures.draw(about, means, into)
    return rows


def information(settings: Synthetic) -> list[float]:
    """The values of I(X;Y), in nats."""
    return np.linspace(0, settings.most, settings.points).tolist()


def estimators(settings: Synthetic) -> dict[str, Any]:
    """What is measured of every sample: whole, and in slices of one and of two dimensions."""
    ksg, k = KSG(settings.k), settings.k
    measures = {
        "KSG": ksg,
        "KL": FromEntropy(KozachenkoLeonenko(k)),
        "WKL": FromEntropy(WeightedKozachenkoLeonenko(k, weights="mutinfo")),  # as published
        "S₁": Sliced(ksg, settings.directions),
        "S₂": Sliced(ksg, settings.wide_directions, dim=2),
    }
    if settings.as_published:
        measures["S₁, 1-NN"] = Sliced(FromEntropy(KozachenkoLeonenko(1)), settings.directions)
    return measures


def _wanted(settings: Synthetic) -> Iterator[dict[str, Any]]:
    """What tells each row from the others: every dimension of one rerun before the next rerun."""
    measures = {name: describe(measure) for name, measure in estimators(settings).items()}
    for rerun in range(settings.reruns):
        for dim in settings.dims:
            for point in range(settings.points):
                at = {"dim": dim, "point": point, "rerun": rerun}
                yield from (at | {"estimator": name, "measure": one} for name, one in measures.items())


def _key(row: Mapping[str, Any]) -> tuple:
    """With the measure as described: rows made before its numbers changed are measured again."""
    return row["dim"], row["point"], row["rerun"], row["estimator"], canonical(row["measure"])


def cells(settings: Synthetic, done: Sequence[Mapping[str, Any]] = ()) -> list[Cell]:
    """The samples of which some estimate is not in `done`, a rerun of all dimensions after the other."""
    have = set(map(_key, done))
    measures = estimators(settings)
    true = information(settings)
    missing: dict[tuple[int, int, int], list[str]] = {}
    for row in _wanted(settings):
        if _key(row) not in have:
            missing.setdefault((row["dim"], row["point"], row["rerun"]), []).append(row["estimator"])
    return [
        Cell(dim, point, true[point], rerun, settings.n, tuple((name, measures[name]) for name in own))
        for (dim, point, rerun), own in missing.items()
    ]


def measure(settings: Synthetic, into: Path, workers: int | None = None) -> None:
    """Append the rows that are not there yet, over processes."""
    path = into / ROWS
    with json_lines.appending(path) as append:
        todo = cells(settings, json_lines.read(path))
        total = len(settings.dims) * settings.points * settings.reruns
        if not todo:
            return
        workers = min(workers or _cores(), len(todo))
        bar = tqdm(total=total, initial=total - len(todo), desc="measuring", unit="cell", delay=2)
        with bar, _mapping(workers) as mapped:
            for rows in mapped(measure_cell, todo):
                for row in rows:
                    append(row)
                bar.update()


@contextmanager
def _mapping(workers: int) -> Iterator[Callable[..., Any]]:
    """`map`, here or over fresh processes; in order, and nothing more is begun when the caller stops."""
    with threadpool_limits(1, user_api="blas"):
        if workers == 1:
            yield map
            return
        # forked children would inherit locks of threads that they don't have
        spawned = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers, spawned, initializer=_begin_worker)
        try:
            yield pool.map
        finally:
            pool.shutdown(cancel_futures=True)


def _begin_worker() -> None:
    threadpool_limits(1, user_api="blas")
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for its next cell for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measure_cell(cell: Cell) -> list[dict[str, Any]]:
    """The rows of one sample; a measure that refuses it leaves NaN and the reason."""
    x, y = draw(cell.dim, cell.information, cell.rerun, cell.n)
    return [_row(cell, name, measure, x, y) for name, measure in cell.measures]


def draw(dim: int, information: float, rerun: int, n: int) -> tuple[Sample, Sample]:
    """X and Y; samples and rotations are new in every cell, so that errors of its estimates are its own."""
    seed = zlib.crc32(f"{dim} {information!r} {rerun}".encode())
    x, y = known.Normal(information=information, dims=dim, seed=seed).draw(n, seed)
    return Sample(x, "x"), Sample(y, "y")


def _row(cell: Cell, name: str, measure: Any, x: Sample, y: Sample) -> dict[str, Any]:
    from infoplane import __version__

    start = time.perf_counter()
    try:
        estimate = measure(x, y)
    except DegenerateData as reason:
        estimate = Estimate(float("nan"), note=str(reason))
    return json_lines.plain(
        {
            "dim": cell.dim,
            "point": cell.point,
            "information": cell.information,
            "rerun": cell.rerun,
            "estimator": name,
            "measure": describe(measure),
            "value": estimate.value,
            "slice_error": estimate.errors.get("slices"),
            "note": estimate.note,
            "n": cell.n,
            "seconds": round(time.perf_counter() - start, 3),
            "version": __version__,
        }
    )
