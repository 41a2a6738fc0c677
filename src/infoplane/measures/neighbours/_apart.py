"""Kraskov's and Ross's formulas for series: of each row and those more than a window away from it."""

import numpy as np
from scipy.special import digamma

from infoplane.estimate import DegenerateData, TooFewSamples
from infoplane.measures.neighbours._doubts import Balls
from infoplane.measures.neighbours._search import search_apart
from infoplane.sample import Sample


def kraskov(x: Sample, y: Sample, k: int, window: int) -> tuple[float, float, Balls]:
    """The value, the highest that there could be, and the balls of the points."""
    found = search_apart(x, y, k, window)
    least = int(found.compared.min())
    if least < k:
        raise TooFewSamples(
            f"more than {k + 2 * window} samples are needed for {k} neighbours with window={window}, which "
            f"leaves a row of {x.name!r} {least} of {len(x)} to compare with. Use a smaller window or k, or "
            "more samples",
            k + 2 * window + 1,
        )
    highest = digamma(found.compared + 1).mean() - digamma(k)
    value = highest + 2 * digamma(k) - digamma(found.inside + 1).sum(axis=0).mean()
    return float(value), float(highest), Balls(k, found.radii, (found.inside[0], found.inside[1]))


def ross(x: Sample, y: Sample, k: int, window: int) -> tuple[float, np.ndarray, Sample, str]:
    """The value, the radii, and x without rows that have no other of their label, with a clause on them."""
    found = search_apart(x, y, k, window)
    alone = found.own == 0
    if alone.all():
        raise DegenerateData(
            f"no row of {x.name!r} has another of its label in {y.name!r} more than window={window} rows "
            "away; use a smaller window"
        )
    if alone.any():
        rows = np.flatnonzero(~alone)
        x, y = x.take(rows), y.take(rows)
        found = search_apart(x, y, k, window)
    near = digamma(np.minimum(k, found.own)) - digamma(found.own + 1)
    value = (digamma(found.compared + 1) + near - digamma(found.inside[0] + 1)).mean()
    left_out = f"{alone.sum()} rows without others of their label left out" if alone.any() else ""
    return float(value), found.radii, x, left_out
