"""Rows of text, such as stand behind the tables of a page: as CSV, as cells, as tables of Markdown."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infoplane.storage.files import write_whole
from infoplane.storage.markdown import markdown

Row = dict[str, str]

IN_BITS = 1 / math.log(2)  # times nats


def write_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], path: Path) -> None:
    """Whole or not at all; what a row lacks is empty."""
    file = io.StringIO()
    table = csv.DictWriter(file, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_whole(path, file.getvalue().encode())


def read_rows(path: Path) -> list[Row]:
    """The rows of a file, as `write_rows` leaves it."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_published(module: str) -> list[Row]:
    """The rows of ``published.csv`` beside a module, which is given as its ``__file__``."""
    return read_rows(Path(module).with_name("published.csv"))


def values_by(rows: Sequence[Row], outer: str, inner: str) -> dict[str, dict[str, float]]:
    """The numbers in the column ``value`` by what stands in two others."""
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        own = found.setdefault(row[outer], {})
        if row[inner] in own:
            raise ValueError(f"two values of {outer} {row[outer]!r} and {inner} {row[inner]!r}; want one")
        own[row[inner]] = float(row["value"])
    return found


def as_text(value: Any) -> str:
    """A value in a row: floats to six decimals, what is missing empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def find(rows: Sequence[Row], where: Row) -> list[Row]:
    """The rows that have these values in these columns."""
    return [row for row in rows if where.items() <= row.items()]


def values_in(rows: Sequence[Mapping[str, Any]], column: str) -> list[Any]:
    """The different values of a column, as they come."""
    return list(dict.fromkeys(row[column] for row in rows))


def number(value: float | str | None, digits: int) -> str:
    """A number on a page: a true minus, none before zero; a dash for what is missing."""
    if value is None or value == "":
        return "–"
    text = f"{float(value):.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def table(heads: Sequence[str], lines: Sequence[Sequence[str]], labels: int = 0) -> str:
    """A table of a page, as its source has it: the first columns are labels, the others numbers."""
    return markdown([heads, *lines], labels, aligned=False) + "\n"
