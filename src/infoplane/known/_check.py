"""What the known distributions refuse."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from infoplane.settings import integer


def widths(dims: int | Sequence[int]) -> tuple[int, int]:
    """The widths of X and Y that `dims` means: one number for both, or two."""
    if not isinstance(dims, list | tuple):
        both = integer(dims, "dims", 1)
        return both, both
    if len(dims) != 2:
        raise ValueError(f"dims must be one width or (dx, dy); got {dims!r}")
    return integer(dims[0], "dx of dims", 1), integer(dims[1], "dy of dims", 1)


def probabilities(values: Any, classes: int) -> tuple[float, ...]:
    """`values`, if they are one probability for each class."""
    p = numbers(values)
    if p is None or p.shape != (classes,) or p.min() < 0 or abs(p.sum() - 1) > 1e-9:
        raise ValueError(
            f"probabilities must be {classes} numbers of at least 0 with sum 1, one for each of the classes; "
            f"got {values!r}"
        )
    return tuple(p.tolist())


def numbers(values: Any) -> np.ndarray | None:
    """`values` as an array of finite float64, or None where they are no such thing."""
    try:
        array = np.array(values)
    except ValueError:  # rows of different lengths
        return None
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        return None
    return array.astype(np.float64)


def not_labels(values: Any, what: str) -> np.ndarray:
    """`values`, if they are rows of numbers."""
    if np.ndim(values) != 2:
        raise ValueError(f"{what} takes rows of numbers; this side holds labels: leave them as they are")
    return np.asarray(values)


def in_unit_cube(values: np.ndarray, width: int, what: str) -> np.ndarray:
    """`values`, if they have `width` columns within [0, 1]."""
    if values.shape[1] != width or values.min() < 0 or values.max() > 1:
        raise ValueError(
            f"{what} wants {width} column(s) within [0, 1]; got {values.shape[1]} from {values.min():.4g} to "
            f"{values.max():.4g}. NormalCdf() makes normal ones uniform"
        )
    return values
