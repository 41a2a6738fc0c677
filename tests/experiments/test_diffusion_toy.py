"""The made-up data, the experiment in a small form, and its tables from rows whose truth is known."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist

from infoplane import KSG, DiffusionInformation, Sample, spectra
from infoplane.cli.app import app
from infoplane.experiments.diffusion_toy import figures, report
from infoplane.experiments.diffusion_toy import samples as data
from infoplane.experiments.diffusion_toy import study as toy
from infoplane.experiments.shared.tables import read_rows
from infoplane.storage import json_lines

SMALL = toy.DiffusionToy(n=40, labelled=100, seeds=(1,), widths=(20, 50), wide=100, wide_seeds=1)
FILES = ["curves.csv", "information.csv", "trends.csv", "time.csv"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    into = tmp_path_factory.mktemp("diffusion-toy")
    return into, toy.run(SMALL, into)


@pytest.fixture
def undrawn(monkeypatch):
    """Figures take longer than all that is measured."""
    monkeypatch.setattr(figures, "draw", lambda made, into: None)


def values(rows, study, name):
    return {
        (row["x"], row["columns"]): row["value"]
        for row in rows
        if (row["study"], row["measure"]) == (study, name)
    }


@pytest.mark.parametrize("draw", [study.draw for study in toy.studies(SMALL).values()])
def test_data_follow_from_the_arguments(draw):
    first, again, other = (draw(1, 50, 40, seed) for seed in (3, 3, 4))
    for one, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, same)
        assert len(one) == 40
    assert first[0].shape == (40, 50)
    assert not np.array_equal(first[0], other[0])


def test_two_blobs_at_a_distance():
    near, far = data.split(0, 5, 2000, 0)[0], data.split(8.0, 5, 2000, 0)[0]
    np.testing.assert_allclose(np.abs(far - near), np.tile([4.0, 0, 0, 0, 0], (2000, 1)), atol=1e-12)


def test_clusters_are_all_as_far_apart():
    x = data.clusters(4, 20, 4000, 0)[0]
    centres = np.stack([x[i::4].mean(axis=0) for i in range(4)])
    np.testing.assert_allclose(pdist(centres), data.APART, rtol=0.01)
    np.testing.assert_allclose(x[0::4].std(axis=0), 1.0, rtol=0.1)


def test_classes_draw_apart_and_shrink():
    before, after = (data.training(progress, 20, 4000, 0)[0] for progress in (0, 1))
    assert before.std(axis=0) == pytest.approx(np.ones(20), rel=0.1)
    centres = np.stack([after[i :: data.CLASSES].mean(axis=0) for i in range(data.CLASSES)])
    np.testing.assert_allclose(pdist(centres), 40, rtol=0.001)
    assert after[0 :: data.CLASSES].std(axis=0) == pytest.approx(np.full(20, 0.1), rel=0.15)


def test_branches_are_joined():
    """Without noise, rows would lie on lines along the axes that touch: no gap is wider than a step."""
    x = data.tree(5, 20, 4000, 0)[0]
    assert np.linalg.matrix_rank(x[:, :5] - x[:, :5].mean(axis=0), tol=50) == 5
    assert x[:, 5:].std() == pytest.approx(1, rel=0.02)
    gap = 5.0
    reached, frontier = {0}, [0]
    near = cdist(x[:, :5], x[:, :5]) < gap
    while frontier:
        new = set(np.flatnonzero(near[frontier].any(axis=0))) - reached
        reached |= new
        frontier = list(new)
    assert len(reached) == 4000


@pytest.mark.parametrize("dim", [1, 3, 10])
def test_spheres_and_cubes_fill_as_many_dimensions(dim):
    ball, box = data.sphere(dim, 50, 500, 0)[0], data.cube(dim, 50, 500, 0)[0]
    assert np.linalg.matrix_rank(ball) == dim + 1
    assert np.linalg.matrix_rank(box) == dim
    np.testing.assert_allclose(np.linalg.norm(ball, axis=1), data.RADIUS)
    assert box.var(axis=0).sum() == pytest.approx(dim, rel=0.15)


def test_noise_on_a_circle():
    clean, noisy = (data.noise(sd, 20, 3000, 0)[0] for sd in (0, 2.0))
    np.testing.assert_allclose(np.linalg.norm(clean, axis=1), data.RING)
    assert (noisy - clean).std() == pytest.approx(2.0, rel=0.02)


def test_labels_are_corrupted_as_the_channel_says():
    (x, y), (same, changed) = (data.corrupted(part, 20, 5000, 0) for part in (0, 0.5))
    np.testing.assert_array_equal(x, same)
    assert (y != changed).mean() == pytest.approx(0.45, abs=0.03)  # one in ten falls on its own label
    assert data.channel(0).mutual_information().value == pytest.approx(math.log(10))
    assert data.channel(1).mutual_information().value == pytest.approx(0, abs=1e-12)


def test_blobs_apart_are_known_by_their_label():
    assert data.apart(0).mutual_information(20_000).value == pytest.approx(math.log(10), abs=1e-9)
    assert 1 < data.near(0).mutual_information(20_000).value < math.log(10)


def test_turned_blobs_keep_their_distances():
    (narrow, y), (wide, same) = (data.blobs_turned(0, columns, 100, 0) for columns in (20, 200))
    np.testing.assert_array_equal(y, same)
    np.testing.assert_allclose(pdist(wide), pdist(narrow), rtol=1e-9)
    noisy = data.blobs_near(0, 200, 100, 0)[0]
    np.testing.assert_allclose(pdist(noisy[:, :20]), pdist(narrow), rtol=1e-9)


def test_run_leaves_everything(small):
    into, rows = small
    assert len(rows) == sum(len(cell.wanted) for cell in toy.cells(SMALL))
    assert {path.name for path in into.glob("[!.]*")} == {
        *FILES,
        *("settings.json", "estimates.jsonl", "diffusion.md"),
        *("entropy.pdf", "entropy.png", "information.pdf", "information.png"),
    }


def test_wide_studies_have_fewer_seeds():
    found = {(cell.study, cell.seed) for cell in toy.cells(replace(SMALL, seeds=(3, 4, 5), wide_seeds=2))}
    assert {seed for study, seed in found if study == "width, turned"} == {3, 4}
    assert {seed for study, seed in found if study == "corruption"} == {3, 4, 5}


def test_rows_hold_what_a_user_of_the_measures_gets(small):
    _, rows = small
    x, y = (Sample(values, name) for values, name in zip(data.corrupted(0.3, 20, 100, 1), "xy", strict=True))
    assert values(rows, "corruption", "KSG")[0.3, 20] == KSG()(x, y).value
    theirs = spectra.dse_dsmi(of="information")(x, y)
    assert values(rows, "corruption", "DSMI, σ = 10")[0.3, 20] == theirs.value
    (cloud,) = data.split(4, 20, 40, 1)
    assert values(rows, "split", "σ = 10")[4, 20] == spectra.dse_dsmi()(cloud).value


def test_another_t_is_another_entropy_of_the_same_rows(small):
    _, rows = small
    (x,) = data.clusters(10, 20, 40, 1)
    after = values(rows, "t", "σ = 5")
    assert list(after.values()) == sorted(after.values(), reverse=True)
    assert after[3, 20] == pytest.approx(spectra.dse_dsmi(sigma=5, t=3)(x).value)
    assert after[10, 20] == values(rows, "clusters", "σ = 5, t = 10")[10, 20]


def test_kernels_at_both_ends(small):
    """Far too narrow: ln n, and no information. Far too wide: 0 of both."""
    _, rows = small
    entropy, information = (values(rows, "σ", name) for name in ("DSE", "DSMI"))
    assert entropy[0.1, 20] == pytest.approx(math.log(100))
    assert information[0.1, 20] == pytest.approx(0, abs=1e-9)
    assert max(entropy[1000, 20], information[1000, 20]) < 0.02
    identity = {row["x"] for row in rows if row["study"] == "σ" and report.IDENTITY in row["note"]}
    assert {0.1, 0.2} <= identity < set(toy.SIGMAS)


def test_what_a_run_has_is_not_measured_again(small, undrawn):
    into, rows = small
    before = (into / toy.ROWS).read_bytes()
    assert toy.run(SMALL, into) == rows
    assert (into / toy.ROWS).read_bytes() == before


def test_a_killed_run_goes_on(small, tmp_path, undrawn):
    into, rows = small
    lines = (into / toy.ROWS).read_bytes().splitlines(keepends=True)
    toy.run(SMALL, tmp_path, report_only=True)
    kept = [line for line in lines if b'"study": "t"' not in line]
    (tmp_path / toy.ROWS).write_bytes(b"".join(kept) + lines[0][:50])
    untimed = [[{**row, "seconds": 0} for row in some] for some in (toy.run(SMALL, tmp_path), rows)]
    assert untimed[0] == untimed[1]
    assert len(json_lines.read(tmp_path / toy.ROWS)) == len(rows)


def test_a_study_measured_afresh_counts(small, tmp_path, undrawn):
    _, rows = small
    toy.run(SMALL, tmp_path, report_only=True)
    lines = [{**row, "value": -1.0} if row["study"] == "scale" else row for row in rows]
    (tmp_path / toy.ROWS).write_bytes(b"".join(map(json_lines.line, lines)))
    again = toy.run(SMALL, tmp_path, only=("scale",), afresh=True)
    assert [row["value"] for row in again] == [row["value"] for row in rows]
    assert len(json_lines.read(tmp_path / toy.ROWS)) == len(rows) + sum(r["study"] == "scale" for r in rows)


def test_nothing_to_draw(tmp_path):
    assert toy.run(SMALL, tmp_path, report_only=True) == []
    assert not list(tmp_path.glob("*.png"))


def test_refusals(small, tmp_path):
    into, _ = small
    with pytest.raises(ValueError, match="there is no study time; there are split, clusters"):
        toy.run(SMALL, tmp_path, only=("time",))
    with pytest.raises(ValueError, match=r"n \(40 there, 70 asked\); take another folder"):
        toy.run(replace(SMALL, n=70), into)
    for wrong in ({"n": 39}, {"labelled": 99}, {"seeds": ()}, {"seeds": (1, 1)}, {"widths": (10,)}):
        with pytest.raises(ValueError, match="must be"):
            replace(SMALL, **wrong)


def made_up(by_x, study="split", name="median"):
    """Rows of {x: values by seed}."""
    return [
        {"study": study, "columns": 20, "n": 9, "x": x, "seed": seed, "measure": name, "value": value}
        | {"note": "why" if value is None else "", "seconds": (seed + 1) * 0.5}
        for x, line in by_x.items()
        for seed, value in enumerate(line)
    ]


def test_means_of_made_up_rows():
    first, second = report.means(made_up({0: [1.0, 2.0, 6.0], 4: [None, 1.0, 1.0]}))
    assert (first["x"], float(first["mean"]), first["seeds"], first["note"]) == ("0", 3.0, "3", "")
    assert float(first["sd"]) == pytest.approx(math.sqrt(7), abs=1e-6)
    assert (second["mean"], second["sd"], second["note"]) == ("", "", "why")


@pytest.mark.parametrize(
    ("last", "verdict"),
    [([2.0, 3.5], "rises"), ([0.5, 1.0], "falls"), ([2.0, 1.0], "level"), ([1.001, 2.001], "level")],
)
def test_a_trend_is_what_all_seeds_have(last, verdict):
    (row,) = report.trends(made_up({0: [1.0, 2.0], 4: [9.0, 9.0], 8: last}))
    assert row["verdict"] == verdict
    assert float(row["change"]) == pytest.approx(np.mean(last) - 1.5, abs=1e-6)


def test_times_are_medians_beside_those_of_diffusion():
    rows = made_up({20: [0.0] * 3}, "width", report.TIMED) + made_up({20: [0.0]}, "width", "KSG")
    ours, other = report.times(rows)
    assert (float(ours["seconds"]), float(ours["ratio"]), ours["seeds"]) == (1.0, 1.0, "3")
    assert (float(other["seconds"]), float(other["ratio"])) == (0.5, 0.5)


def test_truth_of_corrupted_labels(small):
    into, _ = small
    rows = read_rows(into / "information.csv")
    truths = [float(row["truth"]) for row in rows if row["study"] == "corruption" and row["measure"] == "KSG"]
    flips = [0.9 * part / 10 for part in range(11)]
    closed = [
        math.log(10) + sum(q * math.log(q) for q in (1 - flip, *[flip / 9] * 9) if q > 0) for flip in flips
    ]
    assert truths == pytest.approx(closed, abs=1e-6)
    assert {row["truth"] for row in rows if row["study"] == "width, apart"} == {f"{math.log(10):.6f}"}


def test_tables_are_made_of_the_files(small):
    into, _ = small
    made = report.Tables(*(read_rows(into / name) for name in FILES))
    text = "\n".join(report.tables(made))
    assert (into / "diffusion.md").read_text(encoding="utf-8") == text
    for table in text.strip().split("\n\n"):
        assert len({len(re.findall(r"\|", line)) for line in table.splitlines()}) == 1


def test_figures_hold_the_means(small):
    into, _ = small
    made = report.Tables(*(read_rows(into / name) for name in FILES))
    axes = figures.draw_entropies(made.curves).axes
    (line,) = [one for one in axes[0].get_lines() if one.get_label() == "σ = 10"]
    own = [row for row in made.curves if (row["study"], row["measure"]) == ("split", "σ = 10")]
    np.testing.assert_allclose(line.get_ydata(), [float(row["mean"]) for row in own])
    bits = figures.draw_informations(made).axes[0]
    (line,) = [one for one in bits.get_lines() if one.get_label() == "truth"]
    assert line.get_ydata()[0] == pytest.approx(math.log2(10), abs=1e-5)


def test_the_command_reports_and_lists_the_files(small, undrawn, capsys):
    into, _ = small
    words = ["run", "diffusion-toy", "--n", "40", "--labelled", "100", "--seeds", "1", "--widths", "20"]
    words += ["50", "--wide", "100", "--wide-seeds", "1", "--report-only", "--into", str(into)]
    app(words, result_action="return_value")
    assert str(into / "trends.csv") in capsys.readouterr().out


def test_information_is_measured_with_the_package_s_defaults():
    assert toy.informations(0)["DSMI, σ = 10"] == spectra.dse_dsmi(of="information")
    assert isinstance(toy.informations(0)["DSMI, median"], DiffusionInformation)
