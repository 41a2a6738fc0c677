"""benchmarks/accuracy.py: its CSVs are what is measured, whole and not stale."""

import math
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from infoplane import GaussianCopula, known
from infoplane.trust.accuracy import OURS, Accuracy, compare
from infoplane.trust.agreement import Agreement, agreements
from infoplane.trust.drawing import Case
from infoplane.trust.targets import informations

sys.path.append(str(Path(__file__).parent.parent.parent / "benchmarks"))
script, tables, plan = (import_module(f"accuracy{part}") for part in ("", "_page", "_plan"))


@pytest.mark.portable
@pytest.mark.parametrize(("name", "row"), [("accuracy", Accuracy), ("agreement", Agreement)])
def test_the_csvs_are_the_whole_plan_and_nothing_is_stale(name, row):
    groups = plan.plan() if row is Accuracy else plan.climbs()
    found = script.read_csv(script.DOCS / f"{name}.csv", row)
    assert list(found) == [plan.key(work) for group in groups for work in group]
    assert all(one.draws + one.refused >= 2 for one in found.values())


@pytest.mark.portable
def test_rows_are_what_is_measured():
    """Quick ones of every table."""
    biases = {
        ("KSG", "normal"),
        ("Plugin", plan.CHANNEL),
        ("WithinClass", "normal"),
        ("S₁", "copies 10+10"),
    }
    biases |= {("KozachenkoLeonenko", "additive noise"), ("WeightedKozachenkoLeonenko", "additive noise")}
    found = script.read_csv(script.DOCS / "accuracy.csv", Accuracy)
    work = [one for group in plan.plan() for one in group if one.n == 500]
    work = [one for one in work if (one.measure, one.target.name) in biases]
    assert len(work) == len(biases)
    for case, row in zip(work, compare(work, progress=False), strict=True):
        kept = found[plan.key(case)]
        assert (row.bias, row.spread) == pytest.approx((kept.bias, kept.spread), abs=1e-4), row
        assert (row.draws, row.refused) == (kept.draws, kept.refused)
    found = script.read_csv(script.DOCS / "agreement.csv", Agreement)
    ordered = {("Binned, 5", "student"), ("CKA", "normal"), ("DiffusionEntropy", "distance")}
    climbs = [one for group in plan.climbs() for one in group if (one.measure, one.kind) in ordered]
    assert len(climbs) == len(ordered)
    for climb, row in zip(climbs, agreements(climbs, progress=False), strict=True):
        kept = found[plan.key(climb)]
        assert row.agreement == pytest.approx(kept.agreement, abs=1e-3), row
        assert row.values == pytest.approx(kept.values, rel=1e-3)


def test_started_again_it_measures_what_is_missing_or_stale(tmp_path):
    path = tmp_path / "rows.csv"
    laws = {name: known.catalogue()[name] for name in ("normal", "student")}
    groups = [[Case("copula", GaussianCopula(), target, 50, 2)] for target in informations(laws)]
    asked = []

    def measure(work):
        asked.extend(case.target.name for case in work)
        return compare(work, progress=False)

    script.complete(path, Accuracy, groups, measure)
    first = path.read_text(encoding="utf-8").splitlines()
    assert asked == ["normal", "student"]
    path.write_text("\n".join(first[:2]) + "\n", encoding="utf-8")  # ended after the first
    script.complete(path, Accuracy, groups, measure)
    assert asked == ["normal", "student", "student"]
    again = path.read_text(encoding="utf-8").splitlines()
    assert again[:2] == first[:2]
    stale = [[replace(case, target=replace(case.target, truth=0.5))] for (case,) in groups[:1]]
    script.complete(path, Accuracy, stale, measure)
    assert asked[3:] == ["normal"]
    (row,) = script.read_csv(path, Accuracy).values()
    assert row.truth == 0.5


def test_a_row_belongs_to_its_settings_its_draws_and_its_truth():
    (target,) = informations({"normal": known.Normal(rho=0.5)})
    case = Case("KSG", OURS["KSG"], target, 50, 2)
    others = [
        replace(case, what=OURS["MixedKSG"]),
        replace(case, seconds=2.0),
        replace(case, first=1),
        replace(case, target=replace(target, law=known.Normal(rho=-0.5))),
        replace(case, target=replace(target, truth=0.1)),
    ]
    assert len({plan.key(one) for one in [case, *others]}) == 6


def test_the_csv_gives_back_what_was_written(tmp_path):
    row = Accuracy("a", "b", 500, 0.25, 0.125, 0.5, 4, 1, 2.5, "x, “y”")
    none = Accuracy("c", "b", 500, 0.25, math.nan, math.nan, 0, 5, 2.5, "no")
    script.write_csv({"k": row, "l": none}, tmp_path / "a.csv")
    found = script.read_csv(tmp_path / "a.csv", Accuracy)
    assert found["k"] == row
    assert math.isnan(found["l"].bias)
    assert (found["l"].measure, found["l"].draws, found["l"].note) == ("c", 0, "no")
    rank = Agreement("a", "b", 500, 0.5, 0.25, 4, 0, 2.5, (0.0, 0.5), (1.0, -2.0))
    script.write_csv({"k": rank}, tmp_path / "b.csv")
    assert script.read_csv(tmp_path / "b.csv", Agreement) == {"k": rank}


def test_blocks_go_between_their_markers():
    page = "a\n<!-- one -->\nold\n<!-- end of one -->\nb"
    new = "a\n<!-- one -->\n\nnew\n\n<!-- end of one -->\nb"
    assert tables.filled(page, {"one": "new"}) == new
    assert tables.filled(new, {"one": "new"}) == new
    with pytest.raises(ValueError, match="must hold <!-- two -->"):
        tables.filled(page, {"two": "new"})
