"""One-to-one maps that wind the rows of a variable about a point."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from infoplane.known._check import in_unit_cube
from infoplane.settings import integer, number


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
