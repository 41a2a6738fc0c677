"""The 12-bit task and its networks, and the experiment in a small form."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from infoplane import Binned, Run, bins
from infoplane.experiments.ib_net import report as _ib_net_report
from infoplane.experiments.ib_net import study as ib_net
from infoplane.experiments.shared.tables import find, read_rows
from infoplane.results import open_dataset

SMALL = ib_net.IbNet(activations=("tanh",), epochs=1, seeds=(0, 1))
LAYERS = ["hidden1", "hidden2", "hidden3", "hidden4", "hidden5", "output"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    into = tmp_path_factory.mktemp("ib-net")
    return into, ib_net.run(SMALL, into)


def test_task_is_balanced_and_whole():
    x, y = ib_net.task()
    assert len(np.unique(x, axis=0)) == 4096
    assert set(np.unique(x)) == {0, 1}
    assert y.sum() == 2036
    p = np.array([y.mean(), 1 - y.mean()])
    assert 1 + (p * np.log2(p)).sum() == pytest.approx(2e-5, abs=1e-5)


def symmetries():
    """How two turns of a fifth, a third, and a mirror move the corners: they make all 120."""
    corners = ib_net.corners()
    axis = corners[0]
    cross = np.cross(np.eye(3), axis)
    angle = 2 * np.pi / 5
    fifth = np.eye(3) * np.cos(angle) + cross * np.sin(angle) + np.outer(axis, axis) * (1 - np.cos(angle))
    third, mirror = np.roll(np.eye(3), 1, axis=1), np.diag([-1.0, 1, 1])
    for turn in (fifth, third, mirror):
        distances = np.linalg.norm((corners @ turn)[:, None] - corners, axis=2)
        assert np.sort(distances.min(axis=1))[-1] < 1e-12
        yield distances.argmin(axis=1)


def test_label_does_not_change_under_the_symmetries_of_the_icosahedron():
    x, y = ib_net.task()
    for moved in symmetries():
        assert sorted(moved) == list(range(12))
        number = x[:, moved].astype(int) @ (1 << np.arange(11, -1, -1))
        np.testing.assert_array_equal(y[number], y)


def test_no_length_lies_near_the_threshold():
    x, _ = ib_net.task()
    length = np.linalg.norm(x @ ib_net.corners(), axis=1)
    assert np.abs(length - 1.6).min() > 0.1


def test_schedule_of_the_papers():
    steps = ib_net.schedule(10_000)
    assert steps[:22] == (*range(20), 20, 25)
    assert steps[-1] == 10_000
    assert len(steps) == 20 + 16 + 95 + 80 + 1
    assert ib_net.schedule(2) == (0, 1, 2)
    assert ib_net.schedule(2000)[-2:] == (1980, 2000)


def test_networks_begin_with_the_same_weights():
    both = ib_net.networks(ib_net.IbNet(), 3)
    state = both.state_dict()
    for name, weights in state.items():
        if name.startswith("tanh."):
            assert torch.equal(weights, state["relu." + name.removeprefix("tanh.")])
        if name.endswith("weight"):
            sd = weights.shape[1] ** -0.5
            assert weights.abs().max() <= 2 * sd
        else:
            assert not weights.any()
    sizes = [tuple(state[f"tanh.{name}.weight"].shape) for name in ("hidden1.0", "hidden5.0", "logits")]
    assert sizes == [(10, 12), (3, 4), (2, 3)]


def test_each_network_trains_as_if_alone(small, tmp_path):
    into, _ = small
    run = ib_net.train(replace(SMALL, activations=("tanh", "relu")), 0, Run(tmp_path / "both"))
    alone = Run(into / "seed-0")
    for layer in LAYERS:
        name = f"tanh.{layer}"
        np.testing.assert_array_equal(run.layer(1, "all", name), alone.layer(1, "all", name))
    assert (run.layer(1, "all", "relu.hidden5") >= 0).all()


def test_run_leaves_everything(small):
    into, ds = small
    assert list(ds.layer.values) == [f"tanh.{layer}" for layer in LAYERS]
    assert ds.step.values.tolist() == [0, 1]
    assert set(ds.quantity.values) == set(ib_net.questions(SMALL))
    assert ds["value"].notnull().all()
    assert {path.name for path in into.glob("plots/*")} == {f"ib-net.{end}" for end in ("pdf", "png", "svg")}
    assert open_dataset(into / "dataset.nc")["value"].equals(ds["value"])
    rows = read_rows(into / "changes.csv")
    page = (into / "changes.md").read_text(encoding="utf-8")
    assert page == f"{_ib_net_report.changes_table(rows)}\n{_ib_net_report.verdicts(rows)}"


def test_run_again_measures_nothing_again(small):
    into, ds = small
    before = (into / "seed-0" / "estimates.jsonl").read_bytes()
    again = ib_net.run(SMALL, into)
    assert (into / "seed-0" / "estimates.jsonl").read_bytes() == before
    assert again["value"].equals(ds["value"])


def test_estimates_are_of_all_inputs_at_the_snapshot(small):
    _, ds = small
    x, y = ib_net.task()
    network = ib_net.networks(SMALL, 1)["tanh"]
    with torch.no_grad():
        t = network["hidden2"](network["hidden1"](torch.from_numpy(x))).numpy()
    at = ds["value"].sel(run="seed-1", split="all", step=0, layer="tanh.hidden2")
    about_x = Binned(bins.FixedRange(-1, 1, 30), x=bins.Rows())(x, t)
    assert at.sel(quantity="I_range(X;T)").item() == pytest.approx(about_x.value, abs=1e-6)
    about_y = Binned(bins.FixedWidth(0.07), most_chance=1)(t, y)
    assert at.sel(quantity="I_width(T;Y)").item() == pytest.approx(about_y.value, abs=1e-6)
    lower, upper = at.sel(quantity="I_σ(X;T), lower bound"), at.sel(quantity="I_σ(X;T)")
    assert lower < upper <= np.log(4096) + 1e-12


def test_interrupted_training_ends_the_same(tmp_path, monkeypatch):
    settings = replace(SMALL, epochs=3)
    monkeypatch.setattr(ib_net, "CHECKPOINTS", 1)
    whole = ib_net.train(settings, 0, Run(tmp_path / "whole"))
    real, calls = ib_net.batches, []

    def killed(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(ib_net, "batches", killed)
    run = Run(tmp_path / "killed")
    with pytest.raises(KeyboardInterrupt):
        ib_net.train(settings, 0, run)
    ib_net.train(settings, 0, run)
    assert len(calls) == 4, "the first two epochs are not trained again"
    assert run.metrics() == whole.metrics()
    for layer in LAYERS:
        assert run.digest("all", f"layer:tanh.{layer}", 3) == whole.digest("all", f"layer:tanh.{layer}", 3)


def test_changes_are_differences_with_their_errors(small, monkeypatch):
    _, ds = small
    monkeypatch.setattr(_ib_net_report, "FITTED", 0.0)
    rows = [row for row in _ib_net_report.changes(ds) if row["layer"]]
    values = ds["value"].sel(split="all", layer="tanh.hidden4", quantity="I_σ(X;T)") / np.log(2)
    change = (values.sel(step=1) - values.sel(step=0)).values
    own = [row for row in rows if (row["layer"], row["quantity"]) == ("hidden4", "I_σ(X;T)")]
    assert [row["since"] for row in own] == ["first epoch", "fitted"]
    for row in own:
        assert float(row["change"]) == pytest.approx(change.mean(), abs=1e-4)
        assert float(row["stderr"]) == pytest.approx(abs(change[1] - change[0]) / 2, abs=1e-4)
        assert row["verdict"] in ("falls", "rises", "neither")
    assert float(own[0]["interval"]) == pytest.approx(12.706 * float(own[0]["stderr"]), rel=0.01)


def test_seeds_that_never_fit_have_no_part_in_what_is_since_fitting(small):
    _, ds = small
    assert _ib_net_report.fitted(ds, "tanh").tolist() == [-1, -1]
    rows = _ib_net_report.changes(ds)
    assert {row["since"] for row in rows} == {"first epoch"}
    assert "| tanh | output |  |  |  |" in _ib_net_report.changes_table(rows)
    accuracy = {"metric": "tanh_train_accuracy", "run": "seed-1", "metric_step": 1}
    some = ds.copy(deep=True)
    some["metric_value"].loc[accuracy] = 0.96
    assert _ib_net_report.fitted(some, "tanh").tolist() == [-1, 1]
    rows = [row for row in _ib_net_report.changes(some) if row["since"] == "fitted"]
    assert {(row["seeds"], row["change"], row["verdict"]) for row in rows} == {("1", "0.0000", "")}


def test_table_and_verdicts_of_a_study():
    numbers = {"I_width(X;T)": ("-1.25", "falls"), "I_range(X;T)": ("0.5", "rises")}
    rows = [
        dict.fromkeys(_ib_net_report.COLUMNS, "0.1")
        | {"network": "tanh", "layer": "hidden5", "since": "fitted"}
        | {"quantity": quantity, "change": change, "verdict": verdict}
        for quantity, (change, verdict) in (numbers | {"I_σ(X;T)": ("0.0", "neither")}).items()
    ]
    assert _ib_net_report.changes_table(rows).splitlines()[2] == (
        "| tanh | hidden5 | **−1.25 ± 0.10** | **+0.50 ± 0.10** | +0.00 ± 0.10 |"
    )
    assert _ib_net_report.verdicts(rows).splitlines() == [
        "- tanh, bins of fixed width: falls in hidden5",
        "- tanh, bins from -1 to 1: rises in hidden5",
        "- tanh, kernel density bound: neither falls nor rises",
    ]


def test_accuracies_stand_beside_the_changes(small):
    into, ds = small
    rows = read_rows(into / "changes.csv")
    (row,) = find(rows, {"quantity": "test accuracy"})
    at_the_end = ds["metric_value"].sel(metric="tanh_test_accuracy", metric_step=1)
    assert float(row["last"]) == pytest.approx(float(at_the_end.mean()), abs=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"train": 1.0},
        {"seeds": (1, 1)},
        {"seeds": ()},
        {"activations": ("gelu",)},
        {"activations": ()},
        {"width": 0.0},
        {"bins": 0},
        {"noise": -1.0},
    ],
)
def test_settings_that_would_fail_after_training_are_refused_before(wrong):
    with pytest.raises(ValueError, match="must be"):
        ib_net.IbNet(**wrong)


def test_train_only_leaves_measuring(tmp_path: Path):
    assert ib_net.run(replace(SMALL, seeds=(0,)), tmp_path, train_only=True) is None
    assert not Run(tmp_path / "seed-0").rows()
    assert Run(tmp_path / "seed-0").steps == (0, 1)
