"""``infoplane run``: its commands are made of the studies that are there. Imported when one runs."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from cyclopts import App, Parameter

from infoplane.experiments.shared.study_settings import SETTINGS, read
from infoplane.experiments.studies import Command, commands, study_of
from infoplane.runs import Run

app = App(
    name="run",
    default_parameter=Parameter(consume_multiple=True, negative_iterable=()),  # --seeds 0 1 2
)
for each in commands().values():
    app.command(f"{__name__}:{each.name}", name=each.name, help=each.help)
FLAT, KEYWORD = Parameter(name="*"), inspect.Parameter.KEYWORD_ONLY


def __getattr__(name: str) -> Callable[..., None]:
    """The command of this name, made, and its study imported, when it is asked for."""
    known = commands()
    if name not in known:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return command(known[name])


def command(one: Command) -> Callable[..., None]:
    """A study's `run` with its settings as options; then a list of what is there."""
    study = one.load()
    kind, named = getattr(study, one.settings), getattr(study, "OPTIONS", {})
    called = {option: name for name, option in named.items()}

    def run(*, settings: Any = kind(), into: Path | None = None, **others: Any) -> None:  # noqa: B008  (frozen)
        given = {called.get(option, option): value for option, value in others.items()}
        run_and_list(study, settings, into or folder_of(study, settings), **given)

    others = [
        each.replace(name=named.get(each.name, each.name), kind=KEYWORD)
        for each in list(inspect.signature(study.run).parameters.values())[2:]
    ]
    usual = f"{folder_of(study, kind())}{' (the settings say)' if hasattr(study, 'folder') else ''}"
    where = Annotated[Path | None, Parameter(help=f"Where everything goes; by default {usual}.")]
    parameters = [
        inspect.Parameter("settings", KEYWORD, default=kind(), annotation=Annotated[kind, FLAT]),
        inspect.Parameter("into", KEYWORD, default=None, annotation=where),
        *others,
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    run.__doc__ = inspect.getdoc(study.run)
    for name, option in named.items():
        run.__doc__ = run.__doc__.replace(f"\n{name} :", f"\n{option} :") if run.__doc__ else None
    return run


def folder_of(study: ModuleType, settings: Any) -> Path:
    """Where a study goes by default."""
    return study.folder(settings) if hasattr(study, "folder") else Path("runs") / study.NAME


def run_and_list(study: ModuleType, settings: Any, into: Path, **others: Any) -> None:
    study.run(settings, into, **others)
    print(f"{study.NAME}: everything is in {into}/")
    for path in sorted([*into.glob("*"), *into.glob("plots/*")]):
        if path.name != "plots" and not path.name.startswith("."):
            print(f"  {path}{'/' if path.is_dir() else ''}")


@app.default
def again(*, config: Path, into: Path | None = None) -> None:
    """Repeat a study from the settings it left, of one of its runs or of its folder.

    Parameters
    ----------
    config
        A ``run.json`` or a study's ``settings.json``, or the folder that holds it.
    into
        Where the repetition goes; by default where the run is, which finishes it if it was interrupted.
    """
    if config.name == SETTINGS or (config / SETTINGS).exists():
        path = config if config.name == SETTINGS else config / SETTINGS
        study, settings = study_of(read(path), str(path))
        run_and_list(study, settings, into or path.parent)
        return
    run = Run(config.parent if config.name == "run.json" else config)
    study, settings = study_of(run.settings, f"{run.path}/run.json")
    if into is None:
        into, settings = run.path.parent, replace(settings, seeds=_seeds_beside(run))
    run_and_list(study, settings, into)


def _seeds_beside(run: Run) -> tuple[int, ...]:
    """The seeds of the study this run belongs to: its own, and those of the same settings beside it."""
    beside = [Run(path.parent).settings for path in run.path.parent.glob("*/run.json")]
    same = [other for other in beside if {**other, "seeds": 0} == {**run.settings, "seeds": 0}]
    return tuple(sorted({seed for other in same for seed in other["seeds"]}))
