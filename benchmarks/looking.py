"""What it takes to look at three runs: `infoplane show`, `list` and `plot`, each started anew.

Beside them an interpreter that loads numpy alone, and one that loads what `plot` draws with.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from evaluating import a_run, questions
from side_by_side import in_turn, machine, table

from infoplane import evaluate

COMMAND = "from infoplane.cli.app import main; main()"


def started(code: str, *words: object) -> None:
    command = [sys.executable, "-c", code, *map(str, words)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    print(machine("xarray", "matplotlib"), "\n")
    with tempfile.TemporaryDirectory() as folder:
        runs = [a_run(Path(folder) / f"run-{i}", 500, (16, 10), 10) for i in range(3)]
        evaluate(runs, questions(10), progress=False)
        paths = [run.path for run in runs]
        calls = {
            "infoplane show": lambda: started(COMMAND, "show", paths[0]),
            "infoplane list": lambda: started(COMMAND, "list", folder),
            "infoplane plot": lambda: started(COMMAND, "plot", *paths),
            "numpy alone": lambda: started("import numpy"),
            "xarray and matplotlib alone": lambda: started("import xarray, matplotlib.figure"),
        }
        print(table("three runs of ten snapshots, looked at", in_turn(calls, 5), "infoplane show"))


if __name__ == "__main__":
    main()
