"""What is in a run, and how far it is, in a few words."""

from collections.abc import Callable
from pathlib import Path

from infoplane.runs import _info
from infoplane.runs.outline import Outline
from infoplane.storage.arrays import some


def summary(folder: Path) -> list[str]:
    """One phrase each for settings, probe, snapshots and rows; never raises for a damaged run."""
    if not folder.is_dir():
        return ["nothing there yet"]
    outline = Outline(folder)
    return [_safely(part, outline) for part in (_settings, _probe, _snapshots, _rows)]


def _safely(part: Callable[[Outline], str], outline: Outline) -> str:
    try:
        return part(outline)
    except (ValueError, OSError) as error:
        return str(error)


def _info_of(outline: Outline) -> dict:
    return _info.read(outline.folder / "run.json")


def _settings(outline: Outline) -> str:
    settings = _info_of(outline)["settings"]
    return some((f"{key}={value!r}" for key, value in settings.items()), 8) or "no settings"


def _probe(outline: Outline) -> str:
    sizes = [f"{split} {header.n}" for split, header in outline.probe.items()]
    return f"probe {some(sizes)}" if sizes else "no probe"


def _snapshots(outline: Outline) -> str:
    steps = outline.steps
    if not steps:
        return "no snapshots"
    layers = max(map(len, outline.snapshot(steps[-1]).layers.values()))
    what = _info_of(outline)["step"]
    return f"{len(steps)} snapshots of {layers} layers, {what} {steps[0]} to {steps[-1]}"


def _rows(outline: Outline) -> str:
    names = ("metrics", "estimates")
    return "rows: " + ", ".join(f"{name} {_lines(outline.folder / f'{name}.jsonl')}" for name in names)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0
