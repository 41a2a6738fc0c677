"""What the known distributions refuse."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np


def whole(value: Any, name: str, low: int) -> int:
    """`value`, if it is an integer of at least `low`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
        raise ValueError(f"{name} must be an integer >= {low}; got {value!r}")
    return int(value)


def positive(value: Any, name: str) -> float:
    """`value`, if it is a finite number above zero."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError(f"{name} must be a finite number above 0; got {value!r}")
    return number


def correlation(rho: float, low: float = -1.0) -> float:
    """`rho`, if the information it stands for is finite."""
    if not low < rho < 1:
        between = "-1" if low == -1 else f"{low:.4g}"
        raise ValueError(f"rho must lie between {between} and 1, where information is finite; got {rho!r}")
    return float(rho)


def probability(value: Any, name: str) -> float:
    """`value`, if it is a number from 0 to 1."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must be a probability, from 0 to 1; got {value!r}")
    return number


def widths(dims: int | Sequence[int]) -> tuple[int, int]:
    """The widths of X and Y that `dims` means: one number for both, or two."""
    if not isinstance(dims, Sequence):
        return whole(dims, "dims", 1), int(dims)
    if len(dims) != 2:
        raise ValueError(f"dims must be one width or (dx, dy); got {dims!r}")
    return whole(dims[0], "dx", 1), whole(dims[1], "dy", 1)


def not_labels(values: Any, what: str) -> np.ndarray:
    """`values`, if they are rows of numbers."""
    if np.ndim(values) != 2:
        raise ValueError(f"{what} takes rows of numbers; this side holds labels: leave them as they are")
    return np.asarray(values)
