"""Every measure on what is known: docs/accuracy.csv, docs/agreement.csv, and the tables of a page.

Rows that are there and would be the same again stay; killed and started again, it goes on where it was.
``--page`` measures nothing, and writes the tables of docs/how-to-choose.md anew from the CSVs.
"""

import argparse
import csv
import io
import math
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import Any

from accuracy_page import blocks, filled
from accuracy_plan import climbs, key, plan
from tqdm import tqdm

from infoplane.storage.files import write_whole
from infoplane.trust.accuracy import Accuracy, compare
from infoplane.trust.agreement import Agreement, agreements

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "how-to-choose.md"
DIGITS = {"ms": ".3g", "agreement": ".4f", "error": ".4f", "truth": ".5f", "bias": ".5f", "spread": ".5f"}
Row = Accuracy | Agreement


def complete(
    path: Path, row: type[Row], groups: Sequence[Sequence[Any]], measure: Callable[[list[Any]], Sequence[Any]]
) -> None:
    """Measure what has no row in a CSV, group by group, and write it anew after each."""
    found = read_csv(path, row)
    wanted = [key(work) for group in groups for work in group]
    for group in tqdm(groups, unit="group"):
        missing = {own: work for work in group if (own := key(work)) not in found}
        if missing:
            found |= dict(zip(missing, measure(list(missing.values())), strict=True))
            write_csv({own: found[own] for own in wanted if own in found}, path)
    write_csv({own: found[own] for own in wanted}, path)


def write_csv(rows: dict[str, Any], path: Path) -> None:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    for number, (own, row) in enumerate(rows.items()):
        record = asdict(row)
        if not number:
            writer.writerow([*record, "key"])
        writer.writerow([*(_text(name, value) for name, value in record.items()), own])
    write_whole(path, file.getvalue().encode())


def _text(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(f"{one:.5g}" for one in value)
    text = f"{value:{DIGITS.get(name, '')}}"
    return "" if text == "nan" else text


def read_csv(path: Path, row: type[Row]) -> dict[str, Any]:
    """The rows by their keys; none if there is no file."""
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {record["key"]: row_of(record, row) for record in csv.DictReader(file)}


def row_of(record: dict[str, str], row: type[Row]) -> Any:
    """Of the texts of a line, where NaN is nothing."""
    made: dict[str, Any] = {}
    for field in fields(row):
        text = record[field.name]
        if field.type in (float, int, str):
            made[field.name] = math.nan if field.type is float and not text else field.type(text)
        else:
            made[field.name] = tuple(map(float, text.split()))
    return row(**made)


def write_page() -> None:
    """The tables anew, from the CSVs."""
    biases = list(read_csv(DOCS / "accuracy.csv", Accuracy).values())
    ranks = list(read_csv(DOCS / "agreement.csv", Agreement).values())
    write_whole(PAGE, filled(PAGE.read_text(encoding="utf-8"), blocks(biases, ranks)).encode())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--page", action="store_true", help="only write the page, from the CSVs")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--tiny", type=Path, metavar="FOLDER", help="small samples, two draws, CSVs in there")
    given = parser.parse_args()
    into = given.tiny or DOCS
    biases, ranks = (plan((50, 100), (2, 2)), climbs(50, 2)) if given.tiny else (plan(), climbs())
    if not given.page:
        with ProcessPoolExecutor(given.workers, multiprocessing.get_context("spawn")) as pool:
            how = {"executor": pool, "progress": False}
            complete(into / "accuracy.csv", Accuracy, biases, partial(compare, **how))
            complete(into / "agreement.csv", Agreement, ranks, partial(agreements, **how))
    if not given.tiny:
        write_page()


if __name__ == "__main__":
    main()
