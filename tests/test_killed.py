"""Runs and measurements killed at any moment end, started again, in the rows of an undisturbed one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from infoplane import Run

pytest.importorskip("torch")
SMALL = (
    "--dataset mnist-5k --hidden 8 --depth 2 --epochs 6 --snapshots 5 --seeds 0 --directions 60 --probe 300"
)


def command(*words: object) -> list[str]:
    return [sys.executable, "-c", "from infoplane.cli.app import main; main()", *map(str, words)]


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def killed(words: list[str], when, limit: float = 120) -> bool:
    """Start a command and kill it as soon as `when()`; False if it ended before."""
    process = subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    start = time.monotonic()
    while process.poll() is None and not when():
        assert time.monotonic() - start < limit, "the command hangs"
        time.sleep(0.002)
    ended = process.poll() is not None
    if not ended:
        os.killpg(process.pid, signal.SIGKILL)
    _, errors = process.communicate()
    assert not ended or process.returncode == 0, errors.decode()
    return not ended


def rows(run: Run) -> dict:
    return {(row["quantity"], row["step"], row["layer"]): row for row in run.rows()}


def test_killed_at_random_moments(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert not killed(command("run", "mnist-mlp", *SMALL.split(), "--into", whole), lambda: False)
    run = Run(broken / "seed-0")
    rng = np.random.default_rng(int.from_bytes(os.urandom(4), "little"))
    wanted = command("run", "mnist-mlp", *SMALL.split(), "--into", broken)
    metrics, estimates = run.path / "metrics.jsonl", run.path / "estimates.jsonl"
    for epoch in sorted(rng.choice(np.arange(1, 7), 2, replace=False)):
        pause = rng.uniform(0, 0.1)
        assert killed(wanted, lambda e=epoch, s=pause: lines(metrics) >= e and not time.sleep(s))
    assert killed(wanted, lambda: lines(estimates) >= rng.integers(1, 6))
    again = command("measure", run.path)
    assert killed(again, lambda: lines(estimates) >= rng.integers(7, 12))
    assert not killed(again, lambda: False)
    assert not killed(wanted, lambda: False)

    expected, got = rows(Run(whole / "seed-0")), rows(run)
    assert expected.keys() == got.keys()
    for key, row in expected.items():
        assert got[key]["data"] == row["data"]
        assert got[key]["value"] == pytest.approx(row["value"], abs=1e-9)
        assert got[key]["slices"] == pytest.approx(row["slices"], abs=1e-6)
    assert run.metrics() == Run(whole / "seed-0").metrics()
