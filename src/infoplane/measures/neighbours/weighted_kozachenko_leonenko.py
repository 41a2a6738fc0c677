"""Differential entropy from a weighted sum over several neighbours."""

from dataclasses import dataclass
from functools import lru_cache
from math import lgamma, log, pi
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float
from scipy.special import digamma, gammaln

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check
from infoplane.measures.neighbours._search import all_distances, distances
from infoplane.sample import Sample

UNWEIGHTED = 4  # up to this dimension the bias of a single neighbour is of lower order than the error
RCOND = 1e-6
LARGE = 10.0  # ‖w‖₁ above which the note says so


@dataclass(frozen=True)
class WeightedKozachenkoLeonenko:
    r"""Differential entropy from the distances to several neighbours, weighted so that biases cancel; nats.

    .. math:: H = -\sum_{j=1}^k w_j \langle \ln \hat p_j \rangle \qquad
              \ln \hat p_j(x_i) = ψ(j) - \ln V_d - d \ln ρ_{(j),i} - \ln(n - 1)

    with :math:`ρ_{(j),i}` the Euclidean distance from point i to its j-th neighbour and :math:`V_d` the
    volume of the unit ball. The weights of [1]_ are, up to d = 4, 1 for the nearest neighbour alone: k then
    changes nothing. In more dimensions they are the shortest least-squares solution of

    .. math:: \sum_j w_j = 1 \qquad \sum_j w_j \frac{Γ(j + 2l/d)}{Γ(j)} = 0, \quad l = 1, …, ⌊d/4⌋

    on j in ⌊ik/d⌋, i = 1, …, d.

    Parameters
    ----------
    k : int
        Neighbours per point, ``1 <= k < n``, of which up to d get a weight.

    Returns
    -------
    Estimate
        Nats, of any sign. The note gives ‖w‖₁ where it exceeds 10.

    Raises
    ------
    ValueError
        If there are no more than k samples, or they are labels.
    DegenerateData
        If no weights on k neighbours have sum 1 in this dimension; if points coincide or a column is
        constant (the differential entropy is -inf), or values are not finite.

    Notes
    -----
    The weights cancel terms of the bias that vanish as n and k grow together. With few neighbours they
    are large and of both signs, and multiply the noise of the distances: with k=5 ‖w‖₁ is 3.5 in 5
    dimensions, 33 in 8, 755 in 12, 32 000 in 16, and from 17 on the conditions contradict each other.
    In `FromEntropy` the dimension that counts is that of both variables together.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import WeightedKozachenkoLeonenko
    >>> x = np.random.default_rng(0).normal(size=(2000, 5))  # truth: (5/2) ln(2πe) = 7.095
    >>> bool(abs(WeightedKozachenkoLeonenko(k=5)(x).value - 7.095) < 0.1)
    True

    References
    ----------
    .. [1] Berrett, Samworth, Yuan (2019), doi:10.1214/18-AOS1688
    """

    numbers: ClassVar[int] = 1
    k: int = 5

    def __post_init__(self) -> None:
        _check.positive_integer(self.k, "k")

    def __call__(self, x: Any) -> Estimate:
        x = _check.one(x, more_than=self.k)
        _check.continuous_only(x, "WeightedKozachenkoLeonenko", "Plugin() for information between labels")
        dead = _check.dead_note(x)
        if dead:
            raise DegenerateData(
                f"{dead}, so its differential entropy is -inf; leave such columns out, or add noise to them"
            )
        weights = bsy_weights(self.k, x.width)
        total, size = weights.sum(), np.abs(weights).sum()
        if abs(total - 1) > 1e-6:
            raise DegenerateData(
                f"no weights on k={self.k} neighbours cancel the bias in the {x.width} dimensions of "
                f"{x.name!r} and have sum 1 (the nearest have {total:.3f}); use KozachenkoLeonenko, "
                "or fewer dimensions (prepare.pca, Sliced)"
            )
        note = (
            f"the weights on {self.k} neighbours in {x.width} dimensions have ‖w‖₁ = {size:.3g}, and "
            "multiply the noise of the distances by up to that"
        )
        return Estimate(self._entropy(x, weights), note=note if size > LARGE else "")

    def _entropy(self, x: Sample, weights: Float[np.ndarray, " k"]) -> float:
        used = np.flatnonzero(weights)
        radii = _distances(x, int(used[-1]) + 1)[:, used]
        zeros = int((radii[:, 0] == 0).sum())
        if zeros:
            raise DegenerateData(
                f"{zeros} of {len(x)} points of {x.name!r} have {used[0] + 1} neighbours at distance zero, "
                "so its differential entropy is -inf; use MixedKSG for information, or prepare.jitter(1e-3)"
            )
        d, n = x.width, len(x)
        log_ball = d / 2 * log(pi) - lgamma(d / 2 + 1)
        log_densities = digamma(used + 1) - log_ball - d * np.log(radii).mean(axis=0) - log(n - 1)
        return float(-(weights[used] * log_densities).sum())


def _distances(x: Sample, k: int) -> Float[np.ndarray, "n k"]:
    return distances(x, 1, "euclidean")[:, None] if k == 1 else all_distances(x, k, "euclidean")


@lru_cache(maxsize=64)
def bsy_weights(k: int, d: int) -> Float[np.ndarray, " k"]:
    """The weights of Berrett, Samworth and Yuan in d dimensions, as near to the conditions as k allows."""
    weights = np.zeros(k)
    if d <= UNWEIGHTED:
        weights[0] = 1.0
    else:
        j = np.array(sorted({i * k // d for i in range(1, d + 1)} - {0}))
        powers = 2 * np.arange(1, d // 4 + 1)[:, None] / d
        bias = np.exp(gammaln(j + powers) - gammaln(j))
        bias /= np.linalg.norm(bias, axis=1, keepdims=True)
        conditions = np.vstack([np.full(len(j), 1 / k), bias])  # the sum's row is scaled as its right side
        weights[j - 1] = np.linalg.lstsq(conditions, np.eye(len(conditions))[0] / k, rcond=RCOND)[0]
    weights.flags.writeable = False
    return weights
