import numpy as np
import pytest

from infoplane import Probe, Run


class TestProbe:
    def test_alone_is_the_split_probe(self, tmp_path):
        run = Run(tmp_path).create({})
        run.set_probe(Probe(np.ones((3, 2))))
        assert run.splits == ("probe",)
        assert "target" not in run.probe_header("probe").digests

    def test_arrays_and_header(self, tmp_path):
        run = Run(tmp_path).create({})
        x = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
        run.set_probe(
            {"train": Probe(x, ["b", "a", "b"], rows=["ü", "v/w", ""]), "test": Probe(x, [0.5, 1, 2])}
        )
        assert run.splits == ("train", "test")
        header, arrays = run.probe_header("train"), run.probe_arrays("train")
        assert (header.n, header.as_input, header.classes) == (3, None, {"target": ("a", "b")})
        assert list(header.digests) == ["input", "target", "rows"]
        assert arrays["input"].tolist() == x.reshape(3, 4).tolist()
        assert arrays["input"].dtype == np.float32
        assert arrays["target"].tolist() == [1, 0, 1]
        assert arrays["rows"].tolist() == ["ü", "v/w", ""]
        assert run.probe_arrays("test")["target"].tolist() == [[0.5], [1], [2]]
        assert run.probe_arrays("test")["rows"].tolist() == [0, 1, 2]
        with pytest.raises(ValueError, match="no split 'val'; it has train, test"):
            run.probe_header("val")

    def test_without_one(self, tmp_path):
        run = Run(tmp_path).create({})
        assert run.splits == ()
        for use in (
            lambda: run.sample("probe", "input"),
            lambda: run.record(0, {"a": np.ones(3)}),
            lambda: run.save_snapshot(0, {"probe": {"a": np.ones(3)}}),
        ):
            with pytest.raises(ValueError, match=r"has no probe yet: .*set_probe"):
                use()

    @pytest.mark.parametrize("probe", [{}, {"a/b": None}, {"": None}, {3: None}])
    def test_names_of_splits(self, run, probe):
        with pytest.raises(ValueError, match="splits must be named, without '/'"):
            run.set_probe(probe)

    def test_may_change_before_the_first_snapshot_only(self, run):
        def probe(scale=1.0, y=(0, 1, 1, 0), rows=(10, 11, 12, 13)):
            return {"test": Probe(scale * np.arange(8.0).reshape(4, 2), y, rows=rows)}

        run.set_probe(probe(scale=2))
        run.set_probe(probe())
        run.save_snapshot(0, {"test": {"a": np.ones(4)}})
        before = (run.path / "probe.safetensors").stat().st_mtime_ns
        run.set_probe(probe())
        assert (run.path / "probe.safetensors").stat().st_mtime_ns == before
        for other in (
            probe(scale=2),
            probe(y=[1, 0, 0, 1]),
            probe(y=["a", "b", "b", "a"]),
            probe(rows=[10, 11, 13, 12]),
            probe() | {"train": Probe(np.ones((2, 2)))},
            {"train": probe()["test"]},
        ):
            with pytest.raises(ValueError, match=r"has snapshots of another probe \(splits that differ: .*t"):
                run.set_probe(other)
        run.discard_after(-1)
        run.set_probe(probe(scale=2))
