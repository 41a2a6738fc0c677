import numpy as np
import pytest

from infoplane import Probe, Run, continuous, labels


class TestSample:
    def test_words_name_the_samples(self, run):
        run.save_snapshot(0, {"test": {"fc1": np.arange(4.0), "input": np.ones((4, 2))}})
        for word, step in (("input", None), ("target", None), ("layer:fc1", 0), ("layer:input", 0)):
            assert run.sample("test", word, step).name == word
        assert run.sample("test", "input").values.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
        assert run.sample("test", "target").classes == (0, 1)
        assert run.sample("test", "target").values.dtype == np.intp

    @pytest.mark.parametrize(
        ("y", "classes"),
        [
            (["a", "c", "a", "b"], ("a", "b", "c")),
            ([True, False, True, True], (False, True)),
            (labels([0.5, 2.5, 0.5, 0.5]), (0.5, 2.5)),
            ([0.5, 2.5, 0.5, 0.5], None),
        ],
    )
    def test_target(self, tmp_path, y, classes):
        run = Run(tmp_path).create({})
        probe = Probe(np.ones((4, 1)), y)
        run.set_probe(probe)
        sample = run.sample("probe", "target")
        assert sample.classes == classes
        assert sample.values.tolist() == probe.target().values.tolist()

    @pytest.mark.parametrize("as_input", [np.eye(4), [3, 1, 3, 1], lambda x: x[:, :1] / 2])
    def test_as_input(self, tmp_path, as_input):
        run = Run(tmp_path).create({})
        probe = Probe(np.arange(8).reshape(4, 2), as_input=as_input)
        run.set_probe(probe)
        assert run.sample("probe", "input").values.tolist() == probe.input().values.tolist()
        assert run.sample("probe", "input").classes == probe.input().classes

    def test_a_layer_as_input(self, tmp_path):
        run = Run(tmp_path).create({})
        run.set_probe(Probe(np.arange(8).reshape(4, 2), as_input="embed"))
        run.record(3, {"embed": np.eye(4)}, rows=range(4))
        assert run.probe_header("probe").as_input == "embed"
        sample = run.sample("probe", "input", 3)
        assert (sample.name, sample.width) == ("input", 4)
        assert run.digest("probe", "input", 3) == run.digest("probe", "layer:embed", 3)
        with pytest.raises(ValueError, match="layer 'embed' is another one at every step: say step="):
            run.sample("probe", "input")

    def test_a_layer_at_the_first_step(self, run):
        for step in (3, 8):
            run.save_snapshot(step, {"test": {"a": np.full((4, 1), float(step))}})
        first = run.sample("test", "layer:a@first", 8)
        assert (first.name, first.values.max()) == ("layer:a@first", 3)

    def test_layers_of_integers(self, run):
        run.save_snapshot(0, {"test": {"codes": np.array([7, 8, 7, 7]), "many": np.ones((4, 2), np.int8)}})
        assert run.sample("test", "layer:codes", 0).values.ravel().tolist() == [7, 8, 7, 7]
        assert not run.sample("test", "layer:codes", 0).is_labels
        many = run.sample("test", "layer:many", 0)
        assert not many.is_labels
        assert many.values.dtype == np.float64

    def test_what_is_not_there(self, tmp_path, run):
        with pytest.raises(ValueError, match="'input', 'target' or 'layer:NAME'; got 'output'"):
            run.sample("test", "output", 0)
        with pytest.raises(ValueError, match="no snapshot of step 7; it has none"):
            run.sample("test", "layer:a", 7)
        with pytest.raises(ValueError, match="has no snapshot yet"):
            run.sample("test", "layer:a@first")
        other = Run(tmp_path / "other").create({})
        other.set_probe(Probe(np.ones((2, 1))))
        with pytest.raises(ValueError, match="has no target: it was made without y"):
            other.sample("probe", "target")


def test_the_same_codes_under_other_names_are_other_data(tmp_path):
    digests = []
    for i, names in enumerate((["cat", "dog"], ["cow", "dog"], ["cat", "dog"])):
        run = Run(tmp_path / str(i)).create({})
        run.set_probe(Probe(np.arange(6.0).reshape(3, 2), [names[0], names[1], names[0]]))
        digests.append(run.digest("probe", "target"))
    assert digests[0] == digests[2] != digests[1]

    def test_what_a_type_decided_in_doubt_is_known_of_the_run(self, tmp_path):
        run = Run(tmp_path).create({})
        quantity = np.arange(40)
        run.set_probe(Probe(np.ones((40, 1)), quantity))
        assert "the 40 distinct integers of target" in run.sample("probe", "target").doubt
        assert run.sample("probe", "input").doubt == ""
        run.set_probe(Probe(np.ones((40, 1)), labels(quantity)))
        assert run.sample("probe", "target").doubt == ""

    def test_saying_it_makes_no_other_probe(self, tmp_path):
        run = Run(tmp_path).create({})
        x, y = np.ones((40, 1)), np.arange(40) % 2 * 1.0
        run.set_probe(Probe(x, y))
        run.save_snapshot(0, {"probe": {"a": x}})
        run.set_probe(Probe(x, continuous(y)))
        assert run.sample("probe", "target").doubt == ""
        with pytest.raises(ValueError, match="another probe"):
            run.set_probe(Probe(x, labels(y)))
