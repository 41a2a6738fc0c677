"""docs/how-to-choose.md says what its two CSVs say, and the script that writes all three."""

import math
import re
import sys
from importlib import import_module
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from infoplane import KSG, MixedKSG, Prepared, known, measures, prepare
from infoplane.settings import canonical
from infoplane.trust.accuracy import OURS, Accuracy
from infoplane.trust.agreement import Agreement, between_kinds

ROOT = Path(__file__).parent.parent.parent
sys.path.append(str(ROOT / "benchmarks"))
script, tables, plan = (import_module(f"accuracy{part}") for part in ("", "_page", "_plan"))

NS = plan.NS
WRAPPERS = {"Criterion", "Permuted"}  # give a function's value, and a measure's
NORMALS = ("normal", "normal 2+2", "normal 10+10", "dense 5+5", "sparse 5+5", "sparse 25+25", "dense 50+50")
NARROW = ("normal 2+2", "copies 10+10", "blobs 64+64")
FEW = (
    "normal",
    "additive noise",
    "bimodal",
    "wiggly",
    "half-cube",
    "saturated",
    "swiss roll 2+1",
    "normal 2+2",
)
MANY = ("sparse 5+5", "normal 10+10", "sparse 25+25")
ATOMS = ("rectified", "atoms and normal", "staircase", "zero-inflated counts")


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str, int], Accuracy]:
    found = script.read_csv(script.DOCS / "accuracy.csv", Accuracy).values()
    return {(row.measure, row.distribution, row.n): row for row in found}


@pytest.fixture(scope="module")
def ranks() -> dict[tuple[str, str], Agreement]:
    found = script.read_csv(script.DOCS / "agreement.csv", Agreement).values()
    return {(row.measure, row.kind): row for row in found}


class TestPage:
    def test_its_tables_are_those_of_the_csvs(self, rows, ranks):
        text = script.PAGE.read_text(encoding="utf-8")
        assert tables.filled(text, tables.blocks(list(rows.values()), list(ranks.values()))) == text

    def test_every_measure_has_a_row(self):
        """In the tables, and in the page's first table: or the page says why not."""
        work = [one for group in [*plan.plan(), *plan.climbs()] for one in group]
        classes = {name for one in work for name in re.findall(r'"class":"(\w+)"', canonical(one.what))}
        public = {*measures.__all__, "Prepared"}
        assert public - classes == WRAPPERS
        text = script.PAGE.read_text(encoding="utf-8").partition("## In short")[0]
        assert public <= set(re.findall(r"`(\w+)`", text))

    def test_every_known_distribution_has_a_row(self, rows, ranks):
        assert {name for _, name, _ in rows} == {*known.catalogue(), plan.CHANNEL}
        assert {kind for _, kind in ranks} >= {*known.catalogue(), plan.CHANNEL} - {"independent 2+2"}


class TestClaims:
    """The sentences of the section *In short*, in its order."""

    def test_ksg_to_start_with(self, rows):
        for name in (*FEW, "rectified", "staircase", "zero-inflated counts"):
            row = rows["KSG", name, 2_000]
            assert abs(row.bias) < 0.2 * row.truth
        assert rows["KSG", "student", 2_000].bias < -0.2 * rows["KSG", "student", 2_000].truth

    def test_mixed_ksg_for_atoms(self, rows):
        for name in set(known.catalogue()) - set(ATOMS):
            for n in NS:
                ksg, mixed = (rows[measure, name, n] for measure in ("KSG", "MixedKSG"))
                if ksg.draws == mixed.draws:  # the same draws
                    assert abs(mixed.bias - ksg.bias) < 0.01
        ksg, mixed = ([rows[measure, "atoms and normal", n] for n in NS] for measure in ("KSG", "MixedKSG"))
        assert not [row for row in ksg if row.draws]
        assert mixed[0].bias < mixed[1].bias < mixed[2].bias < 0
        ratios = [
            rows["MixedKSG", name, 2_000].ms / rows["KSG", name, 2_000].ms for name in known.catalogue()
        ]
        assert 0.5 < median(ratios) < 2

    def test_mixed_ksg_not_for_rounded_values(self):
        x, y = np.random.default_rng(0).normal(size=(2, 1000)).round(1)
        lattice = MixedKSG(k=5)(x, y)
        assert 0.9 < lattice.value < 1.2
        assert "use KSG after prepare.jitter(1e-3)" in lattice.note
        step = prepare.jitter(1e-3)
        assert abs(Prepared(KSG(k=5), x=step, y=step)(x, y).value) < 0.05

    def test_directions_and_not_columns(self, rows):
        assert not [name for name in NARROW if rows["KSG", name, 2_000].off]
        for name in MANY:
            at = [rows["KSG", name, n] for n in NS]
            assert at[1].bias < -0.3 * at[1].truth
            assert at[2].bias < -0.2 * at[2].truth

    def test_gaussian_copula_for_normals_and_no_bound(self, rows):
        assert not [(name, n) for name in NORMALS for n in NS if rows["GaussianCopula", name, n].off]
        times = {name: rows[name, "dense 50+50", 2_000].ms for name in OURS}
        assert min(times["GaussianCopula"], times["weighted KL"]) == min(times.values())
        for name in ("swiss roll 2+1", "student", "spiral 5+5"):
            row = rows["GaussianCopula", name, 2_000]
            assert row.bias < -0.8 * row.truth
        assert rows["GaussianCopula", "blobs 64+64", 2_000].bias > 0.5

    def test_canonical_pairs_between(self, rows):
        for name in MANY:
            pairs, ksg = (rows[measure, name, 2_000] for measure in ("CanonicalPairs", "KSG"))
            assert abs(pairs.bias) < abs(ksg.bias) / 2
        student = {
            name: rows[name, "asinh student 5+5", 2_000].bias
            for name in ("CanonicalPairs", "KSG", "GaussianCopula")
        }
        assert 0 > student["CanonicalPairs"] > max(student["KSG"], student["GaussianCopula"])
        for name in ("dense 50+50", "blobs 64+64"):
            assert rows["CanonicalPairs", name, 2_000].bias > 0.5
            assert not rows["CanonicalPairs", name, 500].draws
        assert rows["CanonicalPairs", "spiral 5+5", 2_000].bias < -0.7

    def test_scores_for_heavy_tails(self, rows):
        for n in NS[:2]:
            assert abs(rows["KSG of scores", "student", n].bias) < abs(rows["KSG", "student", n].bias) / 2
        for name in set(known.catalogue()) - {"student", *ATOMS}:
            plain = rows["KSG", name, 2_000]
            for measure in ("KSG standardised", "KSG of scores"):
                prepared = rows[measure, name, 2_000]
                assert not prepared.draws or abs(prepared.bias - plain.bias) < 0.07

    def test_no_differences_of_entropies(self, rows):
        assert rows["KL", "dense 5+5", 2_000].off
        assert not rows["KSG", "dense 5+5", 2_000].off
        for name in ("swiss roll 2+1", "copies 10+10", "blobs 64+64"):
            at = [rows["KL", name, n].bias for n in NS]
            assert 0 > at[0] > at[1] > at[2]
        for measure in ("KL", "weighted KL"):
            assert not [name for name in ATOMS if rows[measure, name, 2_000].draws]
        for name in ("normal", "additive noise", "bimodal", "wiggly", "half-cube", "saturated", "student"):
            plain, weighted = (rows[measure, name, 2_000] for measure in ("KL", "weighted KL"))
            assert abs(plain.bias - weighted.bias) < 0.01
            assert abs(plain.spread - weighted.spread) < 0.005
        plain, weighted = (rows[measure, "dense 5+5", 2_000] for measure in ("KL", "weighted KL"))
        assert abs(weighted.bias) < abs(plain.bias) / 2
        assert weighted.spread > 5 * plain.spread
        for name in ("normal 10+10", "sparse 25+25", "dense 50+50"):
            assert not rows["weighted KL", name, 2_000].draws

    def test_extrapolation_mends_little(self, rows):
        for name in known.catalogue():
            plain, line = rows["KSG", name, 2_000], rows["Extrapolated", name, 2_000]
            if not plain.off and line.draws > 1:
                assert abs(line.bias - plain.bias) < 0.05
        off = [name for name in known.catalogue() if rows["KSG", name, 2_000].off]
        refused = [name for name in off if rows["Extrapolated", name, 2_000].refused]
        assert len(refused) > len(off) / 2
        sparse = rows["Extrapolated", "sparse 25+25", 2_000]
        assert sparse.draws
        assert abs(sparse.bias - rows["KSG", "sparse 25+25", 2_000].bias) < 0.05

    def test_labels(self, rows):
        noisy = "noisy labels 2+labels"
        for measure in ("KSG", "MixedKSG"):
            assert not [n for n in NS if rows[measure, "labelled normal 5+labels", n].off]
            at = [rows[measure, noisy, n].bias for n in NS]
            assert at[0] < at[1] < at[2] < 0
            assert not rows[measure, noisy, 2_000].off
        assert rows["GaussianCopula", noisy, 2_000].bias < -0.5 * rows["GaussianCopula", noisy, 2_000].truth
        plugin, line = (rows[name, "symmetric channel labels+labels", 500] for name in plan.LABELS)
        assert abs(line.bias) < plugin.bias / 2

    def test_slices_are_another_quantity(self, rows):
        for (measure, name, n), row in rows.items():
            known_value = tables.closed_form(name, 1 + (measure == "S₂")) if measure in ("S₁", "S₂") else ""
            if known_value and n == 2_000:
                error = row.spread / math.sqrt(row.draws)
                assert abs(row.truth + row.bias - float(known_value)) < 4 * error + 0.03
        for name in ("normal 10+10", "dense 5+5", "sparse 5+5", "spiral 5+5", "sparse 25+25", "dense 50+50"):
            row = rows["S₁", name, 2_000]
            assert row.truth + row.bias < 0.2 * row.truth
        assert not rows["PCA 1", "dense 50+50", 2_000].off
        assert rows["PCA 1", "sparse 25+25", 2_000].bias < -0.9 * rows["PCA 1", "sparse 25+25", 2_000].truth

    def test_given_labels(self, rows):
        few = rows["WithinClass", "normal 2+2", 10_000], rows["KSG", "normal 2+2", 500]
        assert abs(few[0].bias - few[1].bias) < 0.05  # 1,000 in a class, and 500
        biases = [rows["WithinClass", "normal 2+2", n].bias for n in NS]
        assert biases[0] < biases[1] < biases[2] < 0
        assert abs(biases[0]) > 5 * abs(few[1].bias)

    def test_entropies(self, rows):
        cubes, balls, weighted, mutinfo = plan.ENTROPIES
        for (measure, name, _), row in rows.items():
            if measure in (cubes, balls, weighted) and name != "normal 10+10":
                assert abs(row.bias) < 0.15
        for n in NS:
            assert 1 < rows[balls, "normal 10+10", n].bias < rows[cubes, "normal 10+10", n].bias
            for name in ("normal", "additive noise"):
                assert rows[mutinfo, name, n].spread > rows[weighted, name, n].spread


class TestClaimsOnOrder:
    def test_scores_order_one_kind(self, ranks):
        for measure in ("HSIC", "CKA"):
            own = [row for (name, _), row in ranks.items() if name == measure]
            assert all(row.agreement >= 0.8 for row in own if row.draws)
            assert ranks[measure, "sparse 25+25"].agreement > ranks["KSG", "sparse 25+25"].agreement + 0.1
        for measure in ("MatrixRenyi", "DiffusionInformation"):
            own = [row for (name, _), row in ranks.items() if name == measure and row.draws]
            assert sum(row.agreement >= 0.8 for row in own) > 0.7 * len(own)
        student = ranks["DiffusionInformation", "student"]
        assert student.agreement < -3 * student.error

    def test_and_not_two(self, ranks):
        between = {
            measure: between_kinds([row for (name, _), row in ranks.items() if name == measure and row.draws])
            for measure in plan.SCORES
        }
        assert max(between.values()) == between["KSG"] < 0.85

    def test_bins_of_several_columns(self, ranks):
        for measure in ("Binned", "Binned, 5"):
            for kind in ("normal 10+10", "sparse 25+25"):
                row = ranks[measure, kind]
                assert abs(row.agreement) <= 3 * row.error
                assert min(row.values) > 0.98 * math.log(plan.RANKED)
            assert ranks[measure, "dense 5+5"].agreement < -0.4
        assert ranks["Binned", "student"].agreement < -0.5
        assert ranks["Binned, 5", "student"].agreement > 0.9

    def test_scale(self, ranks):
        assert ranks["KDEBounds", "labelled normal 5+labels"].agreement < -0.2
        assert ranks["KDEBounds, relative", "labelled normal 5+labels"].agreement == 1
        for measure in ("DiffusionEntropy", "MatrixRenyi"):
            assert abs(ranks[measure, "scale"].agreement) < 0.3
            assert ranks[measure, "distance"].agreement < -0.8
            for kind in ("scale", "groups", "distance", "correlation"):
                assert ranks[f"{measure}, bandwidth 1", kind].agreement > 0.85

    def test_no_median_of_equal_values(self, ranks):
        for measure in ("HSIC", "CKA", "MatrixRenyi"):
            row = ranks[measure, "zero-inflated counts"]
            assert not row.draws
            assert "the median distance between rows of 'y' is 0" in row.note
