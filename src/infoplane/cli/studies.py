"""What the commands of `cli` that run an experiment do. Imported when one runs, as `_commands` is."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from cyclopts import Parameter

from infoplane.experiments.diffusion_toy import study as dif
from infoplane.experiments.ib_net import study as ib
from infoplane.experiments.mnist_hsic import study as hsic
from infoplane.experiments.mnist_mlp import study as mlp
from infoplane.experiments.regression import study as reg
from infoplane.experiments.synthetic import study as syn
from infoplane.runs import Run

Flat = Parameter(name="*")


@dataclass(frozen=True)
class Experiment:
    module: ModuleType
    settings: type


EXPERIMENTS = {
    mlp.NAME: Experiment(mlp, mlp.MnistMlp),
    reg.NAME: Experiment(reg, reg.Regression),
    ib.NAME: Experiment(ib, ib.IbNet),
    hsic.NAME: Experiment(hsic, hsic.MnistHsic),
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


def ib_net(
    *,
    settings: Annotated[ib.IbNet, Flat] = ib.IbNet(),  # noqa: B008  (frozen)
    into: Path = Path("runs/ib-net"),
    train_only: bool = False,
) -> None:
    """Train tanh and ReLU networks on a 12-bit task; measure and draw their binned and KDE planes."""
    _run(ib, settings, into, train_only)


def mnist_hsic(
    *,
    settings: Annotated[hsic.MnistHsic, Flat] = hsic.MnistHsic(),  # noqa: B008  (frozen)
    into: Path | None = None,
    train_only: bool = False,
) -> None:
    """Train PyGlow's network for several seeds; measure its HSIC plane as published, and on a fixed probe.

    Parameters
    ----------
    settings
        Of the experiment.
    into
        The folder for all networks and seeds; by default that of the dataset in runs/mnist-hsic.
    train_only
        Leave measuring and drawing for later.
    """
    _run(hsic, settings, into or Path("runs") / hsic.NAME / settings.dataset, train_only)


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


def diffusion_toy(
    *,
    settings: Annotated[dif.DiffusionToy, Flat] = dif.DiffusionToy(),  # noqa: B008  (frozen)
    into: Path = Path("runs/diffusion-toy"),
    studies: tuple[str, ...] = (),
    afresh: bool = False,
    report_only: bool = False,
) -> None:
    """Measure diffusion spectral entropy and information of made-up data, with many bandwidths.

    Parameters
    ----------
    settings
        Of the experiment.
    into
        Where the estimates, tables and figures go.
    studies
        Measure these only, such as width, which is timed.
    afresh
        Measure them again: for the times, once nothing else runs.
    report_only
        Measure nothing; tables and figures of what is there.
    """
    dif.run(settings, into, only=studies, afresh=afresh, report_only=report_only)
    _list_files(dif.NAME, into)


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
    experiment, settings = experiment_of(run)
    if into is None:
        into, settings = run.path.parent, replace(settings, seeds=_seeds_beside(run))
    _run(experiment.module, settings, into, False)


def _seeds_beside(run: Run) -> tuple[int, ...]:
    """The seeds of the study this run belongs to: its own, and those of the same settings beside it."""
    beside = [Run(path.parent).settings for path in run.path.parent.glob("*/run.json")]
    same = [other for other in beside if {**other, "seeds": 0} == {**run.settings, "seeds": 0}]
    return tuple(sorted({seed for other in same for seed in other["seeds"]}))


def experiment_of(run: Run) -> tuple[Experiment, Any]:
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
