"""docs/reproductions/sliced-plane.md says what the committed results say."""

import csv
from pathlib import Path
from statistics import median

import pytest

from infoplane.experiments import _wongso_report

FOLDER = Path(__file__).parents[2] / "docs" / "reproductions"
PAGE = (FOLDER / "sliced-plane.md").read_text(encoding="utf-8")


def committed(name: str) -> list[dict]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return [
            {key: value if key == "layer" else float(value) for key, value in row.items()}
            for row in csv.DictReader(file)
        ]


def off(row: dict) -> float:
    return abs(row["signed"] / row["published"] - 1)


def test_the_table_is_that_of_the_run():
    rows = committed("wongso.csv")
    assert _wongso_report.markdown(rows).strip() in PAGE
    assert [row["published"] for row in rows] == [
        number for numbers in _wongso_report.PUBLISHED.values() for number in numbers
    ]


@pytest.mark.parametrize("name", ["wongso.csv", "wongso-torch-weights.csv"])
def test_the_median_difference_is_that_of_the_run(name):
    rows = committed(name)
    assert len(rows) == 42
    assert f"median difference is {100 * median(map(off, rows)):.1f} %" in " ".join(PAGE.split())


def test_what_the_page_says_of_single_numbers():
    ours = {(row["epoch"], row["layer"]): row for row in committed("wongso.csv")}
    other = {(row["epoch"], row["layer"]): row for row in committed("wongso-torch-weights.csv")}
    worst = sorted(map(off, ours.values()), reverse=True)
    assert f"the largest are {100 * worst[0]:.0f} % and {100 * worst[1]:.0f} %" in PAGE
    assert off(ours[5, "hidden2"]) == worst[0]
    assert (
        f"holds {other[5, 'hidden2']['signed']:.3f} nats, {100 * off(other[5, 'hidden2']):.0f} % more" in PAGE
    )
    assert max(row["negative_slices"] for row in [*ours.values(), *other.values()]) <= 0.002
    assert max(row["signed_stderr"] for row in ours.values()) <= 0.008
    assert len({row["signed"] for row in ours.values() if row["layer"] == "flatten"}) == 1
