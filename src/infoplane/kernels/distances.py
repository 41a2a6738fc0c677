"""Rows about their middle and of a size near 1, and distances between them, in the namespace they are in."""

from math import frexp
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_numpy_array

from infoplane.sample import Sample

MOST = 1000  # a power of two beyond it is no normal float64, or has no normal inverse
FEW = 64  # rows whose medians are near those of all


def centred(x: Sample) -> tuple[Any, int]:
    """Rows `about_medians`, kept: distances don't overflow, and products lose as few digits as they can."""
    return x.derived("centred", lambda: about_medians(x.array))


def scaled(x: Sample) -> tuple[Any, int]:
    """The same with the rows where they are."""
    return x.derived("scaled", lambda: _own(x.array))


def about_medians(array: Any) -> tuple[Any, int]:
    """Rows in float64, largest between 1/2 and 1, and the power of two they were divided by.

    About a middle row of a few, column by column, which rows far from all others hardly move. From the mean,
    which one row can take anywhere, all the others may be far, and rounded alike.
    """
    own, exponent = _own(array)
    few = own[:: max(1, len(own) // FEW)]
    own -= array_namespace(own).sort(few, axis=0)[len(few) // 2]
    return own, exponent + divide(own)


def _own(array: Any) -> tuple[Any, int]:
    """A copy in float64 to write to, largest between 1/2 and 1, and the power of two it was divided by."""
    # products of rows round by how the rows lie in memory
    own = (
        np.array(array, np.float64, order="C")
        if is_numpy_array(array)
        else array_namespace(array).astype(array, array_namespace(array).float64, copy=True)
    )
    return own, divide(own)


def divide(rows: Any) -> int:
    """Divides by a power of two, which rounds nothing, so that the largest is from 1/2 to 1; returns it."""
    xp = array_namespace(rows)
    exponent = frexp(max(float(xp.max(rows)), -float(xp.min(rows))))[1]
    exponent = min(max(exponent, -MOST), MOST)
    rows *= 2.0**-exponent
    return exponent


def half_squares(rows: Any) -> Any:
    """Half the squared length of each row."""
    return array_namespace(rows).vecdot(rows, rows) / 2


def half_squared(a: Any, half_a: Any, b: Any, half_b: Any) -> Any:
    """Half the squared distances between rows, by products; wrong by rounding of the lengths squared."""
    xp = array_namespace(a)
    half = a @ b.T
    half -= half_a[:, None]
    half -= half_b[None, :]
    return xp.abs(half)  # rounding may have made the negative of a distance positive


def squared(a: Any, b: Any) -> Any:
    """Squared distances by differences: right wherever the rows lie, and slower."""
    if is_numpy_array(a):
        from scipy.spatial.distance import cdist

        return cdist(a, b, "sqeuclidean")
    return array_namespace(a).cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist") ** 2


def manhattan(a: Any, b: Any) -> Any:
    """Sums of absolute differences."""
    if is_numpy_array(a):
        from scipy.spatial.distance import cdist

        return cdist(a, b, "cityblock")
    return array_namespace(a).cdist(a, b, p=1.0)


def kth_smallest(block: Any, k: int) -> Any:
    """The k-th smallest of each row, from 0."""
    if is_numpy_array(block):
        return np.partition(block, k, axis=1)[:, k]
    return array_namespace(block).sort(block, axis=1)[:, k]
