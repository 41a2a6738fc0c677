"""Clusters of a continuous variable: bins of a column, or spectral clustering of rows."""

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import eigh, svd
from scipy.sparse import csr_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import eigsh

from infoplane.directions import pivoted
from infoplane.estimate import TooFewSamples
from infoplane.kernels.distances import centred
from infoplane.kernels.matrix import square
from infoplane.measures._order import in_order, places
from infoplane.measures.kernel._kept import Clusters, ClustersCodec, key
from infoplane.sample import Sample

NEIGHBOURS = 10  # the row itself included
WHOLE = 4  # whole matrices at once, where all eigenvectors are found
DENSE = 1000  # rows up to which all eigenvectors are the quicker way


def clusters_of(y: Sample, count: int, numbers: int) -> Clusters:
    """Kept with the sample and in its run, under the `numbers` of the measure: an input is clustered once."""
    if len(y) < count:
        raise TooFewSamples(
            f"{count} clusters need at least as many samples; {y.name!r} has {len(y)}. Use fewer", count
        )
    made_by = settings(count)
    make = lambda: Clusters(_codes(y, count), made_by, y.digest)  # noqa: E731
    return y.derived(key(made_by), make, keep=ClustersCodec(numbers))


def settings(count: int) -> str:
    return f"clusters(count={count})"


def _codes(y: Sample, count: int) -> Int[np.ndarray, " n"]:
    values = centred(in_order(y).at(None))[0]  # which distances tie hangs on their last digits
    codes = _bins(values[:, 0], count) if y.width == 1 else _by_pivots(_embedding(values, count))
    return codes[places(y)]  # equal rows, whose nearest may be others, go with the first of them


def _bins(column: Float[np.ndarray, " n"], count: int) -> Int[np.ndarray, " n"]:
    """Bins of equal width between the smallest and the largest value."""
    low, high = column.min(), column.max()
    if low == high:
        return np.zeros(len(column), dtype=np.intp)
    return np.minimum((column - low) / (high - low) * count, count - 1).astype(np.intp)


def _embedding(rows: Float[np.ndarray, "n d"], count: int) -> Float[np.ndarray, "n count"]:
    """The slowest modes of the random walk on the graph of nearest neighbours."""
    from sklearn.neighbors import kneighbors_graph

    near = csr_array(kneighbors_graph(rows, min(NEIGHBOURS, len(rows)), include_self=True))
    weights = (near + near.T) / 2
    weights.setdiag(0)
    count_of_parts, part = connected_components(weights, directed=False)
    if count_of_parts >= count:  # as many modes never fade, and a basis of them would be the solver's choice
        largest = np.argsort(-np.bincount(part), kind="stable")[:count]
        return (part[:, None] == largest).astype(np.float64)
    degrees = np.asarray(weights.sum(axis=1)).ravel()
    roots = np.sqrt(np.where(degrees > 0, degrees, 1.0))
    scaled = diags_array(1 / roots) @ weights @ diags_array(1 / roots)
    if len(rows) <= max(DENSE, 2 * count):
        square(len(rows), f"finding {count} clusters", "ask for fewer", WHOLE)
        last = len(rows) - 1
        vectors = eigh(scaled.toarray(), subset_by_index=(last - count + 1, last))[1]
    else:
        start = np.random.default_rng(0).standard_normal(len(rows))
        vectors = eigsh(scaled, count, which="LA", v0=start, maxiter=100 * len(rows))[1]
    return vectors[:, ::-1] / roots[:, None]


def _by_pivots(vectors: Float[np.ndarray, "n count"]) -> Int[np.ndarray, " n"]:
    """Damle, Minden, Ying (2019), doi:10.1093/imaiai/iay008: rotate the modes so that each is one cluster's.

    The rows that Gram-Schmidt with pivots picks stand for the clusters; the rotation nearest to the one
    that makes them the axes shows where every other row belongs.
    """
    count = vectors.shape[1]
    left, _, right = svd(vectors[pivoted(vectors, count)[0]].T)
    return np.abs(vectors @ (left @ right)).argmax(axis=1)
