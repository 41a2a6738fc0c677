"""What diffusion spectral entropy and information see on data whose shape is known, and what σ does to it.

After the toy studies of Liao et al. (2024), doi:10.1109/CISS59072.2024.10480166. The page
docs/reproductions/diffusion.md tells what comes out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infoplane.evaluation.cells import Batch, Cell, Result
from infoplane.experiments.diffusion_toy import figures, report
from infoplane.experiments.diffusion_toy import samples as data
from infoplane.experiments.shared import study_settings
from infoplane.experiments.shared.measuring import Rows, measure
from infoplane.kernels import Gaussian, Median, Neighbours, PerRootDim
from infoplane.measures import KSG, Binned, DiffusionEntropy, DiffusionInformation
from infoplane.sample import Sample
from infoplane.settings import describe

NAME = "diffusion-toy"
HELP = "What diffusion spectra see, and σ's part."
OPTIONS = {"only": "studies"}
ROWS, KEY = "estimates.jsonl", ("study", "columns", "x", "seed", "measure")
COLUMNS, WIDE = 20, 50  # of the data of most studies; of those of intrinsic dimension
TIMED, WARM = "width", 60  # nothing derived may serve two of its measures; rows they are called on before

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
        Seeds of the data.
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
        study_settings.at_least(self, n=40, labelled=100, wide=100, wide_seeds=1)
        study_settings.different(self, seeds=0, widths=data.INFORMATIVE)


Settings = DiffusionToy


@dataclass(frozen=True)
class Study:
    """Data that depend on x, and what is measured of them.

    Attributes
    ----------
    draw : callable
        A function of x, columns, rows and seed: one array, or one and labels.
    at : tuple of (float, int)
        The values of x, and the columns of the data there.
    measures : callable
        A function of x: the measures by name.
    rows : {"n", "labelled", "wide"}
        The setting that says how many.
    still : bool
        The data are the same for all x, so that what was derived of them serves again.
    """

    draw: Callable[[float, int, int, int], tuple[Any, ...]]
    at: tuple[tuple[float, int], ...]
    measures: Callable[[float], Measures]
    rows: str = "n"
    still: bool = False


@dataclass(frozen=True)
class Made:
    """Where the data of some cells are from."""

    study: str
    draw: Callable[[float, int, int, int], tuple[Any, ...]]
    x: float
    columns: int
    n: int
    seed: int

    def __call__(self, word: str) -> Sample:
        drawn = self.draw(self.x, self.columns, self.n, self.seed)
        return Sample(drawn["xy".index(word)], word)

    def fixed(self, word: str) -> None:
        """Nothing: what serves several cells is in one batch."""


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
        TIMED: Study(data.blobs_near, wide, informations, "wide"),
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
    return diffusion | {"KSG": KSG(), "binned": Binned(most_chance=1)}


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
        The rows, one per estimate, in the order of `batches`.

    Raises
    ------
    ValueError
        If `into` holds rows of other settings, a study is unknown, or another process measures into it.
    """
    unknown = sorted(set(only) - set(studies(settings)))
    if unknown:
        raise ValueError(f"there is no study {', '.join(unknown)}; there are {', '.join(studies(settings))}")
    study_settings.keep(settings, NAME, into)
    rows = Rows(into / ROWS, KEY, "settings")
    every = list(batches(settings))
    if not report_only:
        todo = [batch for batch in every if not only or batch.source.study in only]
        timed = [batch for batch in todo if batch.source.study == TIMED]
        measure(rows, [batch for batch in todo if batch.source.study != TIMED], as_row, afresh=afresh)
        measure(rows, timed, as_row, workers=1, afresh=afresh, before=warm)
    found = rows.of(cell for batch in every for cell in batch.cells)
    figures.draw(report.report(found, into), into)
    return found


def batches(settings: DiffusionToy) -> Iterator[Batch[Made]]:
    """Everything there is to measure, all studies of a seed before the next."""
    for seed in settings.seeds:
        few = seed not in settings.seeds[: settings.wide_seeds]
        for name, study in studies(settings).items():
            if few and study.rows == "wide":
                continue
            for at in [study.at] if study.still else [(one,) for one in study.at]:
                x, columns = at[0]
                source = Made(name, study.draw, x, columns, getattr(settings, study.rows), seed)
                own = tuple(cell for place in at for cell in _cells(name, study, place, seed))
                yield from [Batch(source, (one,)) for one in own] if name == TIMED else [Batch(source, own)]


def _cells(name: str, study: Study, at: tuple[float, int], seed: int) -> Iterator[Cell]:
    x, columns = at
    for measure_name, asked in study.measures(x).items():
        key = {"study": name, "columns": columns, "x": x, "seed": seed, "measure": measure_name}
        alone = study.rows == "n" or isinstance(asked, DiffusionEntropy)  # of data without labels
        yield Cell(measure_name, key, asked, ("x",) if alone else ("x", "y"))


def warm(left: Sequence[Batch[Made]]) -> None:
    """Measure a few rows, so that nothing is compiled or fetched while it is timed."""
    few = replace(left[0].source, n=WARM)
    for cell in {cell.name: cell for batch in left for cell in batch.cells}.values():
        cell.measure(*map(few, cell.of))


def as_row(source: Made, cell: Cell, result: Result) -> dict[str, Any]:
    """An estimate as it stands in the file; its time is that of the processor, the measure alone."""
    from infoplane import __version__

    return {
        **{name: cell.key[name] for name in ("study", "x", "columns", "seed", "measure")},
        "settings": describe(cell.measure),
        "value": result.estimate.value,
        "note": result.estimate.note,
        "n": result.n,
        "seconds": round(result.processor, 4),
        "version": __version__,
    }
