"""The experiment in a small form, the estimators it compares, and the page that reports the real run."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from infoplane import KSG, Run, Sample, continuous, known
from infoplane.experiments.regression import other_estimators as other
from infoplane.experiments.regression import study as regression
from infoplane.experiments.regression.report import SHUFFLED, tables
from infoplane.experiments.shared.tables import read_rows
from infoplane.experiments.shared.training import batches
from infoplane.results import open_dataset

SMALL = regression.Regression(n=90, train=60, epochs=3, seeds=(0,))
DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "why-is-my-mi-negative.md"
LAYERS = ["hidden1", "hidden2", "hidden3", "hidden4", "output"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    into = tmp_path_factory.mktemp("regression")
    return into, regression.run(SMALL, into)


def test_run_leaves_everything(small):
    into, ds = small
    assert list(ds.layer.values) == [*LAYERS, "input|target"]
    assert ds.step.values.tolist() == [0, 1, 2, 3]
    assert set(ds.quantity.values) == set(regression.questions(SMALL))
    assert {path.name for path in into.glob("plots/*")} == {
        f"regression.{end}" for end in ("pdf", "png", "svg")
    }
    assert open_dataset(into / "dataset.nc")["value"].equals(ds["value"])
    assert (into / "estimates.csv").stat().st_size > 0
    assert (into / "comparison.md").read_text(encoding="utf-8") == tables(read_rows(into / "comparison.csv"))


def test_run_again_measures_nothing_again(small):
    into, ds = small
    before = (into / "seed-0" / "estimates.jsonl").read_bytes()
    again = regression.run(SMALL, into)
    assert (into / "seed-0" / "estimates.jsonl").read_bytes() == before
    assert again["value"].equals(ds["value"])


def test_train_only_leaves_measuring(tmp_path):
    assert regression.run(replace(SMALL, epochs=1), tmp_path, train_only=True) is None
    assert not Run(tmp_path / "seed-0").rows()
    assert Run(tmp_path / "seed-0").steps == (0, 1)


def test_estimates_are_of_aligned_rows(small):
    _, ds = small
    model = regression.network(SMALL, 0)
    for split, (x, y) in regression.draw_data(SMALL, 0).items():
        with torch.no_grad():
            expected = KSG(3)(model(torch.from_numpy(x)), y).value
        found = ds["value"].sel(split=split, step=0, layer="output", quantity="I(T;Y)").item()
        assert found == pytest.approx(expected, abs=1e-9)


def test_asked_rows_come_in_the_order_of_the_batches():
    (x, y), model = (regression.draw_data(SMALL, 0)["train"], regression.network(SMALL, 0))
    still = torch.optim.SGD(model.parameters(), lr=0.0)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    gathered = regression.one_epoch(model, still, x, y, batches(60, 32, seed=0, epoch=1))
    order = np.concatenate(list(batches(60, 32, seed=0, epoch=1)))
    assert list(gathered) == LAYERS
    assert sorted(order) == list(range(60))
    assert (order != np.arange(60)).any()
    np.testing.assert_allclose(gathered["output"], model(x[order]).detach(), rtol=1e-5)


def test_interrupted_training_ends_the_same(small, tmp_path, monkeypatch):
    into, _ = small
    monkeypatch.setattr(regression, "CHECKPOINTS", 1)
    real, calls = regression.one_epoch, []

    def killed(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(regression, "one_epoch", killed)
    run = Run(tmp_path / "seed-0")
    with pytest.raises(KeyboardInterrupt):
        regression.train(SMALL, 0, run)
    regression.train(SMALL, 0, run)
    whole = Run(into / "seed-0")
    assert len(calls) == 4, "the first two epochs are not trained again"
    assert run.metrics() == whole.metrics()
    for layer in LAYERS:
        assert run.digest("train", f"layer:{layer}", 3) == whole.digest("train", f"layer:{layer}", 3)


def test_threads_are_put_back():
    threads = torch.get_num_threads()
    with regression.one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == threads


def test_data_are_the_askers():
    settings = regression.Regression(noise=1e-6)
    data = regression.draw_data(settings, 0)
    assert [len(x) for x, _ in data.values()] == [350, 150]
    x, y = (np.concatenate(parts) for parts in zip(*data.values(), strict=True))
    np.testing.assert_allclose(y, x**2 - x - 1, atol=1e-4)
    assert x.min() > -3
    assert x.max() < 3
    assert len(np.unique(x)) > 495, "no row is in both splits"


@pytest.mark.parametrize("noise", [30.0, 100.0])
def test_true_information_of_a_noisy_channel(noise):
    """There it is that of a normal input of the same variance: var(X² - X) = 36/5 + 3."""
    truth = 0.5 * np.log1p((36 / 5 + 3) / noise**2)
    assert regression.true_information(regression.Regression(noise=noise)) == pytest.approx(truth, rel=0.02)


def test_true_information_by_nearest_neighbours():
    x, y = (
        continuous(part)
        for part in regression.draw_data(regression.Regression(n=5000, train=4999), 0)["train"]
    )
    assert KSG(3)(x, y).value == pytest.approx(regression.true_information(regression.Regression()), abs=0.12)


def test_a_dead_layer_has_no_information():
    y = Sample(np.random.default_rng(0).normal(size=60), "target")
    dead = Sample(np.full((60, 8), 0.5), "layer:hidden1")
    values = {name: ask.measure(dead, y) for name, ask in regression.questions(SMALL).items()}
    assert values.pop("constant units").value == 8
    by_columns = [values.pop(f"scikit-learn, {what}") for what in ("largest column", "sum of columns")]
    assert all(0 <= one.value < 1 for one in by_columns), (
        "scikit-learn adds noise to it, and measures the noise"
    )
    assert {one.value for one in values.values()} == {0.0}
    assert "constant" in values["I(T;Y)"].note


def test_kernel_density_information_of_a_normal_pair():
    x, y = known.Normal(rho=0.8).draw(2000, seed=0)
    assert other.kernel_density()(x, y).value == pytest.approx(-0.5 * np.log(1 - 0.8**2), abs=0.04)


def test_kernel_density_takes_dependent_columns():
    x, y = known.Normal(rho=0.8).draw(300, seed=0)
    twice = Sample(np.hstack([x, -2 * x, np.ones((300, 1))]), "x")
    alone = other.kernel_density()(x, y)
    assert other.kernel_density()(twice, y).value == pytest.approx(alone.value, abs=1e-6)


def test_sum_of_columns_counts_twice_what_is_there_twice():
    x, y = known.Normal(rho=0.8).draw(300, seed=0)
    twice = Sample(np.hstack([x, x]), "x")
    assert other.sum_of_columns(3)(twice, y).value == pytest.approx(
        2 * other.largest_column(3)(x, y).value, rel=1e-3
    )


def test_first_rows_measures_no_others():
    x, y = known.Normal(rho=0.8).draw(300, seed=0)
    few = KSG(3)(x[:100], y[:100]).value
    assert other.FirstRows(KSG(3), 100)(continuous(x), continuous(y)).value == few


@pytest.fixture(scope="module")
def reported():
    return read_rows(DOCS / "reproductions" / "regression.csv")


def values(rows, **where):
    return [float(row["value"]) for row in rows if where.items() <= row.items()]


def test_page_shows_the_committed_numbers(reported):
    page = PAGE.read_text(encoding="utf-8")
    for table in tables(reported).strip().split("\n\n"):
        assert table in page, f"docs/reproductions/regression.csv gives this table:\n{table}"
    (true,) = values(reported, estimate="I(X;Y), true")
    assert true == pytest.approx(regression.true_information(regression.Regression()) / np.log(2), abs=1e-4)
    assert page.count(f"{true:.2f} bits") == 2


def test_committed_numbers_are_of_the_askers_network(reported):
    assert {row["seed"] for row in reported} == {"", "seed-0", "seed-1", "seed-2"}
    output = {"layer": "output", "split": "train"}
    assert all(45 < share < 55 for share in values(reported, estimate="as asked: negative [%]", **output))
    assert all(abs(mean) < 0.01 for mean in values(reported, estimate="as asked: mean", **output))
    start, middle, end = (values(reported, estimate="I(T;Y)", epoch=e, **output) for e in ("1", "50", "500"))
    assert max(start) < 0.5 < 2.4 < min(middle)
    assert all(3.3 < value < 3.6 for value in end)


def test_committed_figures_are_small():
    for name in ("regression.png", "regression.svg"):
        assert 10_000 < (DOCS / "figures" / name).stat().st_size < 300_000


def test_shuffled_information_is_logged_by_layer(small):
    _, ds = small
    logged = ds["metric_value"].sel(metric=[SHUFFLED.format(layer) for layer in LAYERS])
    assert np.isfinite(logged.sel(metric_step=[1, 2, 3])).all()
    assert np.isnan(logged.sel(metric_step=0)).all()


def test_comparison_is_tidy(small):
    into, ds = small
    with open(into / "comparison.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kept = {"seed": "seed-0", "split": "test", "epoch": "3", "layer": "hidden2", "estimate": "I(T;Y)"}
    (bits,) = values(rows, **kept)
    nats = ds["value"].sel(split="test", step=3, layer="hidden2", quantity="I(T;Y)").item()
    assert bits == pytest.approx(nats / np.log(2), abs=1e-4)


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"n": 350}, {"seeds": (1, 1)}, {"seeds": (-1,)}])
def test_settings_that_would_fail_after_training_are_refused_before(wrong):
    with pytest.raises(ValueError, match="must be"):
        regression.Regression(**wrong)
