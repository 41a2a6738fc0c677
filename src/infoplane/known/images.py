"""Images of a shape: many pixels, and as much information as the few numbers that place the shape."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from infoplane.known._check import in_unit_cube
from infoplane.settings import integer, number


@dataclass(frozen=True)
class Blob:
    """Two numbers in [0, 1] place a round blob in an image of ``size × size`` pixels. One-to-one.

    The pixel with centre c in the unit square has the value ``exp(-|c - x|² / (2 width²))``. Two neighbouring
    pixels' logarithms differ linearly in x, so that the image tells where the blob is.

    Parameters
    ----------
    size : int
        Pixels per side, ``>= 2``.
    width : float
        Width of the blob in units of the image's side, ``>= 0.1``: narrower ones would underflow far away,
        and vanish between pixels.

    Raises
    ------
    ValueError
        If these are not such numbers; when called, for other than two columns within [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> Blob(size=8)(np.array([[0.5, 0.5]])).shape
    (1, 64)
    """

    size: int = 16
    width: float | int = 0.15

    one_to_one: ClassVar[bool] = True

    def __post_init__(self) -> None:
        integer(self.size, "size", 2)
        number(self.width, "width of a blob, in images' sides,", at_least=0.1)

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n pixels"]:
        across, down = in_unit_cube(values, 2, "the place of a blob").T
        centres = (np.arange(self.size) + 0.5) / self.size
        rows = np.exp(-(((centres - down[:, None]) / self.width) ** 2) / 2)
        columns = np.exp(-(((centres - across[:, None]) / self.width) ** 2) / 2)
        return (rows[:, :, None] * columns[:, None, :]).reshape(len(values), -1)


@dataclass(frozen=True)
class Rectangle:
    """Four numbers in [0, 1] set the edges of a rectangle in an image of ``size × size`` pixels. One-to-one.

    A pixel's value is the part of it that is covered. The numbers move the left, right, upper and lower edge
    from the border of the image towards its middle, never into the middle pixels: these are always covered,
    and the sums of row and column tell the edges.

    Parameters
    ----------
    size : int
        Pixels per side, ``>= 3``.

    Raises
    ------
    ValueError
        If `size` is not such a number; when called, for other than four columns within [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> Rectangle(size=4)(np.array([[0, 1, 0.5, 0]])).reshape(4, 4)
    array([[0.5, 0.5, 0.5, 0. ],
           [1. , 1. , 1. , 0. ],
           [1. , 1. , 1. , 0. ],
           [1. , 1. , 1. , 0. ]])
    """

    size: int = 16

    one_to_one: ClassVar[bool] = True

    def __post_init__(self) -> None:
        integer(self.size, "size", 3)

    def __call__(self, values: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "n pixels"]:
        left, right, upper, lower = in_unit_cube(values, 4, "the edges of a rectangle").T
        columns, rows = self._covered(left, right), self._covered(upper, lower)
        return (rows[:, :, None] * columns[:, None, :]).reshape(len(values), -1)

    def _covered(
        self, low: Float[np.ndarray, " n"], high: Float[np.ndarray, " n"]
    ) -> Float[np.ndarray, "n size"]:
        """The part of each pixel, in one direction, that lies between the edges."""
        reach = math.ceil(self.size / 2) - 1  # in pixels
        start = np.arange(self.size)
        first, last = (reach * low)[:, None], (self.size - reach * high)[:, None]
        return np.clip(np.minimum(start + 1, last) - np.maximum(start, first), 0.0, 1.0)
