"""One-to-one maps of a variable, under which its information with any other stays what it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr

from infoplane.known._check import numbers
from infoplane.settings import number

LAST = 8.0  # Φ and tanh give different floats for different values up to here, and a little beyond
BISECTIONS = 60


@dataclass(frozen=True)
class HalfCube:
    """``sign(x) |x|^(3/2)`` of every coordinate: longer tails. One-to-one.

    Examples
    --------
    >>> import numpy as np
    >>> HalfCube()(np.array([[-4.0], [1.0]])).ravel()
    array([-8.,  1.])
    """

    one_to_one: ClassVar[bool] = True

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        return values * np.sqrt(np.abs(values))


@dataclass(frozen=True)
class Asinh:
    """``ln(x + sqrt(x² + 1))`` of every coordinate: shorter tails. One-to-one.

    Examples
    --------
    >>> import numpy as np
    >>> Asinh()(np.array([[0.0], [np.sinh(2)]])).ravel()
    array([0., 2.])
    """

    one_to_one: ClassVar[bool] = True

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        return np.arcsinh(values)


@dataclass(frozen=True)
class Wiggly:
    """``x + Σ a sin(f x + p)`` of every coordinate: uneven, and still increasing.

    Parameters
    ----------
    waves : sequence of (amplitude a, frequency f, phase p)
        Finite, with ``Σ |a f| < 1``, which makes the map one-to-one.

    Raises
    ------
    ValueError
        If the waves are not such.

    Examples
    --------
    >>> import numpy as np
    >>> Wiggly(waves=((0.25, np.pi, 0.0),))(np.array([[0.0], [0.5]])).ravel()
    array([0.  , 0.75])
    """

    waves: Sequence[Sequence[float | int]] = ((0.4, 1.5, 0.0), (0.1, 3.0, 1.0))

    one_to_one: ClassVar[bool] = True

    def __post_init__(self) -> None:
        table = numbers(self.waves)
        if table is None or table.ndim != 2 or table.shape[1] != 3:
            raise ValueError(f"waves must be rows of amplitude, frequency, phase; got {self.waves!r}")
        steepest = float(np.abs(table[:, 0] * table[:, 1]).sum())
        if steepest >= 1:
            raise ValueError(
                f"the sum of |amplitude · frequency| is {steepest:.4g}: below 1 the map is one-to-one"
            )
        object.__setattr__(self, "waves", tuple(tuple(row) for row in table.tolist()))

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        return values + sum(a * np.sin(f * values + p) for a, f, p in self.waves)


@dataclass(frozen=True)
class NormalCdf:
    """Φ(x) of every coordinate, which makes a standard normal one uniform on (0, 1). One-to-one.

    Values beyond ±8 are refused: further out, different ones become the same float.

    Raises
    ------
    ValueError
        When called, for such values.

    Examples
    --------
    >>> import numpy as np
    >>> NormalCdf()(np.array([[0.0], [1.0]])).ravel().round(4)
    array([0.5   , 0.8413])
    """

    one_to_one: ClassVar[bool] = True

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        return ndtr(_distinct(values, "the distribution function of a standard normal variable"))


@dataclass(frozen=True)
class Tanh:
    """``tanh(gain · x)`` of every coordinate, the saturation of a neuron. One-to-one.

    Values with ``|gain · x| > 8`` are refused: not far beyond, different ones become the same float, and
    information is lost. Saturation that loses information is `CensoredNormal`.

    Parameters
    ----------
    gain : float
        Finite and ``> 0``.

    Raises
    ------
    ValueError
        If `gain` is not such a number; when called, for values too large.

    Examples
    --------
    >>> import numpy as np
    >>> Tanh(gain=2.0)(np.array([[0.0], [0.5]])).ravel().round(4)
    array([0.    , 0.7616])
    """

    gain: float | int = 1.0

    one_to_one: ClassVar[bool] = True

    def __post_init__(self) -> None:
        number(self.gain, "gain", above=0)

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        return np.tanh(_distinct(self.gain * values, "tanh"))


@dataclass(frozen=True)
class Rectify:
    """``max(x, 0)`` of every coordinate, as ReLU does: **not** one-to-one.

    The information of what it gives is not that of what it took. For normal pairs `CensoredNormal` knows it.

    Examples
    --------
    >>> import numpy as np
    >>> Rectify()(np.array([[-1.0], [2.0]])).ravel()
    array([0., 2.])
    """

    one_to_one: ClassVar[bool] = False

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        return np.maximum(values, 0.0)


@dataclass(frozen=True)
class Bimodal:
    """Every coordinate, standard normal, becomes a mixture of two normals. One-to-one, increasing.

    ``F⁻¹(Φ(x))`` with F the distribution function of unit normals about ``-apart/2``, with probability
    `weight`, and ``apart/2``.

    Parameters
    ----------
    apart : float
        Distance of the modes, finite and ``> 0``.
    weight : float
        Probability of the left one, ``0 < weight < 1``.

    Raises
    ------
    ValueError
        If a value is out of its range.

    Examples
    --------
    >>> import numpy as np
    >>> Bimodal(apart=4.0, weight=0.5)(np.array([[-1.0], [0.0], [1.0]])).ravel().round(2) + 0.0
    array([-2.48,  0.  ,  2.48])
    """

    apart: float | int = 5.0
    weight: float | int = 0.3

    one_to_one: ClassVar[bool] = True

    def __post_init__(self) -> None:
        number(self.apart, "apart", above=0)
        number(self.weight, "weight", above=0, below=1)

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        half = self.apart / 2
        # solved by bisection in the nearer tail, where probabilities are small and so have all their digits
        side = np.where(values > 0, -1.0, 1.0)
        tail = ndtr(side * values)
        low, high = values - half, values + half
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            mass = self.weight * ndtr(side * (middle + half)) + (1 - self.weight) * ndtr(
                side * (middle - half)
            )
            above = side * (mass - tail) > 0
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return (low + high) / 2


def _distinct(values: np.ndarray, what: str) -> np.ndarray:
    largest = np.abs(values).max()
    if largest > LAST:
        raise ValueError(
            f"{what} makes different values beyond ±{LAST:g} the same float, and information is lost; "
            f"got {largest:.4g}"
        )
    return values
