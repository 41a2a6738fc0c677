"""Accuracy of measures that are wrong by a known amount."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from infoplane import KSG, DegenerateData, Estimate, Sliced, known
from infoplane.trust.accuracy import OURS, Accuracy, as_measure, cases, compare
from infoplane.trust.drawing import Case
from infoplane.trust.page import page, refusals, table, text
from infoplane.trust.targets import Target, information, informations

LAW = known.Normal(rho=0.75)
TRUTH = LAW.mutual_information().value
ROW = Accuracy("mine", "normal", 500, 0.4, 0.001, 0.02, draws=5, refused=0, ms=1.5)


@dataclass(frozen=True)
class Says:
    """Always the same."""

    value: float
    unit: str = "nats"

    def __call__(self, x: Any, y: Any) -> Estimate:
        return Estimate(self.value, unit=self.unit)


@dataclass(frozen=True)
class SaysItsSeed:
    seed: int = 3

    def __call__(self, x: Any, y: Any) -> Estimate:
        return Estimate(float(self.seed))


@dataclass(frozen=True)
class RefusesBelow:
    """Refuses a draw whose first number is too small."""

    least: float

    def __call__(self, x: Any, y: Any) -> Estimate:
        if x[0, 0] < self.least:
            raise DegenerateData(f"{x[0, 0]:.2f} is too small; use larger numbers")
        return Estimate(TRUTH)


def breaks(x, y):
    return np.zeros(3)[len(x)]


def measured(what: Any, target: Target | None = None, n: int = 50, draws: int = 4) -> Accuracy:
    (row,) = compare([Case("mine", what, target or information("normal", LAW), n, draws)], progress=False)
    return row


@pytest.mark.parametrize(
    ("what", "bias"),
    [
        (Says(TRUTH), 0),
        (Says(TRUTH + 0.1), 0.1),
        (Says(TRUTH / math.log(2), "bits"), 0),
        (as_measure(lambda x, y: TRUTH - 0.2, "mine"), -0.2),
        (as_measure(lambda x, y: Estimate(TRUTH), "mine"), 0),
    ],
)
def test_a_measure_that_is_wrong_by_a_known_amount(what, bias):
    got = measured(what)
    assert got.bias == pytest.approx(bias, abs=1e-12)
    assert got.spread == pytest.approx(0, abs=1e-12)
    assert (got.truth, got.draws, got.refused, got.note) == (TRUTH, 4, 0, "")
    assert got.off == (abs(bias) > 0.05)


def test_bias_and_spread_are_those_of_the_draws():
    values = [KSG(k=5)(*LAW.draw(50, seed)).value for seed in range(4)]
    got = measured(KSG(k=5))
    assert got.bias == pytest.approx(np.mean(values) - TRUTH)
    assert got.spread == pytest.approx(np.std(values, ddof=1))
    assert got.ms > 0


def test_every_draw_has_a_seed_of_its_own():
    got = measured(SaysItsSeed(), draws=3)
    assert got.bias == pytest.approx(4 - TRUTH)  # 3, 4, 5
    assert got.spread == pytest.approx(1)


def test_refusals_are_counted_and_quoted():
    first = [LAW.draw(50, seed)[0][0, 0] for seed in range(4)]
    got = measured(RefusesBelow(math.inf))
    assert (got.draws, got.refused) == (0, 4)
    assert math.isnan(got.bias)
    assert math.isnan(got.spread)
    assert got.off
    assert got.note == f"{first[0]:.2f} is too small"
    some = measured(RefusesBelow(float(np.median(first))))
    assert (some.draws, some.refused, some.bias) == (2, 2, 0)


def test_no_number_is_a_refusal():
    got = measured(Says(math.nan))
    assert (got.draws, got.note) == (0, "it returned nan")


def test_what_breaks_says_where_and_keeps_its_error():
    with pytest.raises(
        RuntimeError, match=r"mine broke on 'normal' \(n=50, seed=0\) with IndexError"
    ) as said:
        measured(as_measure(breaks, "mine"))
    assert isinstance(said.value.__cause__, IndexError)


def test_measures_of_one_s_own():
    assert as_measure(KSG(k=3), "mine") == KSG(k=3)
    assert as_measure(KSG, "mine") == KSG()
    with pytest.raises(ValueError, match="mine is a class that cannot be made without settings"):
        as_measure(Says, "mine")
    with pytest.raises(ValueError, match="mine must be a measure or a function"):
        as_measure(3, "mine")


def test_cases_are_all_pairs_with_their_draws():
    targets = informations(known.catalogue())
    work = cases({"a": Says(0), "b": Says(1)}, targets, (100, 50), (3, 2), 1.0)
    assert len(work) == 2 * 25 * 2
    assert {(one.n, one.draws) for one in work} == {(100, 3), (50, 2)}
    for ns, draws, name in (((5,), (2,), "n"), ((50,), (1,), "draws"), ((), (), "n")):
        with pytest.raises(ValueError, match=f"{name} must be"):
            cases({"a": Says(0)}, targets, ns, draws, 1.0)


def test_ours_measure_the_first_distribution():
    rows = compare(cases(OURS, [information("normal", LAW)], (300,), (2,), 1.0), progress=False)
    assert [row.measure for row in rows] == list(OURS)
    assert not [row.measure for row in rows if abs(row.bias) > 0.2 or row.refused]


def test_a_cell_of_the_table():
    assert text(ROW, 5) == "+0.00 ± 0.02"
    assert text(replace(ROW, bias=-0.001), 5) == "+0.00 ± 0.02"
    assert text(replace(ROW, bias=-0.06), 5) == "**-0.06 ± 0.02**"
    assert text(replace(ROW, bias=-0.06, truth=1.0), 5) == "-0.06 ± 0.02"
    assert text(replace(ROW, draws=2), 5) == "+0.00 ± 0.02 (2)"
    assert text(replace(ROW, draws=1, refused=4, spread=math.nan), 5) == "+0.00 (1 of 5)"
    assert text(replace(ROW, draws=0, refused=5, bias=math.nan), 5) == "refused"


def test_a_table_holds_each_pair_once_and_sums():
    other = replace(ROW, measure="other", bias=0.3, ms=3.0)
    none = replace(other, distribution="wide", truth=2.0, bias=math.nan, draws=0, refused=5, note="no")
    lines = [
        [part.strip() for part in line.split("|")[1:-1]] for line in table([ROW, other, none]).split("\n")
    ]
    assert lines[0] == ["distribution", "truth", "mine", "other"]
    assert lines[2:] == [
        ["normal", "0.40", "+0.00 ± 0.02", "**+0.30 ± 0.02**"],
        ["wide", "2.00", "", "refused"],
        ["*bold*", "", "0", "1"],
        ["*refused*", "", "0", "1"],
        ["*median ms*", "", "1.5", "3"],
    ]
    assert refusals([ROW, other, none]) == "- other: wide. The first: “no”"


def test_the_page_has_a_table_for_each_n():
    refused = replace(ROW, n=2000, draws=0, refused=3, bias=math.nan, note="too wide")
    said = page("mine", [ROW, refused])
    assert said.startswith("# mine beside")
    for part in ("## n = 500, 5 draws", "## n = 2,000, 3 draws", "## Refused by mine", "“too wide”"):
        assert part in said
    assert "Refused" not in page("mine", [ROW])


def test_a_sliced_measure_is_sliced_anew_in_every_draw():
    law = known.Normal(information=1, dims=2)
    got = measured(Sliced(KSG(k=5), directions=20), information("normal 2+2", law), n=200, draws=3)
    values = [Sliced(KSG(k=5), directions=20, seed=i)(*law.draw(200, i)).value for i in range(3)]
    assert got.bias == pytest.approx(np.mean(values) - law.mutual_information().value)
