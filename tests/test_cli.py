"""The command line, as a user types it."""

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from infoplane import KSG, Ask, Probe, Run
from infoplane.cli.app import app, main


@pytest.fixture
def run(tmp_path) -> Run:
    rng = np.random.default_rng(0)
    run = Run(tmp_path / "runs" / "mine").create({"note": "mine"})
    run.set_probe(Probe(rng.normal(size=(60, 3)), np.arange(60) % 2))
    for step in (0, 5):
        run.save_snapshot(step, {"probe": {"fc": rng.normal(size=(60, 2))}}, output="fc")
    return run


def call(*words: object) -> None:
    app([str(word) for word in words], result_action="return_value")


def test_help_is_quick():
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        out = subprocess.run(
            [sys.executable, "-c", "from infoplane.cli.app import main; main()", "--help"],
            capture_output=True,
            text=True,
        )
        seconds.append(time.perf_counter() - start)
    assert out.returncode == 0
    for name in ("demo", "run", "measure", "benchmark", "plot", "show", "list"):
        assert name in out.stdout
    assert min(seconds) < 2  # 0.2 s on an idle machine; what makes it slow is an import, and costs more


def test_demo_in_its_smallest_form(tmp_path, capsys):
    pytest.importorskip("torch")
    call("demo", "--tiny", "--into", tmp_path / "demo")
    printed = capsys.readouterr().out
    for name in ("plots/plane.pdf", "plots/curves.pdf", "plots/trajectories.pdf", "dataset.nc", "seed-0/"):
        assert str(tmp_path / "demo" / name) in printed
    call("run", "--config", tmp_path / "demo" / "seed-0" / "run.json", "--into", tmp_path / "again")
    first, again = Run(tmp_path / "demo" / "seed-0"), Run(tmp_path / "again" / "seed-0")
    key = lambda row: (row["quantity"], row["step"], row["layer"])  # noqa: E731
    assert [row["value"] for row in sorted(again.rows(), key=key)] == [
        row["value"] for row in sorted(first.rows(), key=key)
    ]


def test_measure_a_run_of_one_s_own(run, tmp_path, capsys):
    call("measure", run.path)
    printed = capsys.readouterr().out
    assert "S₁(X;T) at epoch 5, nats" in printed
    assert len(run.rows()) == 4
    questions = tmp_path / "mine.py"
    questions.write_text(
        "from infoplane import KSG, Ask\nASKED = {'I(T;Y)': Ask(KSG(k=3), of=('layer', 'target'))}\n",
        encoding="utf-8",
    )
    call("measure", run.path, "--questions", f"{questions}:ASKED", "--workers", 1)
    assert {row["quantity"] for row in run.rows()} == {"S₁(X;T)", "S₁(T;Y)", "I(T;Y)"}


def test_each_run_is_asked_its_own_questions(run, tmp_path, capsys, monkeypatch):
    """Two of one experiment, one of another with other settings, and one of none."""
    runs = [run]
    for name, k in (("a", 3), ("b", 4), ("c", 3)):
        runs.append(Run(tmp_path / "runs" / name).create({"experiment": "made up", "k": k}))
        runs[-1].set_probe(Probe(np.random.default_rng(1).normal(size=(60, 3)), np.arange(60) % 2))
        runs[-1].save_snapshot(0, {"probe": {"fc": np.random.default_rng(2).normal(size=(60, 2))}})
    study = SimpleNamespace(questions=lambda k: {"I(T;Y)": Ask(KSG(k), of=("layer", "target"))})
    monkeypatch.setattr("infoplane.cli.commands.study_of", lambda said, _: (study, said["k"]))
    call("measure", *(one.path for one in runs))
    asked = [{(row["quantity"], row["settings"]) for row in one.rows()} for one in runs]
    plane = "Sliced(measure=KSG(k=5), directions=500, dim=1, seed=0)"
    three, four = {("I(T;Y)", "KSG(k=3)")}, {("I(T;Y)", "KSG(k=4)")}
    assert asked == [{("S₁(X;T)", plane), ("S₁(T;Y)", plane)}, three, four, three]
    printed = capsys.readouterr().out
    assert f"\n{runs[1].path}, {runs[3].path}:\nI(T;Y) at epoch 0, nats:" in printed
    assert printed.startswith(f"{runs[0].path}:\nS₁(X;T) at epoch 5, nats:")
    assert f"\n{runs[2].path}:\nI(T;Y)" in printed


def test_measure_says_why_there_is_no_estimate(run, capsys):
    for step in run.steps:
        run.save_snapshot(step, {"probe": {"fc": np.full((60, 2), np.nan)}})
    call("measure", run.path)
    assert "S₁(X;T): no estimate; 'layer:fc' has NaN" in capsys.readouterr().out


def test_a_study_repeated_from_one_of_its_runs_stays_whole(tmp_path):
    pytest.importorskip("torch")
    small = "--dataset mnist-5k --hidden 4 --depth 1 --epochs 1 --snapshots 2 --directions 5 --probe 100"
    study = tmp_path / "study"
    call("run", "mnist-mlp", *small.split(), "--seeds", 3, 5, "--into", study)
    before = (study / "estimates.csv").read_bytes()
    call("run", "--config", study / "seed-5" / "run.json")
    assert (study / "estimates.csv").read_bytes() == before
    assert sorted(path.name for path in study.glob("seed-*")) == ["seed-3", "seed-5"]


def test_plot_chooses_by_questions(run, tmp_path, capsys):
    for k in (3, 4):
        questions = tmp_path / f"k{k}.py"
        questions.write_text(
            f"from infoplane import KSG, Ask\nASKED = {{'I': Ask(KSG(k={k}), of=('layer', 'target'))}}\n",
            encoding="utf-8",
        )
        call("measure", run.path, "--questions", f"{questions}:ASKED")
    with pytest.raises(ValueError, match="stands for two things"):
        call("plot", run.path)
    call("plot", run.path, "--questions", f"{questions}:ASKED", "--into", tmp_path)
    assert (tmp_path / "plots" / "trajectories.pdf").exists()


def test_plot_show_and_list(run, capsys):
    call("measure", run.path)
    call("plot", run.path)
    assert (run.path / "plots" / "plane.pdf").stat().st_size > 1000
    capsys.readouterr()
    call("show", run.path)
    assert "2 snapshots" in capsys.readouterr().out
    call("list", run.path.parent)
    assert capsys.readouterr().out.count("Run(") == 1


LOADED = """
import json, sys
from infoplane.cli.app import app
app(sys.argv[1:], result_action="return_value")
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("command", ["show", "list", "plot"])
def test_looking_at_runs_loads_no_measure_and_no_study(run, command):
    call("measure", run.path)
    words = [command, str(run.path.parent if command == "list" else run.path)]
    done = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.splitlines()[-1])
    unused = {"numba", "sklearn", "torch", "infoplane.measures", "infoplane.evaluation", "infoplane.trust"}
    if command != "plot":  # which draws an xarray.Dataset, and xarray loads pandas
        unused |= {"pandas", "xarray", "scipy", "matplotlib", "infoplane.experiments"}
    assert not [name for name in loaded if name in unused or name.endswith((".study", ".report"))]
    assert "numpy" in loaded


OWN = """
from __future__ import annotations
from dataclasses import dataclass
from typing import ClassVar
from infoplane import Estimate

@dataclass(frozen=True)
class Zero:
    numbers: ClassVar[int] = 1
    def __call__(self, x, y):
        if y.ndim == 1:
            raise ValueError("no labels; numbers")
        return Estimate(0.0)

def zero(x, y):
    return 0.0

def breaks(x, y):
    return x[:, 0].sum() / y[:, 0].sum()
"""


@pytest.mark.parametrize("name", ["Zero", "zero"])
def test_benchmark_of_a_measure_of_one_s_own(tmp_path, capsys, name):
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    call("benchmark", f"{tmp_path}/own.py:{name}", "--n", 40, "--draws", 2, "--into", tmp_path / "page.md")
    printed = capsys.readouterr().out
    assert printed.strip() == (tmp_path / "page.md").read_text(encoding="utf-8").strip()
    lines = [[part.strip() for part in line.split("|")[1:-1]] for line in printed.split("\n") if "|" in line]
    assert lines[0] == ["distribution", "truth", name, "KSG", "MixedKSG", "GaussianCopula"]
    cells = {line[0]: line[2] for line in lines}
    assert cells["normal"] == "**-0.41 ± 0.00**"
    assert cells["independent 2+2"] == "+0.00 ± 0.00"
    assert cells["noisy labels 2+labels"] == ("refused" if name == "Zero" else "**-1.36 ± 0.00**")
    assert ("2+labels. The first: “no labels”" in printed) == (name == "Zero")


def test_benchmark_says_where_a_measure_broke(tmp_path):
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"broke on 'labelled normal 5\+labels' .* IndexError"):
        main(["benchmark", f"{tmp_path}/own.py:breaks", "--n", "40", "--draws", "2"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["measure", "nowhere"], "nowhere"),
        (["list", "nowhere"], "no runs below nowhere"),
        (["run", "--config", "nowhere/run.json"], "nowhere"),
        (["run", "mnist-mlp", "--hidden", "0"], "hidden"),
        (["benchmark", "nowhere.py:Mine"], "benchmark takes FILE.py:NAME"),
    ],
)
def test_mistakes_are_one_line(words, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    said = f"{stopped.value}{capsys.readouterr().out}"
    assert message in said
    assert "Traceback" not in said


def test_questions_from_a_file_that_is_not_there(run):
    with pytest.raises(ValueError, match=r"FILE\.py:NAME"):
        call("measure", run.path, "--questions", Path("nowhere.py:ASKED"))


def test_a_reader_that_has_enough_gets_no_traceback(run):
    command = [sys.executable, "-c", "from infoplane.cli.app import main; main()", "show", str(run.path)]
    shown = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    shown.stdout.close()  # before anything is written
    assert shown.stderr.read() == b""
    assert shown.wait() == 0
    shown.stderr.close()
