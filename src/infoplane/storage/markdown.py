"""Tables in Markdown."""

from collections.abc import Sequence


def markdown(lines: Sequence[Sequence[str]], labels: int = 1, aligned: bool = True) -> str:
    """A table whose first line is the heading.

    Parameters
    ----------
    lines : sequence of sequences of str
        As many cells each.
    labels : int
        How many columns are words, which stand left; the others are numbers, which stand right.
    aligned : bool
        Fill cells with blanks, so that the table can be read in its source too.

    Returns
    -------
    str
        Without a newline at the end.

    Examples
    --------
    >>> from infoplane.storage.markdown import markdown
    >>> print(markdown([["layer", "nats"], ["fc1", "0.31"]]))
    | layer | nats |
    | ----- | ---: |
    | fc1   | 0.31 |
    """
    widths = [max(2, *(len(line[i]) for line in lines)) for i in range(len(lines[0]))]
    dashes = widths if aligned else [3 if i < labels else 4 for i, _ in enumerate(widths)]
    rules = ["-" * n if i < labels else "-" * (n - 1) + ":" for i, n in enumerate(dashes)]
    every = [lines[0], rules, *lines[1:]]
    if aligned:
        pads = [str.ljust if i < labels else str.rjust for i, _ in enumerate(widths)]
        every = [[pad(cell, n) for pad, cell, n in zip(pads, line, widths, strict=True)] for line in every]
    return "\n".join(f"| {' | '.join(line)} |" for line in every)
