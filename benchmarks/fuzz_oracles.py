"""What measures are defined to be, in plain Python over all pairs: no code of theirs, and slow.

Each takes (n, d) float64 numbers, or codes of labels, and gives the value, or None where the definition
leaves it to rounding.
"""

from collections import Counter
from fractions import Fraction
from math import dist, exp, floor, fsum, gamma, inf, lgamma, log, pi
from statistics import NormalDist

import numpy as np
from scipy.special import digamma

Rows = np.ndarray
REACH = 1e-150  # of the largest value: squares of what is less vanish
SAME = 2.0**-50  # of the largest value: distances that differ by less are equal


def digits(values: list[float]) -> int:
    """Binary digits that a float type must have to hold them: 11, 24 or 53; the last for whole numbers."""
    if all(value.is_integer() and abs(value) < 2**24 for value in values):
        return 53
    parts = [abs(value.as_integer_ratio()[0]) for value in values]
    most = max(part.bit_length() - (part & -part).bit_length() + 1 for part in parts)
    return next(held for held in (11, 24, 53) if most <= held)


def dead(column: list[float]) -> bool:
    """Whether a column is constant but for rounding: 8 units in the last place, or 1 of float16."""
    held, low, high = digits(column), min(column), max(column)
    return high - low <= {11: 1, 24: 8, 53: 8}[held] * 2.0 ** (1 - held) * max(abs(low), abs(high))


def constant(x: Rows) -> bool:
    return bool((x == x[0]).all()) if x.ndim == 1 else all(map(dead, x.T.tolist()))


def chebyshev(x: Rows) -> list[list[float]]:
    """Distances between all rows; of labels 0 within a class."""
    if x.ndim == 1:
        return [[0.0 if a == b else inf for b in x.tolist()] for a in x.tolist()]
    rows = x.tolist()
    return [[max(abs(p - q) for p, q in zip(a, b, strict=True)) for b in rows] for a in rows]


def euclidean(x: Rows) -> list[list[float]]:
    rows = x.tolist()
    return [[dist(a, b) for b in rows] for a in rows]


def kth(distances: list[float], own: int, k: int) -> float:
    return sorted(one for j, one in enumerate(distances) if j != own)[k - 1]


def closer(distances: list[float], own: int, radius: float) -> int:
    return sum(one < radius for j, one in enumerate(distances) if j != own)


def shrunk(radius: float, *sides: Rows) -> float:
    """Less what rounding moves distances by, so that equal ones lie outside."""
    same = SAME * max(float(np.abs(side).max()) for side in sides if side.ndim == 2)
    return radius - same if radius > 2 * same else radius


def ksg(x: Rows, y: Rows, k: int) -> float | None:
    """Kraskov, Stögbauer, Grassberger (2004), eq. (8); for no more than a tenth of the points on atoms."""
    a, b = chebyshev(x), chebyshev(y)
    n, total, atoms = len(x), [], 0
    for i in range(n):
        radius = kth([max(p, q) for p, q in zip(a[i], b[i], strict=True)], i, k)
        atoms += radius == 0
        radius = shrunk(radius, x, y)
        total += [digamma(closer(side[i], i, radius) + 1) for side in (a, b)]
    return None if atoms > n / 10 else float(digamma(k) + digamma(n) - fsum(total) / n)


def ross(x: Rows, y: Rows, k: int) -> float | None:
    """Ross (2014), with classes of no more than k using what they have, and single points left out."""
    sizes = Counter(y.tolist())
    kept = np.array([sizes[label] > 1 for label in y.tolist()])
    if not kept.any():
        return None
    x, y = x[kept], y[kept]
    apart, n, total, atoms = chebyshev(x), int(kept.sum()), [], 0
    for i in range(n):
        own = [apart[i][j] for j in range(n) if y[j] == y[i] and j != i]
        near = min(k, len(own))
        radius = sorted(own)[near - 1]
        atoms += radius == 0
        inside = closer(apart[i], i, shrunk(radius, x))
        total.append(digamma(near) - digamma(sizes[y[i]]) - digamma(inside + 1))
    return None if atoms > n / 10 else float(digamma(n) + fsum(total) / n)


def mixed(x: Rows, y: Rows, k: int) -> float | None:
    """Gao, Kannan, Oh, Viswanath (2017), as released; of labels a class of no more than k has fewer."""
    if y.ndim == 1:
        sizes = Counter(y.tolist())
        kept = np.array([sizes[label] > 1 for label in y.tolist()])
        if not kept.any():
            return None
        x, y = x[kept], y[kept]
    a, b, n, total = chebyshev(x), chebyshev(y), len(x), []
    for i in range(n):
        both = [max(p, q) for p, q in zip(a[i], b[i], strict=True)]
        near = min(k, sum(one < inf for one in both) - 1)
        radius = kth(both, i, near)
        if radius == 0:
            near = both.count(0.0)
            inside = [side[i].count(0.0) for side in (a, b)]
        else:
            radius = shrunk(radius, x, y)
            inside = [sum(one < radius for one in side[i]) for side in (a, b)]
        total.append(digamma(near) - digamma(inside[0]) - digamma(inside[1]))
    return float(log(n) + fsum(total) / n)


def vanish(radii: list[float], x: Rows, metric: str) -> bool:
    """Whether a distance is 0, or has no square beside that of the largest value."""
    return min(radii) <= (REACH * float(np.abs(x).max()) if metric == "euclidean" else 0.0)


def flat(x: Rows) -> bool:
    """Whether a column is constant, which has no density."""
    return any(map(dead, x.T.tolist()))


def entropy(x: Rows, k: int, metric: str = "chebyshev") -> float | None:
    """Kozachenko and Leonenko."""
    n, d = x.shape
    apart = chebyshev(x) if metric == "chebyshev" else euclidean(x)
    radii = [kth(row, i, k) for i, row in enumerate(apart)]
    if vanish(radii, x, metric) or flat(x):
        return None
    ball = d * log(2) if metric == "chebyshev" else d / 2 * log(pi) - lgamma(d / 2 + 1)
    return float(digamma(n) - digamma(k) + ball + d * fsum(map(log, radii)) / n)


def weights(k: int, d: int) -> dict[int, float] | None:
    """Berrett, Samworth, Yuan (2019): the shortest that meet the conditions, solved in fractions."""
    if d < 4:
        return {k: 1.0}
    support = sorted({i * k // d for i in range(1, d + 1)} - {0})
    rows = [[Fraction(1)] * len(support)]
    for order in range(1, d // 4 + 1):
        rows.append([Fraction(gamma(j + 2 * order / d) / gamma(j)) for j in support])
    size = len(rows)
    if size > len(support):
        return None
    square = [[sum(p * q for p, q in zip(a, b, strict=True)) for b in rows] + [Fraction(0)] for a in rows]
    square[0][-1] = Fraction(1)
    for i in range(size):
        for j in range(size):
            if j != i:
                factor = square[j][i] / square[i][i]
                square[j] = [p - factor * q for p, q in zip(square[j], square[i], strict=True)]
    solved = [square[i][-1] / square[i][i] for i in range(size)]
    return {
        j: float(sum(s * row[at] for s, row in zip(solved, rows, strict=True)))
        for at, j in enumerate(support)
    }


def weighted_entropy(x: Rows, k: int) -> float | None:
    n, d = x.shape
    found = weights(k, d)
    apart = euclidean(x)
    if found is None or flat(x):
        return None
    total = 0.0
    for j, weight in found.items():
        radii = [kth(row, i, j) for i, row in enumerate(apart)]
        if vanish(radii, x, "euclidean"):
            return None
        ball = d / 2 * log(pi) - lgamma(d / 2 + 1)
        total -= weight * (digamma(j) - ball - d * fsum(map(log, radii)) / n - log(n - 1))
    return float(total)


def cells_entropy(cells: list) -> float:
    n = len(cells)
    return fsum(-count / n * log(count / n) for count in Counter(cells).values())


def cells_information(a: list, b: list) -> float:
    """Σ p(ab) ln p(ab)/p(a)p(b), each term of whole numbers."""
    n, of_a, of_b = len(a), Counter(a), Counter(b)
    pairs = Counter(zip(a, b, strict=True))
    return fsum(count / n * log(Fraction(count * n, of_a[p] * of_b[q])) for (p, q), count in pairs.items())


def fixed_cells(x: Rows, width: float) -> list[tuple] | None:
    """Whole multiples of a width; None where a value is below an edge by no more than rounding may be."""
    return whole(
        [[Fraction(v) / Fraction(width) for v in row] for row in x.tolist()], unsure(x, 16 * width) / width
    )


def adaptive_cells(x: Rows, bins: int) -> list[tuple] | None:
    """Between the least and the largest of all values; None as before."""
    low, high = Fraction(float(x.min())), Fraction(float(x.max()))
    places = [[(Fraction(v) - low) / (high - low) * bins for v in row] for row in x.tolist()]
    cells = whole(places, unsure(x) / float(high - low) * bins + 1e-15 * bins)
    return cells and [tuple(min(place, bins - 1) for place in row) for row in cells]


def unsure(x: Rows, more: float = 0.0) -> float:
    """How far below an edge values may be that belong on it: four units in the largest one's last place.

    `more` adds to the largest.
    """
    return 4 * 2.0 ** (1 - digits(x.ravel().tolist())) * (float(np.abs(x).max()) + more)


def whole(places: list[list[Fraction]], rounding: float) -> list[tuple] | None:
    cells = [tuple(floor(place) for place in row) for row in places]
    above = (
        cell + 1 - place for a, b in zip(cells, places, strict=True) for cell, place in zip(a, b, strict=True)
    )
    return None if any(part < rounding for part in above) else cells


def count_cells(x: Rows, bins: int) -> list[tuple]:
    """Edges where each further n/bins of the sorted values begin; a value on an edge lies above it."""
    columns = []
    for column in x.T.tolist():
        ascending = sorted(column)
        parts = min(bins, len(column))
        edges = [ascending[i * len(column) // parts] for i in range(1, parts)]
        columns.append([sum(edge <= value for edge in edges) for value in column])
    return list(zip(*columns, strict=True))


def kde(t: Rows, deviation: float, stretch: float) -> float:
    """Kolchinsky and Tracey (2017): `stretch` is 1 for the upper bound and 2 for the lower."""
    n, apart, total = len(t), euclidean(t), []
    for row in apart:
        total.append(-log(fsum(exp(-(min(one / deviation / stretch, 40.0) ** 2) / 2) for one in row) / n))
    return fsum(total) / n


def of_classes(value, x: Rows, y: Rows) -> float:
    """The mean of `value` within classes."""
    sizes = Counter(y.tolist())
    return fsum(size / len(y) * value(x[y == label]) for label, size in sizes.items())


def scores(x: Rows) -> Rows:
    """Φ⁻¹ of mean ranks over n + 1."""
    n, normal, out = len(x), NormalDist(), np.empty(x.shape)
    for j, column in enumerate(x.T.tolist()):
        ranks = {v: sum(w < v for w in column) + (column.count(v) + 1) / 2 for v in set(column)}
        out[:, j] = [normal.inv_cdf(ranks[v] / (n + 1)) for v in column]
    return out


def half_log_determinant(values: Rows) -> float | None:
    """Of the covariances; None where they are nearly singular."""
    found = np.linalg.eigvalsh(np.atleast_2d(np.cov(values, rowvar=False)))
    return None if not found[0] > max(1e-8 * found[-1], 1e-12) else float(np.log(found).sum() / 2)


def bias(d: int, n: int) -> float:
    return fsum(digamma((n - i) / 2) - log((n - 1) / 2) for i in range(1, d + 1)) / 2


def copula(x: Rows, y: Rows) -> float | None:
    """Ince et al. (2017)."""
    n = len(x)
    if y.ndim == 1:
        return copula_of_labels(x, y)
    a, b = scores(x), scores(y)
    dx, dy = a.shape[1], b.shape[1]
    parts = [half_log_determinant(side) for side in (a, b, np.hstack([a, b]))]
    if None in parts or n <= dx + dy:
        return None
    return parts[0] + parts[1] - parts[2] - bias(dx, n) - bias(dy, n) + bias(dx + dy, n)


def copula_of_labels(x: Rows, y: Rows) -> float | None:
    a, d = scores(x), x.shape[1]
    if min(Counter(y.tolist()).values()) <= d:
        return None
    parts = {label: half_log_determinant(a[y == label]) for label in set(y.tolist())}
    whole = half_log_determinant(a)
    if whole is None or None in parts.values():
        return None
    n, total = len(y), whole - bias(d, len(y))
    for label, part in parts.items():
        size = int((y == label).sum())
        total -= size / n * (part - bias(d, size))
    return float(total)
