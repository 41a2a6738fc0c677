"""Rows as CSV, cells and tables of Markdown."""

import math
from pathlib import Path

import pytest

from infoplane.experiments.shared import tables

STUDIES = Path(tables.__file__).parents[1]


def test_rows_of_a_file_are_those_written(tmp_path):
    rows = [{"a": "1", "b": "x, “y”"}, {"a": "2"}]
    tables.write_rows(rows, ("a", "b"), tmp_path / "rows.csv")
    assert tables.read_rows(tmp_path / "rows.csv") == [rows[0], {"a": "2", "b": ""}]


def test_published_numbers_lie_beside_a_module(tmp_path):
    rows = [{"epoch": "5", "value": "0.150"}]
    tables.write_rows(rows, ("epoch", "value"), tmp_path / "published.csv")
    assert tables.read_published(str(tmp_path / "report.py")) == rows


@pytest.mark.parametrize("study", sorted(path.parent.name for path in STUDIES.glob("*/published.csv")))
def test_published_numbers_have_a_source(study):
    rows = tables.read_published(str(STUDIES / study / "study.py"))
    assert rows
    assert all(math.isfinite(float(row["value"])) and row["source"] for row in rows)


def test_values_by_two_columns():
    rows = [{"a": "1", "b": "x", "value": "0.50"}, {"a": "2", "b": "x", "value": "-3"}]
    rows += [{"a": "1", "b": "y", "value": "7"}]
    assert tables.values_by(rows, "a", "b") == {"1": {"x": 0.5, "y": 7.0}, "2": {"x": -3.0}}
    with pytest.raises(ValueError, match="two values of a '1' and b 'y'; want one"):
        tables.values_by([*rows, rows[-1]], "a", "b")


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1.000000"), (math.nan, ""), (None, ""), (3, "3"), ("S₁", "S₁")]
)
def test_values_in_a_row(value, text):
    assert tables.as_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.456, "−0.46"), (0.5, "0.50"), (-0.001, "0.00"), ("-1.239", "−1.24"), ("", "–"), (None, "–")],
)
def test_numbers_on_a_page(value, text):
    assert tables.number(value, 2) == text


def test_rows_are_found_by_their_columns():
    rows = [{"a": "1", "b": "2"}, {"a": "1", "b": "3"}, {"a": "2", "b": "2"}]
    assert tables.find(rows, {"a": "1"}) == rows[:2]
    assert tables.find(rows, {"a": "2", "b": "3"}) == []
    assert tables.values_in(rows, "b") == ["2", "3"]


def test_a_table_is_the_source_of_a_page():
    said = tables.table(["layer", "of", "nats"], [["fc1", "x", "0.3"]], labels=2)
    assert said == "| layer | of | nats |\n| --- | --- | ---: |\n| fc1 | x | 0.3 |\n"
