"""What the experiment `synthetic` makes of its rows: correlations, values beside the truth, tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from infoplane import known
from infoplane.experiments.shared.tables import (
    Row,
    as_text,
    find,
    number,
    read_published,
    table,
    values_by,
    values_in,
    write_rows,
)
from infoplane.storage.files import write_whole

PUBLISHED_ROWS = read_published(__file__)


def _by_dim(how: str) -> dict[str, dict[int, float]]:
    found = values_by(find(PUBLISHED_ROWS, {"how": how}), "estimator", "dim")
    return {name: {int(dim): value for dim, value in own.items()} for name, own in found.items()}


# correlation of the estimate with the true information: in the legends of one figure, and read off the next
LEGENDS, PUBLISHED = _by_dim("printed"), _by_dim("by eye")
DIMS, SLICED = tuple(PUBLISHED["S₁"]), tuple(PUBLISHED["S₁"].values())
# the estimators of the library that the published code calls, run once by us; "WKL" is its default, "KL" the
# same without weights (at 20 dimensions it gave zeros only)
THEIRS = _by_dim("run")

SLICES = {"S₁": 1, "S₁, 1-NN": 1, "S₂": 2}  # the others measure the whole
GOOD = 0.9  # a correlation that still ranks
ESTIMATES = ("dim", "information", "rerun", "estimator", "value", "slice_error", "n", "seconds", "note")
CORRELATIONS = ("dim", "estimator", "mean", "sd", "reruns", "published", "note")
VALUES = ("dim", "information", "estimator", "mean", "sd", "truth")

Studies = dict[tuple[int, str], np.ndarray]  # dimension and estimator -> (reruns, points)


def report(
    rows: Sequence[Mapping[str, Any]], information: Sequence[float], into: Path
) -> tuple[list[Row], list[Row]]:
    """Leave ``estimates.csv``, ``correlation.csv``, ``values.csv`` and ``synthetic.md``.

    Parameters
    ----------
    rows : sequence of dict
        As the experiment appends them.
    information : sequence of float
        The values of I(X;Y) of one rerun; reruns that lack some are left out.
    into : Path

    Returns
    -------
    list, list
        The rows of ``correlation.csv`` and of ``values.csv``.
    """
    studies = complete(rows, len(information))
    about = correlations(studies, information, rows)
    means = values(studies, information)
    every = [{name: as_text(row[name]) for name in ESTIMATES} for row in rows]
    write_rows(every, ESTIMATES, into / "estimates.csv")
    write_rows(about, CORRELATIONS, into / "correlation.csv")
    write_rows(means, VALUES, into / "values.csv")
    write_whole(into / "synthetic.md", tables(about, means).encode())
    return about, means


def complete(rows: Sequence[Mapping[str, Any]], points: int) -> Studies:
    """The values of each dimension and estimator, a line per rerun that has all its points."""
    found: dict[tuple[int, str], dict[int, dict[int, float]]] = {}
    for row in rows:
        value = np.nan if row["value"] is None else row["value"]
        reruns = found.setdefault((row["dim"], row["estimator"]), {})
        reruns.setdefault(row["rerun"], {})[row["point"]] = value
    whole = {
        key: [
            [by_point[i] for i in range(points)]
            for _, by_point in sorted(reruns.items())
            if len(by_point) == points
        ]
        for key, reruns in found.items()
    }
    return {key: np.array(lines) for key, lines in whole.items() if lines}


def correlation(information: Sequence[float], estimates: np.ndarray) -> float:
    """Pearson's; NaN where an estimate is missing or all are equal."""
    if not np.isfinite(estimates).all() or np.ptp(estimates) == 0:
        return np.nan
    return float(np.corrcoef(information, estimates)[0, 1])


def correlations(
    studies: Studies, information: Sequence[float], rows: Sequence[Mapping[str, Any]] = ()
) -> list[Row]:
    """Correlation of estimates with the true information: mean and standard deviation over reruns.

    `rows` tell why estimates are missing.
    """
    notes: dict[tuple[int, str], str] = {}
    for row in rows:
        if row["value"] is None:
            notes.setdefault((row["dim"], row["estimator"]), row["note"])
    out = []
    for (dim, name), lines in studies.items():
        each = np.array([correlation(information, line) for line in lines])
        sd = each.std(ddof=1) if len(each) > 1 else np.nan
        published = PUBLISHED.get(_published_name(name), {}).get(dim, np.nan)
        cells = (dim, name, each.mean(), sd, len(each), published, notes.get((dim, name), ""))
        out.append(dict(zip(CORRELATIONS, map(as_text, cells), strict=True)))
    return out


def _published_name(name: str) -> str:
    return "S₁" if name.startswith("S₁") else name


def values(studies: Studies, information: Sequence[float]) -> list[Row]:
    """Means over reruns beside what each estimator estimates: I(X;Y), or its sliced information."""
    out = []
    for (dim, name), lines in studies.items():
        sds = lines.std(axis=0, ddof=1) if len(lines) > 1 else np.full(len(information), np.nan)
        for at, mean, sd in zip(information, lines.mean(axis=0), sds, strict=True):
            cells = (dim, at, name, mean, sd, truth(dim, at, SLICES.get(name)))
            out.append(dict(zip(VALUES, map(as_text, cells), strict=True)))
    return out


def truth(dim: int, information: float, slices: int | None) -> float:
    """I(X;Y), or the information of its slices of that dimension: exact, or by 10,000 exact slices."""
    law = known.Normal(information=information, dims=dim)
    return (law.mutual_information() if slices is None else law.sliced(slices)).value


def ranks_up_to(by_dim: Mapping[int, float]) -> int | None:
    """The largest dimension that still has a correlation of 0.9, as have all smaller ones."""
    last = None
    for dim in sorted(by_dim):
        if not by_dim[dim] >= GOOD:
            break
        last = dim
    return last


def tables(about: Sequence[Row], means: Sequence[Row]) -> str:
    """Three tables of Markdown: correlations, how far each estimator ranks, and values beside the truth."""
    return "\n".join([correlation_table(about), ranking_table(about), value_table(means)])


def correlation_table(about: Sequence[Row]) -> str:
    """A line per dimension; published means with the legend's number in brackets, ours ± deviation."""
    own = {(row["dim"], row["estimator"]): row for row in about}
    names, dims = values_in(about, "estimator"), values_in(about, "dim")
    heads = ["columns", "published MI", *(f"their {name}, run once" for name in THEIRS)]
    heads += [name for name in names if name not in SLICES] + ["published SMI"]
    heads += [name for name in names if name in SLICES]
    lines = []
    for dim in dims:
        cells = {
            f"their {name}, run once": number(by_dim.get(int(dim)), 3) for name, by_dim in THEIRS.items()
        }
        cells |= {"columns": dim}
        cells |= {
            "published MI": _published("WKL", int(dim)),
            "published SMI": _published("S₁", int(dim)),
        }
        cells |= {name: _with_deviation(own.get((dim, name))) for name in names}
        lines.append([cells[head] for head in heads])
    return table(heads, lines)


def ranking_table(about: Sequence[Row]) -> str:
    """Up to how many columns the correlation is 0.9 or more, without a gap."""
    lines = []
    for name in values_in(about, "estimator"):
        ours = {int(row["dim"]): float(row["mean"] or "nan") for row in about if row["estimator"] == name}
        theirs = {
            dim: value for dim, value in PUBLISHED.get(_published_name(name), {}).items() if dim in ours
        }
        lines.append([name, str(ranks_up_to(ours) or "–"), str(ranks_up_to(theirs) or "–")])
    return table(["ranks up to, columns", "ours", "published"], lines)


def value_table(means: Sequence[Row]) -> str:
    """At the largest information: the mean estimate of each, and what it estimates where that is not I."""
    most = max((row["information"] for row in means), key=float, default="")
    at = [row for row in means if row["information"] == most]
    own = {(row["dim"], row["estimator"]): row for row in at}
    heads = [f"at I = {float(most or 0):g} nats, columns"]
    keys: list[tuple[str, str]] = []
    for name in values_in(at, "estimator"):
        keys += [(name, "mean"), (name, "truth")] if name in ("S₁", "S₂") else [(name, "mean")]
    heads += [name if key == "mean" else f"true {name}" for name, key in keys]
    lines = [
        [dim, *(number(own.get((dim, name), {}).get(key), 4) for name, key in keys)]
        for dim in values_in(at, "dim")
    ]
    return table(heads, lines)


def _published(name: str, dim: int) -> str:
    legend = LEGENDS[name].get(dim)
    return number(PUBLISHED[name].get(dim), 3) + (f" ({number(legend, 3)})" if legend is not None else "")


def _with_deviation(row: Row | None) -> str:
    if row is None or not row["sd"] or not row["mean"]:
        return number(row["mean"] if row else None, 3)
    return f"{number(row['mean'], 3)} ± {number(row['sd'], 3)}"
