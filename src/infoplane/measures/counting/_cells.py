"""Pairs of cells that occur: what they tell, and what the same cells tell when they are paired at random."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int
from scipy.special import entr, gammaln

from infoplane.directions import distinct_rows

FEW = 4  # pairs of cells per sample up to which all have a counter
BLOCK = 1024  # kinds of pairs that are worked out at once
LIKELY = (7.0, 25.0)  # roots of the mean, and samples: counts farther from it have no part in ten digits


@dataclass(frozen=True, eq=False)
class Pairs:
    """How often each cell of two variables occurs, and how often each pair of cells that does."""

    rows: Int[np.ndarray, " rows"]
    columns: Int[np.ndarray, " columns"]
    counts: Int[np.ndarray, " pairs"]
    expected: Int[np.ndarray, " pairs"]  # of each pair, times n

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def determines(self) -> tuple[bool, bool]:
        """Whether each cell of x occurs with one of y, and each of y with one of x."""
        return len(self.counts) == len(self.rows), len(self.counts) == len(self.columns)

    def information(self) -> float:
        """Σ p ln(p/q) with q the product of the cells' own shares; 0 if p = q everywhere, and never less.

        As a sum of p ln(p/q) - p + q, of which no term is negative: where no pair occurs it is q.
        """
        n = self.n
        seen = self.counts * n
        less = (self.expected - seen) / seen  # q/p - 1, of whole numbers, so that equal ones give 0
        logs = np.where(less < -0.5, np.log(self.expected / seen), np.log1p(less))
        unseen = n * n - int(self.expected.sum())
        return float((self.counts * np.maximum(less - logs, 0.0)).sum() / n + unseen / n**2)

    def miller(self) -> float:
        """By how much Miller's correction of the three entropies moves the information."""
        return _miller(len(self.rows), len(self.columns), len(self.counts), self.n)


@dataclass(frozen=True)
class Chance:
    """Means over all pairings of the same cells: of the information, and of Miller's correction of it."""

    information: float
    miller: float


def paired(x: Int[np.ndarray, " n"], y: Int[np.ndarray, " n"]) -> Pairs:
    """The cells of two variables, numbered from 0 on."""
    rows, columns = np.bincount(x), np.bincount(y)
    # below the square of a number of rows, which int64 holds up to three thousand million
    codes = x.astype(np.int64) * len(columns) + y
    most = len(rows) * len(columns)
    if most <= FEW * len(x):
        counts = np.bincount(codes, minlength=most)
        codes = np.flatnonzero(counts)
        counts = counts[codes]
    else:
        codes, counts = np.unique(codes, return_counts=True)
    of_row, of_column = np.divmod(codes, len(columns))
    return Pairs(rows[rows > 0], columns[columns > 0], counts, rows[of_row] * columns[of_column])


def numbered(rows: np.ndarray) -> Int[np.ndarray, " n"]:
    """Which of the distinct rows each row is, from 0 on."""
    if rows.shape[1] == 1:
        return np.unique(rows, return_inverse=True)[1].ravel()
    return np.asarray(distinct_rows(rows)[1]).ravel()


def entropy(counts: Int[np.ndarray, " cells"]) -> float:
    """-Σ p ln p of the frequencies."""
    return float(entr(counts / counts.sum()).sum())


def at_most(pairs: Pairs) -> float:
    """What chance makes of the information and of Miller's correction is no more than this.

    The mean of Pearson's χ²/n over pairings, which is at least that of ln(p/q).
    """
    return (len(pairs.rows) - 1) * (len(pairs.columns) - 1) / (pairs.n - 1)


def by_chance(pairs: Pairs) -> Chance:
    """The exact mean: of cells of a and b samples, k meet with the probabilities of the hypergeometric law.

    Cells that hold equally many are taken at once, so that the time is that of the different numbers.
    """
    (a, b), often = _kinds(pairs.rows, pairs.columns)
    information = occurring = 0.0
    for start in range(0, len(a), BLOCK):
        own = slice(start, start + BLOCK)
        k, at, p = _meetings(a[own], b[own], pairs.n)
        share = often[own][at] * p
        gain = np.log(np.maximum(k, 1) / a[own][at] * (pairs.n / b[own])[at])
        information += float((share * k / pairs.n * gain).sum())
        occurring += float(share[k > 0].sum())
    return Chance(information, _miller(len(pairs.rows), len(pairs.columns), occurring, pairs.n))


def _kinds(
    rows: Int[np.ndarray, " rows"], columns: Int[np.ndarray, " columns"]
) -> tuple[Int[np.ndarray, "2 kinds"], Int[np.ndarray, " kinds"]]:
    """The different pairs of numbers of samples, and how many pairs of cells are of each."""
    (a, often_a), (b, often_b) = (np.unique(counts, return_counts=True) for counts in (rows, columns))
    return np.array([np.repeat(a, len(b)), np.tile(b, len(a))]), np.outer(often_a, often_b).ravel()


def _meetings(
    a: Int[np.ndarray, " kinds"], b: Int[np.ndarray, " kinds"], n: int
) -> tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"], Float[np.ndarray, " m"]]:
    """Numbers of samples that two cells may share but for what never happens, whose, and how probable."""
    mean = a / n * b
    reach = LIKELY[0] * np.sqrt(mean) + LIKELY[1]
    low = np.maximum(np.floor(mean - reach).astype(np.int64), np.maximum(0, a + b - n))
    high = np.minimum(np.ceil(mean + reach).astype(np.int64), np.minimum(a, b))
    spans = high - low + 1
    at = np.repeat(np.arange(len(a)), spans)
    k = np.arange(len(at)) - (np.cumsum(spans) - spans - low)[at]
    f = _log_factorials(n)
    logs = (f[a] + f[b] + f[n - a] + f[n - b] - f[n])[at]
    return k, at, np.exp(logs - (f[k] + f[a[at] - k] + f[b[at] - k] + f[(n - a - b)[at] + k]))


def _miller(rows: int, columns: int, pairs: float | int, n: int) -> float:
    return (rows + columns - pairs - 1) / (2 * n)


@lru_cache(maxsize=2)
def _log_factorials(n: int) -> Float[np.ndarray, " m"]:
    return gammaln(np.arange(n + 1) + 1.0)
