"""The graph of nearest neighbours, as a kernel of zeros and ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from infoplane.estimate import TooFewSamples
from infoplane.kernels.distances import centred, kth_smallest, squared
from infoplane.kernels.forms import numbers_only
from infoplane.sample import Sample
from infoplane.settings import integer, switch

BLOCK = 256


@dataclass(frozen=True)
class NeighbourGraph:
    """1 where one of two rows is among the other's nearest, else 0: the adjacency matrix of a graph.

    Parameters
    ----------
    k : int
        Nearest rows by Euclidean distance, the row itself included as the first: ``2 <= k <= n``. Those as
        far as the k-th count too.
    symmetric : bool
        Whether it is enough that one of the two is near the other. If not, row i has ones where j is near
        i, and the matrix is not symmetric: for comparison with what was published so.

    Raises
    ------
    ValueError
        For a k out of range, or labels, which have no distances.

    Examples
    --------
    >>> from infoplane import Sample, kernels
    >>> kernels.NeighbourGraph(k=2).gram(Sample([0.0, 1.0, 3.0])).full()
    array([[1., 1., 0.],
           [1., 1., 1.],
           [0., 1., 1.]])
    """

    k: int = 10
    symmetric: bool = True

    def __post_init__(self) -> None:
        integer(self.k, "k of NeighbourGraph", 2)
        switch(self.symmetric, "symmetric of NeighbourGraph")

    def gram(self, x: Sample) -> "Adjacency":
        """The matrix between all rows of a continuous sample."""
        numbers_only(x, self)
        if len(x) < self.k:
            raise TooFewSamples(
                f"at least {self.k} samples are needed for the {self.k} nearest, itself included; {x.name!r} "
                f"has {len(x)}. Use NeighbourGraph with a smaller k, or more samples",
                self.k,
            )
        return _adjacency(centred(x)[0], self.k, self.symmetric)


@dataclass(frozen=True, eq=False)
class Adjacency:
    """What `Gram` is for other kernels, of a graph of neighbours.

    Attributes
    ----------
    points : array, shape (n, d)
    reach : array, shape (n,)
        Squared distance to the k-th nearest.
    """

    points: Any
    reach: Any
    k: int
    symmetric: bool

    def __len__(self) -> int:
        return len(self.points)

    def block(self, rows: slice, columns: slice) -> Any:
        """The part between some rows and others."""
        distances = squared(self.points[rows], self.points[columns])
        near = distances <= self.reach[rows, None]
        if self.symmetric:
            near = near | (distances <= self.reach[None, columns])
        xp = array_namespace(distances)
        return xp.astype(near, xp.float64)

    def full(self) -> Any:
        """The whole matrix, (n, n), for the caller to keep and write to."""
        n, xp = len(self), array_namespace(self.points)
        whole = xp.empty((n, n), dtype=xp.float64, device=device(self.points))
        for rows in _cuts(n):
            whole[rows, :] = self.block(rows, slice(0, n))
        return whole

    def take(self, rows: np.ndarray) -> "Adjacency":
        """The graph of these rows, whose nearest are found among themselves."""
        at = array_namespace(self.points).asarray(rows, device=device(self.points))
        return _adjacency(self.points[at], min(self.k, len(rows)), self.symmetric)


def _adjacency(points: Any, k: int, symmetric: bool) -> Adjacency:
    reach = [kth_smallest(squared(points[rows], points), k - 1) for rows in _cuts(len(points))]
    return Adjacency(points, array_namespace(points).concat(reach), k, symmetric)


def _cuts(n: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))
