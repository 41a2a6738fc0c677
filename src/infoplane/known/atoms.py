"""Variables that mix atoms and densities, and counts: the cases of Gao et al. (2017)."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from infoplane.estimate import Estimate
from infoplane.settings import integer, number

# I(X;Y) of X exponential and Y Poisson about it: 2 ln 2 - γ - Σ 2^-k ln k
POISSON = 2 * math.log(2) - float(np.euler_gamma) - sum(math.log(k) / 2.0**k for k in range(2, 80))


@dataclass(frozen=True)
class AtomsAndNormal:
    """Sometimes a normal pair, otherwise a pair of signs: a density and four atoms [1]_.

    With probability `weight`, X and Y are standard normal with correlation `rho`; otherwise both are ±1, each
    sign equally likely, and equal with probability `agree`. A value tells which of the two it is, hence
    ``I(X;Y) = h(weight) - weight ½ ln(1 - ρ²) + (1 - weight)(ln 2 - h(agree))``, h the entropy of a coin.

    Parameters
    ----------
    rho : float
        ``-1 < rho < 1``.
    agree, weight : float
        Probabilities, from 0 to 1.

    Raises
    ------
    ValueError
        If a value is out of its range.

    Examples
    --------
    >>> AtomsAndNormal().mutual_information()
    Estimate(1.292 nats)

    References
    ----------
    .. [1] Gao et al. (2017), experiment I, doi:10.48550/arXiv.1709.06212
    """

    rho: float | int = 0.9
    agree: float | int = 0.9
    weight: float | int = 0.5

    def __post_init__(self) -> None:
        number(self.rho, "rho", above=-1, below=1)
        number(self.agree, "agree", at_least=0, at_most=1)
        number(self.weight, "weight", at_least=0, at_most=1)

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n 1"], Float[np.ndarray, "n 1"]]:
        """`n` independent pairs: two float64 arrays of shape (n, 1)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        x = rng.standard_normal((integer(n, "n", 1), 1))
        y = self.rho * x + math.sqrt((1 - self.rho) * (1 + self.rho)) * rng.standard_normal((n, 1))
        sign = rng.choice([-1.0, 1.0], size=(n, 1))
        other = np.where(rng.random((n, 1)) < self.agree, sign, -sign)
        dense = rng.random((n, 1)) < self.weight
        return np.where(dense, x, sign), np.where(dense, y, other)

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        dense = -math.log1p(-self.rho * self.rho) / 2
        signs = math.log(2) - coin_entropy(self.agree)
        return Estimate(coin_entropy(self.weight) + self.weight * dense + (1 - self.weight) * signs)


@dataclass(frozen=True)
class Staircase:
    """X one of the numbers 0 ... `steps` - 1, equally likely, and Y uniform on (X, X + 2) [1]_.

    Neighbouring steps overlap by half: ``I(X;Y) = ln steps - (steps - 1)/steps · ln 2``. X is given as a
    quantity; ``labels(x)`` makes it one of classes.

    Parameters
    ----------
    steps : int
        ``>= 1``.

    Raises
    ------
    ValueError
        If `steps` is not such a number.

    Examples
    --------
    >>> Staircase(steps=5).mutual_information()
    Estimate(1.055 nats)

    References
    ----------
    .. [1] Gao et al. (2017), experiment II, doi:10.48550/arXiv.1709.06212
    """

    steps: int = 5

    def __post_init__(self) -> None:
        integer(self.steps, "steps", 1)

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n 1"], Float[np.ndarray, "n 1"]]:
        """`n` independent pairs: two float64 arrays of shape (n, 1)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        x = rng.integers(self.steps, size=(integer(n, "n", 1), 1)).astype(np.float64)
        return x, x + 2 * rng.random((n, 1))

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        return Estimate(math.log(self.steps) - (self.steps - 1) / self.steps * math.log(2))


@dataclass(frozen=True)
class ZeroInflatedPoisson:
    """X exponential with mean 1, and Y a Poisson count about X, or 0 with probability `zeros` [1]_.

    With p for `zeros`, h the entropy of a coin and ``I₀ = 2 ln 2 - γ - Σ 2^(-k) ln k = 0.3012``, I(X;Y) is
    what X tells about ``Y = 0`` and then about a count above 0:

    ``h((1+p)/2) - ∫ h(v) dv / (1-p) + (1-p)(I₀ - ln 2 + ½)``, the integral from p to 1.

    Parameters
    ----------
    zeros : float
        ``0 <= zeros < 1``.

    Raises
    ------
    ValueError
        If `zeros` is not such a number.

    Notes
    -----
    The paper prints ``(1-p) I₀``, which would hold if the added zeros could be told from the counted ones; at
    ``p = 0.15`` it is .2561 where the information is .2298.

    Examples
    --------
    >>> ZeroInflatedPoisson(zeros=0.15).mutual_information()
    Estimate(0.2298 nats)

    References
    ----------
    .. [1] Gao et al. (2017), experiment IV, doi:10.48550/arXiv.1709.06212
    """

    zeros: float | int = 0.15

    def __post_init__(self) -> None:
        number(self.zeros, "zeros", at_least=0, below=1)

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n 1"], Float[np.ndarray, "n 1"]]:
        """`n` independent pairs: two float64 arrays of shape (n, 1), Y of whole numbers."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        x = rng.exponential(size=(integer(n, "n", 1), 1))
        counts = rng.poisson(x).astype(np.float64)
        return x, np.where(rng.random((n, 1)) < self.zeros, 0.0, counts)

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        p = float(self.zeros)
        # P(Y = 0 | x) = p + (1-p) exp(-x), and exp(-X) is uniform
        told = coin_entropy((1 + p) / 2) - (0.5 - _entropy_to(p)) / (1 - p)
        return Estimate(told + (1 - p) * (POISSON - math.log(2) + 0.5))


def coin_entropy(p: float | int) -> float:
    """Entropy of a coin with probability `p`, in nats."""
    return -sum(q * math.log(q) for q in (p, 1 - p) if q > 0)


def _entropy_to(p: float) -> float:
    """The integral of the coin's entropy from 0 to `p`; up to 1 it is ½."""
    left = p * p * (1 - 2 * math.log(p)) / 4 if p > 0 else 0.0
    right = (1 - p) ** 2 * (1 - 2 * math.log1p(-p)) / 4
    return left + 0.25 - right
