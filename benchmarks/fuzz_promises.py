"""What a measure promises of any input, and definitions that are made of others' ones."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import inf, log
from typing import Any

import fuzz_kernel_oracles as matrices
import fuzz_oracles as sums
import numpy as np
from scipy.special import digamma, ndtri

from infoplane.directions import Directions, project

Rows = np.ndarray
Bound = Callable[..., float]


@dataclass(frozen=True)
class Subject:
    """A measure, the variables it is of (x, t numbers; y, z labels), and its promises.

    `low` and `high` bound the value, of the arrays. `unmoved` names the changes of `fuzz_checks` that leave
    the value, besides those that leave any measure's. `takes`: from how many samples on it gives a value
    for whatever is finite; 0 if it may refuse. `information`: 0 where a variable is constant.
    `ordered`: whether it sees the order of rows, as noise by row does. `close`: what rounding may do,
    relative to the value or 1.
    """

    measure: Any
    of: str = "xt"
    oracle: Callable[..., float | None] | None = None
    low: Bound = lambda *arrays: -inf
    high: Bound = lambda *arrays: inf
    unmoved: tuple[str, ...] = ()
    symmetric: bool = True
    takes: int = 0
    information: bool = True
    ordered: bool = False
    close: float = 1e-9

    def defined(self, *arrays: Rows) -> float | None:
        if self.oracle is None:
            return None
        if self.information and any(map(sums.constant, arrays)):
            return 0.0
        return self.oracle(*arrays)


def nothing(*arrays: Rows) -> float:
    return 0.0


def one(*arrays: Rows) -> float:
    return 1.0


def minus_one(*arrays: Rows) -> float:
    return -1.0


def log_n(*arrays: Rows) -> float:
    return log(len(arrays[0]))


def of_labels(*arrays: Rows) -> float:
    """The smallest entropy of labels among the variables."""
    return min(sums.cells_entropy(side.tolist()) for side in arrays if side.ndim == 1)


def neighbours_most(k: int, *arrays: Rows) -> float:
    return float(digamma(k) + digamma(len(arrays[0])) - 2 * digamma(1))


def neighbours_least(k: int, *arrays: Rows) -> float:
    return float(digamma(k) - digamma(len(arrays[0])))


def alive(x: Rows) -> Rows:
    """Without columns that are constant but for rounding."""
    return x if x.ndim == 1 else x[:, [not sums.dead(column) for column in x.T.tolist()]]


def exact(x: Rows) -> Rows:
    """With such columns quite constant, as slices and steps take them."""
    if x.ndim == 1:
        return x
    columns = [np.full(len(x), c.min()) if sums.dead(c.tolist()) else c for c in x.T]
    return np.stack(columns, axis=1)


def of_alive(oracle: Callable[..., float | None]) -> Callable[..., float | None]:
    return lambda *arrays: oracle(*map(alive, arrays))


def within_classes(
    oracle: Callable[..., float | None], least: int, x: Rows, t: Rows, y: Rows
) -> float | None:
    if min(Counter(y.tolist()).values()) < least:
        return None
    total = 0.0
    for label in sorted(set(y.tolist())):
        own = [side[y == label] for side in (x, t)]
        part = 0.0 if any(map(sums.constant, own)) else oracle(*own)
        if part is None:
            return None
        total += (y == label).mean() * part
    return total


def from_entropies(k: int, x: Rows, t: Rows) -> float | None:
    x, t = alive(x), alive(t)
    parts = [sums.entropy(side, k) for side in (x, t, np.hstack([x, t]))]
    return None if None in parts else parts[0] + parts[1] - parts[2]


def from_class_entropies(k: int, x: Rows, y: Rows) -> float | None:
    x = alive(x)
    parts = [(1.0, sums.entropy(x, k))]
    for label, size in Counter(y.tolist()).items():
        parts.append((-size / len(y), sums.entropy(x[y == label], k) if size > k else None))
    return None if None in (part for _, part in parts) else sum(weight * part for weight, part in parts)


def averaged(oracle: Callable[..., float | None], count: int, x: Rows, other: Rows) -> float | None:
    """Over the slices of both sides along the directions of their names."""
    cut = []
    for name, side in (("input", exact(x)), ("layer:fc1" if other.ndim == 2 else "target", exact(other))):
        if side.ndim == 1 or side.shape[1] == 1:
            cut.append([side] * count)
        else:
            slices = project(side, Directions(count).matrices(name, side.shape[1]))
            cut.append([part.T for part in slices])
    values = [
        0.0 if any(map(sums.constant, both)) else oracle(*map(alive, both)) for both in zip(*cut, strict=True)
    ]
    return None if None in values else float(np.mean(values))


def of_ranks(oracle: Callable[..., float | None], x: Rows, t: Rows) -> float | None:
    def scored(side: Rows) -> Rows:
        order = np.sort(side, axis=0)
        mean = [
            (np.searchsorted(a, v, "left") + np.searchsorted(a, v, "right") + 1) / 2
            for a, v in zip(order.T, side.T, strict=True)
        ]
        return ndtri(np.array(mean).T / (len(side) + 1))

    return oracle(scored(exact(x)), scored(exact(t)))


def binned(cells: Callable[[Rows], list | None], *arrays: Rows) -> float | None:
    parts = [side.tolist() if side.ndim == 1 else cells(alive(side)) for side in arrays]
    if None in parts:
        return None
    return sums.cells_entropy(parts[0]) if len(parts) == 1 else sums.cells_information(*parts)


def relative_kde(factor: float, stretch: float, t: Rows) -> float:
    """With the root of the mean variance of the columns, in fractions."""
    t = matrices.within_reach(alive(t))
    n, total = len(t), Fraction(0)
    for column in (list(map(Fraction, column)) for column in t.T.tolist()):
        total += sum(value * value for value in column) / n - (sum(column) / n) ** 2
    return sums.kde(t, factor * float(total / t.shape[1]) ** 0.5, stretch)


def kde_of_labels(deviation: float, t: Rows, y: Rows) -> float:
    def value(rows: Rows) -> float:
        return sums.kde(rows, deviation, 1)

    return value(t) - sums.of_classes(value, t, y)


def fall_in_classes(x: Rows, y: Rows) -> float:
    """S(X) less its mean within classes: what the cells and the labels tell of each other."""
    return binned(partial(sums.fixed_cells, width=0.5), x, y)


def covariance(x: Rows, y: Rows) -> float:
    a, b = (np.tanh(np.float64(side.reshape(len(side), -1)[:, 0])) for side in (x, y))
    return float(np.mean((a - a.mean()) * (b - b.mean())))


def normal_pair(x: Rows, y: Rows) -> float:
    """-½ ln(1 - r²), at most that of 1 - r² = 1e-12."""
    return float(-0.5 * np.log(max(1 - np.corrcoef(x[:, 0], y[:, 0])[0, 1] ** 2, 1e-12)))
