"""Accuracy of every measure on every known distribution: docs/accuracy.csv, and the tables of a page.

Killed and started again, it goes on where it was. ``--page`` measures nothing, and writes the tables of
docs/how-to-choose.md anew from the CSV.
"""

import argparse
import csv
import io
import math
import multiprocessing
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from dataclasses import asdict, fields
from pathlib import Path

from threadpoolctl import threadpool_limits
from tqdm import tqdm

from infoplane import KSG, Extrapolated, Plugin, Sliced, SlicedPCA, known
from infoplane.settings import describe
from infoplane.storage.files import write_whole
from infoplane.storage.json_lines import appending, read
from infoplane.storage.markdown import markdown
from infoplane.trust.accuracy import OURS, Accuracy, Cell, cells, measured
from infoplane.trust.page import most_draws, refusals, table, text

DOCS = Path(__file__).parent.parent / "docs"
CSV, PAGE = DOCS / "accuracy.csv", DOCS / "how-to-choose.md"
NS, DRAWS = (500, 2_000, 10_000), (20, 10, 4)
SECONDS = 15.0  # for all draws of a cell but the two that each gets
SLICED = {
    "S₁": Sliced(KSG(k=5), directions=200),
    "S₂": Sliced(KSG(k=5), directions=200, dim=2),
    "PCA 1": SlicedPCA(KSG(k=5), dim=1),
    "PCA 2": SlicedPCA(KSG(k=5), dim=2),
}
LABELS = {"Plugin": Plugin(), "Extrapolated(Plugin)": Extrapolated(Plugin(), parts=4)}
TIMED = ("normal", "normal 2+2", "dense 5+5", "normal 10+10", "dense 50+50", "labelled normal 5+labels")


def plan(ns: Sequence[int], draws: Sequence[int]) -> list[Cell]:
    """All cells, of few samples first."""
    numbers = known.catalogue()
    wide = {
        name: law
        for name, law in numbers.items()
        if any(side.ndim > 1 and side.shape[1] > 1 for side in law.draw(1))
    }
    labelled = {"symmetric channel labels+labels": known.SymmetricChannel(classes=10, flip=0.2)}
    work = cells(OURS, numbers, ns, draws, SECONDS) + cells(LABELS, labelled, ns, draws, SECONDS)
    # slices of 10,000 samples would take half of the time, and their bias is not what is asked there
    few = [(n, most) for n, most in zip(ns, draws, strict=True) if n <= 2_000]
    work += cells(SLICED, wide, *zip(*few, strict=True), SECONDS) if few else []
    return sorted(work, key=lambda cell: cell.n)


def run(work: Sequence[Cell], store: Path, pool: Executor) -> list[Accuracy]:
    """What is not in `store` yet is measured and appended; the rows of all of `work`."""
    done = {row["key"]: row["row"] for row in read(store)}
    missing = [cell for cell in work if key(cell) not in done]
    with appending(store) as append:
        futures = {pool.submit(measured, cell): key(cell) for cell in missing}
        finished = tqdm(as_completed(futures), total=len(work), initial=len(work) - len(missing), unit="cell")
        try:
            for future in finished:
                row = asdict(future.result())
                append({"key": futures[future], "row": row})
                done[futures[future]] = row
        except BaseException:
            pool.shutdown(cancel_futures=True)  # else leaving waits for all that is queued
            raise
    return [row_of(done[key(cell)]) for cell in work]


def key(cell: Cell) -> str:
    """What the row of a cell depends on, the version of its measure's numbers included."""
    return f"{cell!r} {describe(cell.what)}"


def row_of(record: Mapping[str, object]) -> Accuracy:
    """Of JSON or CSV, where NaN is nothing."""
    kinds = {field.name: field.type for field in fields(Accuracy)}
    empty = {float: math.nan, str: ""}
    return Accuracy(
        **{
            name: empty[kind] if record[name] in ("", None) else kind(record[name])
            for name, kind in kinds.items()
        }
    )


def write_csv(rows: Sequence[Accuracy], path: Path) -> None:
    file = io.StringIO()
    writer = csv.DictWriter(file, [field.name for field in fields(Accuracy)], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        record = asdict(row) | {name: f"{getattr(row, name):.5f}" for name in ("truth", "bias", "spread")}
        record |= {"ms": f"{row.ms:.3g}"}
        writer.writerow({name: "" if value == "nan" else value for name, value in record.items()})
    write_whole(path, file.getvalue().encode())


def read_csv(path: Path) -> list[Accuracy]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row_of(record) for record in csv.DictReader(file)]


def blocks(rows: Sequence[Accuracy]) -> dict[str, str]:
    """What stands on the page between the markers of each name."""
    ours = [row for row in rows if row.measure in OURS]
    made = {
        "measures": markdown(
            [
                ["column", "measure"],
                *([name, f"`{what}`"] for name, what in {**OURS, **SLICED, **LABELS}.items()),
            ]
        ),
        "draws": "Draws: "
        + ", ".join(f"{most_draws(r for r in ours if r.n == n)} at n = {n:,}" for n in ns_of(ours))
        + ".",
        "sliced": sliced([row for row in rows if row.measure in SLICED and row.n == 2_000]),
        "labels": labels([row for row in rows if row.measure in LABELS]),
        "time": times(rows),
        "refusals": refusals(ours),
    }
    return made | {f"n={n}": table([row for row in ours if row.n == n]) for n in ns_of(ours)}


def ns_of(rows: Sequence[Accuracy]) -> list[int]:
    return sorted({row.n for row in rows})


def sliced(rows: Sequence[Accuracy]) -> str:
    """Values, not biases: information, known and estimated slices, leading components."""
    lines = [["distribution", "I(X;Y)", "S₁ known", "S₁", "S₂ known", "S₂", "PCA 1", "PCA 2"]]
    found = {(row.distribution, row.measure): value(row) for row in rows}
    for name, truth in {row.distribution: row.truth for row in rows}.items():
        s1, s2, pca1, pca2 = (found[name, measure] for measure in SLICED)
        lines.append([name, f"{truth:.2f}", closed_form(name, 1), s1, closed_form(name, 2), s2, pca1, pca2])
    return markdown(lines)


def value(row: Accuracy) -> str:
    return f"{row.truth + row.bias:.3f} ± {row.spread:.3f}" if row.draws else "refused"


def closed_form(name: str, dim: int) -> str:
    """The distribution's own sliced information, where it is known."""
    try:
        return f"{known.catalogue()[name].sliced(dim=dim).value:.3f}"
    except (AttributeError, ValueError):
        return ""


def labels(rows: Sequence[Accuracy]) -> str:
    lines = [["n", "truth", *LABELS]]
    for n in ns_of(rows):
        own = {row.measure: row for row in rows if row.n == n}
        shown = [text(own[name], most_draws(own.values())) for name in LABELS]
        lines.append([f"{n:,}", f"{own['Plugin'].truth:.2f}", *shown])
    return markdown(lines)


def times(rows: Sequence[Accuracy]) -> str:
    """Milliseconds of one estimate, by measure and distribution."""
    found = {(row.measure, row.distribution, row.n): f"{row.ms:.3g}" for row in rows if row.draws}
    columns = [(name, n) for n in ns_of(rows) if n > 500 for name in TIMED]
    lines = [["ms", *(f"{name}, n = {n:,}" for name, n in columns)]]
    lines += [
        [measure, *(found.get((measure, *column), "") for column in columns)]
        for measure in {**OURS, **SLICED}
    ]
    return markdown([list(line) for line in zip(*lines, strict=True)])


def filled(page: str, made: Mapping[str, str]) -> str:
    """`page` with each block between its markers."""
    for name, block in made.items():
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        if page.count(start) != 1 or page.count(end) != 1:
            raise ValueError(f"the page must hold {start} and {end} once each")
        before, rest = page.split(start)
        page = f"{before}{start}\n\n{block}\n\n{end}{rest.split(end)[1]}"
    return page


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--page", action="store_true", help="only write the page, from the CSV")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--into", type=Path, default=Path("runs/accuracy"), help="where the cells are kept")
    parser.add_argument("--tiny", action="store_true", help="small samples, two draws, no CSV: to try it out")
    given = parser.parse_args()
    if not given.page:
        ns, draws = ((50, 100), (2, 2)) if given.tiny else (NS, DRAWS)
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(given.workers, spawn, threadpool_limits, (1,)) as pool:
            rows = run(plan(ns, draws), given.into / "cells.jsonl", pool)
        write_csv(rows, given.into / "accuracy.csv" if given.tiny else CSV)
    if not given.tiny:
        write_whole(PAGE, filled(PAGE.read_text(encoding="utf-8"), blocks(read_csv(CSV))).encode())


if __name__ == "__main__":
    main()
