"""What the commands of `cli` that measure do. Imported when one runs: all that is heavy hangs on it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from infoplane.cli.cluster import executor_of
from infoplane.cli.reference import Many, from_file
from infoplane.evaluation import evaluate
from infoplane.experiments.studies import study_of
from infoplane.known import catalogue
from infoplane.measures import KSG, Sliced
from infoplane.questions import Ask
from infoplane.runs import Run
from infoplane.storage.files import write_whole
from infoplane.trust.accuracy import BESIDE, OURS, as_measure, cases, compare
from infoplane.trust.page import page
from infoplane.trust.targets import informations

if TYPE_CHECKING:
    import xarray as xr

PLANE = {
    "S₁(X;T)": Ask(Sliced(KSG(k=5)), of=("input", "layer")),
    "S₁(T;Y)": Ask(Sliced(KSG(k=5)), of=("layer", "target")),
}


def measure(
    runs: Annotated[list[Path], Many],
    /,
    *,
    questions: str | None = None,
    workers: int | None = None,
    dask: str | None = None,
) -> None:
    """Measure what is not measured yet, and print a summary.

    Parameters
    ----------
    runs
        Run folders. Each is asked its own experiment's questions; runs that are asked the same are summarised
        together.
    questions
        FILE.py:NAME of a dict of `Ask` for all of them; by default the experiment's own, or the S₁ plane.
    workers
        Threads; by default one per core.
    dask
        Address of a Dask scheduler, such as tcp://host:8786, whose workers see the runs' folders and measure.
    """
    groups = [(runs, from_file(questions))] if questions else _by_questions(runs)
    with executor_of(dask, questions.rpartition(":")[0] if questions else None) as executor:
        for own, asked in groups:
            ds = evaluate(own, asked, executor, workers=workers)
            if len(groups) > 1:
                print(f"{', '.join(map(str, own))}:")
            _summarise(ds)


def _by_questions(runs: Sequence[Path]) -> list[tuple[list[Path], Mapping[str, Ask]]]:
    """The runs that are asked the same, together."""
    groups: list[tuple[list[Path], Mapping[str, Ask]]] = []
    for run in runs:
        asked = _own_questions(Run(run))
        same = next((own for own, other in groups if other == asked), None)
        if same is None:
            groups.append(([run], asked))
        else:
            same.append(run)
    return groups


def _summarise(ds: "xr.Dataset") -> None:
    """Print the last values of each quantity."""
    for name in ds.quantity.values:
        values = ds.value.sel(quantity=name).mean("run").dropna("step", how="all")
        if not values.size:
            print(f"{name}: no estimate; {next(filter(None, ds.note.sel(quantity=name).values.flat), '')}")
            continue
        last = values.isel(step=-1).dropna("layer", how="all")
        print(f"{name} at {ds.attrs['step']} {int(last.step)}, {ds.unit.sel(quantity=name).item()}:")
        print(last.to_pandas().to_string(float_format="%.4f"))


def _own_questions(run: Run) -> Mapping[str, Ask]:
    if "experiment" not in run.settings:
        return PLANE
    study, settings = study_of(run.settings, f"{run.path}/run.json")
    return study.questions(settings)


def benchmark(
    measure: str,
    /,
    *,
    n: Annotated[tuple[int, ...], Many, Parameter(negative_iterable=())] = (500, 2_000),
    draws: int = 5,
    seconds: float = 1.0,
    into: Path | None = None,
) -> None:
    """Measure known distributions, and set bias and spread beside those of other measures.

    Parameters
    ----------
    measure
        FILE.py:NAME of a measure, a class of them with defaults, or a function of two arrays. A field
        `seed` is one more in every draw.
    n
        Numbers of samples.
    draws
        From each distribution, two or more.
    seconds
        For all draws of a cell of the table; a slow one has fewer, but two at least.
    into
        A Markdown file that keeps the page.
    """
    name = measure.rpartition(":")[2]
    beside = {ours: OURS[ours] for ours in BESIDE if ours != name}
    asked = {name: as_measure(from_file(measure, "benchmark"), name), **beside}
    print(text := page(name, compare(cases(asked, informations(catalogue()), n, [draws] * len(n), seconds))))
    if into is not None:
        write_whole(into, text.encode())
