"""Tables of accuracies, in Markdown."""

from collections.abc import Iterable, Sequence
from statistics import median

from infoplane.storage.markdown import markdown
from infoplane.trust.accuracy import ABSOLUTE, RELATIVE, Accuracy


def page(name: str, rows: Sequence[Accuracy]) -> str:
    """One page of Markdown: a table for each n, and what was refused."""
    lines = [
        f"# {name} beside infoplane's measures",
        "",
        "Bias ± spread over draws, in nats. **Bold**: the bias is above "
        f"{ABSOLUTE} nats and {100 * RELATIVE:.0f} % of the truth.",
        "In brackets: how many draws, where they were fewer. Milliseconds are processor time of the quickest",
        "draw. A sliced measure is of another quantity than the truth.",
    ]
    for n in dict.fromkeys(row.n for row in rows):
        at_n = [row for row in rows if row.n == n]
        lines += ["", f"## n = {n:,}, {most_draws(at_n)} draws", "", table(at_n)]
    refused = refusals([row for row in rows if row.measure == name])
    return "\n".join([*lines, *(["", f"## Refused by {name}", "", refused] if refused else [])]) + "\n"


def table(rows: Sequence[Accuracy]) -> str:
    """A line per distribution, a column per measure, and sums below; all rows of one n."""
    measures = list(dict.fromkeys(row.measure for row in rows))
    usual = most_draws(rows)
    found = {(row.distribution, row.measure): row for row in rows}
    lines = [["distribution", "truth", *measures]]
    for name, truth in {row.distribution: row.truth for row in rows}.items():
        here = [found.get((name, measure)) for measure in measures]
        lines.append([name, f"{truth:.2f}", *("" if row is None else text(row, usual) for row in here)])
    own = [[row for row in rows if row.measure == measure] for measure in measures]
    lines.append(["*bold*", "", *(str(sum(row.off and row.draws > 0 for row in each)) for each in own)])
    lines.append(["*refused*", "", *(str(sum(row.draws == 0 for row in each)) for each in own)])
    lines.append(["*median ms*", "", *(_ms([row.ms for row in each if row.draws]) for each in own)])
    return markdown(lines)


def text(row: Accuracy, usual: int) -> str:
    """A cell: bias ± spread, marked if it is off; how many draws if they are not as many as `usual`."""
    if not row.draws:
        return "refused"
    numbers = f"{_signed(row.bias)} ± {row.spread:.2f}" if row.draws > 1 else _signed(row.bias)
    of = f" of {row.draws + row.refused}" if row.refused else ""
    few = f" ({row.draws}{of})" if row.draws != usual else ""
    return f"**{numbers}**{few}" if row.off else f"{numbers}{few}"


def refusals(rows: Sequence[Accuracy]) -> str:
    """A list: measure, distributions, and how the sentence of the first one starts."""
    grouped: dict[tuple[str, str], list[Accuracy]] = {}
    for row in rows:
        if row.refused:
            grouped.setdefault((row.measure, row.note[:20]), []).append(row)
    lines = []
    for (measure, _), own in grouped.items():
        where = ", ".join(dict.fromkeys(row.distribution for row in own))
        lines.append(f"- {measure}: {where}. The first: “{own[0].note}”")
    return "\n".join(lines)


def most_draws(rows: Iterable[Accuracy]) -> int:
    """How many draws a cell got that was neither slow nor refused."""
    return max(row.draws + row.refused for row in rows)


def _signed(number: float) -> str:
    return f"{round(number, 2) + 0.0:+.2f}"  # + 0.0: no -0.00


def _ms(numbers: Sequence[float]) -> str:
    return f"{median(numbers):.3g}" if numbers else ""
