"""One-to-one maps of a variable, under which its information with any other stays what it was."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from scipy.special import ndtr

from infoplane.known._check import numbers
from infoplane.settings import integer, number

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


@dataclass(frozen=True)
class Spiral:
    """Two coordinates are turned by an angle that grows with the squared norm of the row. One-to-one.

    The angle is ``speed · |x|²``; norms stay as they are, so that turning back undoes it.

    Parameters
    ----------
    speed : float
        Finite, in radians.
    plane : (int, int)
        Which two coordinates, counted from 0.

    Raises
    ------
    ValueError
        If these are not such numbers; when called, if there are too few columns.

    Examples
    --------
    >>> import numpy as np
    >>> Spiral(speed=np.pi)(np.array([[1.0, 0.0]])).round(4) + 0.0
    array([[-1.,  0.]])
    """

    speed: float | int = 1 / 3
    plane: tuple[int, int] = (0, 1)

    one_to_one: ClassVar[bool] = True

    def __post_init__(self) -> None:
        number(self.speed, "speed")
        axes = self.plane if isinstance(self.plane, list | tuple) else ()
        plane = tuple(integer(axis, "axis of the plane", 0) for axis in axes)
        if len(plane) != 2 or plane[0] == plane[1]:
            raise ValueError(f"plane must name two different coordinates; got {self.plane!r}")
        object.__setattr__(self, "plane", plane)

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n d"]:
        i, j = self.plane
        if max(i, j) >= values.shape[1]:
            raise ValueError(f"a spiral in the plane {self.plane} needs more columns than {values.shape[1]}")
        angle = self.speed * np.sum(values**2, axis=1)
        cosine, sine = np.cos(angle), np.sin(angle)
        turned = values.copy()
        turned[:, i] = cosine * values[:, i] - sine * values[:, j]
        turned[:, j] = sine * values[:, i] + cosine * values[:, j]
        return turned


@dataclass(frozen=True)
class SwissRoll:
    """One coordinate in [0, 1] becomes two, along a curve that winds around itself once. One-to-one.

    ``(t cos t, t sin t) / 21`` with ``t = 1.5π (1 + 2x)``.

    Raises
    ------
    ValueError
        When called, for more than one column or values outside [0, 1] (make them uniform by `NormalCdf`).

    Examples
    --------
    >>> import numpy as np
    >>> SwissRoll()(np.array([[0.0], [0.5]])).round(4) + 0.0
    array([[ 0.    , -0.2244],
           [-0.4488,  0.    ]])
    """

    one_to_one: ClassVar[bool] = True

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n 2"]:
        t = 1.5 * math.pi * (1 + 2 * in_unit_cube(values, 1, "a swiss roll"))
        return np.hstack([t * np.cos(t), t * np.sin(t)]) / 21


def in_unit_cube(values: np.ndarray, width: int, what: str) -> np.ndarray:
    """`values`, if they have `width` columns within [0, 1]."""
    if values.shape[1] != width or values.min() < 0 or values.max() > 1:
        raise ValueError(
            f"{what} wants {width} column(s) within [0, 1]; got {values.shape[1]} from {values.min():.4g} to "
            f"{values.max():.4g}. NormalCdf() makes normal ones uniform"
        )
    return values


def _distinct(values: np.ndarray, what: str) -> np.ndarray:
    largest = np.abs(values).max()
    if largest > LAST:
        raise ValueError(
            f"{what} makes different values beyond ±{LAST:g} the same float, and information is lost; "
            f"got {largest:.4g}"
        )
    return values
