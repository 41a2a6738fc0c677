"""What diffusion spectral entropy and information see on data whose shape is known, and what σ does to it.

After the toy studies of Liao et al. (2024), doi:10.1109/CISS59072.2024.10480166. The page
docs/reproductions/diffusion.md tells what comes out.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from infoplane.estimate import DegenerateData, Estimate
from infoplane.experiments.diffusion_toy import figures as _diffusion_toy_figures
from infoplane.experiments.diffusion_toy import report as _diffusion_toy_report
from infoplane.experiments.diffusion_toy import samples as data
from infoplane.experiments.shared import study_settings as _study_settings
from infoplane.kernels import Gaussian, Median, Neighbours, PerRootDim
from infoplane.measures import KSG, Binned, DiffusionEntropy, DiffusionInformation
from infoplane.sample import Sample
from infoplane.settings import describe
from infoplane.storage import json_lines

NAME = "diffusion-toy"
ROWS, SETTINGS = "estimates.jsonl", "settings.json"
COLUMNS, WIDE = 20, 50  # of the data of most studies; of those of intrinsic dimension
WARM = 60  # rows that a measure is called on before it is timed

ABSOLUTE = {f"σ = {sigma:g}": Gaussian(sigma) for sigma in (0.5, 1.0, 2.0, 5.0, 10.0)}
RULES = {
    "median": Gaussian("median"),
    "median / 4": Gaussian(Median(0.25)),
    "per √d": Gaussian(PerRootDim(1.0)),
    "10th neighbour": Gaussian(Neighbours(10)),
}
KERNELS = ABSOLUTE | RULES
SIGMAS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

Measures = dict[str, Any]


@dataclass(frozen=True)
class DiffusionToy:
    """Settings of the experiment.

    Parameters
    ----------
    n : int
        Rows of each entropy, at least 40.
    labelled : int
        Rows of each information, at least 100.
    seeds : tuple of int
        Of the data.
    widths : tuple of int
        Columns of the studies of width, at least 20.
    wide : int
        Rows of these, at least 100.
    wide_seeds : int
        How many of the seeds they have, from the first on.
    """

    n: int = 500
    labelled: int = 1000
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    widths: tuple[int, ...] = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)
    wide: int = 800
    wide_seeds: int = 3

    def __post_init__(self) -> None:
        for name, low in (("n", 40), ("labelled", 100), ("wide", 100), ("wide_seeds", 1)):
            if getattr(self, name) < low:
                raise ValueError(f"{name} must be at least {low}; got {getattr(self, name)}")
        for name, low in (("seeds", 0), ("widths", data.INFORMATIVE)):
            given = getattr(self, name)
            if not given or len(set(given)) < len(given) or min(given) < low:
                raise ValueError(f"{name} must be one or more different numbers from {low} on; got {given}")


@dataclass(frozen=True)
class Study:
    """Data that depend on x, and what is measured of them.

    Attributes
    ----------
    draw : callable
        Of x, columns, rows and seed: one array, or one and labels.
    at : tuple of (float, int)
        The values of x, and the columns of the data there.
    measures : callable
        Of x: the measures by name.
    rows : {"n", "labelled", "wide"}
        The setting that says how many.
    still : bool
        The data are the same for all x, so that what was derived of them serves again.
    timed : bool
        Nothing derived may serve two measures.
    """

    draw: Callable[[float, int, int, int], tuple[Any, ...]]
    at: tuple[tuple[float, int], ...]
    measures: Callable[[float], Measures]
    rows: str = "n"
    still: bool = False
    timed: bool = False


@dataclass(frozen=True)
class Cell:
    """One data set, and what is wanted of it: x, columns, and the measure with its name."""

    study: str
    seed: int
    wanted: tuple[tuple[float, int, str, Any], ...]


def studies(settings: DiffusionToy) -> dict[str, Study]:
    """All studies, the cheap ones first."""
    wide = tuple((width, width) for width in settings.widths)
    parts = _of(*(part / 10 for part in range(11)))
    scales = tuple((factor, columns) for columns in (10, 100, 1000) for factor in (1, 10, 100))
    dims = (1, 2, 3, 5, 10, 20)
    return {
        "split": Study(data.split, _of(0, 1, 2, 4, 8, 16, 32, 64), entropies),
        "clusters": Study(data.clusters, _of(1, 2, 3, 5, 10, 20), slow_entropies),
        "tree": Study(data.tree, _of(1, 2, 3, 5, 10, 15, 20), entropies),
        "sphere": Study(data.sphere, _of(*dims, WIDE - 1, columns=WIDE), entropies),
        "cube": Study(data.cube, _of(*dims, WIDE, columns=WIDE), entropies),
        "noise": Study(data.noise, _of(0, 0.1, 0.2, 0.5, 1, 2, 5, 10), entropies_and_cells),
        "training": Study(data.training, _of(0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1), entropies),
        "t": Study(data.ten_clusters, _of(*range(1, 11)), after_steps, still=True),
        "σ": Study(data.ten_labelled, _of(*SIGMAS), with_sigma, "labelled", still=True),
        "scale": Study(data.scaled, scales, of_scales),
        "corruption": Study(data.corrupted, parts, informations, "labelled"),
        "width": Study(data.blobs_near, wide, informations, "wide", timed=True),
        "width, apart": Study(data.blobs_apart, wide, informations, "wide"),
        "width, turned": Study(data.blobs_turned, wide, informations, "wide"),
    }


def _of(*xs: float, columns: int = COLUMNS) -> tuple[tuple[float, int], ...]:
    return tuple((x, columns) for x in xs)


def entropies(_: float = 0, t: float = 1) -> Measures:
    return {name: DiffusionEntropy(kernel, t=t) for name, kernel in KERNELS.items()}


def slow_entropies(x: float) -> Measures:
    return entropies() | {f"{name}, t = 10": entropy for name, entropy in entropies(t=10).items()}


def after_steps(x: float) -> Measures:
    return entropies(t=x)


def entropies_and_cells(x: float) -> Measures:
    return entropies() | {"binned": Binned()}


def with_sigma(x: float) -> Measures:
    once, often = (DiffusionEntropy(Gaussian(x), t=t) for t in (1, 10))
    return {"DSE": once, "DSE, t = 10": often, "DSMI": DiffusionInformation(once)}


def of_scales(x: float) -> Measures:
    return {name: entropies()[name] for name in ("σ = 10", *RULES)}


def informations(x: float) -> Measures:
    kernels = {"σ = 10": KERNELS["σ = 10"], **RULES}
    diffusion = {
        f"DSMI, {name}": DiffusionInformation(DiffusionEntropy(kernel)) for name, kernel in kernels.items()
    }
    return diffusion | {"KSG": KSG(), "binned": Binned()}


def run(
    settings: DiffusionToy,
    into: Path,
    *,
    only: Sequence[str] = (),
    afresh: bool = False,
    report_only: bool = False,
) -> list[dict[str, Any]]:
    """Measure what is not measured yet, then write tables and figures.

    Parameters
    ----------
    settings : DiffusionToy
    into : Path
        Gets the settings, a row per estimate, tables and figures.
    only : sequence of str
        Names of studies to measure; all if empty. The report is of all that is there.
    afresh : bool
        Measure them again; the latest row counts. For the times of ``"width"``, once nothing else runs.
    report_only : bool
        Measure nothing.

    Returns
    -------
    list of dict
        The rows, one per estimate, in the order of `cells`.

    Raises
    ------
    ValueError
        If `into` holds rows of other settings, a study is unknown, or another process measures into it.
    """
    unknown = sorted(set(only) - set(studies(settings)))
    if unknown:
        raise ValueError(f"there is no study {', '.join(unknown)}; there are {', '.join(studies(settings))}")
    _study_settings.keep(settings, NAME, into / SETTINGS)
    if not report_only:
        measure(settings, into, only, afresh)
    latest = {_key(row): row for row in json_lines.read(into / ROWS)}
    rows = [latest[key] for cell in cells(settings) for key in _keys(cell) if key in latest]
    tables = _diffusion_toy_report.report(rows, into)
    _diffusion_toy_figures.draw(tables, into)
    return rows


def cells(settings: DiffusionToy) -> Iterator[Cell]:
    """Everything there is to measure, all studies of a seed before the next."""
    every = studies(settings)
    for seed in settings.seeds:
        few = seed not in settings.seeds[: settings.wide_seeds]
        for name, study in every.items():
            if few and study.rows == "wide":
                continue
            for at in [study.at] if study.still else [(one,) for one in study.at]:
                wanted = [(x, columns, *item) for x, columns in at for item in study.measures(x).items()]
                yield Cell(name, seed, tuple(wanted))


def _keys(cell: Cell) -> list[tuple[Any, ...]]:
    return [(cell.study, columns, x, cell.seed, name) for x, columns, name, _ in cell.wanted]


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("study", "columns", "x", "seed", "measure"))


def measure(settings: DiffusionToy, into: Path, only: Sequence[str] = (), afresh: bool = False) -> None:
    """Append the rows that are not there yet, each when it is made."""
    path = into / ROWS
    every = studies(settings)
    with threadpool_limits(1, user_api="blas"), json_lines.appending(path) as append:
        done = set() if afresh else {_key(row) for row in json_lines.read(path)}
        todo = [cell for cell in cells(settings) if not only or cell.study in only]
        with tqdm(total=sum(len(cell.wanted) for cell in todo), desc="measuring", delay=2) as bar:
            for cell in todo:
                bar.set_postfix_str(f"{cell.study}, seed {cell.seed}", refresh=False)
                missing = [one for one, key in zip(cell.wanted, _keys(cell), strict=True) if key not in done]
                for row in measure_cell(settings, every[cell.study], cell, missing) if missing else ():
                    append(row)
                    bar.update()
                bar.update(len(cell.wanted) - len(missing))


def measure_cell(
    settings: DiffusionToy, study: Study, cell: Cell, wanted: Sequence[tuple[float, int, str, Any]]
) -> Iterator[dict[str, Any]]:
    """The rows of one data set; a measure that refuses it leaves NaN and the reason."""
    first, columns, *_ = wanted[0]
    drawn = study.draw(first, columns, getattr(settings, study.rows), cell.seed)
    samples = [Sample(values, name) for values, name in zip(drawn, "xy", strict=False)]
    for x, columns, name, asked in wanted:
        of = samples
        if study.timed:
            asked(*(one.take(np.arange(min(WARM, len(one)))) for one in samples))
            of = [Sample.of(one.values, one.name, one.classes) for one in samples]
        of = of[:1] if isinstance(asked, DiffusionEntropy) else of
        where = {"study": cell.study, "x": x, "columns": columns, "seed": cell.seed}
        yield where | _estimated(name, asked, of)


def _estimated(name: str, asked: Any, of: Sequence[Sample]) -> dict[str, Any]:
    from infoplane import __version__

    start = time.process_time()  # what other processes do to the clock has no part in it
    try:
        estimate = asked(*of)
    except DegenerateData as reason:
        estimate = Estimate(float("nan"), note=str(reason))
    return {
        "measure": name,
        "settings": describe(asked),
        "value": estimate.value,
        "note": estimate.note,
        "n": len(of[0]),
        "seconds": round(time.process_time() - start, 4),
        "version": __version__,
    }
