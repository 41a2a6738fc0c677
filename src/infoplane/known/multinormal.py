"""Normal vectors with many equal correlations, or with few."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from infoplane.estimate import Estimate
from infoplane.known._check import widths
from infoplane.settings import integer, number


@dataclass(frozen=True)
class DenseNormal:
    """Jointly normal X and Y in which every two of all ``dx + dy`` coordinates have correlation ρ.

    By the determinants of such matrices ``(1 - ρ)^(d-1) (1 + (d-1) ρ)``,
    ``I(X;Y) = ½ ln[(1 + (dx-1) ρ)(1 + (dy-1) ρ) / ((1 - ρ)(1 + (dx+dy-1) ρ))]``. All of it lies in one pair
    of directions, the sums of the coordinates. Every marginal is standard normal.

    Parameters
    ----------
    rho : float
        ``-1/(dx + dy - 1) < rho < 1``.
    dims : int or (int, int)
        Widths ``dx, dy >= 1``; one number means both.

    Raises
    ------
    ValueError
        If a value is out of its range.

    Examples
    --------
    >>> DenseNormal(rho=0.5, dims=25).mutual_information()
    Estimate(1.292 nats)
    """

    rho: float | int = 0.5
    dims: int | Sequence[int] = 5

    def __post_init__(self) -> None:
        pair = widths(self.dims)
        if isinstance(self.dims, Sequence):
            object.__setattr__(self, "dims", pair)
        number(self.rho, "rho", above=-1 / (sum(pair) - 1), below=1)

    @property
    def widths(self) -> tuple[int, int]:
        """Numbers of columns of X and Y."""
        return widths(self.dims)

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n dx"], Float[np.ndarray, "n dy"]]:
        """`n` independent pairs of rows: float64 arrays of shapes (n, dx) and (n, dy)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        dx, dy = self.widths
        z = rng.standard_normal((integer(n, "n", 1), dx + dy))
        mean = z.mean(axis=1, keepdims=True)  # an eigenvector; all that is orthogonal to it has 1 - ρ
        z = math.sqrt(1 - self.rho) * (z - mean) + math.sqrt(1 + (dx + dy - 1) * self.rho) * mean
        return z[:, :dx].copy(), z[:, dx:].copy()

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        (dx, dy), rho = self.widths, self.rho
        parts = math.log1p((dx - 1) * rho) + math.log1p((dy - 1) * rho)
        return Estimate((parts - math.log1p(-rho) - math.log1p((dx + dy - 1) * rho)) / 2)


@dataclass(frozen=True)
class SparseNormal:
    """Jointly normal X and Y of which only the first few coordinates are correlated, pair by pair.

    ``I(X;Y) = -(pairs/2) ln(1 - ρ²)``; all other coordinates are independent noise, and every marginal is
    standard normal.

    Parameters
    ----------
    rho : float
        Correlation of each pair, ``-1 < rho < 1``.
    dims : int or (int, int)
        Widths ``dx, dy >= 1``; one number means both.
    pairs : int
        ``1 <= pairs <= min(dx, dy)``.

    Raises
    ------
    ValueError
        If a value is out of its range.

    Examples
    --------
    >>> SparseNormal(rho=0.8, dims=(5, 5)).mutual_information()
    Estimate(1.022 nats)
    """

    rho: float | int = 0.8
    dims: int | Sequence[int] = 5
    pairs: int = 2

    def __post_init__(self) -> None:
        pair = widths(self.dims)
        if isinstance(self.dims, Sequence):
            object.__setattr__(self, "dims", pair)
        number(self.rho, "rho", above=-1, below=1)
        if integer(self.pairs, "pairs", 1) > min(pair):
            raise ValueError(f"{self.pairs} pairs need as many columns on both sides; got dims={self.dims!r}")

    @property
    def widths(self) -> tuple[int, int]:
        """Numbers of columns of X and Y."""
        return widths(self.dims)

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n dx"], Float[np.ndarray, "n dy"]]:
        """`n` independent pairs of rows: float64 arrays of shapes (n, dx) and (n, dy)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        dx, dy = self.widths
        x = rng.standard_normal((integer(n, "n", 1), dx))
        y = rng.standard_normal((n, dy))
        unexplained = math.sqrt((1 - self.rho) * (1 + self.rho))
        y[:, : self.pairs] = self.rho * x[:, : self.pairs] + unexplained * y[:, : self.pairs]
        return x, y

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        return Estimate(0.0 - self.pairs / 2 * math.log1p(-self.rho * self.rho))
