import numpy as np
import pytest

from infoplane import Probe, Run


class TestRecord:
    layers = {"a": np.arange(8.0).reshape(4, 2)}  # noqa: RUF012

    def test_right_ids(self, run):
        run.record(0, self.layers, rows=[10, 11, 12, 13], split="test", output="a")
        assert run.snapshot(0).aligned == {"test": True}
        assert run.snapshot(0).output == "a"
        assert run.layer(0, "test", "a").tolist() == self.layers["a"].tolist()

    def test_no_ids(self, run):
        run.record(0, self.layers, split="test")
        assert run.snapshot(0).aligned == {"test": False}

    @pytest.mark.parametrize(
        ("name", "means"),
        [
            ("fc@first", "layer 'fc@first' ends in '@first', which means the layer at the run's first step"),
            ("@first", "layer '@first' ends in '@first'"),
            ("a|b", r"layer 'a\|b' has '\|' in its name, which stands between two layers in results"),
            ("input|target", r"layer 'input\|target' has '\|' in its name"),
        ],
    )
    def test_names_that_mean_something_in_results(self, run, name, means):
        with pytest.raises(ValueError, match=means):
            run.record(0, {name: self.layers["a"]}, split="test")
        with pytest.raises(ValueError, match=means):
            run.save_snapshot(0, {"test": {name: self.layers["a"]}})
        assert run.steps == ()

    def test_steps_end_where_netcdf_does(self, run):
        for step in (2**31, np.int64(2**31), 2**70):
            for take in (
                lambda step: run.record(step, self.layers, split="test"),
                lambda step: run.save_snapshot(step, {"test": self.layers}),
                lambda step: run.log(step, loss=1.0),
            ):
                with pytest.raises(
                    ValueError, match="step must be at most 2147483647, the largest that a netCDF"
                ):
                    take(step)
        assert run.steps == ()
        assert run.metrics() == []
        run.record(2**31 - 1, self.layers, split="test")
        assert run.steps == (2**31 - 1,)

    def test_permuted_ids(self, run):
        with pytest.raises(ValueError, match=r"permuted \(first at position 1: got 13, the probe has 11\)"):
            run.record(0, self.layers, rows=[10, 13, 12, 11], split="test")
        assert run.steps == ()

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ([10, 11, 12, 99], "missing: 13; not in the probe: 99"),
            ([10, 11, 12], "got 3; missing: 13; not in the probe: none"),
            ([10, 11, 12, 12], "got 4; missing: 13"),
            ([10, 11, 12, 13, 13], "the probe's 4 ids; got 5"),
            (list(range(20, 40)), r"not in the probe: 20, 21, 22, 23, 24, \.\.\. \(20\)"),
            (["10", "11", "12", "13"], "rows are strings; the probe's ids are integers"),
            ([10.0, 11.0, 12.0, 13.0], "one column of integers or strings"),
        ],
    )
    def test_wrong_ids(self, run, rows, said):
        with pytest.raises(ValueError, match=said):
            run.record(0, self.layers, rows=rows, split="test")
        assert run.steps == ()

    def test_ids_of_words(self, tmp_path):
        run = Run(tmp_path).create({})
        run.set_probe(Probe(np.ones((2, 1)), rows=["long name", "b"]))
        run.record(0, {"a": np.ones(2)}, rows=np.array(["long name", "b"], dtype=object))
        with pytest.raises(ValueError, match="permuted"):
            run.record(0, {"a": np.ones(2)}, rows=["b", "long name"])

    def test_wrong_length(self, run):
        with pytest.raises(ValueError, match="one row per sample of the probe's split 'test', 4; got 3"):
            run.record(0, {"a": np.ones(3)}, rows=[10, 11, 12, 13], split="test")

    def test_layer_by_layer(self, run):
        ids = [10, 11, 12, 13]
        run.record(0, {"b": np.ones(4)}, rows=ids, split="test", output="b")
        run.record(0, {"a": np.zeros(4)}, rows=ids, split="test")
        run.record(0, {"b": 2 * np.ones(4)}, rows=ids, split="test")
        assert run.snapshot(0).layers == {"test": ("b", "a")}
        assert run.snapshot(0).output == "b"
        assert run.snapshot(0).aligned == {"test": True}
        assert run.layer(0, "test", "b").tolist() == [[2]] * 4
        run.record(0, {"c": np.ones(4)}, split="test")
        assert run.snapshot(0).aligned == {"test": False}
        run.record(0, dict.fromkeys("abc", np.ones(4)), rows=ids, split="test")
        assert run.snapshot(0).aligned == {"test": True}

    def test_split_by_split(self, tmp_path):
        run = Run(tmp_path).create({})
        run.set_probe({"train": Probe(np.ones((3, 1))), "test": Probe(np.ones((2, 1)))})
        run.record(5, {"a": np.ones(3)}, rows=range(3), split="train")
        run.record(5, {"a": np.zeros(2)}, split="test")
        assert run.snapshot(5).layers == {"train": ("a",), "test": ("a",)}
        assert run.snapshot(5).aligned == {"train": True, "test": False}
        assert run.layer(5, "train", "a").tolist() == [[1]] * 3
