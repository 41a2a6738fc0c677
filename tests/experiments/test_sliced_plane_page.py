"""docs/reproductions/sliced-plane.md says what the committed results say."""

import csv
from pathlib import Path
from statistics import fmean, median

import pytest

from infoplane.experiments.mnist_mlp import wongso as _wongso_report

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


def table(name: str, quantities: list[str], steps: tuple[int, ...] = (0, 1, 10, 50)) -> str:
    """Means over runs, a line per quantity and step, a column per layer."""
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    layers = list(dict.fromkeys(row["layer"] for row in rows))
    lines = [f"| quantity, nats | epoch | {' | '.join(layers)} |", "|---|---|" + "---|" * len(layers)]
    for quantity in quantities:
        for step in steps:
            means = [
                fmean(
                    float(row["value"])
                    for row in rows
                    if (row["layer"], row["quantity"], row["step"]) == (layer, quantity, str(step))
                )
                for layer in layers
            ]
            numbers = " | ".join(f"{mean:.4f}" for mean in means)
            lines.append(f"| {quantity if step == steps[0] else ''} | {step} | {numbers} |")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "quantities"),
    [
        ("h64.csv", ["S₁(X;T)", "S₁(T;Y)"]),
        ("h32.csv", ["S₁(X;T)", "S₁(T;Y)"]),
        ("h64-5k.csv", ["S₁(X;T)", "S₂(X;T)", "S₄(X;T)", "S₁(T;Y)", "S₂(T;Y)", "S₄(T;Y)"]),
        ("h64-5k-raw.csv", ["S₂(X;T)", "S₄(X;T)"]),
    ],
)
def test_the_planes_tables_are_those_of_the_runs(name, quantities):
    assert table(name, quantities) in PAGE
