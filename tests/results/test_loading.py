"""Rows to dataset, what is left out, what is refused, differences, and files."""

import numpy as np
import pytest

from infoplane.measures import KSG, Plugin, Sliced
from infoplane.questions import Ask
from infoplane.results import load, save_dataset
from infoplane.runs import Probe, Run
from infoplane.runs.variables import Layer
from infoplane.settings import describe

SLICED = Sliced(KSG(k=3), directions=4)
N = 6


def make_run(path, steps=(0, 10), layers=("fc1", "fc2"), splits=("test",), step="epoch", output=None):
    rng = np.random.default_rng(0)
    run = Run(path).create({}, step=step)
    run.set_probe({split: Probe(rng.normal(size=(N, 3)), np.arange(N) % 2) for split in splits})
    for at in steps:
        arrays = {split: {name: rng.normal(size=(N, 2)) for name in layers} for split in splits}
        run.save_snapshot(at, arrays, output=output)
    return run


def put(run, *, name="S", step=0, of=("input", "layer:fc1"), measure=SLICED, value=1.0, split="test", **more):
    """Append a row as `evaluate` does."""
    layers = [word.removeprefix("layer:") for word in of if word.startswith("layer:")]
    row = {
        "quantity": name,
        "split": split,
        "step": step,
        "layer": "|".join(layers or of),
        "of": list(of),
        "measure": describe(measure),
        "settings": repr(measure),
        "data": run.outline().data_digest(split, step, of),
        "value": value,
        "unit": "nats",
        "errors": {},
        "note": "",
        "n": N,
        "seconds": 0.1,
        "version": "0.1.0",
    }
    with run.appending("estimates.jsonl") as append:
        append(row | more)


@pytest.fixture
def run(tmp_path):
    return make_run(tmp_path / "a")


def test_everything_in_a_row_arrives(run):
    put(
        run,
        errors={"slices": 0.3, "samples": 0.4},
        note="small classes",
        slices=[0.5, 1.5, 1.0, 1.0],
        frame=2,
    )
    put(run, step=10, of=("input", "layer:fc2"), value=float("nan"), note="no estimate")
    ds = load(run)
    one = ds.sel(run="a", split="test", step=0, layer="fc1", quantity="S")
    assert (one["value"], one["n"], one["note"], one["frame"]) == (1.0, N, "small classes", 2)
    assert (one["error_slices"], one["error_samples"], one["stderr"]) == (0.3, 0.4, 0.5)
    assert one["slices"].dtype == np.float32
    assert one["slices"].values.tolist() == [0.5, 1.5, 1.0, 1.0]
    assert (one["unit"], one["measure"], one["of"]) == ("nats", repr(SLICED), "input, layer")
    other = ds.sel(run="a", split="test", step=10, layer="fc2", quantity="S")
    assert np.isnan(other["value"])
    assert (other["n"], other["note"], other["frame"]) == (N, "no estimate", 0)
    nothing = ds.sel(run="a", split="test", step=0, layer="fc2", quantity="S")
    assert np.isnan(nothing[["value", "stderr", "n", "error_slices"]].to_array()).all()
    assert nothing["note"] == ""
    assert ds.attrs == {"step": "epoch", "schema": 1}


def test_the_dense_view_is_the_union_of_runs(tmp_path):
    a = make_run(tmp_path / "a" / "seed-0", layers=("z", "b"))
    b = make_run(tmp_path / "b" / "seed-0", steps=(5,), layers=("z", "c", "b"), splits=("train", "test"))
    c = make_run(tmp_path / "c" / "seed-0")
    put(a, step=10, of=("input", "layer:b"), value=1)
    put(a, step=10, of=("input", "layer:z"), value=2)
    put(b, step=5, of=("input", "layer:c"), value=3, split="train")
    ds = load([a, str(b.path), c])
    assert ds["run"].values.tolist() == ["a/seed-0", "b/seed-0", "c/seed-0"]
    assert ds["step"].values.tolist() == [5, 10]
    assert ds["layer"].values.tolist() == ["z", "b", "c"]  # as they fire, new ones behind
    assert ds["split"].values.tolist() == ["test", "train"]
    assert ds["value"].sel(run="b/seed-0", split="train", step=5, layer="c", quantity="S") == 3
    assert int(ds["value"].notnull().sum()) == 3


def test_the_last_row_of_a_key_counts(run):
    put(run, value=1.0)
    put(run, value=2.0)
    assert load(run)["value"].max() == 2


def test_the_last_row_counts_under_whatever_name(run):
    put(run, name="a", value=1.0)
    put(run, name="b", value=2.0)
    put(run, name="a", value=3.0)
    assert load(run, {"S": Ask(SLICED, of=("input", "layer"))})["value"].item() == 3
    assert dict(zip("ba", load(run)["value"].values.ravel(), strict=True)) == {"a": 3, "b": 2}


def test_stale_rows_are_left_out(run):
    put(run, step=0, value=1)
    put(run, step=10, value=2)
    put(run, step=10, of=("layer:fc1@first", "layer:fc2"), name="first", value=3)
    run.save_snapshot(0, {"test": {"fc1": np.ones((N, 2)), "fc2": np.ones((N, 2))}})
    assert load(run)["value"].values.ravel().tolist() == [2]
    run.save_snapshot(10, {"test": {"fc2": np.ones((N, 2))}})  # fc1 is no longer recorded
    assert load(run).sizes["quantity"] == 0
    run.discard_after(0)
    assert load(run).sizes["step"] == 0


def test_the_digest_is_of_all_variables_in_order(run):
    words = ["input", "layer:fc1"]
    same = run.outline().data_digest("test", 0, words)
    assert len(same) == 16
    assert run.outline().data_digest("test", 0, words[::-1]) != same
    assert run.outline().data_digest("test", 10, words) != same
    assert run.outline().data_digest("test", 10, ["input", "layer:fc1@first"]) == same


def test_two_measures_under_one_name_are_refused(run):
    put(run)
    put(run, measure=Sliced(KSG(k=5), directions=4))
    with pytest.raises(ValueError, match=r"'S' stands for two things, measure .*k=3.* and .*k=5"):
        load(run)


def test_two_choices_of_variables_under_one_name_are_refused(run):
    put(run)
    put(run, of=("input", "layer:fc2"))  # another layer is the same question
    load(run)
    put(run, of=("layer:fc1", "target"))
    with pytest.raises(ValueError, match="of 'input, layer' and 'layer, target'"):
        load(run)


def test_questions_pick_by_measure_and_variables_not_by_name(run):
    put(run, value=1)
    put(run, measure=Sliced(KSG(k=5), directions=4), value=2)
    put(run, of=("layer:fc2", "target"), value=3)
    put(run, of=("layer:fc1", "layer:fc2"), value=4)
    put(run, of=("layer:fc1@first", "layer:fc2"), step=10, value=5)
    put(run, of=("input", "target"), measure=Plugin(), value=6, name="I")
    questions = {
        "k3": Ask(SLICED, of=("input", "layer")),
        "k5": Ask(Sliced(KSG(k=5), directions=4), of=("input", "layer")),
        "y": Ask(SLICED, of=(Layer("fc2"), "target")),
        "pair": Ask(SLICED, of=("layer", Layer("fc2"))),
        "first": Ask(SLICED, of=(Layer("fc1", at="first"), "layer")),
        "xy": Ask(Plugin(), of=("input", "target")),
        "never": Ask(KSG(k=7), of=("input", "layer")),
    }
    ds = load(run, questions)
    assert ds["quantity"].values.tolist() == list(questions)
    assert ds["value"].max(["run", "split", "step", "layer"], skipna=True).values[:6].tolist() == [
        *range(1, 7)
    ]
    assert ds["value"].sel(quantity="never").isnull().all()
    assert str(ds["measure"].sel(quantity="never").values) == "KSG(k=7)"
    assert ds["layer"].values.tolist() == ["fc1", "fc2", "fc1@first|fc2", "fc1|fc2", "input|target"]


def test_what_is_of_no_layer_stands_last(tmp_path):
    """Whichever way round; but a layer that is called like an input stands where it fires."""
    run = make_run(tmp_path / "a", layers=("input", "fc1", "fc2"))
    for of in [("target", "input"), ("target",), ("input", "target"), ("layer:fc2", "layer:fc1")]:
        put(run, of=of, name="|".join(of), measure=Plugin())
    for name in ("fc2", "input", "fc1"):
        put(run, of=(f"layer:{name}",), name="H(T)", value={"input": 3.0}.get(name, 1.0))
    put(run, of=("input",), name="H(X)", value=4.0)
    ds = load(run)
    last = ["input|target", "target|input"]
    assert ds["layer"].values.tolist() == ["input", "fc1", "fc2", "fc2|fc1", "target", *last]
    # the row's `of`, and so the quantity, tells the layer from the probe's input
    at = ds["value"].sel(layer="input", step=0).squeeze()
    assert at.sel(quantity=["H(T)", "H(X)"]).values.tolist() == [3.0, 4.0]
    assert [str(ds["of"].sel(quantity=name).values) for name in ("H(T)", "H(X)")] == ["layer", "input"]


def test_the_output_is_the_runs_own(tmp_path):
    run = make_run(tmp_path / "a", output="fc2")
    put(run, of=("layer:fc1", "target"), value=1)
    put(run, of=("layer:fc2", "target"), value=2)
    ds = load(run, {"out": Ask(SLICED, of=("output", "target"))})
    assert ds["layer"].values.tolist() == ["fc2"]


def test_metrics_stand_on_their_own_steps(tmp_path):
    a, b = make_run(tmp_path / "a"), make_run(tmp_path / "b")
    a.log(0, train_loss=2.0)
    a.log(3, train_loss=float("nan"))
    a.log(3, test_loss=1.5)
    b.log(0, train_loss=2.5)
    b.log(0, train_loss=2.25)
    metric = load([a, b])["metric_value"]
    assert metric["metric_step"].values.tolist() == [0, 3]
    assert metric["metric"].values.tolist() == ["train_loss", "test_loss"]
    np.testing.assert_array_equal(metric.sel(metric="train_loss"), [[2, np.nan], [2.25, np.nan]])
    assert metric.sel(run="a", metric="test_loss", metric_step=3) == 1.5


def test_runs_that_do_not_belong_together_are_refused(tmp_path, run):
    other = make_run(tmp_path / "b", step="optimiser step")
    with pytest.raises(ValueError, match="count their steps differently: epoch, optimiser step"):
        load([run, other])
    with pytest.raises(ValueError, match="given twice"):
        load([run, run])


def test_a_dataset_without_estimates_is_one_but_no_file(run, tmp_path):
    run.log(0, train_loss=2.0)
    ds = load(run)
    assert ds["value"].shape == (1, 0, 0, 0, 0)
    assert ds["metric_value"].item() == 2
    with pytest.raises(ValueError, match="no estimate"):
        save_dataset(ds, tmp_path / "empty.nc")


def test_steps_beyond_netcdf_are_refused_by_name(run, tmp_path):
    """Of runs that were recorded before steps had an end."""
    put(run)
    ds = load(run)
    late = ds.assign_coords(step=ds["step"] + 2**31)
    with pytest.raises(ValueError, match="step goes up to 2147483648, and netCDF 3 ends at 2147483647"):
        save_dataset(late, tmp_path / "late.nc")
    assert save_dataset(ds.assign_coords(step=ds["step"] + 2**31 - 1), tmp_path / "last.nc").exists()


def test_rows_without_an_estimate_tell_no_unit(run):
    put(run, of=("input", "layer:fc1"), value=None, unit="nats")  # as `evaluate` writes degenerate data
    put(run, of=("input", "layer:fc2"), value=0.5, unit="")
    put(run, of=("input", "layer:fc2"), step=10, value=None, unit="nats")
    ds = load(run)
    assert ds["unit"].values.tolist() == [""]
    put(run, of=("input", "layer:fc1"), step=10, value=0.5, unit="nats")
    with pytest.raises(ValueError, match="unit '' and 'nats'"):
        load(run)
