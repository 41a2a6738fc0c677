"""What the commands of `cli` do. Imported when one runs, because all that is heavy hangs on it."""

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from cyclopts import Parameter

from infoplane.evaluation import evaluate
from infoplane.experiments import mnist_mlp as mlp
from infoplane.experiments import regression as reg
from infoplane.experiments._figures import draw
from infoplane.measures import KSG, Sliced
from infoplane.questions import Ask
from infoplane.results import load
from infoplane.runs import Run

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
    print(f"{module.NAME}: everything is in {into}/")
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


def _from_file(reference: str) -> Mapping[str, Ask]:
    path, _, name = reference.rpartition(":")
    if not path.endswith(".py") or not name or not Path(path).is_file():
        raise ValueError(f"--questions takes FILE.py:NAME with an existing file; got {reference!r}")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None  # a .py file has one
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, name):
        defined = ", ".join(own for own in vars(module) if not own.startswith("_"))
        raise ValueError(f"{path} has no {name!r}; it defines {defined}")
    return getattr(module, name)


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
