"""A uniform signal behind additive uniform noise."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from infoplane.estimate import Estimate
from infoplane.settings import integer, number


@dataclass(frozen=True)
class UniformChannel:
    """``Y = X + N`` with X uniform on (0, 1) and N uniform on (-width/2, width/2), independent.

    Y has a trapezoidal density, so that I(X;Y) = H(Y) - ln width is ``width/2 - ln width`` for ``width <= 1``
    and ``1/(2 width)`` beyond.

    Parameters
    ----------
    width : float
        Width of the noise, finite and ``> 0``, the signal's being 1.

    Raises
    ------
    ValueError
        If `width` is not such a number.

    Examples
    --------
    >>> UniformChannel(width=1).mutual_information()
    Estimate(0.5 nats)
    """

    width: float | int = 1.0

    def __post_init__(self) -> None:
        number(self.width, "width", above=0)

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n 1"], Float[np.ndarray, "n 1"]]:
        """`n` independent pairs: two float64 arrays of shape (n, 1)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        x = rng.random((integer(n, "n", 1), 1))
        return x, x + self.width * (rng.random((n, 1)) - 0.5)

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        width = self.width
        return Estimate(width / 2 - math.log(width) if width <= 1 else 1 / (2 * width))

    def entropy(self, of: str = "xy") -> Estimate:
        """Differential entropy of X, of Y or of both together, exact, in nats."""
        known = {
            "x": 0.0,
            "y": self.mutual_information().value + math.log(self.width),
            "xy": math.log(self.width),
        }
        if of not in known:
            raise ValueError(f"entropy is known of 'x', 'y' or 'xy'; got {of!r}")
        return Estimate(known[of])
