"""What every known distribution can do."""

from typing import Protocol, runtime_checkable

import numpy as np

from infoplane.estimate import Estimate


@runtime_checkable
class Distribution(Protocol):
    """Two variables that can be drawn and whose information is known: a protocol, for type checkers.

    Every distribution of `known` is a frozen dataclass of plain values, so that it can be compared, hashed
    and pickled; one of your own need only have these two methods.

    Examples
    --------
    >>> from infoplane.known import Normal
    >>> isinstance(Normal(rho=0.5), Distribution)
    True
    """

    def draw(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """`n` independent pairs: float64 rows of shape (n, d), or int64 labels of shape (n,)."""
        ...

    def mutual_information(self) -> Estimate:
        """I(X;Y) in nats; ``errors`` is empty where the value is exact."""
        ...
