"""Scales of columns: by how much each varies, and the few beside which the others hardly count."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from jaxtyping import Float

from infoplane.measures import _check
from infoplane.sample import Sample

LOUD = 10.0  # times more than all others: of what these have to do with labels, CKA sees a thirtieth
OUTER = 10  # of the rows, one in so many lies on either side of what spreads a column
NORMAL = 2.563  # standard deviations of a normal between these
COMPONENTS = 1e-5  # correlation: columns have less that were turned to have none
SAFE_EXPONENT = 400  # squares of numbers up to 2^400 neither overflow nor vanish
VALUES = 1 << 16  # looked at in one go, so that they stay in cache


def loud_columns(*samples: Sample) -> str:
    """A clause about few columns in a larger unit, beside which distances and projections hardly see others.

    They are at most half of those that vary, and then comes a gap: each deviates 10 times more than the next,
    and most of their rows, not some far ones, 10 times more than all the others together. Of 264 layers of
    small trained networks, whose quietest columns may be much quieter than the others, the loudest were never
    3 times louder. Principal components are meant to be.
    """
    return "; ".join(filter(None, (x.derived("loud", partial(_loud, x)) for x in samples)))


def _loud(x: Sample) -> str:
    if x.is_labels or x.width == 1 or len(x) < 2 * OUTER:
        return ""
    varying = np.flatnonzero(~_check.dead_columns(x))
    order = varying[np.argsort(-variances(x)[varying], kind="stable")]
    descending = variances(x)[order]
    gaps = np.flatnonzero(descending[:-1] >= LOUD**2 * descending[1:]) + 1
    for few in gaps[gaps <= len(order) // 2]:
        most = _by_most_rows(scaled(x, x.values[:, order[:few]]))
        if most >= LOUD**2 * descending[few:].sum() and not _are_components(x, order[:2]):
            return (
                f"{few} of {x.width} columns of {x.name} vary so much more than the others, {LOUD:.0f} times "
                "and over, that these hardly count: bring all to one scale (prepare.standardise)"
            )
    return ""


def _by_most_rows(values: Float[np.ndarray, "n d"]) -> float:
    """The sum of the columns' variances if they are normal; a tenth of the rows may lie anywhere."""
    last = len(values) - 1 - len(values) // OUTER
    ascending = np.partition(values, (len(values) // OUTER, last), axis=0)
    return float(np.square((ascending[last] - ascending[len(values) // OUTER]) / NORMAL).sum())


def _are_components(x: Sample, two: np.ndarray) -> bool:
    a, b = (scaled(x, x.values[:, column]) for column in two)
    together = abs(float((a - a.mean()) @ (b - b.mean()))) / len(x)
    return together <= COMPONENTS * float(np.sqrt(variances(x)[two]).prod())


def variances(x: Sample) -> Float[np.ndarray, " d"]:
    """One for each column, as `scaled` has them."""

    def make() -> np.ndarray:
        parts = (scaled(x, x.values[:, some]).var(axis=0) for some in pieces(x.width, len(x)))
        return np.concatenate(list(parts))

    return x.derived("variances", make)


def deviations(x: Sample) -> Float[np.ndarray, " d"]:
    """Standard deviations of the columns; 0 where squares vanish beside those of the largest."""
    return np.ldexp(np.sqrt(variances(x)), _shift(x))


def scaled(x: Sample, values: np.ndarray) -> np.ndarray:
    """Values of `x` in float64, divided by a power of two where squares would leave its range."""
    shift = _shift(x)
    values = values.astype(np.float64, copy=False)
    return np.ldexp(values, -shift) if shift else values


def _shift(x: Sample) -> int:
    """The power of two; 0 for ordinary values."""

    def make() -> int:
        exponent = int(np.frexp(np.float64(max(np.abs(end).max() for end in _check.extent(x))))[1])
        return exponent if abs(exponent) > SAFE_EXPONENT else 0

    return x.derived("shift", make)


def pieces(length: int, width: int) -> Iterator[slice]:
    """Cuts of so many things, of so many values each."""
    step = max(1, VALUES // width)
    return (slice(start, min(start + step, length)) for start in range(0, length, step))
