"""docs/how-to-choose.md says what docs/accuracy.csv says, and the script that writes both."""

import importlib.util
import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from infoplane import GaussianCopula, known
from infoplane.trust.accuracy import OURS, Accuracy, cells

ROOT = Path(__file__).parent.parent
spec = importlib.util.spec_from_file_location("benchmark_of_accuracy", ROOT / "benchmarks" / "accuracy.py")
assert spec is not None
assert spec.loader is not None
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)

NS = script.NS
NORMALS = ("normal", "normal 2+2", "normal 10+10", "dense 5+5", "sparse 5+5", "sparse 25+25", "dense 50+50")
NARROW = ("normal 2+2", "copies 10+10", "blobs 64+64")
MANY = ("sparse 5+5", "normal 10+10", "sparse 25+25")
ATOMS = ("rectified", "atoms and normal", "staircase", "zero-inflated counts")


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str, int], Accuracy]:
    return {(row.measure, row.distribution, row.n): row for row in script.read_csv(script.CSV)}


class TestPage:
    def test_its_tables_are_those_of_the_csv(self):
        text = script.PAGE.read_text(encoding="utf-8")
        assert script.filled(text, script.blocks(script.read_csv(script.CSV))) == text

    def test_the_csv_is_the_whole_plan(self, rows):
        planned = {(cell.measure, cell.distribution, cell.n) for cell in script.plan(NS, script.DRAWS)}
        assert set(rows) == planned
        assert {name for _, name, _ in planned} >= set(known.catalogue())
        assert all(row.draws + row.refused >= 2 for row in rows.values())
        for (_, name, _), row in rows.items():
            if name in known.catalogue():
                truth = known.catalogue()[name].mutual_information().value
                assert row.truth == pytest.approx(truth, abs=1e-5)


class TestClaims:
    """The sentences of the section *In short*, in its order."""

    def test_mixed_ksg_to_start_with(self, rows):
        for name in set(known.catalogue()) - set(ATOMS):
            for n in NS:
                ksg, mixed = (rows[measure, name, n] for measure in ("KSG", "MixedKSG"))
                if ksg.draws == mixed.draws:  # the same draws
                    assert abs(mixed.bias - ksg.bias) < 0.01
        ksg, mixed = ([rows[measure, "atoms and normal", n] for n in NS] for measure in ("KSG", "MixedKSG"))
        assert all(row.bias > 2 * row.truth for row in ksg)
        assert ksg[0].bias < ksg[1].bias < ksg[2].bias
        assert mixed[0].bias < mixed[1].bias < mixed[2].bias < 0
        ratios = [
            rows["MixedKSG", name, 2_000].ms / rows["KSG", name, 2_000].ms for name in known.catalogue()
        ]
        assert 0.5 < median(ratios) < 2

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
            assert rows["CanonicalPairs", name, 500].bias > 1
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
        both = [
            (rows["KL", name, 2_000], rows["weighted KL", name, 2_000])
            for name in known.catalogue()
            if rows["weighted KL", name, 2_000].draws
        ]
        assert sum(weighted.spread > plain.spread for plain, weighted in both) > 0.8 * len(both)
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
        plugin, line = (rows[name, "symmetric channel labels+labels", 500] for name in script.LABELS)
        assert abs(line.bias) < plugin.bias / 2

    def test_slices_are_another_quantity(self, rows):
        for (measure, name, n), row in rows.items():
            known_value = script.closed_form(name, 1 + (measure == "S₂")) if measure in ("S₁", "S₂") else ""
            if known_value and n == 2_000:
                error = row.spread / math.sqrt(row.draws)
                assert abs(row.truth + row.bias - float(known_value)) < 4 * error + 0.03
        for name in ("normal 10+10", "dense 5+5", "sparse 5+5", "spiral 5+5", "sparse 25+25", "dense 50+50"):
            row = rows["S₁", name, 2_000]
            assert row.truth + row.bias < 0.2 * row.truth
        assert not rows["PCA 1", "dense 50+50", 2_000].off
        assert rows["PCA 1", "sparse 25+25", 2_000].bias < -0.9 * rows["PCA 1", "sparse 25+25", 2_000].truth


class TestScript:
    def test_started_again_it_measures_what_is_missing(self, tmp_path):
        store = tmp_path / "cells.jsonl"
        laws = {name: known.catalogue()[name] for name in ("normal", "student")}
        work = cells({"copula": GaussianCopula()}, laws, (50,), (2,), 1.0)
        with ThreadPoolExecutor(1) as pool:
            first = script.run(work, store, pool)
        lines = store.read_bytes().splitlines(keepends=True)
        assert len(lines) == 2
        store.write_bytes(lines[0] + lines[1][:30])  # killed while it wrote
        with ThreadPoolExecutor(1) as pool:
            again = script.run(work[::-1], store, pool)[::-1]
        assert len(script.read(store)) == 2
        assert [replace(row, ms=0) for row in again] == [replace(row, ms=0) for row in first]
        assert store.read_bytes().startswith(lines[0])

    def test_a_row_belongs_to_its_settings(self):
        law = known.Normal(rho=0.5)
        pairs = ((OURS["KSG"], 1.0), (OURS["MixedKSG"], 1.0), (OURS["KSG"], 2.0))
        keys = {script.key(cells({"a": what}, {"normal": law}, (50,), (2,), s)[0]) for what, s in pairs}
        assert len(keys) == 3

    def test_the_csv_gives_back_what_was_written(self, tmp_path):
        row = Accuracy("a", "b", 500, 0.25, 0.125, 0.5, 4, 1, 2.5, "x, “y”")
        none = Accuracy("c", "b", 500, 0.25, math.nan, math.nan, 0, 5, 2.5, "no")
        script.write_csv([row, none], tmp_path / "a.csv")
        same, empty = script.read_csv(tmp_path / "a.csv")
        assert same == row
        assert math.isnan(empty.bias)
        assert (empty.measure, empty.draws, empty.note) == ("c", 0, "no")

    def test_blocks_go_between_their_markers(self):
        page = "a\n<!-- one -->\nold\n<!-- end of one -->\nb"
        new = "a\n<!-- one -->\n\nnew\n\n<!-- end of one -->\nb"
        assert script.filled(page, {"one": "new"}) == new
        assert script.filled(new, {"one": "new"}) == new
        with pytest.raises(ValueError, match="must hold <!-- two -->"):
            script.filled(page, {"two": "new"})
