"""The tables of docs/how-to-choose.md, of the rows that benchmarks/accuracy.py measured."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from accuracy_plan import ENTROPIES, LABELS, OF_LABELS, SCORES, SLICED, SPREAD, WITHIN

from infoplane import known
from infoplane.storage.markdown import markdown
from infoplane.trust.accuracy import OURS, Accuracy
from infoplane.trust.agreement import Agreement, between_kinds
from infoplane.trust.page import most_draws, refusals, table, text
from infoplane.trust.targets import RISING

TIMED = ("normal", "normal 2+2", "dense 5+5", "normal 10+10", "dense 50+50", "labelled normal 5+labels")
WEAK = 0.8  # an agreement below is marked


def blocks(rows: Sequence[Accuracy], ranks: Sequence[Agreement]) -> dict[str, str]:
    """What stands on the page between the markers of each name."""
    ours = [row for row in rows if row.measure in OURS]
    made = {
        "measures": settings({**OURS, **SLICED, **LABELS, **WITHIN, **ENTROPIES}),
        "draws": "Draws: "
        + ", ".join(f"{most_draws(r for r in ours if r.n == n)} at n = {n:,}" for n in ns_of(ours))
        + ".",
        "sliced": sliced([row for row in rows if row.measure in SLICED and row.n == 2_000]),
        "labels": by_n([row for row in rows if row.measure in LABELS]),
        "within": by_n([row for row in rows if row.measure in WITHIN]),
        "entropies": by_n([row for row in rows if row.measure in ENTROPIES], zero=False),
        "scores": settings({**SCORES, **OF_LABELS}),
        "agreement": agreement_table([row for row in ranks if row.kind in RISING]),
        "spreads": settings(SPREAD),
        "agreement of entropies": agreement_table([row for row in ranks if row.kind not in RISING]),
        "kinds": kinds(),
        "time": times(rows),
        "refusals": refusals(ours),
    }
    return made | {f"n={n}": table([row for row in ours if row.n == n]) for n in ns_of(ours)}


def settings(measures: Mapping[str, object]) -> str:
    """What the columns are."""
    return "\n".join(f"- {name}: `{what}`" for name, what in measures.items())


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


def by_n(rows: Sequence[Accuracy], zero: bool = True) -> str:
    """A line for each distribution and n: bias and spread, of what has a zero or (entropies) has none."""
    measures = list(dict.fromkeys(row.measure for row in rows))
    lines = [["distribution", "n", "truth", *measures]]
    for name in dict.fromkeys(row.distribution for row in rows):
        for n in ns_of(rows):
            own = {row.measure: row for row in rows if row.n == n and row.distribution == name}
            # without a zero, no part of the truth can be what a bias may be
            marked = [own[measure] if zero else replace(own[measure], truth=0.0) for measure in measures]
            shown = [text(row, most_draws(r for r in rows if r.n == n)) for row in marked]
            lines.append([name, f"{n:,}", f"{own[measures[0]].truth:.2f}", *shown])
    return markdown(lines)


def agreement_table(rows: Sequence[Agreement]) -> str:
    """A line for each kind of distribution, and one for all of them together."""
    measures = list(dict.fromkeys(row.measure for row in rows))
    found = {(row.kind, row.measure): row for row in rows}
    lines = [["kind", "truths", *measures]]
    for kind in dict.fromkeys(row.kind for row in rows):
        own = [found.get((kind, measure)) for measure in measures]
        truths = next(row.truths for row in own if row is not None)
        lines.append([kind, f"{round(truths[0], 2) + 0.0:.2f} to {truths[-1]:.2f}", *map(agreement, own)])
    lines.append(["*weak*", "", *(str(sum(weak(row) for row in rows if row.measure == m)) for m in measures)])
    lines.append(["*between kinds*", "", *(between([r for r in rows if r.measure == m]) for m in measures)])
    return markdown(lines)


def weak(row: Agreement) -> bool:
    return row.agreement < WEAK


def agreement(row: Agreement | None) -> str:
    if row is None:
        return ""
    if not row.draws:
        return "refused"
    numbers = f"{row.agreement + 0.0:+.2f} ± {row.error:.2f}"
    few = f" ({row.draws} of {row.draws + row.refused})" if row.refused else ""
    return f"**{numbers}**{few}" if weak(row) else f"{numbers}{few}"


def between(rows: Sequence[Agreement]) -> str:
    there = [row for row in rows if row.draws]
    return f"{between_kinds(there):+.2f} (of {len(there)})"


def kinds() -> str:
    """Which setting makes the information rise, and its values."""
    return markdown(
        [
            ["kind", "setting", "values"],
            *(
                [kind, f"`{name}`", ", ".join(f"{v:g}" for v in values)]
                for kind, (name, values) in RISING.items()
            ),
        ]
    )


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
