"""A Gram matrix between two diagonals, in blocks: diffusion and adjacency matrices."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from array_api_compat import array_namespace, device

from infoplane.estimate import DegenerateData
from infoplane.kernels.matrix import EDGE, upper


@dataclass(frozen=True, eq=False)
class Scaled:
    """s_i G_ij s_j, where G is a Gram matrix.

    Attributes
    ----------
    gram
        With ``len``, ``block(rows, columns)`` and ``full()``.
    scale : array, shape (n,)
    known : array, shape (n,), or None
        A unit eigenvector, of eigenvalue 1; None where none is known.
    """

    gram: Any
    scale: Any
    known: Any = None

    def __len__(self) -> int:
        return len(self.gram)

    def full(self) -> Any:
        """The whole matrix, for the caller to write to."""
        whole = self.gram.full()
        whole *= self.scale[:, None]
        whole *= self.scale[None, :]
        return whole

    def blocks(self) -> Iterator[tuple[slice, slice, Any]]:
        """The blocks on and above the diagonal, for the caller to write to."""
        for rows, columns in upper(len(self)):
            block = self.gram.block(rows, columns) * self.scale[rows, None]
            block *= self.scale[None, columns]
            yield rows, columns, block


@dataclass(frozen=True, eq=False)
class Held:
    """A Gram matrix computed once, in float32 less one number.

    Attributes
    ----------
    less : array, shape (n, n), float32
        May be overwritten by who needs the sums no more.
    typical : float
        The mean of the first row, so that entries near it keep their digits.
    sums : array, shape (n,)
        Sums of the rows, of float64 entries.
    """

    less: Any
    typical: float
    sums: Any

    @classmethod
    def of(cls, gram: Any) -> "Held":
        n, first = len(gram), gram.block(slice(0, 1), slice(0, len(gram)))
        xp, typical = array_namespace(first), float(first.mean())
        less = xp.empty((n, n), dtype=xp.float32, device=device(first))
        sums = xp.zeros(n, dtype=xp.float64, device=device(first))
        for rows, columns in upper(n):
            block = gram.block(rows, columns)
            sums[rows] += xp.sum(block, axis=1)
            if rows != columns:
                sums[columns] += xp.sum(block, axis=0)
            less[rows, columns] = block - typical
            less[columns, rows] = less[rows, columns].T
        return cls(less, typical, sums)

    def __len__(self) -> int:
        return len(self.less)

    def cuts(self) -> Iterator[slice]:
        return (slice(start, min(start + EDGE // 4, len(self))) for start in range(0, len(self), EDGE // 4))

    def products(self, vector: Any) -> Any:
        """The matrix times a vector."""
        xp = array_namespace(vector)
        parts = [xp.astype(self.less[rows, :], xp.float64) @ vector for rows in self.cuts()]
        return xp.concat(parts) + self.typical * xp.sum(vector)


def adjacency(gram: Any, alpha: float) -> Scaled:
    """D^-α G D^-α, where D are the row sums of G."""
    return Scaled(gram, _powers(gram, alpha)[0])


def diffusion(gram: Any, alpha: float) -> Scaled:
    """deg^-½ K deg^-½, where K = D^-α G D^-α and deg are its row sums."""
    before, degrees = walk(gram, alpha)
    xp = array_namespace(degrees)
    return Scaled(gram, before / xp.sqrt(degrees), xp.sqrt(degrees / xp.sum(degrees)))


def walk(gram: Any, alpha: float) -> tuple[Any, Any]:
    """D^-α, and deg."""
    before, sums = _powers(gram, alpha)
    degrees = sums if alpha == 0 else before * _products(gram, before)
    _refuse_not_positive(degrees)
    return before, degrees


def _products(gram: Any, vector: Any) -> Any:
    """The matrix times a vector."""
    if isinstance(gram, Held):
        return gram.products(vector)
    sums = vector * 0
    for rows, columns in upper(len(gram)):
        block = gram.block(rows, columns)
        sums[rows] += block @ vector[columns]
        if rows != columns:
            sums[columns] += vector[rows] @ block
    return sums


def _powers(gram: Any, alpha: float) -> tuple[Any, Any]:
    """D^-α and D."""
    if isinstance(gram, Held):
        ones, sums = gram.sums * 0 + 1, gram.sums
    else:
        first = gram.block(slice(0, 1), slice(0, 1))
        xp = array_namespace(first)
        ones = xp.ones(len(gram), dtype=xp.float64, device=device(first))
        sums = _products(gram, ones)
    if alpha == 0:
        return ones, sums
    _refuse_not_positive(sums)
    return sums**-alpha, sums


def _refuse_not_positive(degrees: Any) -> None:
    lowest = float(array_namespace(degrees).min(degrees))
    if not lowest > 0:
        raise DegenerateData(
            f"a row of the kernel sums to {lowest:.3g}, which makes no random walk; use a kernel that is "
            "never negative, such as kernels.Gaussian(), or matrix='adjacency' with alpha=0"
        )
