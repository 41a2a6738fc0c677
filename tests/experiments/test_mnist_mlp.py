"""The sliced plane of MNIST, small: what it leaves, what it repeats, what it compares."""

from dataclasses import asdict, replace

import numpy as np
import pytest
import xarray as xr

from infoplane import KSG, FromEntropy, Prepared, Run, data
from infoplane.experiments.mnist_mlp import study as mnist_mlp
from infoplane.experiments.mnist_mlp import wongso as _wongso_report
from infoplane.prepare import standardise
from infoplane.results import open_dataset

torch = pytest.importorskip("torch")
SMALL = mnist_mlp.MnistMlp(
    hidden=8,
    depth=2,
    dataset="mnist-5k",
    probe=200,
    epochs=3,
    snapshots=3,
    seeds=(0, 1),
    directions=20,
    dims=(1, 2),
)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    into = tmp_path_factory.mktemp("study")
    return mnist_mlp.run(SMALL, into), into


def test_it_leaves_all_there_is_to_keep(study):
    ds, into = study
    assert ds.quantity.values.tolist() == ["S₁(X;T)", "S₁(T;Y)", "S₂(X;T)", "S₂(T;Y)"]
    assert ds.layer.values.tolist() == ["hidden1", "hidden2", "logits"]
    assert ds.run.values.tolist() == ["seed-0", "seed-1"]
    assert ds.step.values.tolist() == list(mnist_mlp.schedule(SMALL))
    assert ds.value.notnull().all()
    names = {str(path.relative_to(into)) for path in into.rglob("*") if path.is_file()}
    assert {
        "dataset.nc",
        "estimates.csv",
        "plots/plane-S₁.pdf",
        "plots/plane-S₂.pdf",
        "plots/curves.pdf",
    } <= names
    assert {
        f"seed-1/{name}" for name in ("run.json", "probe.safetensors", "metrics.jsonl", "estimates.jsonl")
    } <= names
    assert {f"seed-1/{name}" for name in ("dataset.nc", "plots/plane-S₁.pdf", "plots/curves.pdf")} <= names
    assert open_dataset(into / "dataset.nc").identical(ds)


def test_it_learns_and_the_plane_shows_it(study):
    ds, _ = study
    accuracy = ds.metric_value.sel(metric="test_accuracy")
    assert (accuracy.isel(metric_step=-1) > accuracy.isel(metric_step=0) + 0.2).all()
    about_target = ds.value.sel(quantity="S₁(T;Y)", layer="logits").squeeze("split")
    assert (about_target.isel(step=-1) > about_target.isel(step=0) + 0.1).all()


def test_hidden_layers_are_recorded_after_the_relu(study):
    _, into = study
    run = Run(into / "seed-0")
    assert run.layer(3, "test", "hidden1").min() == 0
    assert run.layer(3, "test", "logits").min() < 0


def test_the_same_settings_give_the_same_snapshots(study, tmp_path):
    _, into = study
    digits = data.mnist_5k()
    again = mnist_mlp.train(SMALL, 1, digits, Run(tmp_path / "seed-1"))
    assert again.snapshot(3).digests == Run(into / "seed-1").snapshot(3).digests
    assert again.snapshot(3).digests != Run(into / "seed-0").snapshot(3).digests


def test_another_variant_in_the_same_folder_is_refused(study):
    _, into = study
    with pytest.raises(ValueError, match="hidden"):
        mnist_mlp.run(replace(SMALL, hidden=16), into, train_only=True)


def test_torch_s_random_state_is_left_alone():
    before = torch.get_rng_state()
    mnist_mlp.network(SMALL, seed=3)
    assert torch.equal(torch.get_rng_state(), before)


def test_presets_differ_only_in_their_defaults():
    wongso = mnist_mlp.Wongso()
    assert mnist_mlp.schedule(wongso) == tuple(range(0, 51, 5))
    assert asdict(wongso).keys() == asdict(SMALL).keys()
    about_target = mnist_mlp.questions(wongso)["S₁(T;Y)"].measure
    assert isinstance(about_target.measure, FromEntropy)
    assert mnist_mlp.questions(SMALL)["S₁(T;Y)"].measure.measure == KSG(k=5)


def test_standardised_slices_are_said_in_the_measure():
    asked = mnist_mlp.questions(replace(SMALL, standardise=True))
    assert asked["S₂(X;T)"].measure.measure == Prepared(KSG(k=5), x=standardise, y=standardise)
    assert asked["S₂(T;Y)"].measure.measure == KSG(k=5)


@pytest.mark.parametrize("wrong", [{"hidden": 0}, {"seeds": ()}, {"dims": (1, 1)}])
def test_settings_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(SMALL, **wrong)


def test_comparison_with_the_published_table():
    rng = np.random.default_rng(0)
    epochs, layers = list(_wongso_report.PUBLISHED), list(_wongso_report.LAYERS)
    shape = (1, 1, len(epochs), len(layers), 1)
    slices = rng.normal(0.1, 1, (*shape, 40)).astype(np.float32)
    dims = ("run", "split", "step", "layer", "quantity")
    ds = xr.Dataset(
        {"slices": ((*dims, "slice"), slices), "frame": (dims, np.ones(shape, np.int32))},
        {"step": epochs, "layer": layers, "quantity": ["S₁(T;Y)"]},
    )
    rows = _wongso_report.compare(ds)
    assert len(rows) == 42
    last = rows[-1]
    assert (last["epoch"], last["layer"], last["published"]) == (50, "logits", 0.875)
    own = slices[0, 0, -1, -1, 0].astype(float)
    assert last["signed"] == pytest.approx(own.mean())
    assert last["abs"] == pytest.approx(np.abs(own).mean())
    assert last["signed_stderr"] == pytest.approx(own.std(ddof=1) / np.sqrt(40))
    table = _wongso_report.markdown(rows).splitlines()
    assert len(table) == 2 + 3 * len(epochs)
    assert "1.063" in table[2 + 3]
    assert len(_wongso_report.draw(rows).axes) == 6


@pytest.mark.parametrize(
    "wrong", [{"dims": (0,)}, {"dims": ()}, {"seeds": (-1,)}, {"seeds": (1, 1)}, {"probe": 0}, {"every": 0}]
)
def test_settings_that_would_fail_after_training_are_refused_before(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
        mnist_mlp.MnistMlp(**wrong)
