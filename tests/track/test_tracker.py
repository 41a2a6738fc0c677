import numpy as np
import pytest
import torch
from torch import nn

from infoplane.runs import Probe, Run
from infoplane.track import Tracker, log_spaced

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(12, 4)).astype(np.float32), np.arange(12) % 3


def mlp():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))


def test_snapshots_when_due_and_metrics_always(tmp_path):
    run = Run(tmp_path / "run")
    tracker = Tracker(mlp(), Probe(X, Y), ["0", "1"], at=log_spaced(4, count=2), into=run, settings={"a": 1})
    told = [tracker.step(step, loss=torch.tensor(step / 2), epoch=step / 10) for step in range(5)]
    assert told == [True, True, False, False, True]
    assert run.steps == (0, 1, 4)
    assert [row["loss"] for row in run.metrics()] == [0, 0.5, 1, 1.5, 2]
    assert run.settings == {"a": 1}
    assert run.info["step"] == "epoch"
    assert run.snapshot(0).layers == {"probe": ("0", "1")}
    assert run.snapshot(0).output is None
    assert run.sample("probe", "target").is_labels


def test_splits_and_output(tmp_path):
    probe = {"train": Probe(X, Y), "test": Probe(X[:5] + 1, Y[:5])}
    tracker = Tracker(mlp(), probe, ["1", "2"], into=tmp_path, step="optimiser step")
    tracker.step(0)
    snapshot = tracker.run.snapshot(0)
    assert snapshot.layers == {"train": ("1", "2"), "test": ("1", "2")}
    assert snapshot.output == "2"
    assert tracker.run.layer(0, "test", "2").shape == (5, 3)
    assert tracker.run.info["step"] == "optimiser step"


def test_activations_are_those_of_the_weights_as_they_are(tmp_path):
    model = mlp()
    tracker = Tracker(model, Probe(X), ["2"], into=tmp_path)
    tracker.step(0)
    with torch.no_grad():
        model[2].bias += 1
    tracker.step(1)
    run = tracker.run
    np.testing.assert_allclose(run.layer(1, "probe", "2"), run.layer(0, "probe", "2") + 1, atol=1e-6)


def test_a_replaced_submodule_is_followed(tmp_path):
    model = mlp()
    tracker = Tracker(model, Probe(X), ["2"], into=tmp_path)
    model[2] = nn.Linear(6, 3)
    nn.init.zeros_(model[2].weight)
    tracker.step(0)
    assert np.ptp(tracker.run.layer(0, "probe", "2"), axis=0).max() == 0


def test_a_submodule_that_has_gone_is_named(tmp_path):
    model = mlp()
    tracker = Tracker(model, Probe(X), ["2"], into=tmp_path)
    del model[2]
    with pytest.raises(ValueError, match=r"lost its module '2'"):
        tracker.step(0)


def test_a_snapshot_that_is_there_is_written_again_only_if_it_differs(tmp_path):
    model = mlp()
    first = Tracker(model, Probe(X, Y), ["2"], into=tmp_path)
    assert first.step(0)
    digests = first.run.snapshot(0).digests
    again = Tracker(model, Probe(X, Y), ["2"], into=tmp_path)
    assert not again.step(0)
    with torch.no_grad():
        model[2].bias += 1
    assert again.step(0)
    assert again.run.snapshot(0).digests != digests
    wider = Tracker(model, Probe(X, Y), ["1", "2"], into=tmp_path)
    assert wider.step(0)
    assert wider.run.snapshot(0).layers == {"probe": ("1", "2")}


def test_a_missing_start_is_warned_of_once(tmp_path):
    tracker = Tracker(mlp(), Probe(X), ["2"], into=tmp_path / "a")
    with pytest.warns(UserWarning, match=r"first step given is 1.*tracker.step\(0\)") as caught:
        tracker.step(1)
    assert caught[0].filename == __file__
    tracker.step(2)
    Tracker(mlp(), Probe(X), ["2"], at=[1, 2], into=tmp_path / "b").step(1)  # 0 isn't wanted
    Tracker(mlp(), Probe(X), ["2"], into=tmp_path / "c").step(0)
    Tracker(mlp(), Probe(X), ["2"], into=tmp_path / "c").step(5)  # resumed: 0 is there


@pytest.mark.parametrize("step", [-1, 0.5, True, "1", None])
def test_steps_are_integers_from_zero_on(tmp_path, step):
    tracker = Tracker(mlp(), Probe(X), ["2"], into=tmp_path)
    with pytest.raises(ValueError, match="must be an integer >= 0"):
        tracker.step(step)


def test_steps_end_where_netcdf_does(tmp_path):
    tracker = Tracker(mlp(), Probe(X), ["2"], at=[5], into=tmp_path)
    with pytest.raises(ValueError, match="step must be at most 2147483647"):
        tracker.step(2**31)  # whether it is due or not
    assert not tracker.step(2**31 - 1)


def test_a_snapshot_that_is_there_is_known_by_its_digests(tmp_path, monkeypatch):
    model = mlp()
    Tracker(model, Probe(X, Y), ["2"], into=tmp_path).step(0)
    again = Tracker(model, Probe(X, Y), ["2"], into=tmp_path)
    monkeypatch.setattr("infoplane.runs.outline.read_tensor", None)  # no array is read
    assert not again.step(0)


def test_a_frozen_part_in_inference_mode_is_recorded(tmp_path):
    class Frozen(nn.Linear):
        @torch.inference_mode()
        def forward(self, x):
            return super().forward(x)

    model = nn.Sequential(Frozen(4, 5), nn.ReLU())
    tracker = Tracker(model, Probe(X), ["0", "1"], into=tmp_path)
    tracker.step(0)
    expected = model[0](torch.from_numpy(X)).numpy()
    np.testing.assert_allclose(tracker.run.layer(0, "probe", "0"), expected, rtol=1e-6)


def test_steps_of_numpy_are_fine(tmp_path):
    assert Tracker(mlp(), Probe(X), ["2"], into=tmp_path).step(np.int64(0))


def test_the_table_is_written_once_and_only_for_the_default(tmp_path, capsys):
    Tracker(mlp(), Probe(X), ["0"], into=tmp_path / "a").step(0)
    assert capsys.readouterr() == ("", "")
    tracker = Tracker(mlp(), Probe(X), into=tmp_path / "b")
    tracker.step(0)
    out, err = capsys.readouterr()
    assert out == ""
    assert err == tracker.describe() + "\n"
    lines = [line.split() for line in err.splitlines()]
    assert ["1", "ReLU", "6"] in lines
    assert ["2", "Linear", "3", "what", "the", "model", "returns"] in lines


def test_token_ids_with_an_embedding_as_input(tmp_path):
    model = nn.Sequential(nn.Embedding(9, 2), nn.Flatten(), nn.Linear(6, 2))
    ids = np.arange(12 * 3).reshape(12, 3) % 9
    tracker = Tracker(model, Probe(ids, Y, as_input="0"), into=tmp_path)
    tracker.step(0)
    assert tracker.run.sample("probe", "input", 0).values.shape == (12, 6)
    with pytest.raises(
        ValueError, match=r"as_input names the layer 'embed', which isn't recorded: only 0, 2"
    ):
        Tracker(model, Probe(ids, Y, as_input="embed"), into=tmp_path / "b")


@pytest.mark.parametrize("probe", [X, {}, {"test": X}, (X, Y)])
def test_a_probe_is_a_probe(tmp_path, probe):
    with pytest.raises(ValueError, match="probe= takes Probe"):
        Tracker(mlp(), probe, into=tmp_path)


def test_nothing_is_created_when_the_layers_are_wrong(tmp_path):
    with pytest.raises(ValueError, match="no layer"):
        Tracker(mlp(), Probe(X), ["fc"], into=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_existing_run_keeps_its_settings(tmp_path):
    run = Run(tmp_path).create({"lr": 0.1})
    assert Tracker(mlp(), Probe(X), ["2"], into=run).run.settings == {"lr": 0.1}
    with pytest.raises(ValueError, match="lr"):
        Tracker(mlp(), Probe(X), ["2"], into=run, settings={"lr": 0.2})


def test_repr_says_what_goes_where(tmp_path):
    text = repr(Tracker(mlp(), Probe(X), ["0", "2"], into=tmp_path / "mine"))
    assert text.startswith("Tracker(Sequential: 0, 2 -> ")
    assert "mine" in text


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ({"step": 3}, "a metric can't be called 'step'"),
        ({"loss": np.ma.masked}, "metric 'loss' must be one number"),
        ({"loss": [1.0, 2.0]}, "metric 'loss' must be one number"),
    ],
)
def test_nothing_is_recorded_when_a_metric_is_wrong(tmp_path, metrics, said):
    tracker = Tracker(mlp(), Probe(X), ["2"], into=tmp_path)
    with pytest.raises(ValueError, match=said):
        tracker.step(0, **metrics)
    assert tracker.run.steps == ()
    assert tracker.run.metrics() == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"layers": 3}, "layers= takes names of modules, .*; got 3"),
        ({"layers": [0]}, r"layers= takes names of modules, .*; got \[0\]"),
        ({"batch_size": 2.5}, "batch_size must be an integer >= 1; got 2.5"),
        ({"settings": [1]}, r"settings must be a dict, .*; got \[1\]"),
        ({"step": 3}, "step= says what a step is"),
        ({"into": None}, "takes the path of a folder; got None"),
    ],
)
def test_settings_that_can_not_be(tmp_path, settings, said):
    with pytest.raises(ValueError, match=said):
        Tracker(mlp(), Probe(X), **{"layers": ["2"], "into": tmp_path} | settings)


@pytest.mark.parametrize("x", [np.array(["a"] * 12), X.astype(object), [[1.0, 2.0]] + [[1.0]] * 11])
def test_inputs_that_no_tensor_holds(tmp_path, x):
    with pytest.raises(ValueError, match="can't be given the probe's x, which is no array of numbers"):
        Tracker(mlp(), Probe(x, as_input=X), ["2"], into=tmp_path)


def test_inputs_by_names_that_are_no_strings(tmp_path):
    with pytest.raises(ValueError, match=r"the keys of the probe's x are the model's arguments; got \[0\]"):
        Tracker(mlp(), Probe({0: X}, as_input=X), ["2"], into=tmp_path)


def test_inputs_of_pandas_are_taken_by_their_order(tmp_path):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, index=np.arange(12)[::-1] / 4)  # a slice of it would go by these
    for name, x in (("frame", frame), ("array", X)):
        Tracker(mlp(), Probe(x), ["2"], into=tmp_path / name, batch_size=5).step(0)
    layers = [Run(tmp_path / name).layer(0, "probe", "2") for name in ("frame", "array")]
    np.testing.assert_array_equal(*layers)
