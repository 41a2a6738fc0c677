"""What the known distributions refuse."""

import math
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
