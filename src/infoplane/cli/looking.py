"""What the commands of `cli` that look at runs do. Imported when one runs; no measure and no study is."""

import json
from pathlib import Path
from typing import Annotated

from infoplane.cli.reference import Many, from_file
from infoplane.runs import Run


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
    from infoplane.experiments.shared.figures import draw
    from infoplane.results import load

    folder = into or (runs[0] if len(runs) == 1 else runs[0].parent)
    draw(load(runs, from_file(questions) if questions else None), folder)
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
