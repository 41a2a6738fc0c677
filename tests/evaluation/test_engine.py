"""What executors, workers, interrupts and many headers have to do with results: nothing."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from infoplane import KSG, Ask, Estimate, Probe, Run, Sliced, evaluate, load
from infoplane.cli.app import main
from infoplane.evaluation import workplace
from infoplane.storage import files

QUESTIONS = {
    "S₁(X;T)": Ask(Sliced(KSG(k=3), directions=20), of=("input", "layer")),
    "S₁(T;Y)": Ask(Sliced(KSG(k=3), directions=20), of=("layer", "target")),
}


def a_run(path: Path, steps: int = 3, layers: int = 2, n: int = 60) -> Run:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 5))
    run = Run(path).create({}, step="epoch")
    run.set_probe(Probe(x, np.arange(n) % 3))
    for step in range(steps):
        arrays = {f"fc{i}": x @ rng.normal(size=(5, 4)) for i in range(layers)}
        run.save_snapshot(step, {"probe": arrays})
    return run


@dataclass(frozen=True)
class Mean:
    """Something quick to measure."""

    shift: int = 0

    def __call__(self, x, y) -> Estimate:
        return Estimate(float(x.values.mean() + self.shift))


@dataclass(frozen=True)
class KillsOnce:
    """Kills its process where no other did before, as a machine that runs out of memory does."""

    trace: str

    def __call__(self, x, y) -> Estimate:
        try:
            with open(self.trace, "x"):
                os.kill(os.getpid(), signal.SIGKILL)
        except FileExistsError:
            return Estimate(float(np.asarray(x.values).mean()))
        raise AssertionError


def blas_threads() -> list[int]:
    return [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]


def two_threads() -> None:
    threadpool_limits(2, user_api="blas")


def traces() -> tuple[list[int], int]:
    """What measuring has left in this process."""
    time.sleep(workplace.LINGER + 0.5)
    return blas_threads(), len(workplace._HERE.samples)


def test_a_header_is_read_once(tmp_path, monkeypatch):
    run = a_run(tmp_path / "run", steps=12, layers=20)
    read: list[str] = []
    original = files.read_header
    for reader in ("_probe_file", "snapshots"):
        monkeypatch.setattr(
            f"infoplane.runs.{reader}.read_header", lambda path: read.append(path.name) or original(path)
        )
    asked = {"x": Ask(Mean(), of=("input", "layer")), "y": Ask(Mean(1), of=("layer", "target"))}
    ds = evaluate(run, asked, progress=False)
    assert int(ds.value.count()) == 480
    assert sorted(read) == sorted({*read})
    assert len(read) == 13
    assert evaluate(run, asked, progress=False).identical(ds)
    assert len(read) == 26
    assert load(run, asked).identical(ds)


@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_workers_are_left_as_they_were(tmp_path, start):
    run = a_run(tmp_path / "run")
    threads = evaluate(run, QUESTIONS, progress=False)
    assert not workplace._HERE.samples
    (run.path / "estimates.jsonl").unlink()
    context = multiprocessing.get_context(start)
    with ProcessPoolExecutor(2, mp_context=context, initializer=two_threads) as executor:
        processes = evaluate(run, QUESTIONS, executor=executor, progress=False)
        left = [executor.submit(traces).result() for _ in range(2)]
    assert processes.identical(threads)
    for threads_of_blas, samples in left:
        assert threads_of_blas
        assert set(threads_of_blas) == {2}
        assert samples == 0


def test_blas_has_one_thread_while_measuring_and_then_what_it_had(tmp_path):
    seen: list[int] = []

    @dataclass(frozen=True)
    class Look:
        def __call__(self, x) -> Estimate:
            seen.extend(blas_threads())
            return Estimate(0.0)

    with threadpool_limits(2, user_api="blas"):
        evaluate(a_run(tmp_path / "run"), {"look": Ask(Look(), of=("layer",))}, progress=False)
        after = blas_threads()
    assert set(seen) == {1}
    assert set(after) == {2}


def test_a_killed_worker_of_a_pool_ends_it_with_a_sentence(tmp_path):
    run = a_run(tmp_path / "run")
    asked = {"mean": Ask(KillsOnce(str(tmp_path / "trace")), of=("layer", "input"))}
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(1, mp_context=context) as executor,
        pytest.raises(BrokenExecutor, match=r"worker process died .* of 6 estimates .* start it again"),
    ):
        evaluate(run, asked, executor=executor, progress=False)
    ds = evaluate(run, asked, progress=False)
    assert int(ds.value.count()) == len(run.rows()) == 6


def test_a_killed_worker_of_a_cluster_is_made_good(tmp_path):
    distributed = pytest.importorskip("distributed")
    asked = {**QUESTIONS, "mean": Ask(KillsOnce(str(tmp_path / "trace")), of=("layer", "input"))}
    run = a_run(tmp_path / "run")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        before = client.run(blas_threads)
        ds = evaluate(run, asked, executor=client.get_executor(), progress=False)
        assert (tmp_path / "trace").exists()
        left = client.run(traces)
    assert int(ds.value.count()) == 18
    assert len(run.rows()) == 18
    one = next(iter(before.values()))
    assert all(threads == one and samples == 0 for threads, samples in left.values())
    (run.path / "estimates.jsonl").unlink()
    assert evaluate(run, asked, progress=False).identical(ds)


LONG = """
import time
from infoplane import Ask, Criterion
def quick(t, y): return 0.0
def long(t, x): time.sleep(100); return 0.0
ASKED = {"quick": Ask(Criterion("quick", quick), of=("layer", "target")),
         "long": Ask(Criterion("long", long), of=("layer", "input"))}
FIRST = {"quick": ASKED["quick"]}
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_a_long_estimate_at_once(tmp_path, number, code):
    run = a_run(tmp_path / "run")
    (tmp_path / "asked.py").write_text(LONG)
    command = [sys.executable, "-c", "from infoplane.cli.app import main; main()", "measure", str(run.path)]
    done = subprocess.run(
        [*command, "--questions", f"{tmp_path}/asked.py:FIRST"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    kept = (run.path / "estimates.jsonl").read_bytes()
    process = subprocess.Popen(
        [*command, "--questions", f"{tmp_path}/asked.py:ASKED"],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    lock = run.path / ".estimates.jsonl.lock"
    lock.unlink(missing_ok=True)
    while not lock.exists():  # measuring has begun
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.5)
    start = time.monotonic()
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=30)
    assert time.monotonic() - start < 2
    assert process.returncode == code
    assert "0 of 6 estimates are done and kept" in said.decode()
    assert "Traceback" not in said.decode()
    assert (run.path / "estimates.jsonl").read_bytes() == kept
    assert len([json.loads(line) for line in kept.splitlines()]) == 6


def test_the_command_measures_on_a_cluster(tmp_path, capsys):
    distributed = pytest.importorskip("distributed")
    run = a_run(tmp_path / "run")
    (tmp_path / "cluster_asked.py").write_text(LONG)
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster:
        asked = f"{tmp_path / 'cluster_asked.py'}:FIRST"
        with pytest.raises(SystemExit) as ended:
            main(["measure", str(run.path), "--questions", asked, "--dask", cluster.scheduler_address])
    assert ended.value.code == 0
    assert "quick at epoch 2" in capsys.readouterr().out
    assert len(run.rows()) == 6


def test_no_cluster_there(tmp_path, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("infoplane.cli.cluster.SECONDS", 0.5)
    with pytest.raises(SystemExit, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        main(["measure", str(a_run(tmp_path / "run").path), "--dask", "tcp://127.0.0.1:9"])
