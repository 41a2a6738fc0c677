"""How far a neighbour measure may be from a truth."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

DRAWS = 8


@pytest.fixture
def near() -> Callable[..., tuple[float, float]]:
    """A measure's mean over draws of 4 n rows, and its measured bias + 4 standard errors.

    Where the bias at least halves from n to 4 n rows, what it lost on the way bounds what is left of it.
    """

    def of(distribution: Any, measure: Callable[..., Any], n: int = 4000) -> tuple[float, float]:
        few, many = (
            np.array([measure(*distribution.draw(size, seed=seed)).value for seed in range(DRAWS)])
            for size in (n, 4 * n)
        )
        errors = [values.std(ddof=1) / math.sqrt(DRAWS) for values in (few, many)]
        return float(many.mean()), float(abs(few.mean() - many.mean()) + 4 * math.hypot(*errors))

    return of
