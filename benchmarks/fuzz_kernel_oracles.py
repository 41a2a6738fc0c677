"""What kernel measures are defined to be, by explicit matrices: no code of theirs."""

from fractions import Fraction
from math import frexp, log

import numpy as np
from fuzz_oracles import REACH, constant, euclidean, scores

Rows = np.ndarray
EXACT = 3000  # products that fractions are still quick for
FAINT = 1e-13  # of an eigenvalue beside the largest: below, rounding made it


def manhattan(x: Rows) -> Rows:
    return np.abs(x[:, None] - x[None]).sum(axis=2)


def within_reach(x: Rows) -> Rows:
    """Divided by a power of two, so that no distance leaves float64."""
    return np.ldexp(x, -frexp(float(np.abs(x).max()))[1])


def median_of_pairs(distances: Rows) -> float:
    return float(np.median(distances[np.triu_indices(len(distances), 1)]))


def gaussian(x: Rows, bandwidth: float | None = None) -> Rows | None:
    """Labels have 1 within a class; None is the median of all pairs, of which the square must be there."""
    if x.ndim == 1:
        return np.equal.outer(x, x).astype(float)
    apart = np.array(euclidean(x if bandwidth else within_reach(x)))
    width = bandwidth or median_of_pairs(apart)
    if not width > REACH:
        return None
    return np.exp(-(np.minimum((apart / width), 50.0) ** 2) / 2)


def laplace(x: Rows, bandwidth: float) -> Rows:
    with np.errstate(over="ignore"):
        return np.exp(-np.minimum(manhattan(x) / bandwidth, 2000.0))


def centred(k: Rows) -> Rows:
    h = np.eye(len(k)) - 1 / len(k)
    return h @ k @ h


def biased(k: Rows, m: Rows) -> float:
    return float(np.trace(k @ (np.eye(len(k)) - 1 / len(k)) @ m @ (np.eye(len(k)) - 1 / len(k))))


def unbiased(k: Rows, m: Rows) -> float:
    """Song et al. (2012), eq. (5), times n(n - 3)."""
    n, one = len(k), np.ones(len(k))
    k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
    rest = one @ k @ one * (one @ m @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * one @ k @ m @ one
    return float(np.trace(k @ m) + rest)


def hsic(x: Rows, y: Rows, form: str, kernel=gaussian) -> float | None:
    k, m = kernel(x), kernel(y)
    if k is None or m is None:
        return None
    n = len(x)
    return (
        unbiased(k, m) / (n * (n - 3))
        if form == "unbiased"
        else biased(k, m) / (n - 1) ** (2 if form == "biased" else 1)
    )


def hsic_cca(x: Rows, y: Rows, ridge: float) -> float | None:
    """Fukumizu et al. (2008)."""
    parts = []
    for k in (gaussian(x), gaussian(y)):
        if k is None:
            return None
        c = centred(k)
        parts.append(c @ np.linalg.inv(c + len(k) * ridge * np.eye(len(k))))
    return float(np.trace(parts[0] @ parts[1]))


def hsic_linear(x: Rows, y: Rows) -> float | None:
    """The squared norm of the covariances, in fractions."""
    if x.shape[1] * y.shape[1] * len(x) > EXACT:
        return None
    n, total = len(x), Fraction(0)
    columns = [[list(map(Fraction, column)) for column in side.T.tolist()] for side in (x, y)]
    for a in columns[0]:
        for b in columns[1]:
            product = sum(p * q for p, q in zip(a, b, strict=True)) - sum(a) * sum(b) / n
            total += (product / (n - 1)) ** 2
    try:
        return float(total)
    except OverflowError:
        return None


def cka(x: Rows, y: Rows, kind=unbiased, kernel=gaussian) -> float | None:
    k, m = kernel(x), kernel(y)
    if k is None or m is None or constant(x) or constant(y):
        return None
    squares = kind(k, k) * kind(m, m)
    least = 1e-9 * float((k * k).sum() * (m * m).sum())
    return None if squares <= least else kind(k, m) / squares**0.5


def renyi_of(matrix: Rows, alpha: float) -> float:
    found = np.linalg.eigvalsh(matrix / np.trace(matrix))
    found = found[found > FAINT]
    return float(-(found * np.log(found)).sum() if alpha == 1 else log((found**alpha).sum()) / (1 - alpha))


def renyi(x: Rows, y: Rows | None, alpha: float) -> float | None:
    """Sánchez Giraldo, Rao, Príncipe (2015)."""
    a = gaussian(x)
    if a is None:
        return None
    if y is None:
        return renyi_of(a, alpha)
    b = gaussian(y)
    return None if b is None else renyi_of(a, alpha) + renyi_of(b, alpha) - renyi_of(a * b, alpha)


def diffusion(x: Rows, alpha: float = 0, over: str = "eigenvalues") -> float | None:
    """Liao et al. (2023), by the walk's own matrix, which is not symmetric."""
    g = gaussian(x)
    if g is None:
        return None
    d = g.sum(axis=1) ** -alpha
    k = d[:, None] * g * d
    walk = k / k.sum(axis=1)[:, None]
    p = walk.ravel() / len(x) if over == "entries" else np.abs(np.linalg.eigvals(walk))
    p = p[p > 0] / p.sum()
    return float(-(p * np.log(p)).sum())


def canonical_normal(x: Rows, y: Rows) -> float | None:
    """-½ ln|1 - R²| of the normal scores, R² from regression of one side on the other."""
    a, b = (side - side.mean(axis=0) for side in (scores(x), scores(y)))
    if len(a) <= 2 + a.shape[1] + b.shape[1]:
        return None
    for side in (a, b):
        lengths = np.linalg.svd(side, compute_uv=False)
        if len(lengths) < side.shape[1] or lengths[-1] < 1e-4 * lengths[0]:
            return None
    cross, own, other = a.T @ b, a.T @ a, b.T @ b
    explained = np.linalg.eigvals(np.linalg.solve(own, cross) @ np.linalg.solve(other, cross.T)).real
    left = 1 - np.sort(explained)[::-1][: min(cross.shape)]
    return None if left[0] < 1e-6 else float(-np.log(left).sum() / 2)
