"""Two jointly Student-distributed vectors."""

import math
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import digamma, gammaln

from infoplane.estimate import Estimate
from infoplane.known.multinormal import DenseNormal, SparseNormal
from infoplane.known.normal import Normal
from infoplane.settings import integer, number

LARGE = 50.0  # from here on the series of `_excess` ends below 1e-13


@dataclass(frozen=True)
class Student:
    """A jointly normal pair, both sides multiplied by one common random factor: multivariate Student.

    With ``s = sqrt(ν / C)``, C chi-squared with ν degrees of freedom, ``(X, Y) = s · (X', Y')``. The factor
    is shared, so that information is positive even where no coordinates are correlated [1]_:

    ``I(X;Y) = I(X';Y') + f(ν) - f(ν+dx) - f(ν+dy) + f(ν+dx+dy)``, ``f(a) = ln Γ(a/2) - (a/2) ψ(a/2)``.

    Parameters
    ----------
    base : Normal, DenseNormal or SparseNormal
        The normal pair.
    dof : float
        Degrees of freedom ν, finite and ``> 0``. With 1 it is the Cauchy distribution; means exist above 1,
        variances above 2.

    Raises
    ------
    ValueError
        If `base` is not jointly normal, or `dof` is not such a number.

    Examples
    --------
    >>> Student(Normal(rho=0), dof=1).mutual_information()
    Estimate(0.2242 nats)

    References
    ----------
    .. [1] Arellano-Valle et al. (2013), doi:10.1111/j.1467-9469.2011.00774.x
    """

    base: Any
    dof: float | int = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.base, Normal | DenseNormal | SparseNormal):
            raise ValueError(f"base must be a Normal, DenseNormal or SparseNormal; got {self.base!r}")
        number(self.dof, "dof", above=0)

    @property
    def widths(self) -> tuple[int, int]:
        """Numbers of columns of X and Y."""
        dx, dy = self.base.widths
        return dx, dy

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n dx"], Float[np.ndarray, "n dy"]]:
        """`n` independent pairs of rows: float64 arrays of shapes (n, dx) and (n, dy)."""
        x, y = self.base.draw(n, seed)
        rng = np.random.default_rng([integer(seed, "seed", 0), zlib.crc32(b"student")])
        factor = np.sqrt(self.dof / rng.chisquare(self.dof, (n, 1)))
        return factor * x, factor * y

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        dx, dy = self.widths
        terms = (_excess((self.dof + more) / 2) for more in (0, dx + dy, dx, dy))
        none, both, of_x, of_y = terms
        return Estimate(self.base.mutual_information().value + (none - of_x) + (both - of_y))


def _excess(a: float) -> float:
    """``ln Γ(a) - a ψ(a) + a`` up to a constant; ``a`` cancels in the sum above, whose rest is small."""
    constant = (1 + math.log(2 * math.pi)) / 2
    if a < LARGE:
        return float(gammaln(a) - a * digamma(a)) + a - constant
    return -math.log(a) / 2 + 1 / (6 * a) - 1 / (90 * a**3) + 1 / (210 * a**5)
