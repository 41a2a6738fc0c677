"""Weights on several neighbours under which terms of the bias of an entropy cancel."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int
from scipy.special import gammaln

RCOND = 1e-6  # of mutinfo's least squares


@lru_cache(maxsize=64)
def paper_weights(k: int, d: int) -> Float[np.ndarray, " k"]:
    """The weights of Berrett, Samworth and Yuan in d dimensions, as near to the conditions as k allows."""
    weights = np.zeros(k)
    if d < 4:
        weights[-1] = 1.0
    else:
        j = _support(k, d)
        weights[j - 1] = np.linalg.lstsq(*_conditions(j, d), rcond=None)[0]
    weights.flags.writeable = False
    return weights


@lru_cache(maxsize=64)
def mutinfo_weights(k: int, d: int) -> Float[np.ndarray, " k"]:
    """The weights that the library mutinfo computes, whether their sum is 1 or not."""
    weights = np.zeros(k)
    if d <= 4:
        weights[0] = 1.0
    else:
        j = _support(k, d)
        bias = _bias(j, d)
        bias /= np.linalg.norm(bias, axis=1, keepdims=True)
        conditions = np.vstack([np.full(len(j), 1 / k), bias])  # the sum's row is scaled as its right side
        weights[j - 1] = np.linalg.lstsq(conditions, np.eye(len(conditions))[0] / k, rcond=RCOND)[0]
    weights.flags.writeable = False
    return weights


def _support(k: int, d: int) -> Int[np.ndarray, " used"]:
    """The neighbours that have a weight."""
    return np.array(sorted({i * k // d for i in range(1, d + 1)} - {0}))


def _bias(j: Int[np.ndarray, " used"], d: int) -> Float[np.ndarray, "term used"]:
    """Each term of the bias at the j-th neighbours, up to a factor of the density: Γ(j + 2l/d) / Γ(j)."""
    return np.exp(gammaln(j + 2 * np.arange(1, d // 4 + 1)[:, None] / d) - gammaln(j))


def _conditions(j: Int[np.ndarray, " used"], d: int) -> tuple[np.ndarray, np.ndarray]:
    """What weights on the j-th neighbours must fulfil, as rows, and their right sides."""
    bias = _bias(j, d)
    rows = np.vstack([np.ones(len(j)), bias / bias.max(axis=1, keepdims=True)])
    return rows, np.eye(len(rows))[0]


def missed(weights: Float[np.ndarray, " k"], d: int) -> float:
    """By how much the weights miss the worst of their conditions."""
    if d < 4:
        return 0.0
    rows, right = _conditions(np.arange(1, len(weights) + 1), d)
    return float(np.abs(rows @ weights - right).max())
