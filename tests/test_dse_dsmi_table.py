"""The committed table of dse-dsmi beside ours: made by its script, and as close as is said."""

import csv
import importlib.util
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"
with open(FOLDER / "dse_dsmi.csv", newline="", encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


def script():
    spec = importlib.util.spec_from_file_location("dse_dsmi_table", FOLDER / "dse_dsmi_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_the_numbers():
    assert (FOLDER / "dse_dsmi.md").read_text(encoding="utf-8") == script().page(ROWS)


def test_all_calls_are_there():
    assert len(ROWS) == 19


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['call']} {row['options']}")
def test_values_agree(row):
    away = abs(float(row["dse_dsmi"]) - float(row["infoplane"]))
    if row["error"]:
        assert away < 3 * float(row["error"])
    elif "float16" in row["note"]:
        assert away < 1e-3
    else:
        assert away < 1e-6


def test_ours_is_what_it_was():
    module = script()
    x = module.random_vectors()
    forms = {"kNN, binarised": "knn", "Gaussian": "gaussian", "classic Shannon": "classic"}
    for row in ROWS:
        if row["options"] in forms:
            value = module.of(x, forms[row["options"]]).in_bits().value
            assert value == pytest.approx(float(row["infoplane"]), abs=1e-6)
