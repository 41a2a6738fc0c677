"""Rows as CSV, cells and tables of Markdown."""

import math

import pytest

from infoplane.experiments.shared import tables


def test_rows_of_a_file_are_those_written(tmp_path):
    rows = [{"a": "1", "b": "x, “y”"}, {"a": "2"}]
    tables.write_rows(rows, ("a", "b"), tmp_path / "rows.csv")
    assert tables.read_rows(tmp_path / "rows.csv") == [rows[0], {"a": "2", "b": ""}]


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
