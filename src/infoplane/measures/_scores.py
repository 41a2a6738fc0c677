"""Normal scores, whitening and canonical directions of continuous samples."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri
from scipy.stats import rankdata

from infoplane.directions import project, settled
from infoplane.estimate import DegenerateData
from infoplane.kernels.matrix import square
from infoplane.measures._notes import repeated_rows
from infoplane.measures._order import content_order
from infoplane.sample import Sample

RANK = 1e-10  # of the largest eigenvalue; below, a column is a combination of the others up to rounding


def whitened_scores(x: Sample) -> Sample:
    """Columns' normal scores Φ⁻¹(rank / (n + 1)), turned and scaled to uncorrelated unit variances.

    As many columns as the scores have linearly independent ones; equal rows stay equal. Kept with `x`.
    """
    return x.derived("whitened_scores", lambda: _whiten(x))


def normal_scores(values: Float[np.ndarray, "n width"]) -> Float[np.ndarray, "n width"]:
    """Φ⁻¹(rank / (n + 1)) of each column; ties share their mean rank."""
    return ndtri(rankdata(values, axis=0) / (len(values) + 1))


def _whiten(x: Sample) -> Sample:
    if x.width == 1:
        return Sample.of(_white_column(x), x.name)
    scores = normal_scores(x.values)
    order = content_order(x)  # sums that round alike in every order of rows
    scores -= scores[order].mean(axis=0)
    variances, axes = _axes(scores[order], x.name)
    whitening = (axes / np.sqrt(variances) @ settled(axes, variances)).T
    return projected(Sample.of(scores, x.name, home=x.home), whitening)


def _white_column(x: Sample) -> Float[np.ndarray, "n 1"]:
    from infoplane.measures._sorting import column_order  # brings numba, as only searches do

    if repeated_rows(x):
        scores = normal_scores(x.values)
        return _white_in_order(scores, np.sort(scores, axis=0))
    white = np.empty((len(x), 1))
    white[column_order(x)] = _white_without_ties(len(x))
    return white


@lru_cache(maxsize=4)
def _white_without_ties(n: int) -> Float[np.ndarray, "n 1"]:
    """White scores of n different values, ascending: the same of all slices."""
    ascending = normal_scores(np.arange(float(n))[:, None])
    return _white_in_order(ascending, ascending)


def _white_in_order(
    scores: Float[np.ndarray, "n 1"], ascending: Float[np.ndarray, "n 1"]
) -> Float[np.ndarray, "n 1"]:
    # two columns have the same scores in another order, and distances that are equal in both: sums of
    # scores in order leave them so, where neighbours are compared
    mean = ascending.mean(axis=0)
    deviation = np.sqrt(np.square(ascending - mean).sum() / (len(scores) - 1))
    return (scores - mean) / deviation


def _axes(
    centred: Float[np.ndarray, "n width"], name: str
) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, "width m"]]:
    """Variances and axes of the principal components that are there; by the matrix of the smaller side."""
    n, width = centred.shape
    check_side(centred, name)
    if width <= n:
        variances, axes = np.linalg.eigh(centred.T @ centred / (n - 1))
        kept = variances > RANK * variances[-1]
        return variances[kept], axes[:, kept]
    variances, rows = np.linalg.eigh(centred @ centred.T / (n - 1))
    kept = variances > RANK * variances[-1]
    variances, rows = variances[kept], rows[:, kept]
    if len(variances) >= n - 1:
        raise DegenerateData(
            f"{name!r} has {width} columns for {n} samples, whose rows are independent, so that a linear "
            "function of its normal scores gives any other variable; use prepare.pca, Sliced, or more samples"
        )
    return variances, centred.T @ rows / np.sqrt(variances * (n - 1))


def check_side(values: Float[np.ndarray, "n width"], name: str) -> None:
    """Refuse more columns than a matrix between all of them is held of, or rows, whichever are fewer."""
    n, width = values.shape
    what, of = f"finding the principal components of {name!r}", "columns" if width <= n else "rows"
    square(min(n, width), what, "take Sliced, or fewer of both", of=of)


def projected(x: Sample, directions: Float[np.ndarray, "m width"]) -> Sample:
    """`x` along each of `directions`; equal rows stay equal."""
    return Sample.of(project(x.values, directions[:, None, :])[:, 0].T, x.name, home=x.home)


def canonical(
    x: Sample, y: Sample
) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, "m dx"], Float[np.ndarray, "m dy"]]:
    """Canonical correlations of two white samples, descending, and their directions on each side."""
    order = content_order(x, y)
    a, s, b = np.linalg.svd(x.values[order].T @ y.values[order] / (len(x) - 1), full_matrices=False)
    turn = settled(a, s)
    return s, (a @ turn).T, turn.T @ b
