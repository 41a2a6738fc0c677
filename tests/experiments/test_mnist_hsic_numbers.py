"""Changes, peaks and tables of `mnist-hsic`, from values whose answer is known."""

import numpy as np
import pytest
import xarray as xr

from infoplane.experiments.mnist_hsic import numbers, report
from infoplane.experiments.mnist_hsic.published_array import at_layers

RUNS = [f"{network}-seed-{seed}" for network in ("plain", "dropout") for seed in (0, 1, 2)]


def dataset(values, quantities, layers):
    """A dataset as `load` gives it, of values (run, step, layer, quantity)."""
    dims = ("run", "split", "step", "layer", "quantity")
    values = np.asarray(values, dtype=float)[:, None]
    of = {"(X;T)": "input, layer", "(T;Ŷ)": "layer, output", "(T;Y)": "layer, target"}
    coords = {"run": RUNS[: len(values)], "split": ["test"], "step": np.arange(values.shape[2])}
    coords |= {"layer": layers, "quantity": quantities}
    about = {"unit": [""] * len(quantities), "measure": ["m"] * len(quantities)}
    about["of"] = [of[name[name.index("(") :]] for name in quantities]
    accuracy = np.linspace(0.1, 0.9, values.shape[2])[None] + 0.01 * np.arange(len(values))[:, None]
    return xr.Dataset(
        {
            "value": (dims, values),
            "stderr": (dims, values * np.nan),
            "n": (dims, values * 0 + 80),
            "note": (dims, np.full(values.shape, "")),
            "metric_value": (("run", "metric_step", "metric"), accuracy[..., None]),
        },
        coords
        | {name: ("quantity", texts) for name, texts in about.items()}
        | {"metric_step": coords["step"], "metric": ["val_accuracy"]},
        {"step": "epoch"},
    )


def rise_and_fall(fall):
    """Up by 1 and then down, with a little noise that has no mean."""
    noise = np.array([-0.01, 0.0, 0.01])[:, None]
    return np.array([0.0, 1.0, 1.0 - fall / 2, 1.0 - fall]) + noise * np.array([0, 1, 0, 1])


@pytest.fixture
def known():
    values = np.concatenate([rise_and_fall(0.4), rise_and_fall(0.1)])
    return dataset(values[..., None, None], ["HSIC(T;Y)"], ["hidden1"])


def test_changes_to_and_from_the_peak(known):
    rows = numbers.changes({"probe": known}, known)
    own = {(row["network"], row["since"]): row for row in rows if row["layer"]}
    changes = {key: float(row["change"]) for key, row in own.items()}
    assert changes["plain", "whole"] == pytest.approx(0.6)
    assert changes["plain", "to the peak"] == pytest.approx(1.0)
    assert changes["plain", "from the peak"] == pytest.approx(-0.4)
    assert changes["plain - dropout", "from the peak"] == pytest.approx(-0.3)
    verdicts = {key: row["verdict"] for key, row in own.items()}
    assert verdicts["plain", "to the peak"] == "rises"
    assert verdicts["plain", "from the peak"] == verdicts["plain - dropout", "from the peak"] == "falls"
    (accuracy,) = [
        row for row in rows if not row["layer"] and (row["network"], row["since"]) == ("plain", "whole")
    ]
    assert float(accuracy["from"]) == pytest.approx(0.11)
    assert float(accuracy["change"]) == pytest.approx(0.8)


def test_a_seed_s_peak_is_that_of_the_others():
    values = np.array([[0.0, 9.0, 1.0], [0.0, 1.0, 2.0], [0.0, 1.0, 2.0]])
    assert numbers.peaks(values).tolist() == [2, 1, 1]
    assert numbers.peaks(values[:1]).tolist() == [1]


def test_noise_has_neither_rise_nor_fall():
    """The largest of eight steps by one's own noise would always lie above the first."""
    rng = np.random.default_rng(0)
    changes = []
    for _ in range(300):
        values = rng.normal(size=(5, 8))
        top = values[np.arange(5), numbers.peaks(values)]
        changes.append((top - values[:, 0]).mean())
    assert abs(np.mean(changes)) < 4 * np.std(changes) / 300**0.5


def test_what_is_of_the_output_stands_at_its_layer():
    values = np.full((1, 2, 4, 2), np.nan)
    values[:, :, :2, 0] = 1.0
    values[:, :, 2:, 1] = [2.0, 3.0]
    ds = dataset(values, ["HSIC(X;T)", "HSIC(T;Ŷ)"], ["conv", "output", "conv|output", "output|output"])
    beside = at_layers(ds)
    assert beside.layer.values.tolist() == ["conv", "output"]
    np.testing.assert_array_equal(beside["value"].isel(run=0, split=0, step=1), [[1, 2], [1, 3]])
    assert (beside["note"] == "").all()
    alone = at_layers(ds.isel(layer=[0, 1], quantity=[0]))
    assert (alone["value"] == 1).all()


def test_tables_say_it(known):
    changed = numbers.changes({"probe": known}, known)
    said = report.answers(changed)
    assert "- later layers, HSIC(T;Y), probe: rises, then falls in hidden1\n" in said
    assert (
        "- after the peak, HSIC(T;Y), probe: plain falls in hidden1; dropout falls in hidden1; "
        "falls more without than with dropout in hidden1\n"
    ) in said
    assert "- after the peak, validation accuracy, plain: neither (+0)\n" in said
    table = report.changes_table(changed, ["plain"], [("probe", "HSIC(T;Y)")], numbers.SINCE[:1])
    assert table.splitlines()[2] == "| HSIC(T;Y), probe | plain | whole | **+0.6000 ± 0.0058** |"


def test_changes_are_written_with_the_digits_that_their_errors_allow():
    row = {"change": "-0.0123456", "stderr": "0.00234", "verdict": "falls"}
    assert report._change([row]) == "**−0.0123 ± 0.0023**"
    assert report._change([row | {"stderr": "2.34e-08", "verdict": "neither"}]) == "−1.2e−02 ± 2.3e−08"
    assert report._change([row | {"stderr": "nan", "verdict": ""}]) == "−0.012"


def test_published_numbers_stand_beside_ours(known):
    assert all(len(own) == 7 for own in numbers.PUBLISHED_TRAINING.values())
    trained = [
        {"network": "plain", "epoch": str(epoch), "metric": metric, "mean": "1.5", "sd": "0.25", "seeds": "5"}
        for metric in (*numbers.PUBLISHED_TRAINING, "val_accuracy")
        for epoch in range(1, 8)
    ]
    drawn = numbers.planes(dataset(rise_and_fall(0.4)[..., None, None], ["HSIC(X;T)"], ["hidden1"]))
    assert [row["mean"] for row in drawn] == ["0", "1", "0.6"]
    text = report.tables(
        trained + report._published_training(),
        drawn + report._published_planes(),
        numbers.changes({"probe": known}, known),
    )
    assert "| 7 | 1.55 | 1.500 ± 0.250 | 0.92 | 1.500 ± 0.250 |\n" in text
    assert "| 4 | 1.60 |" in text
    assert "| conv | HSIC(T;Ŷ) | 0.00 |  |  |  | 0.034 |" in text
    assert "| hidden1 | HSIC(X;T) | 0.28 | 0.0000 ± 0.0000 | 1.03 | 1.0000 ± 0.0100 | 1.01 | 0.6" in text
