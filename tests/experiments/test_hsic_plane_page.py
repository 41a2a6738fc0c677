"""docs/reproductions/hsic-plane.md says what the committed results say."""

from pathlib import Path

from infoplane import continuous, data, kernels
from infoplane.experiments.mnist_hsic import report
from infoplane.experiments.mnist_hsic.study import MnistHsic, pixels
from infoplane.experiments.shared.tables import Row, read_rows

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


def verdicts(quantity: str, **where: str) -> set[tuple[str, str]]:
    """Layer and verdict of each change of a quantity."""
    rows = [row for row in committed()[2] if row["quantity"] == quantity and where.items() <= row.items()]
    assert rows
    return {(row["layer"], row["verdict"]) for row in rows}


def test_what_is_left_of_the_claims():
    hidden = {f"hidden{i}" for i in (1, 2, 3)}
    for network in ("plain", "dropout"):
        whole, late = ({"network": network, "since": since} for since in ("whole", "from the peak"))
        for how in ("batches", "probe"):
            assert ("conv", "falls") in verdicts("HSIC(X;T)", how=how, **whole)
        assert ("conv", "neither") in verdicts("CKA(X;T)", **whole)
        assert {verdict for _, verdict in verdicts("CKA(T;Y)", **whole)} == {"rises"}
        assert {verdict for _, verdict in verdicts("CKA(T;Y)", **late)} == {"neither"}
        assert verdicts("val_accuracy", **late) == {("", "neither")}
    for quantity in ("HSIC(T;Y)", "HSIC(T;Ŷ)"):
        rises = verdicts(quantity, how="probe", network="plain", since="to the peak")
        assert {(name, "rises") for name in hidden} <= rises
    further = verdicts("CKA(T;Y)", network="plain - dropout", since="whole")
    assert {(name, "falls") for name in hidden} <= further
