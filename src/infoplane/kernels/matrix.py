"""A Gram matrix that is computed block by block."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

EDGE = 512  # rows and columns of a block: 2 MB in float64
WHOLE_BYTES = 2**31  # of all (n, n) matrices held at once: one of 16,384 rows in float64
PER_SECOND = 1e10  # rows cubed: how fast a core finds eigenvalues


@dataclass(frozen=True, eq=False)
class Gram:
    """The symmetric matrix of a kernel between all rows of a variable, in blocks or whole.

    Made by a kernel: ``kernels.Gaussian().gram(sample)``. Blocks are computed when they are asked for, in the
    namespace and on the device of the sample's `array`.

    Attributes
    ----------
    bandwidth : float, array or None
        In the variable's unit; an array of one per row where it adapts, None for kernels without one.

    Examples
    --------
    >>> from infoplane import Sample, kernels
    >>> gram = kernels.Gaussian(bandwidth=1.0).gram(Sample([0.0, 1.0, 3.0]))
    >>> len(gram)
    3
    >>> gram.rows(0, 2).round(4)
    array([[1.    , 0.6065, 0.0111],
           [0.6065, 1.    , 0.1353]])
    """

    points: tuple[Any, ...] = field(repr=False)
    between: Callable[[tuple[Any, ...], tuple[Any, ...]], Any] = field(repr=False)
    bandwidth: Any = None
    matrix: Any = field(default=None, repr=False)
    order: Any = field(
        default=None, repr=False
    )  # places of the rows in `matrix`, which isn't copied for them

    def __len__(self) -> int:
        return len(self.points[0] if self.order is None else self.order)

    def block(self, rows: Any, columns: Any) -> Any:
        """The part between some rows and others, each a slice or an array of places.

        May be a view of what is kept, not to be written to.
        """
        if self.matrix is not None:
            if self.order is not None:
                rows, columns = self.order[rows], self.order[columns]
            if isinstance(rows, slice):
                return self.matrix[rows, columns]
            return self.matrix[rows[:, None], columns[None, :]]
        left = tuple(part[rows] for part in self.points)
        right = left if rows is columns else tuple(part[columns] for part in self.points)
        block = self.between(left, right)
        xp = array_namespace(block)
        return xp.astype(block, xp.float64, copy=False)

    def rows(self, start: int, stop: int) -> Any:
        """Rows from `start` to before `stop`, (stop - start, n)."""
        return self.block(slice(start, stop), slice(0, len(self)))

    def full(self) -> Any:
        """The whole matrix, (n, n), for the caller to keep and write to."""
        n, first = len(self), self.points[0]
        xp = array_namespace(first)
        whole = xp.empty((n, n), dtype=xp.float64, device=device(first))
        for rows, columns in upper(n):
            block = self.block(rows, columns)
            whole[rows, columns] = block
            if rows is not columns:
                whole[columns, rows] = block.T
        return whole

    def kept(self) -> "Gram":
        """The same with its matrix computed once and kept."""
        return self if self.matrix is not None else replace(self, matrix=self.full())

    def take(self, rows: np.ndarray) -> "Gram":
        """The matrix of these rows, without computing again what is kept."""
        first = self.points[0]
        at = array_namespace(first).asarray(rows, device=device(first))
        bandwidth = self.bandwidth if np.ndim(self.bandwidth) == 0 else self.bandwidth[at]
        if self.matrix is None:
            return replace(self, bandwidth=bandwidth, points=tuple(part[at] for part in self.points))
        return replace(self, bandwidth=bandwidth, order=at if self.order is None else self.order[at])


def upper(n: int, edge: int = EDGE) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of the blocks on and above the diagonal of an (n, n) matrix."""
    cuts = [slice(start, min(start + edge, n)) for start in range(0, n, edge)]
    for place, rows in enumerate(cuts):
        for columns in cuts[place:]:
            yield rows, columns


def square(
    n: int, what: str, instead: str, matrices: float = 1, cubed: bool = True, of: str = "rows"
) -> None:
    """Refuse more rows, or columns, than so many whole (n, n) matrices of float64 are held of at once.

    Parameters
    ----------
    n : int
        Rows or columns.
    what, instead : str
        What holds the matrices, and what to do where it can't.
    matrices : float
        How many at once.
    cubed : bool
        Whether time grows as n³, by much more than memory.
    of : str
        What there are n of.

    Raises
    ------
    ValueError
        With what it would need, and what to do instead.

    Examples
    --------
    >>> from infoplane.kernels.matrix import square
    >>> square(20_000, "an exact spectrum", "take spectrum='stochastic'")
    Traceback (most recent call last):
    ValueError: an exact spectrum of 20000 rows holds 3.0 GiB ... some 13 minutes: ... up to 16384 rows...
    """
    needed = 8 * matrices * n**2
    if needed <= WHOLE_BYTES:
        return
    most = int((WHOLE_BYTES / 8 / matrices) ** 0.5)
    minutes = max(1, round(n**3 / PER_SECOND / 60))
    time = f" and takes some {minutes} minute{'s' * (minutes > 1)}" if cubed else ""
    raise ValueError(
        f"{what} of {n} {of} holds {needed / 2**30:.1f} GiB of matrices between all {of}{time}: it is done "
        f"up to {most} {of}. Instead, {instead}"
    )
