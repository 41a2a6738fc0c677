"""What is in a run, and how far it is, in a few words."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from infoplane.storage.arrays import some

if TYPE_CHECKING:
    from infoplane.runs.folder import Run


def summary(run: "Run") -> list[str]:
    """One phrase each for settings, probe, snapshots and rows; never raises for a damaged run."""
    if not run.path.is_dir():
        return ["nothing there yet"]
    return [_safely(part, run) for part in (_settings, _probe, _snapshots, _rows)]


def _safely(part: Callable[["Run"], str], run: "Run") -> str:
    try:
        return part(run)
    except (ValueError, OSError) as error:
        return str(error)


def _settings(run: "Run") -> str:
    return some((f"{key}={value!r}" for key, value in run.settings.items()), 8) or "no settings"


def _probe(run: "Run") -> str:
    return (
        f"probe {some(f'{split} {run.probe_header(split).n}' for split in run.splits)}"
        if run.splits
        else "no probe"
    )


def _snapshots(run: "Run") -> str:
    steps = run.steps
    if not steps:
        return "no snapshots"
    last = run.snapshot(steps[-1])
    layers = max(map(len, last.layers.values()))
    return f"{len(steps)} snapshots of {layers} layers, {run.info['step']} {steps[0]} to {steps[-1]}"


def _rows(run: "Run") -> str:
    names = ("metrics", "estimates")
    return "rows: " + ", ".join(f"{name} {_lines(run.path / f'{name}.jsonl')}" for name in names)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0
