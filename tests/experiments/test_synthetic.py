"""The experiment in a small form, its tables from rows whose truth is known, and the page of the real run."""

import json
import re
from dataclasses import replace

import pytest

from infoplane import KSG, FromEntropy, KozachenkoLeonenko
from infoplane.cli.app import app
from infoplane.experiments.shared import study_settings
from infoplane.experiments.shared.tables import read_rows
from infoplane.experiments.synthetic import figures, report
from infoplane.experiments.synthetic import study as synthetic
from infoplane.storage import json_lines

SMALL = synthetic.Synthetic(
    points=3, dims=(1, 9), reruns=1, directions=20, n=200, wide_directions=5, as_published=True
)
NAMES = ["KSG", "KL", "WKL", "S₁", "S₂", "S₁, 1-NN"]


def keep_settings(folder):
    study_settings.keep(SMALL, synthetic.NAME, folder)


def untimed(rows):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    into = tmp_path_factory.mktemp("synthetic")
    return into, synthetic.run(SMALL, into, workers=1)


def test_run_leaves_everything(small):
    into, rows = small
    assert [(row["dim"], row["point"]) for row in rows[:: len(NAMES)]] == [
        (dim, point) for dim in (1, 9) for point in range(3)
    ]
    assert [row["estimator"] for row in rows[:6]] == NAMES
    assert {path.name for path in into.glob("[!.]*")} == {
        *(
            "settings.json",
            "estimates.jsonl",
            "estimates.csv",
            "correlation.csv",
            "values.csv",
            "synthetic.md",
        ),
        *("figure1.pdf", "figure1.png", "figure2.pdf", "figure2.png"),
    }
    assert len(read_rows(into / "estimates.csv")) == len(rows)


def test_rows_hold_what_a_user_of_the_measures_gets(small):
    _, rows = small
    x, y = synthetic.draw(9, 2.0, 0, 200)
    found = {row["estimator"]: row for row in rows if (row["dim"], row["point"]) == (9, 1)}
    assert found["KSG"]["value"] == KSG(k=5)(x, y).value
    sliced = synthetic.estimators(SMALL)["S₁"](x, y)
    assert (found["S₁"]["value"], found["S₁"]["slice_error"]) == (sliced.value, sliced.stderr)


def test_what_is_refused_becomes_a_row_without_a_value_and_the_reason(small):
    into, rows = small
    (none,) = {row["dim"] for row in rows if row["value"] is None}
    refused = [row for row in rows if row["value"] is None]
    assert none == 9
    assert {row["estimator"] for row in refused} == {"WKL"}
    assert "no weights on k=5 neighbours" in refused[0]["note"]
    (row,) = [
        row for row in read_rows(into / "correlation.csv") if (row["dim"], row["estimator"]) == ("9", "WKL")
    ]
    assert (row["mean"], row["note"]) == ("", refused[0]["note"])


def test_sliced_in_one_column_is_the_plain_measure(small):
    _, rows = small
    by_name = {row["estimator"]: row["value"] for row in rows if (row["dim"], row["point"]) == (1, 1)}
    assert by_name["KSG"] == by_name["S₁"] == by_name["S₂"]
    nearest = FromEntropy(KozachenkoLeonenko(k=1))(*synthetic.draw(1, 2.0, 0, 200))
    assert by_name["S₁, 1-NN"] == nearest.value
    assert by_name["WKL"] == pytest.approx(nearest.value, abs=0.05)  # the same, with round balls


def test_resumed_after_losing_rows_it_is_the_same(small, tmp_path):
    into, rows = small
    lines = (into / synthetic.ROWS).read_bytes().splitlines(keepends=True)
    keep_settings(tmp_path)
    torn = [*lines[:4], *lines[9:20], lines[20][:30]]
    (tmp_path / synthetic.ROWS).write_bytes(b"".join(torn))
    again = synthetic.run(SMALL, tmp_path, workers=1)
    assert untimed(again) == untimed(rows)
    kept = {row["seconds"] for row in map(json.loads, torn[:-1])}
    assert kept <= {row["seconds"] for row in again}, "what was there is not measured again"
    for name in ("correlation.csv", "values.csv", "synthetic.md"):
        assert (tmp_path / name).read_bytes() == (into / name).read_bytes()


def test_rows_of_an_older_measure_are_measured_again(small, tmp_path, monkeypatch):
    _, rows = small
    keep_settings(tmp_path)
    older = [{**row, "measure": {**row["measure"], "numbers": 0}, "value": -1.0} for row in rows]
    mixed = [old if row["estimator"] == "KSG" else row for row, old in zip(rows, older, strict=True)]
    (tmp_path / synthetic.ROWS).write_bytes(b"".join(map(json_lines.line, mixed)))
    monkeypatch.setattr(figures, "draw", lambda *_: None)
    kept = synthetic.run(SMALL, tmp_path, report_only=True)
    assert kept == [row for row in rows if row["estimator"] != "KSG"]
    assert untimed(synthetic.run(SMALL, tmp_path)) == untimed(rows)
    assert len(json_lines.read(tmp_path / synthetic.ROWS)) == len(rows) + len(rows) // len(NAMES)


def test_a_finished_study_is_only_reported(small):
    into, rows = small
    before = (into / synthetic.ROWS).read_bytes()
    assert synthetic.run(SMALL, into) == rows
    assert (into / synthetic.ROWS).read_bytes() == before


def test_threads_give_the_same(tmp_path):
    tiny = replace(SMALL, dims=(3,), n=60, directions=4, wide_directions=2)
    one, two = (synthetic.run(tiny, tmp_path / str(workers), workers=workers) for workers in (1, 2))
    assert untimed(one) == untimed(two)


def test_order_of_the_rows_does_not_matter(small, tmp_path):
    into, rows = small
    lines = (into / synthetic.ROWS).read_bytes().splitlines(keepends=True)
    keep_settings(tmp_path)
    (tmp_path / synthetic.ROWS).write_bytes(b"".join(reversed(lines)))
    assert synthetic.run(SMALL, tmp_path, report_only=True) == rows
    assert (tmp_path / "synthetic.md").read_bytes() == (into / "synthetic.md").read_bytes()


def test_an_interrupted_study_is_reported_as_far_as_it_goes(small, tmp_path):
    into, rows = small
    assert synthetic.run(SMALL, tmp_path, report_only=True) == []
    assert not list(tmp_path.glob("figure*"))
    lines = (into / synthetic.ROWS).read_bytes().splitlines(keepends=True)
    (tmp_path / synthetic.ROWS).write_bytes(b"".join(lines[:20]))  # dimension 9 has just begun
    assert synthetic.run(SMALL, tmp_path, report_only=True) == rows[:20]
    assert {row["dim"] for row in read_rows(tmp_path / "correlation.csv")} == {"1"}
    assert (tmp_path / "figure1.pdf").stat().st_size > 0


def test_all_dimensions_of_a_rerun_come_before_the_next():
    sources = [batch.source for batch in synthetic.batches(replace(SMALL, reruns=2))]
    order = [(source.rerun, source.dim) for source in sources]
    assert list(dict.fromkeys(order)) == [(0, 1), (0, 9), (1, 1), (1, 9)]


def test_every_cell_has_a_sample_of_its_own():
    drawn = [
        synthetic.draw(*cell)[0].values[0, 0] for cell in ((2, 1.0, 0, 5), (2, 1.0, 1, 5), (2, 2.0, 0, 5))
    ]
    assert len(set(drawn)) == 3
    assert synthetic.draw(2, 1.0, 0, 5)[0].values[0, 0] == drawn[0]


def test_other_settings_are_refused(small):
    into, _ = small
    before = (into / synthetic.ROWS).read_bytes()
    with pytest.raises(ValueError, match="reruns is 1 there and 2 now; n is 200 there and 300 now"):
        synthetic.run(replace(SMALL, reruns=2, n=300), into)
    assert (into / synthetic.ROWS).read_bytes() == before


@pytest.mark.parametrize(
    "wrong",
    [{"points": 2}, {"reruns": 0}, {"most": 0.0}, {"n": 5}, {"dims": ()}, {"dims": (2, 2)}, {"dims": (0,)}],
)
def test_impossible_settings_are_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        synthetic.Synthetic(**wrong)


def test_tables_of_a_study(small):
    into, _ = small
    about, means = (read_rows(into / name) for name in ("correlation.csv", "values.csv"))
    assert (into / "synthetic.md").read_text(encoding="utf-8") == report.tables(about, means)
    tables = report.tables(about, means).strip().split("\n\n")
    assert len(tables) == 3
    for table in tables:
        assert len({len(re.findall(r"\|", one)) for one in table.splitlines()}) == 1
    assert "| WKL | 1 | 1 |" in tables[1]


def test_the_command_reports_and_lists_the_files(small, capsys):
    into, _ = small
    words = ["run", "synthetic", "--points", "3", "--dims", "1", "9", "--reruns", "1", "--directions", "20"]
    words += ["--n", "200", "--wide-directions", "5", "--as-published", "--report-only", "--into", str(into)]
    app(words, result_action="return_value")
    assert str(into / "correlation.csv") in capsys.readouterr().out


@pytest.mark.parametrize("name", ["", "settings.json"])
def test_it_is_repeated_from_its_settings(small, tmp_path, name):
    into, rows = small
    app(
        ["run", "--config", str(into / name), "--into", str(tmp_path / "again")], result_action="return_value"
    )
    again = synthetic.run(SMALL, tmp_path / "again", report_only=True)  # on disk in the order they were done
    assert untimed(again) == untimed(rows)


def test_an_interrupted_study_is_finished_from_its_settings(small, tmp_path):
    into, rows = small
    keep_settings(tmp_path)
    lines = (into / synthetic.ROWS).read_bytes().splitlines(keepends=True)
    (tmp_path / synthetic.ROWS).write_bytes(b"".join(lines[:30]))
    app(["run", "--config", str(tmp_path)], result_action="return_value")
    assert untimed(synthetic.run(SMALL, tmp_path, report_only=True)) == untimed(rows)
    assert len(json_lines.read(tmp_path / synthetic.ROWS)) == len(rows)
