"""The made-up data, the experiment in a small form, and its tables from rows whose truth is known."""

import math
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from infoplane import KSG, Binned, DiffusionInformation, Sample, spectra
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


def test_run_leaves_everything(small):
    into, rows = small
    assert len(rows) == sum(len(batch.cells) for batch in toy.batches(SMALL))
    assert {path.name for path in into.glob("[!.]*")} == {
        *FILES,
        *("settings.json", "estimates.jsonl", "diffusion.md"),
        *("entropy.pdf", "entropy.png", "information.pdf", "information.png"),
    }


def test_wide_studies_have_fewer_seeds():
    every = toy.batches(replace(SMALL, seeds=(3, 4, 5), wide_seeds=2))
    found = {(batch.source.study, batch.source.seed) for batch in every}
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


def test_a_row_of_another_measure_is_stale(small, tmp_path, undrawn):
    """It is left out of a report, measured anew, and stays out of the report."""
    _, rows = small
    toy.run(SMALL, tmp_path, report_only=True)
    older = {"class": "Binned", "numbers": Binned.numbers - 1}
    stale = [row | {"settings": older, "value": -1.0} if row["measure"] == "binned" else row for row in rows]
    (tmp_path / toy.ROWS).write_bytes(b"".join(map(json_lines.line, stale)))
    assert toy.run(SMALL, tmp_path, report_only=True) == [row for row in rows if row["measure"] != "binned"]
    again = toy.run(SMALL, tmp_path)
    assert [row["value"] for row in again] == [row["value"] for row in rows]
    assert all(row["mean"] != "-1.000000" for row in read_rows(tmp_path / "information.csv"))
    made = sum(row["measure"] == "binned" for row in rows)
    assert len(json_lines.read(tmp_path / toy.ROWS)) == len(rows) + made
    stale += [row for row in again if row["measure"] == "binned"]
    (tmp_path / toy.ROWS).write_bytes(b"".join(map(json_lines.line, reversed(stale))))
    assert toy.run(SMALL, tmp_path) == again, "whichever comes last in the file"


def test_only_the_measure_alone_is_timed(small, tmp_path, undrawn, monkeypatch):
    """Neither what others derived from the data, nor making them, nor compiling."""
    timed = [batch for batch in toy.batches(SMALL) if batch.source.study == toy.TIMED]
    assert all(len(batch.cells) == 1 for batch in timed)
    warmed = []
    monkeypatch.setattr(toy, "warm", lambda left: warmed.extend(left))
    toy.run(SMALL, tmp_path, only=("width",))
    toy.run(SMALL, tmp_path, only=("width",))
    assert warmed == timed, "nothing is warmed where nothing is left"


def test_nothing_to_draw(tmp_path):
    assert toy.run(SMALL, tmp_path, report_only=True) == []
    assert not list(tmp_path.glob("*.png"))


def test_refusals(small, tmp_path):
    into, _ = small
    with pytest.raises(ValueError, match="there is no study time; there are split, clusters"):
        toy.run(SMALL, tmp_path, only=("time",))
    with pytest.raises(ValueError, match=r"n is 40 there and 70 now\. Take another folder"):
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


def test_it_is_repeated_from_its_settings(small, undrawn, tmp_path):
    into, _ = small
    for name in ("settings.json", toy.ROWS):
        shutil.copy(into / name, tmp_path)
    app(["run", "--config", str(tmp_path)], result_action="return_value")
    for name in (toy.ROWS, "curves.csv", "diffusion.md"):
        assert (tmp_path / name).read_bytes() == (into / name).read_bytes()


def test_information_is_measured_with_the_package_s_defaults():
    assert toy.informations(0)["DSMI, σ = 10"] == spectra.dse_dsmi(of="information")
    assert isinstance(toy.informations(0)["DSMI, median"], DiffusionInformation)
