"""What the experiment `diffusion-toy` makes of its rows: means over seeds, trends, tables."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from infoplane.experiments.diffusion_toy import samples as data
from infoplane.experiments.shared.tables import (
    IN_BITS,
    Row,
    as_text,
    find,
    number,
    read_published,
    table,
    values_in,
    write_rows,
)
from infoplane.storage.files import write_whole

PUBLISHED_ROWS = read_published(__file__)


def _theirs(**where: str) -> dict[str, float]:
    return {row["measure"]: float(row["value"]) for row in find(PUBLISHED_ROWS, where)}


# of what data, and on what hardware, is not stated
PUBLISHED = _theirs(unit="bits", corruption="0", columns="20")
PUBLISHED_CORRUPTED = _theirs(unit="bits", corruption="1", columns="20")
PUBLISHED_WIDE = _theirs(unit="bits", corruption="0", columns="20000")
# with 500,000 columns
PUBLISHED_SECONDS = {name: int(value) for name, value in _theirs(unit="seconds").items()}

INFORMATION = ("corruption", "width", "width, apart", "width, turned")
ENTROPY = ("split", "clusters", "tree", "sphere", "cube", "noise", "training", "t")
FROM_TO = {
    "split": "one blob splits",
    "clusters": "clusters, 1 to 20",
    "tree": "branches, 1 to 20",
    "sphere": "dimension of a sphere, 1 to 49",
    "cube": "dimension of a cube, 1 to 50",
    "noise": "noise on a circle, 0 to 10",
    "training": "classes draw apart and shrink",
    "t": "steps of the walk, 1 to 10",
}
SMALL = 0.01  # nats: a change that is no trend
SAMPLES = 50_000  # of a Monte-Carlo truth, which they make sure to 0.01 bits
IDENTITY = "the kernel is the identity"
TIMED = "DSMI, σ = 10"  # what times are compared with

CURVES = ("study", "columns", "n", "x", "measure", "seeds", "mean", "sd", "note")
INFORMATIONS = (*CURVES[:-1], "truth", "note")
TRENDS = ("study", "measure", "first", "last", "change", "sd", "seeds", "verdict")
TIMES = ("columns", "n", "measure", "seeds", "seconds", "ratio")


@dataclass(frozen=True)
class Tables:
    """The rows of ``curves.csv``, ``information.csv``, ``trends.csv`` and ``time.csv``."""

    curves: list[Row]
    informations: list[Row]
    trends: list[Row]
    times: list[Row]


def report(rows: Sequence[Mapping[str, Any]], into: Path) -> Tables:
    """Leave the four CSV files (nats) and ``diffusion.md``.

    Parameters
    ----------
    rows : sequence of dict
        As the experiment appends them, in its order.
    into : Path

    Returns
    -------
    Tables
    """
    entropy = [row for row in rows if row["study"] not in INFORMATION]
    made = Tables(
        means(entropy),
        [row | {"truth": as_text(truth(row, rows))} for row in means(_of(rows, INFORMATION))],
        trends(_of(rows, ENTROPY)),
        times(_of(rows, ("width",))),
    )
    write_rows(made.curves, CURVES, into / "curves.csv")
    write_rows(made.informations, INFORMATIONS, into / "information.csv")
    write_rows(made.trends, TRENDS, into / "trends.csv")
    write_rows(made.times, TIMES, into / "time.csv")
    write_whole(into / "diffusion.md", "\n".join(tables(made)).encode())
    return made


def _of(rows: Sequence[Mapping[str, Any]], studies: Sequence[str]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["study"] in studies]


def means(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Mean and standard deviation over seeds, and the first seed's note; empty if an estimate is missing."""
    out = []
    for (study, columns, n, x, name), own in _grouped(rows, CURVES[:5]).items():
        values = _values(own)
        sd = values.std(ddof=1) if len(values) > 1 else np.nan
        note = next((row["note"] for row in own if row["note"]), "")
        cells = (study, columns, n, f"{x:g}", name, len(values), values.mean(), sd, note)
        out.append(dict(zip(CURVES, map(as_text, cells), strict=True)))
    return out


def _grouped(
    rows: Sequence[Mapping[str, Any]], by: Sequence[str]
) -> dict[tuple[Any, ...], list[Mapping[str, Any]]]:
    found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in by), []).append(row)
    return found


def _values(rows: Sequence[Mapping[str, Any]]) -> np.ndarray:
    return np.array([np.nan if row["value"] is None else row["value"] for row in rows])


def truth(row: Row, rows: Sequence[Mapping[str, Any]]) -> float:
    """I(X;Y): of the labels' channel, or the mean over the seeds' blobs by Monte Carlo, in nats."""
    if row["study"] == "corruption":
        return float(data.channel(float(row["x"])).mutual_information().value)
    law = data.apart if row["study"] == "width, apart" else data.near
    seeds = sorted({one["seed"] for one in rows if one["study"] == row["study"]})
    return float(np.mean([_known(law, seed) for seed in seeds]))


@lru_cache
def _known(law: Callable[[int], Any], seed: int) -> float:
    return float(law(seed).mutual_information(SAMPLES).value)


def trends(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Values at the first and the last x, and whether all seeds agree on a change."""
    out = []
    for (study, name), own in _grouped(rows, ("study", "measure")).items():
        at = list(dict.fromkeys(row["x"] for row in own))
        ends = [[row for row in own if row["x"] == x] for x in (at[0], at[-1])]
        seeds = set.intersection(*({row["seed"] for row in end} for end in ends))
        first, last = (_values([row for row in end if row["seed"] in seeds]) for end in ends)
        if len(at) < 2 or not seeds:
            continue
        change = last - first
        agree = (np.sign(change) == np.sign(change[0])).all() and abs(change.mean()) > SMALL
        verdict = ("rises" if change[0] > 0 else "falls") if agree else "level"
        sd = change.std(ddof=1) if len(change) > 1 else np.nan
        cells = (study, name, first.mean(), last.mean(), change.mean(), sd, len(change), verdict)
        out.append(dict(zip(TRENDS, map(as_text, cells), strict=True)))
    return out


def times(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The median over seeds of the processor's seconds, and how many times those of `TIMED` they are."""
    grouped = _grouped(rows, ("columns", "n", "measure"))
    medians = {key: float(np.median([row["seconds"] for row in own])) for key, own in grouped.items()}
    out = []
    for (columns, n, name), seconds in medians.items():
        ratio = seconds / medians.get((columns, n, TIMED), np.nan)
        cells = (columns, n, name, len(grouped[columns, n, name]), seconds, ratio)
        out.append(dict(zip(TIMES, map(as_text, cells), strict=True)))
    return out


def tables(made: Tables) -> list[str]:
    """Those of the page, in its order."""
    return [
        trend_table(made.trends),
        cluster_table(made.curves),
        scale_table(made.curves),
        sigma_table(made.curves),
        information_table(made.informations, "corruption"),
        information_table(made.informations, "width"),
        information_table(made.informations, "width, turned"),
        information_table(made.informations, "width, apart"),
        time_table(made.times),
    ]


def trend_table(rows: Sequence[Row]) -> str:
    """DSE at both ends of every study, a line per study and a column per kernel."""
    names = [name for name in values_in(rows, "measure") if "t = 10" not in name and name != "binned"]
    own = {(row["study"], row["measure"]): row for row in rows}
    lines = [
        [FROM_TO[study], *(_ends(own.get((study, name))) for name in names)]
        for study in dict.fromkeys(row["study"] for row in rows)
    ]
    return table(["DSE, first and last, nats", *names], lines)


def _ends(row: Row | None) -> str:
    if row is None:
        return "–"
    sign = {"rises": "↑", "falls": "**↓**", "level": "→"}[row["verdict"]]
    return f"{number(row['first'], 2)} {sign} {number(row['last'], 2)}"


def cluster_table(rows: Sequence[Row]) -> str:
    """DSE of so many clusters after one step and after ten, below the logarithm of their number."""
    own = {(row["x"], row["measure"]): row for row in rows if row["study"] == "clusters"}
    counts = list(dict.fromkeys(x for x, _ in own))
    lines = [["ln(number)", *(number(math.log(float(x)), 2) for x in counts)]]
    for name in dict.fromkeys(name for _, name in own):
        lines.append([name, *(number(own[x, name]["mean"], 2) for x in counts)])
    return table(["DSE of clusters, nats", *counts], lines)


def scale_table(rows: Sequence[Row]) -> str:
    """DSE of a normal blob of three widths times three factors; starred where the kernel is the identity."""
    own = [row for row in rows if row["study"] == "scale"]
    places = list(dict.fromkeys((row["columns"], row["x"]) for row in own))
    found = {(row["columns"], row["x"], row["measure"]): row for row in own}
    lines = []
    for name in values_in(own, "measure"):
        cells = [found[*place, name] for place in places]
        starred = [number(cell["mean"], 2) + "\\*" * (IDENTITY in cell["note"]) for cell in cells]
        lines.append([name, *starred])
    return table(["DSE, nats: columns × scale", *(f"{a} × {b}" for a, b in places)], lines)


def sigma_table(rows: Sequence[Row]) -> str:
    """DSE and DSMI of ten clusters for bandwidths from far too small to far too large."""
    own = {(row["x"], row["measure"]): row for row in rows if row["study"] == "σ"}
    names = list(dict.fromkeys(name for _, name in own))
    lines = [
        [x, *(number(own[x, name]["mean"], 2) + "\\*" * (IDENTITY in own[x, name]["note"]) for name in names)]
        for x in dict.fromkeys(x for x, _ in own)
    ]
    return table(["σ", *names], lines)


def information_table(rows: Sequence[Row], study: str) -> str:
    """Bits beside the truth and what was published, a line per value of x."""
    own = {(row["x"], row["measure"]): row for row in rows if row["study"] == study}
    names = list(dict.fromkeys(name for _, name in own))
    heads = ["corruption" if study == "corruption" else "columns", "truth", *names]
    heads += [f"published {name}" for name in PUBLISHED]
    lines = []
    for x in dict.fromkeys(x for x, _ in own):
        theirs = _published(study, float(x))
        cells = [_bits(own[x, name]["mean"]) for name in names] + [_bits(one, 1.0) for one in theirs]
        lines.append([x, _bits(own[x, names[0]]["truth"]), *cells])
    return table(heads, lines)


def _published(study: str, x: float) -> list[str]:
    at = {
        ("corruption", 0.0): PUBLISHED,
        ("corruption", 1.0): PUBLISHED_CORRUPTED,
        ("width", 20.0): PUBLISHED,
        ("width", 20000.0): PUBLISHED_WIDE,
    }
    found = at.get((study, x), {})
    return [str(found.get(name, "")) for name in PUBLISHED]


def _bits(nats: str, factor: float = IN_BITS) -> str:
    return number(float(nats) * factor, 2) if nats else "–"


def time_table(rows: Sequence[Row]) -> str:
    """Seconds and, in brackets, how many times those of DSMI."""
    own = {(row["columns"], row["measure"]): row for row in rows}
    names = values_in(rows, "measure")
    lines = [
        [columns, *(_seconds(own[columns, name]) for name in names)]
        for columns in dict.fromkeys(columns for columns, _ in own)
    ]
    return table(["seconds, columns", *names], lines)


def _seconds(row: Row) -> str:
    return f"{number(row['seconds'], 3)} ({number(row['ratio'], 1)})"
