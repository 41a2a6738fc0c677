"""Sums of normal kernels over all pairs of rows, in blocks."""

from functools import partial

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import cdist

BLOCK = 256  # rows and columns of a block of distances: half a megabyte, which stays in the cache
LEAST = -170.0  # exponents: nothing beside the 1 in each sum; arithmetic that underflows is slow
NARROW = 16  # columns up to which differences cost no more than products
EXACT = 1e-9  # of an exponent: more rounding than this, and differences are taken


def pair_sums(scaled: Float[np.ndarray, "n d"]) -> Float[np.ndarray, "2 n"]:
    """Σ_j exp(-|t_i - t_j|²/2) and Σ_j exp(-|t_i - t_j|²/8): at least 1 each, as j = i is among them."""
    sums = np.zeros((2, len(scaled)))
    products = scaled.shape[1] > NARROW and 4e-16 * _largest_square(scaled) < EXACT
    squares = _by_products if products else partial(cdist, metric="sqeuclidean")
    for i in range(0, len(scaled), BLOCK):
        for j in range(i, len(scaled), BLOCK):
            wide = squares(scaled[i : i + BLOCK], scaled[j : j + BLOCK])
            wide *= -0.125
            np.maximum(wide, LEAST, out=wide)
            np.exp(wide, out=wide)
            for own, kernel in zip(sums, (np.square(np.square(wide)), wide), strict=True):
                own[i : i + BLOCK] += kernel.sum(axis=1)
                if j > i:
                    own[j : j + BLOCK] += kernel.sum(axis=0)
    return sums


def _largest_square(scaled: np.ndarray) -> float:
    with np.errstate(over="ignore"):
        return float((scaled * scaled).sum(axis=1).max())


def _by_products(a: Float[np.ndarray, "n d"], b: Float[np.ndarray, "m d"]) -> Float[np.ndarray, "n m"]:
    squares = a @ (-2 * b.T)
    squares += (a * a).sum(axis=1)[:, None]
    squares += (b * b).sum(axis=1)
    return np.maximum(squares, 0, out=squares)
