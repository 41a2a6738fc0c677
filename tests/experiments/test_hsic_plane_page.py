"""docs/reproductions/hsic-plane.md says what the committed results say."""

from pathlib import Path

from infoplane import continuous, data, kernels
from infoplane.experiments import _mnist_hsic_report as report
from infoplane.experiments._rows import Row, read_rows
from infoplane.experiments.mnist_hsic import MnistHsic, pixels

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "reproductions"


def committed() -> list[list[Row]]:
    return [read_rows(FOLDER / f"hsic-plane-{name}.csv") for name in ("training", "planes", "changes")]


def page() -> str:
    return (FOLDER / "hsic-plane.md").read_text(encoding="utf-8")


def test_the_tables_and_answers_are_those_of_the_run():
    for part in report.tables(*committed()).strip().split("\n\n"):
        assert part in page(), f"the committed results give this:\n{part}"


def test_nothing_is_left_to_fill_in():
    assert "<!--" not in page()


def test_two_digits_are_four_sigma_apart():
    x = continuous(pixels(data.mnist_5k().x_test).reshape(1000, -1), "input")
    width = kernels.Gaussian("median").gram(x).bandwidth
    assert "about four times σ apart" in page()
    assert round(width / MnistHsic().sigma) == 4


def test_the_study_is_whole():
    training, planes, changes = committed()
    settings = MnistHsic()
    seeds = {str(len(settings.seeds))}
    ours = [row for row in training + planes + changes if row["network"] != "published"]
    assert {row["seeds"] for row in ours} == seeds
    assert {row["network"] for row in training} == {*settings.networks, "published"}
    assert {int(row["epoch"]) for row in training} == set(range(settings.epochs + 1))


def test_published_numbers_are_those_of_the_code():
    training, planes, _ = committed()
    published = report._published_training() + report._published_planes()
    found = [row for row in training + planes if row["network"] == "published"]
    assert [row["mean"] for row in found] == [row["mean"] for row in published]


def test_committed_figures_are_small():
    for name in ("hsic-plane-as-published", "hsic-plane-probe", "hsic-epochs-probe"):
        assert 10_000 < (DOCS / "figures" / f"{name}.png").stat().st_size < 300_000
