"""How far normal scores are from normal together, in what it does to the information of a normal.

With J(y) what the entropy of y lacks of a normal's of the same covariances, and e what a linear function of x
leaves of y,

    I(X;Y) = I of the normal - J(y) + J(e) + I(x; e),

and the same with x and y exchanged; with labels

    I(X;Y) = I of the normal - J(x) + Σ p(c) J(x in class c).

J and I(x; e) are taken as half the sum of squared means of functions which are uncorrelated, of unit variance
and of mean 0 for normals: the lowest that can tell. That is no estimate to correct a value by, but it tells
a value that is right from one that isn't.
"""

from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import solve_triangular

from infoplane.directions import row_places
from infoplane.measures._check import class_rows
from infoplane.measures._notes import join_notes
from infoplane.measures._scores import whitened_scores
from infoplane.measures.gaussian._normal import Classes
from infoplane.sample import Sample

LEAST = 0.03  # nats that a note is worth
SHARE = 0.07  # of the value that a note is worth
ERRORS = 8  # standard errors of normal data, whose squares have long tails
FAR = 3.0  # ranks say little about how far the outermost values are
ONE_SUM = 1e-5  # of the largest value: what rounding makes of one sum in float32
LEADING = 3  # canonical variables whose products are looked at one by one

Rows = Float[np.ndarray, "n d"]
Radii = Float[np.ndarray, " n"]
Canonical = tuple[Float[np.ndarray, " m"], Float[np.ndarray, "m dx"], Float[np.ndarray, "m dy"]]


@dataclass(frozen=True)
class Side:
    """White scores, what of them is correlated with another variable's, and along which directions."""

    white: Sample
    pairs: Float[np.ndarray, "n m"]
    along: Float[np.ndarray, "m d"]


def pair_note(x: Sample, y: Sample, found: Canonical, value: float) -> str:
    """A clause where `value` of a normal isn't the information, as far as low moments tell."""
    a, b = whitened_scores(x), whitened_scores(y)
    correlations, *along = found
    one, other = (Side(s, s.values @ d.T, d) for s, d in zip((a, b), along, strict=True))
    least = max(LEAST, SHARE * abs(value))
    off = _off(one, other, correlations)
    if abs(off) > least:  # each way errs: so far off as both tell
        off = min(off, _off(other, one, correlations), key=abs)
    if abs(off) <= least:
        return ""
    what = f"the normal scores of {x.name} and {y.name} are not normal together"
    return join_notes([_clause(what, off), _sheet_note(x), _sheet_note(y)])


def labels_note(x: Sample, y: Sample, classes: Classes, value: float, by_chance: float) -> str:
    """The same of scores within classes; `by_chance` was taken away for `value`."""
    a = whitened_scores(x)
    over, within = _over_mixture(_some(x, a, len(classes.sizes) // 2), classes), _within(a, y, classes)
    off = max(over - by_chance, -over, within - _departure(a)[1])
    few = _by_chance(len(class_rows(y)) * (a.width + 1), len(x))
    what = f"the normal scores of {x.name} are not normal both within the classes of {y.name} and over all"
    return join_notes(
        [
            _clause(what, off) if off > max(LEAST, SHARE * abs(value), few) else "",
            _sheet_note(x) if value > LEAST else "",
        ]
    )


def _clause(what: str, off: float) -> str:
    far = f"some {abs(off):.2g} nats" if abs(off) < 1 else "more than 1 nat"
    may = "the value may lie well above or below the information (KSG and Sliced assume less)"
    return f"{what}, by {far}: {may}"


def _sheet_note(x: Sample) -> str:
    """A clause about rows of one sum, whose scores are close to a plane, but not normal on it."""
    if whitened_scores(x).width < x.width or x.width == 1:
        return ""
    sums = (x.values / np.abs(x.values).max().astype(np.float64)).sum(axis=1)
    if np.ptp(sums) > ONE_SUM:
        return ""
    return (
        f"the rows of {x.name} have one sum, so that their scores lie on a curved sheet, not normal: "
        "leave a column out, or take the layer before the softmax"
    )


def _off(one: Side, other: Side, correlations: Float[np.ndarray, " m"]) -> float:
    """Information less that of normals, by what linear functions of `one` leave of `other`."""
    a, b, u = one.white, other.white, one.pairs
    e = ((other.pairs - correlations * u) / np.sqrt(1 - correlations**2)).clip(-FAR, FAR)
    left = e if b.width == u.shape[1] else b.values + (e - other.pairs) @ other.along
    near, far, n = _radii(left), _departure(a)[0], len(a)
    together = [
        far @ left / (n * sqrt(2 * a.width)),
        near @ a.values / (n * sqrt(2 * b.width)),
        near @ far / (n * sqrt(4 * a.width * b.width)),
    ]
    missed = _nats(together, n)
    if max(a.width, b.width) > 1:
        missed = max(missed, _of_products(u, e), _of_squares(a.values, e), _of_squares(left, u))
    return missed + _half_squares(left, near) - _departure(b)[1]


def _of_products(u: Rows, e: Rows) -> float:
    """What products of the leading columns of one have to do with the other's, and with its products."""
    u, e = u[:, :LEADING].clip(-FAR, FAR), e[:, :LEADING]
    p, q = _products(u), _products(e)
    n = len(u)
    return _nats([p.T @ e / n, q.T @ u / n, p.T @ q / n], n)


def _of_squares(rows: Rows, others: Float[np.ndarray, "n m"]) -> float:
    """What all products of two columns have to do with the first column of others."""
    (n, d), rows = rows.shape, rows.clip(-FAR, FAR)
    column = others[:, :1].clip(-FAR, FAR)
    products = rows.T @ (rows * (column - column.mean())) / n
    return _nats([products / sqrt(2)], n, d * (d + 1) // 2)  # each but squares stands there twice


def _departure(x: Sample) -> tuple[Radii, float]:
    """Squared lengths of white rows less their mean; and J of x, as far as these tell."""
    return x.derived("departure", partial(_make_departure, x))


def _make_departure(x: Sample) -> tuple[Radii, float]:
    rows = x.values.clip(-FAR, FAR)
    radii = _radii(rows)
    return radii, _half_squares(rows, radii)


def _radii(rows: Rows) -> Radii:
    radii = np.einsum("ij,ij->i", rows, rows)
    return radii - radii.mean()


def _half_squares(rows: Rows, radii: Radii) -> float:
    """J of white rows by the skewness and the kurtosis of their lengths."""
    n, d = rows.shape
    skewness = radii @ rows / (n * sqrt(2 * (d + 2)))
    kurtosis = (radii @ radii / n - _spread(d, n)) / sqrt(8 * d * (d + 2))
    return _nats([skewness, kurtosis], n)


def _spread(d: int, n: Any) -> Any:
    """The variance of the squared lengths of n normal rows made white; n may be an array."""
    return 2 * d * (n - d - 1) / (n + 1) * ((n - 1) / n) ** 2


def _nats(means: list, n: int, count: int = 0) -> float:
    """Half the squares of means over n rows, less what they have by chance; 0 where that may be all."""
    count = count or sum(np.size(mean) for mean in means)
    nats = 0.5 * (sum(float(np.vdot(mean, mean)) for mean in means) - count / n)
    return nats if nats > _by_chance(count, n) else 0.0


def _by_chance(count: int, n: Any) -> Any:
    """Half the squares of so many means over n normal rows, less their expectation: they are hardly above."""
    return ERRORS * sqrt(2 * count) / (2 * n)


def _products(u: Rows) -> Float[np.ndarray, "n pairs"]:
    """Products of two columns and squares, of mean 0 and for normals of variance 1."""
    one, other = np.triu_indices(u.shape[1])
    products = u[:, one] * u[:, other] / np.where(one == other, sqrt(2), 1.0)
    return products - products.mean(axis=0)


def _some(x: Sample, a: Sample, step: int) -> Rows:
    """One in `step` of the white rows, so that many classes are as costly as few, wherever the rows stand."""
    if step < 2:
        return a.values
    if x.width == 1:
        from infoplane.measures._sorting import column_order  # brings numba, as only searches do

        return a.values[column_order(x)[::step]]
    return a.values[np.argsort(row_places(a.values), kind="stable")[::step]]


def _over_mixture(some: Rows, classes: Classes) -> float:
    """How far a normal's information is above that of a mixture of normal classes, over some of the rows.

    The latter is no more than the true one, whatever the classes are, but for what it has by chance.
    """
    roots = np.linalg.cholesky(classes.covariances)
    if some.shape[1] == 1:
        apart = np.square((some[:, 0] - classes.means) / roots[:, 0])
    else:
        centred = zip(roots, some - classes.means[:, None], strict=True)
        apart = np.array([np.square(_turned(root, rows)).sum(axis=1) for root, rows in centred])
    volumes = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
    heights = np.log(classes.sizes / classes.sizes.sum()) - volumes
    logs = np.multiply(-0.5, apart, out=apart)
    logs += heights[:, None]
    top = logs.max(axis=0)
    logs -= top
    density = np.log(np.exp(logs, out=logs).sum(axis=0)) + top
    return float((density + 0.5 * np.square(some).sum(axis=1)).mean())


def _turned(root: Float[np.ndarray, "d d"], rows: Rows) -> Rows:
    """Rows of a covariance to uncorrelated ones of variance 1, by its Cholesky root."""
    return solve_triangular(root, rows.T, lower=True, check_finite=False).T


def _within(a: Sample, y: Sample, classes: Classes) -> float:
    """The mean J of the classes."""
    shares = classes.sizes / len(a)
    if a.width == 1:
        return float(shares @ _half_squares_of_column(a.values[:, 0], y.values, classes))
    parts = zip(class_rows(y), classes.means, np.linalg.cholesky(classes.covariances), strict=True)
    white = (_turned(root, a.values[rows] - mean).clip(-FAR, FAR) for rows, mean, root in parts)
    return float(shares @ [_half_squares(rows, _radii(rows)) for rows in white])


def _half_squares_of_column(
    column: Radii, codes: Int[np.ndarray, " n"], classes: Classes
) -> Float[np.ndarray, " classes"]:
    """`_half_squares` of each class in one pass, of slices there are many."""
    sizes = classes.sizes
    deviations = np.sqrt(classes.covariances[:, 0, 0])
    white = ((column - classes.means[codes, 0]) / deviations[codes]).clip(-FAR, FAR)
    radii = np.square(white)
    radii -= (np.bincount(codes, radii) / sizes)[codes]
    skewness = np.bincount(codes, radii * white) / (sizes * sqrt(6))
    kurtosis = (np.bincount(codes, np.square(radii)) / sizes - _spread(1, sizes)) / sqrt(24)
    nats = 0.5 * (np.square(skewness) + np.square(kurtosis) - 2 / sizes)
    return np.where(nats > _by_chance(2, sizes), nats, 0.0)
