"""docs/reproductions/ib-net.md says what the committed results say."""

from pathlib import Path

import pytest

from infoplane.experiments.ib_net import report
from infoplane.experiments.shared.tables import Row, find, read_rows

FOLDER = Path(__file__).parents[2] / "docs" / "reproductions"
PAGE = (FOLDER / "ib-net.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read_rows(FOLDER / "ib-net.csv")


def one(rows: list[Row], **where: str) -> Row:
    (row,) = find(rows, where)
    return row


def test_table_and_verdicts_are_those_of_the_run(rows):
    assert report.changes_table(rows) in PAGE
    assert report.verdicts(rows) in PAGE


def test_accuracies_are_those_of_the_run(rows):
    for network, name in (("tanh", "tanh"), ("relu", "ReLU")):
        train, test = (
            one(rows, network=network, quantity=f"{s} accuracy")["last"] for s in ("train", "test")
        )
        assert f"{name} {float(train):.3f} and {float(test):.3f}" in WORDS
    assert f"{one(rows, network='tanh', quantity='test accuracy')['seeds']} seeds of" in WORDS


@pytest.mark.parametrize(
    ("network", "quantity", "verdict"),
    [("tanh", "I_σ", "falls"), ("relu", "I_σ", "neither"), ("relu", "I_range", "neither")],
)
def test_the_last_hidden_layer_goes_as_the_page_says(rows, network, quantity, verdict):
    row = one(rows, network=network, layer="hidden5", quantity=f"{quantity}(X;T)", since="fitted")
    assert f"from {float(row['before']):.1f} to {float(row['last']):.1f} bits" in WORDS
    assert row["verdict"] == verdict


def test_bins_of_a_range_see_relu_compress(rows):
    row = one(rows, network="relu", layer="hidden2", quantity="I_range(X;T)", since="fitted")
    assert row["verdict"] == "falls"
    assert f"hidden2 falls by {-float(row['change']):.2f} bits" in WORDS


def test_the_output_falls_in_both(rows):
    for network in ("tanh", "relu"):
        for name in report.ESTIMATES:
            row = one(rows, network=network, layer="output", quantity=f"{name}(X;T)", since="fitted")
            assert row["verdict"] == "falls"


def test_what_bins_over_all_values_see(rows):
    row = one(rows, network="relu", layer="hidden5", quantity="I_width(X;T)", since="fitted")
    assert f"reach over all values see {float(row['before']):.1f} and {float(row['last']):.1f}." in WORDS
    assert row["verdict"] != "falls"


def test_committed_figure_is_small():
    assert 10_000 < (FOLDER.parent / "figures" / "ib-net.png").stat().st_size < 400_000
