"""The HSIC plane of PyGlow's network, small: both ways of measuring, what is left, PyGlow's array."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from infoplane import HSIC, Criterion, DegenerateData, Run, data, kernels, labels
from infoplane.experiments.mnist_hsic import report, training
from infoplane.experiments.mnist_hsic import study as mnist_hsic
from infoplane.experiments.mnist_hsic.numbers import while_training
from infoplane.experiments.mnist_hsic.published_array import at_layers
from infoplane.experiments.shared.tables import read_rows
from infoplane.experiments.studies import study_of
from infoplane.results import open_dataset

SMALL = mnist_hsic.MnistHsic(
    dataset="mnist-5k", channels=2, hidden=(16, 12, 8), epochs=2, images=100, probe=60, seeds=(0, 1)
)
LAYERS = ["conv", "hidden1", "hidden2", "hidden3", "output"]
RUNS = ["plain-seed-0", "plain-seed-1", "dropout-seed-0", "dropout-seed-1"]


@pytest.fixture(scope="module")
def images():
    return data.mnist_5k()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    into = tmp_path_factory.mktemp("mnist-hsic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "draw", lambda *_: None)  # 17 figures
        return into, mnist_hsic.run(SMALL, into)


def test_run_leaves_everything(small):
    into, ds = small
    assert ds.run.values.tolist() == RUNS
    assert ds.layer.values.tolist() == [*LAYERS, *(f"{layer}|output" for layer in LAYERS)]
    assert ds.step.values.tolist() == [0, 1, 2]
    assert ds.quantity.values.tolist() == list(mnist_hsic.questions(SMALL))
    beside = at_layers(ds)
    assert beside.layer.values.tolist() == LAYERS
    assert beside["value"].notnull().all()
    assert open_dataset(into / "dataset.nc")["value"].equals(ds["value"])
    rows = [read_rows(into / f"{name}.csv") for name in ("training", "planes", "changes")]
    assert all(rows)
    assert (into / "tables.md").read_text(encoding="utf-8") == report.tables(*rows)


def test_run_again_measures_nothing_again_and_takes_what_was_trained_apart(small, monkeypatch, tmp_path):
    into, ds = small
    shown = []
    monkeypatch.setattr(mnist_hsic, "report", lambda ds, *_, **__: shown.append(ds))
    before = (into / "plain-seed-0" / "estimates.jsonl").read_bytes()
    again = mnist_hsic.run(replace(SMALL, networks=("dropout",), seeds=(1,)), into)
    assert (into / "plain-seed-0" / "estimates.jsonl").read_bytes() == before
    assert again["value"].equals(ds["value"])
    assert shown[0] is again
    assert mnist_hsic.study(replace(SMALL, sigma=2.0), into) == []
    Run(tmp_path / "other").create({"experiment": "regression"})
    assert mnist_hsic.study(SMALL, tmp_path) == []


def test_a_run_tells_its_settings(small):
    into, _ = small
    study, settings = study_of(Run(into / "dropout-seed-1").settings, "the run")
    assert study is mnist_hsic
    assert settings == replace(SMALL, networks=("dropout",), seeds=(1,))


def test_estimates_are_of_the_probe_at_the_snapshot(small, images):
    into, ds = small
    run = Run(into / "dropout-seed-1")
    t, said = (run.layer(2, "test", layer).astype(float) for layer in ("hidden2", "output"))
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-6)
    width = kernels.Gaussian(5.0)
    at = ds["value"].sel(run="dropout-seed-1", split="test", step=2)
    of_labels = HSIC(width)(t, labels(images.y_test[:60])).value
    assert at.sel(layer="hidden2", quantity="HSIC(T;Y)").item() == pytest.approx(of_labels, rel=1e-6)
    of_output = HSIC(width, width)(t, said).value
    assert at.sel(layer="hidden2|output", quantity="HSIC(T;Ŷ)").item() == pytest.approx(of_output, rel=1e-6)
    x = mnist_hsic.pixels(images.x_test[:60]).reshape(60, -1)
    assert (x.min(), x.max()) == (-1, 1)
    of_x = HSIC(width, width)(x, t).value
    assert at.sel(layer="hidden2", quantity="HSIC(X;T)").item() == pytest.approx(of_x, rel=1e-6)


def by_hand(x, y, sigma):
    """tr(KHLH) / (m - 1) with all matrices written out."""
    m = len(x)
    k, other = (
        np.exp(-((z[:, None] - z[None]) ** 2).sum(axis=2) / (2 * sigma**2))
        for z in (np.float64(side.detach().reshape(m, -1)) for side in (x, y))
    )
    h = np.eye(m) - 1 / m
    return np.trace(k @ h @ other @ h) / (m - 1)


def test_batches_are_measured_as_the_package_does(images):
    model = training.network((1, 28, 28), 2, (16, 8), 0.0, seed=0)
    for weights in model.parameters():
        weights.data *= 3  # where the kernels see something
    x, y = torch.from_numpy(mnist_hsic.pixels(images.x_train[:30])), torch.from_numpy(images.y_train[:30])
    still = torch.optim.SGD(model.parameters(), lr=0.0)
    halves = [(x[:16], y[:16]), (x[16:], y[16:])]
    seen = training.one_epoch(model, still, halves, "softmax", mnist_hsic.as_published(SMALL))
    out = [training._activations(model, half) for half, _ in halves]
    for layer in ("conv", "flatten", "hidden1", "hidden2"):
        of_x = np.mean([by_hand(half, o[layer], 5) for (half, _), o in zip(halves, out, strict=True)])
        of_output = np.mean([by_hand(o[layer], o["output"], 5) for o in out])
        assert seen[f"batches: HSIC(X;T) {layer}"] == pytest.approx(of_x, rel=1e-6)
        assert seen[f"batches: HSIC(T;Ŷ) {layer}"] == pytest.approx(of_output, rel=1e-5)
    counted = {name.split()[-1] for name in seen if name.startswith("batches:")}
    assert counted == {"conv", "flatten", "hidden1", "hidden2"}
    right = [
        (o["output"].argmax(1) == half).float().mean().item()
        for o, (_, half) in zip(out, halves, strict=True)
    ]
    assert seen["train_accuracy"] == pytest.approx(np.mean(right))
    assert seen["train_accuracy of the last batch"] == right[-1]


def test_a_softmax_of_the_softmax_has_a_floor():
    sure = torch.eye(10) * 100
    out = {"logits": sure, "output": torch.softmax(sure, dim=1)}
    y = torch.arange(10)
    assert training._loss(out, y, "softmax").item() == pytest.approx(np.log(np.e + 9) - 1, abs=1e-6)
    assert training._loss(out, y, "softmax").item() == pytest.approx(1.461, abs=5e-4)
    assert training._loss(out, y, "logits").item() == pytest.approx(0, abs=1e-6)


def test_quality_does_not_depend_on_the_batches(images):
    model = training.network((1, 28, 28), 2, (16,), 0.4, seed=0)
    x, y = torch.from_numpy(mnist_hsic.pixels(images.x_train[:30])), torch.from_numpy(images.y_train[:30])
    whole = training.quality(model, [(x, y)], "softmax")
    parts = training.quality(model, [(x[:20], y[:20]), (x[20:], y[20:])], "softmax")
    for name in ("val_loss", "val_cross-entropy", "val_accuracy"):
        assert parts[name] == pytest.approx(whole[name], rel=1e-5)
    assert parts["val_accuracy of the last batch"] * 10 == pytest.approx(
        whole["val_accuracy"] * 30
        - 20 * training.quality(model, [(x[:20], y[:20])], "softmax")["val_accuracy"],
        abs=1e-5,
    )


def test_networks_of_a_seed_begin_alike_and_dropout_is_their_difference():
    before = torch.get_rng_state()
    plain, dropout = (training.network((3, 32, 32), 2, (16, 8), p, seed=3) for p in (0.0, 0.4))
    with training.random_state_of(3, 1):
        first = torch.rand(4)
    with training.random_state_of(3, 1):
        assert torch.equal(torch.rand(4), first)
    assert torch.equal(torch.get_rng_state(), before)
    for one, other in zip(plain.parameters(), dropout.parameters(), strict=True):
        assert torch.equal(one, other)
    assert [name for name, _ in plain.named_children()] == [
        *("conv", "flatten", "hidden1", "hidden2", "logits", "output")
    ]
    assert dict(dropout.named_modules())["dropout2"].p == 0.4
    assert plain(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_photographs_in_colour_pass_too(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.integers(256, size=(60, 3, 32, 32)).astype(np.uint8)
    photographs = data.Images("cifar10", x, np.arange(60) % 10, x[:20], np.arange(20) % 10)
    settings = replace(SMALL, dataset="cifar10", epochs=1, loss="logits", probe=20)
    run = mnist_hsic.train(settings, "plain", 0, photographs, Run(tmp_path / "plain-seed-0"))
    assert run.snapshot(1).widths["test/conv"] == 2 * 32 * 32
    last = run.metrics()[-1]
    assert last["val_loss"] == pytest.approx(last["val_cross-entropy"])


def test_split_holds_out_a_fifth():
    train, val = mnist_hsic.split(SMALL, 100, seed=1)
    assert (len(train), len(val)) == (80, 20)
    assert sorted([*train, *val]) == list(range(100))
    assert mnist_hsic.split(SMALL, 100, seed=2)[1].tolist() != val.tolist()


def test_interrupted_training_ends_the_same(small, images, tmp_path, monkeypatch):
    into, _ = small
    real, calls = mnist_hsic.one_epoch, []

    def killed(*args):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(mnist_hsic, "one_epoch", killed)
    run = Run(tmp_path / "dropout-seed-0")
    with pytest.raises(KeyboardInterrupt):
        mnist_hsic.train(SMALL, "dropout", 0, images, run)
    torch.rand(3)  # dropout draws the same, whatever was drawn before
    mnist_hsic.train(SMALL, "dropout", 0, images, run)
    whole = Run(into / "dropout-seed-0")
    assert len(calls) == 3, "the first epoch is not trained again"
    assert run.metrics() == whole.metrics()
    assert run.snapshot(2).digests == whole.snapshot(2).digests


def test_pyglow_s_array(small):
    _, ds = small
    evaluators = [(f"{name}(X;T)", f"{name}(T;Ŷ)") for name in ("HSIC", "CKA", "r")]
    one = ds.sel(run=["plain-seed-1"])
    planes = mnist_hsic.pyglow_array(one, evaluators)
    assert planes.shape == (3, 3, 5, 2)
    value = ds["value"].sel(run="plain-seed-1", split="test", step=2)
    assert planes[2, 1, 3, 0] == value.sel(layer="hidden3", quantity="CKA(X;T)")
    assert planes[2, 1, 3, 1] == value.sel(layer="hidden3|output", quantity="CKA(T;Ŷ)")
    some = mnist_hsic.pyglow_array(one, evaluators[:1], layers=["hidden3", "conv"])
    np.testing.assert_array_equal(some, planes[:, :1, [3, 0]])


def test_pyglow_s_array_as_that_package_fills_it(small):
    _, ds = small
    batches = while_training(ds, mnist_hsic.as_published(SMALL))
    planes = mnist_hsic.pyglow_array(batches.sel(run=["plain-seed-0"]), [("HSIC(X;T)", "HSIC(T;Ŷ)")])
    assert planes.shape == (2, 1, 5, 2), "epochs, evaluators, layers with Flatten and without the output, 2"
    logged = ds["metric_value"].sel(run="plain-seed-0", metric_step=1)
    assert planes[0, 0, 2, 1] == logged.sel(metric="batches: HSIC(T;Ŷ) hidden1")
    np.testing.assert_array_equal(planes[:, :, 0], planes[:, :, 1])


def test_pyglow_s_array_wants_one_run_and_names_that_are_there(small):
    _, ds = small
    pair = [("HSIC(X;T)", "HSIC(T;Y)")]
    with pytest.raises(ValueError, match="of one run; select it"):
        mnist_hsic.pyglow_array(ds, pair)
    with pytest.raises(ValueError, match=r"no quantity 'MI'.*there is HSIC"):
        mnist_hsic.pyglow_array(ds.sel(run=RUNS[:1]), [("HSIC(X;T)", "MI")])
    with pytest.raises(ValueError, match="no layer 'flatten'"):
        mnist_hsic.pyglow_array(ds.sel(run=RUNS[:1]), pair, layers=["flatten"])


def test_figures_take_both_ways_of_measuring(small):
    _, ds = small
    hows = {"batches": while_training(ds, mnist_hsic.as_published(SMALL)), "probe": at_layers(ds)}
    pictures = report.pictures(hows, ds)
    assert len(pictures) == 2 * 8 + 1
    assert set(report.ON_THE_PAGE) < set(pictures)
    assert len(pictures["plain-plane-as-published"]().axes) == 5 + 1, "with the colours of the epochs"
    assert len(pictures["plain-epochs-HSIC"]().axes) == 3
    assert pictures["dropout-epochs-r"].args[1] == ["r(X;T)", "r(T;Y)", "r(T;Ŷ)"]
    assert pictures["dropout-plane-CKA"].args[0].run.values.tolist() == RUNS[2:]
    assert {ax.get_ylabel() for ax in pictures["curves"]().axes} == {
        *("loss", "accuracy", "accuracy of the last batch", "cross-entropy")
    }


def test_an_evaluator_of_one_s_own():
    x = np.random.default_rng(0).normal(size=(50, 3))
    own = Criterion("correlation of distances", mnist_hsic.distances_alike)
    assert own(x, -2 * x).value == pytest.approx(1)
    y = np.arange(50) // 25
    apart = np.linalg.norm(np.diff(x, axis=0), axis=1)
    expected = np.corrcoef(apart, np.arange(49) == 24)[0, 1]
    assert own(x, labels(y)).value == pytest.approx(expected)
    with pytest.raises(DegenerateData, match="no correlation"):
        own(x, np.zeros((50, 1)))


def test_only_the_notebook_s_training_stands_beside_its_numbers():
    assert mnist_hsic.is_published(mnist_hsic.MnistHsic(seeds=(7,), probe=100))
    assert not mnist_hsic.is_published(mnist_hsic.MnistHsic(dataset="cifar10"))
    assert not mnist_hsic.is_published(mnist_hsic.MnistHsic(loss="logits"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"batch": 1},
        {"images": 1},
        {"hidden": ()},
        {"dropout": 1.0},
        {"validation": 0.0},
        {"networks": ("plain", "plain")},
        {"networks": ()},
        {"seeds": (1, 1)},
        {"seeds": (-1,)},
        {"sigma": 0.0},
    ],
)
def test_settings_that_would_fail_after_training_are_refused_before(wrong):
    with pytest.raises(ValueError, match=r"must be|bandwidth"):
        mnist_hsic.MnistHsic(**wrong)
