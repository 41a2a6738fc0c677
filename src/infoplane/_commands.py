"""What the commands of `cli` do. Imported when one runs, because all that is heavy hangs on it."""

import importlib.util
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from cyclopts import Parameter

from infoplane._accuracy_page import page
from infoplane.accuracy import BESIDE, OURS, as_measure, cells, compare
from infoplane.evaluation import evaluate
from infoplane.experiments import mnist_mlp as mlp
from infoplane.experiments import regression as reg
from infoplane.experiments import synthetic as syn
from infoplane.experiments._figures import draw
from infoplane.known import catalogue
from infoplane.measures import KSG, Sliced
from infoplane.questions import Ask
from infoplane.results import load
from infoplane.runs import Run
from infoplane.runs._files import write_whole

Flat = Parameter(name="*")
Many = Parameter(consume_multiple=True)


@dataclass(frozen=True)
class Experiment:
    module: ModuleType
    settings: type


EXPERIMENTS = {
    mlp.NAME: Experiment(mlp, mlp.MnistMlp),
    reg.NAME: Experiment(reg, reg.Regression),
}
PLANE = {
    "S₁(X;T)": Ask(Sliced(KSG(k=5)), of=("input", "layer")),
    "S₁(T;Y)": Ask(Sliced(KSG(k=5)), of=("layer", "target")),
}


def mnist_mlp(
    *,
    settings: Annotated[mlp.MnistMlp, Flat] = mlp.MnistMlp(),  # noqa: B008  (frozen)
    into: Path | None = None,
    train_only: bool = False,
) -> None:
    """Train a ReLU network on MNIST for several seeds; measure and draw its sliced planes.

    Parameters
    ----------
    settings
        Of the experiment.
    into
        The folder for all seeds; by default h64 (or how many hidden units) in runs/mnist-mlp.
    train_only
        Leave measuring and drawing to ``infoplane measure`` and ``infoplane plot``.
    """
    _run(mlp, settings, into or Path("runs") / mlp.NAME / _variant(settings), train_only)


def wongso(
    *,
    settings: Annotated[mlp.Wongso, Flat] = mlp.Wongso(),  # noqa: B008  (frozen)
    into: Path = Path("runs/mnist-mlp/wongso"),
    train_only: bool = False,
) -> None:
    """Like mnist-mlp, with the defaults of the published notebooks; sets their table beside ours."""
    _run(mlp, settings, into, train_only)


def regression(
    *,
    settings: Annotated[reg.Regression, Flat] = reg.Regression(),  # noqa: B008  (frozen)
    into: Path = Path("runs/regression"),
    train_only: bool = False,
) -> None:
    """Measure a small regression network the wrong way and the right way."""
    _run(reg, settings, into, train_only)


def synthetic(
    *,
    settings: Annotated[syn.Synthetic, Flat] = syn.Synthetic(),  # noqa: B008  (frozen)
    into: Path = Path("runs/synthetic"),
    workers: int | None = None,
    report_only: bool = False,
) -> None:
    """Measure normal vectors of known information, whole and in slices, in up to 100 dimensions.

    Parameters
    ----------
    settings
        Of the experiment.
    into
        Where the estimates, tables and figures go.
    workers
        Processes; by default one per core.
    report_only
        Measure nothing; tables and figures of what is there.
    """
    syn.run(settings, into, workers=workers, report_only=report_only)
    _list_files(syn.NAME, into)


def demo(*, into: Path = Path("runs/demo"), tiny: bool = False) -> None:
    """Train the network on 5,000 digits, measure and draw.

    Parameters
    ----------
    into
        Where the runs, the dataset and the figures go.
    tiny
        The smallest form that still does every step, for tests.
    """
    small = mlp.Demo(hidden=8, depth=2, epochs=2, snapshots=3, seeds=(0,), directions=20, probe=200)
    _run(mlp, small if tiny else mlp.Demo(), into, False)


def _run(module: ModuleType, settings: Any, into: Path, train_only: bool) -> None:
    module.run(settings, into, train_only=train_only)
    _list_files(module.NAME, into)


def _list_files(name: str, into: Path) -> None:
    print(f"{name}: everything is in {into}/")
    for path in sorted([*into.glob("*"), *into.glob("plots/*")]):
        if path.name != "plots" and not path.name.startswith("."):
            print(f"  {path}{'/' if path.is_dir() else ''}")


def _variant(settings: mlp.MnistMlp) -> str:
    return f"h{settings.hidden}" + ("-5k" if settings.dataset == "mnist-5k" else "")


def again(config: Path, into: Path | None) -> None:
    """Repeat the run whose ``run.json`` this is."""
    run = Run(config.parent if config.name == "run.json" else config)
    experiment, settings = _experiment(run)
    if into is None:
        into, settings = run.path.parent, replace(settings, seeds=_seeds_beside(run))
    _run(experiment.module, settings, into, False)


def _seeds_beside(run: Run) -> tuple[int, ...]:
    """The seeds of the study this run belongs to: its own, and those of the same settings beside it."""
    beside = [Run(path.parent).settings for path in run.path.parent.glob("*/run.json")]
    same = [other for other in beside if {**other, "seeds": 0} == {**run.settings, "seeds": 0}]
    return tuple(sorted({seed for other in same for seed in other["seeds"]}))


def _experiment(run: Run) -> tuple[Experiment, Any]:
    """The experiment a run belongs to, and its settings."""
    recorded = dict(run.settings)
    name = recorded.pop("experiment", None)
    if name not in EXPERIMENTS:
        raise ValueError(
            f"{run.path} is not a run of an experiment ({', '.join(EXPERIMENTS)}): its settings name {name!r}"
        )
    known = {field.name for field in fields(EXPERIMENTS[name].settings)}
    unknown = sorted(recorded.keys() - known)
    if unknown:
        raise ValueError(f"{run.path}/run.json has settings that {name} does not know: {', '.join(unknown)}")
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in recorded.items()}
    return EXPERIMENTS[name], EXPERIMENTS[name].settings(**plain)


def measure(
    runs: Annotated[list[Path], Many], /, *, questions: str | None = None, workers: int | None = None
) -> None:
    """Measure what is not measured yet, and print a summary.

    Parameters
    ----------
    runs
        Run folders.
    questions
        FILE.py:NAME of a dict of `Ask`; by default the experiment's own, or the S₁ plane.
    workers
        Threads; by default one per core.
    """
    asked = _from_file(questions) if questions else _own_questions(Run(runs[0]))
    ds = evaluate(runs, asked, workers=workers)
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
    experiment, settings = _experiment(run)
    return experiment.module.questions(settings)


def _from_file(reference: str, taker: str = "--questions") -> Any:
    path, _, name = reference.rpartition(":")
    if not path.endswith(".py") or not name or not Path(path).is_file():
        raise ValueError(f"{taker} takes FILE.py:NAME with an existing file; got {reference!r}")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None and spec.loader is not None  # noqa: PT018  (a .py file has both)
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(spec.name, module)  # where dataclasses look up annotations that are strings
    spec.loader.exec_module(module)
    if not hasattr(module, name):
        defined = ", ".join(own for own in vars(module) if not own.startswith("_"))
        raise ValueError(f"{path} has no {name!r}; it defines {defined}")
    return getattr(module, name)


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
    asked = {name: as_measure(_from_file(measure, "benchmark"), name), **beside}
    print(text := page(name, compare(cells(asked, catalogue(), n, [draws] * len(n), seconds))))
    if into is not None:
        write_whole(into, text.encode())


def plot(
    runs: Annotated[list[Path], Many], /, *, questions: str | None = None, into: Path | None = None
) -> None:
    """Draw what was measured.

    Parameters
    ----------
    runs
        Run folders, drawn together.
    questions
        FILE.py:NAME of a dict of `Ask` to choose from what was measured; by default all of it.
    into
        Where the dataset and the figures go; by default the run's folder, or that of all runs.
    """
    folder = into or (runs[0] if len(runs) == 1 else runs[0].parent)
    draw(load(runs, _from_file(questions) if questions else None), folder)
    for path in sorted(folder.glob("plots/*")):
        print(path)


def show(run: Path, /) -> None:
    """Print what is in a run, and how far it is.

    Parameters
    ----------
    run
        A run folder.
    """
    print(Run(run))
    print(json.dumps(Run(run).info, indent=2, ensure_ascii=False))


def list_runs(folder: Path = Path("runs"), /) -> None:
    """Print a line for each run below a folder.

    Parameters
    ----------
    folder
        Where to look.
    """
    found = sorted(path.parent for path in folder.glob("**/run.json"))
    if not found:
        raise ValueError(f"no runs below {folder}/ (no run.json)")
    for path in found:
        print(Run(path))
