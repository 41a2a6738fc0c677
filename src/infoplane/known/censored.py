"""Normal pairs of which what lies beyond a limit is only known to do so."""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.integrate import quad
from scipy.special import log_ndtr, ndtr

from infoplane.estimate import Estimate
from infoplane.settings import integer, number

REACH = 12.0  # standard deviations; the mass beyond is below 1e-32
Limits = tuple[float, float]
Part = tuple[float, float]  # a value and the error of its quadrature


@dataclass(frozen=True)
class CensoredNormal:
    """A normal pair of correlation ρ whose values are moved to the nearer of two limits: ReLU, hard tanh.

    ``X = clip(X', low, high)`` and Y likewise, with X' and Y' standard normal; the limits are atoms, what
    lies between them has a density. By default Y is rectified, ``max(Y', 0)``, and X is left as it is.

    Parameters
    ----------
    rho : float
        Correlation before, ``-1 < rho < 1``.
    x, y : (float, float)
        The limits ``low < high``, infinite where there is none.

    Raises
    ------
    ValueError
        If a value is out of its range.

    Examples
    --------
    >>> round(CensoredNormal(rho=0.9).mutual_information().value, 4)  # uncensored: 0.8304
    0.6058
    """

    rho: float | int = 0.9
    x: Sequence[float | int] = (-math.inf, math.inf)
    y: Sequence[float | int] = (0.0, math.inf)

    def __post_init__(self) -> None:
        number(self.rho, "rho", above=-1, below=1)
        for side, limits in (("x", self.x), ("y", self.y)):
            real = isinstance(limits, list | tuple) and all(isinstance(one, int | float) for one in limits)
            if not real or len(limits) != 2 or not limits[0] < limits[1]:
                raise ValueError(f"{side} must be two limits, low < high; got {limits!r}")
            object.__setattr__(self, side, tuple(float(limit) for limit in limits))

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n 1"], Float[np.ndarray, "n 1"]]:
        """`n` independent pairs: two float64 arrays of shape (n, 1)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        x = rng.standard_normal((integer(n, "n", 1), 1))
        y = self.rho * x + math.sqrt((1 - self.rho) * (1 + self.rho)) * rng.standard_normal((n, 1))
        return np.clip(x, self.x[0], self.x[1]), np.clip(y, self.y[0], self.y[1])

    def mutual_information(self) -> Estimate:
        """I(X;Y) in nats, by quadrature to 1e-10.

        The mean of ``ln dP(x,y) / (dP(x) dP(y))`` over atoms against atoms, atoms against the density on
        either side, and density against density, where the mean over x given y has a closed form.
        """
        limits_x, limits_y = (float(self.x[0]), float(self.x[1])), (float(self.y[0]), float(self.y[1]))
        rho = float(self.rho)
        parts = [
            _density_density(rho, limits_x, limits_y),
            _atoms_density(rho, limits_x, limits_y),
            _atoms_density(rho, limits_y, limits_x),
            _atoms_atoms(rho, limits_x, limits_y),
        ]
        value, error = (sum(part[i] for part in parts) for i in (0, 1))
        return Estimate(value, errors={"quadrature": error})


def _atoms(limits: Limits) -> list[tuple[float, float]]:
    """Each atom's limit and side: ``side · z <= side · limit`` is what lies beyond it."""
    return [(limit, side) for limit, side in zip(limits, (1.0, -1.0), strict=True) if math.isfinite(limit)]


def _integral(
    integrand: Callable[[float], float], over: Limits, rho: float, bends: list[tuple[float, float]]
) -> Part:
    """The integral against a standard normal density; around ``limit/ρ`` the integrand may bend sharply."""
    low, high = (min(max(limit, -REACH), REACH) for limit in over)
    spread = 6 * math.sqrt((1 - rho) * (1 + rho))
    inside = {low, high}
    for limit, _ in bends:
        marks = ((limit + step * spread) / rho for step in (-1, 0, 1)) if rho else ()
        inside.update(mark for mark in marks if low < mark < high)

    def weighted(z: float) -> float:
        return integrand(z) * _normal_density(z)

    ends = itertools.pairwise(sorted(inside))
    pieces = [quad(weighted, a, b, epsabs=1e-13, epsrel=1e-12, limit=200)[:2] for a, b in ends]
    return sum(piece[0] for piece in pieces), sum(piece[1] for piece in pieces)


def _normal_density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _density_density(rho: float, limits_x: Limits, limits_y: Limits) -> Part:
    """Given y, ``x = ρy + s u`` with u normal; ``ln f(x|y)/f(x) = -ln s - u²/2 + x²/2``, u truncated."""
    s = math.sqrt((1 - rho) * (1 + rho))

    def integrand(y: float) -> float:
        a, b = ((limit - rho * y) / s for limit in limits_x)
        mass = ndtr(-a) - ndtr(-b) if a > 0 else ndtr(b) - ndtr(a)  # the tail with more digits
        density_a, density_b = _normal_density(a), _normal_density(b)
        first = density_a - density_b
        second = mass + (a * density_a if density_a else 0.0) - (b * density_b if density_b else 0.0)
        return -math.log(s) * mass + rho * (rho * y * y * mass + 2 * s * y * first - rho * second) / 2

    return _integral(integrand, limits_y, rho, _atoms(limits_x))


def _atoms_density(rho: float, atoms_of: Limits, density_of: Limits) -> Part:
    """One side at its limits, the other between its own: ``P(atom|y) ln P(atom|y)/P(atom)``."""
    s, atoms = math.sqrt((1 - rho) * (1 + rho)), _atoms(atoms_of)

    def integrand(y: float) -> float:
        total = 0.0
        for limit, side in atoms:
            given = side * (limit - rho * y) / s
            total += ndtr(given) * (log_ndtr(given) - log_ndtr(side * limit))
        return total

    return _integral(integrand, density_of, rho, atoms)


def _atoms_atoms(rho: float, limits_x: Limits, limits_y: Limits) -> Part:
    """Both sides at a limit."""
    s = math.sqrt((1 - rho) * (1 + rho))
    value = error = 0.0
    for (at_x, side_x), (at_y, side_y) in itertools.product(_atoms(limits_x), _atoms(limits_y)):
        beyond = (-math.inf, at_y) if side_y > 0 else (at_y, math.inf)

        def given(y: float, at: float = at_x, side: float = side_x) -> float:
            return float(ndtr(side * (at - rho * y) / s))

        both, its_error = _integral(given, beyond, rho, [(at_x, side_x)])
        if both > 0:
            ratio = math.log(both) - float(log_ndtr(side_x * at_x) + log_ndtr(side_y * at_y))
            value += both * ratio
            error += its_error * (1 + abs(ratio))
    return value, error
