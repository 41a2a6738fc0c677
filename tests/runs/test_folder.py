import builtins
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from infoplane import Probe, Run
from infoplane.storage import json_lines


class TestHandle:
    def test_holds_only_a_path(self, tmp_path, monkeypatch):
        def refuse(*_, **__):
            raise AssertionError("a handle must not touch the disk")

        for module, name in [
            (builtins, "open"),
            (os, "stat"),
            (os, "mkdir"),
            (os, "listdir"),
            (os, "scandir"),
        ]:
            monkeypatch.setattr(module, name, refuse)
        run = Run(str(tmp_path / "nowhere"))
        again = pickle.loads(pickle.dumps(run))
        equal, hashes = again == run, hash(again) == hash(run)
        monkeypatch.undo()
        assert equal
        assert hashes
        assert run.path == tmp_path / "nowhere"
        assert len(pickle.dumps(run)) < 1000
        assert not run.path.exists()

    def test_cannot_be_changed(self, tmp_path):
        with pytest.raises(AttributeError):
            Run(tmp_path).path = Path("elsewhere")

    def test_a_folder_that_is_no_run_is_refused(self, tmp_path):
        run = Run(tmp_path / "new")
        assert (run.steps, run.splits, run.metrics(), run.rows()) == ((), (), [], [])
        for use in (
            lambda: run.info,
            lambda: run.set_probe(Probe(np.ones((2, 1)))),
            lambda: run.log(0, loss=1),
            lambda: run.appending("estimates.jsonl"),
        ):
            with pytest.raises(ValueError, match=r"is not a run: it has no run\.json\. Begin with"):
                use()
        assert not run.path.exists()

    def test_imports_no_torch(self):
        code = (
            "import sys; from infoplane.runs import Probe, Run, Snapshot; "
            "print({'torch', 'numba', 'pandas', 'xarray', 'matplotlib'} & sys.modules.keys())"
        )
        assert (
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
        )


class TestRows:
    def test_metrics(self, run):
        run.log(0, train_loss=np.float32(0.5), epoch=0.0)
        run.log(np.int64(1), train_loss=float("nan"), **{"test/acc": 1})
        assert run.metrics() == [
            {"step": 0, "train_loss": 0.5, "epoch": 0.0},
            {"step": 1, "train_loss": None, "test/acc": 1},
        ]

    def test_a_metric_is_one_number(self, run):
        run.log(0, loss=np.array([0.5]), other=None)
        assert run.metrics() == [{"step": 0, "loss": 0.5, "other": None}]
        for wrong in ("low", [1.0, 2.0], np.zeros(2), {}):
            with pytest.raises(ValueError, match="metric 'loss' must be one number; got"):
                run.log(1, loss=wrong)
        assert len(run.metrics()) == 1

    def test_logging_from_several_threads(self, run):
        threads = [threading.Thread(target=lambda: [run.log(i, loss=1) for i in range(20)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(row["step"] for row in run.metrics()) == sorted(4 * list(range(20)))

    def test_estimates(self, run):
        with run.appending("estimates.jsonl") as append:
            append({"value": float("nan")})
            run.log(0, loss=1)  # another file, another lock
            with pytest.raises(ValueError, match="is writing"), run.appending("estimates.jsonl"):
                pass
        assert run.rows() == [{"value": None}]


class TestDiscardAfter:
    def test_drops_later_snapshots_and_metrics_but_no_estimates(self, run):
        for step in (0, 5, 10, 20):
            run.save_snapshot(step, {"test": {"a": np.ones(4)}})
            run.log(step, loss=step)
        run.log(7, loss=7)
        with run.appending("estimates.jsonl") as append:
            append({"step": 20})
        run.discard_after(7)
        assert run.steps == (0, 5)
        assert [row["step"] for row in run.metrics()] == [0, 5, 7]
        assert run.rows() == [{"step": 20}]
        run.log(8, loss=1)
        assert [row["step"] for row in run.metrics()] == [0, 5, 7, 8]

    def test_is_done_twice_as_well_as_once(self, run):
        run.discard_after(0)
        run.save_snapshot(1, {"test": {"a": np.ones(4)}})
        run.discard_after(0)
        run.discard_after(0)
        assert run.steps == ()

    def test_after_a_torn_row(self, run):
        run.log(0, loss=1)
        run.log(1, loss=1)
        path = run.path / "metrics.jsonl"
        path.write_bytes(path.read_bytes() + b'{"step": 2, "lo')
        run.discard_after(0)
        assert path.read_bytes() == json_lines.line({"step": 0, "loss": 1})


class TestRepr:
    def test_says_what_is_there_and_how_far(self, tmp_path, run):
        assert repr(Run(tmp_path / "none")) == f"Run({tmp_path / 'none'}: nothing there yet)"
        assert "lr=0.1; probe test 4; no snapshots; rows: metrics 0" in repr(run)
        for step in (0, 10):
            run.save_snapshot(step, {"test": {"a": np.ones(4), "b": np.ones(4)}})
        run.log(0, loss=1)
        assert "2 snapshots of 2 layers, epoch 0 to 10; rows: metrics 1, estimates 0" in repr(run)

    def test_in_a_notebook(self, tmp_path):
        run = Run(tmp_path / "<script>").create({"a": "<b>"})
        page = run._repr_html_()
        assert "<b>Run</b>" in page
        assert "&lt;script&gt;" in page
        assert "&lt;b&gt;" in page

    def test_damage_is_told_and_not_raised(self, run):
        run.save_snapshot(0, {"test": {"a": np.ones(4)}})
        for name in ("run.json", "probe.safetensors", "snapshots/000000.safetensors"):
            (run.path / name).write_bytes(b"")
        assert repr(run).count("is damaged") == 3
