"""Differential entropy from a weighted sum over several neighbours."""

from dataclasses import dataclass
from math import lgamma, log, pi
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from scipy.special import digamma

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check, _notes
from infoplane.measures.neighbours import _doubts
from infoplane.measures.neighbours._search import all_distances, distances
from infoplane.measures.neighbours._ties import evenness_note
from infoplane.measures.neighbours._weights import missed, mutinfo_weights, paper_weights
from infoplane.sample import Sample
from infoplane.settings import integer, one_of

Rule = Literal["paper", "mutinfo"]
MISSED = 1e-6  # by how much weights may miss their conditions
LARGE = 10.0  # ‖w‖₁ above which the note says so


@dataclass(frozen=True)
class WeightedKozachenkoLeonenko:
    r"""Differential entropy from the distances to several neighbours, weighted so that biases cancel; nats.

    .. math:: H = -\sum_{j=1}^k w_j \langle \ln \hat p_j \rangle \qquad
              \ln \hat p_j(x_i) = ψ(j) - \ln V_d - d \ln ρ_{(j),i} - \ln(n - 1)

    with :math:`ρ_{(j),i}` the Euclidean distance from point i to its j-th neighbour and :math:`V_d` the
    volume of the unit ball. The weights of [1]_ lie, below d = 4, on the k-th neighbour alone. From 4
    dimensions on they are the shortest that fulfil

    .. math:: \sum_j w_j = 1 \qquad \sum_j w_j \frac{Γ(j + 2l/d)}{Γ(j)} = 0, \quad l = 1, …, ⌊d/4⌋

    on j in ⌊ik/d⌋, i = 1, …, d.

    Parameters
    ----------
    k : int
        Neighbours per point, ``1 <= k < n``, of which up to d get a weight.
    weights : {"paper", "mutinfo"}
        "paper" are those above. "mutinfo" are those that the library mutinfo [2]_ makes of them, and what
        was published with it: up to d = 4 all weight on the *nearest* neighbour, whatever k is, so that the
        estimate scatters more; from 5 on the same conditions by least squares, small singular values cut off.

    Returns
    -------
    Estimate
        Nats, of any sign. The note gives ‖w‖₁ where it exceeds 10, and says where the samples are more even
        than random ones (`KozachenkoLeonenko`).

    Raises
    ------
    ValueError
        If there are no more than k samples, or they are labels.
    DegenerateData
        If no weights on k neighbours fulfil the conditions in this dimension, as far as float64 can tell;
        if points coincide or a column is constant (the differential entropy is -inf), or values are not
        finite.

    Notes
    -----
    The weights cancel terms of the bias that vanish as n and k grow together. With few neighbours they
    are large and of both signs, and multiply the noise of the distances: with k=5 ‖w‖₁ is 2.8 in 4
    dimensions, 3.5 in 5, 33 in 8, 755 in 12, 32 000 in 16, and from 20 on (with "mutinfo" from 17 on) there
    are none. The authors' R package IndepTest takes the shortest weights on all of 1, …, k: the same where
    k <= d, other ones of the same conditions where k is larger.
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
    .. [2] Butakov et al. (2024), Information bottleneck analysis of deep neural networks via lossy
       compression, arXiv:2305.08013; github.com/VanessB/Information-v3
    """

    numbers: ClassVar[int] = 2
    k: int = 5
    weights: Rule = "paper"

    def __post_init__(self) -> None:
        integer(self.k, "k", 1)
        one_of(self.weights, "weights", get_args(Rule))

    def __call__(self, x: Any) -> Estimate:
        x = _check.one(x, more_than=self.k)
        _check.continuous_only(x, "WeightedKozachenkoLeonenko", "Plugin() for information between labels")
        dead = _notes.dead_columns(x)
        if dead:
            raise DegenerateData(
                f"{dead}, so its differential entropy is -inf; leave such columns out, or add noise to them"
            )
        weights = self._weights(x)
        size = np.abs(weights).sum()
        large = (
            f"the weights on {self.k} neighbours in {x.width} dimensions have ‖w‖₁ = {size:.3g}, and "
            "multiply the noise of the distances by up to that"
        )
        used = np.flatnonzero(weights)
        radii = _radii(x, used)
        logs = np.log(radii)
        notes = [
            _notes.by_type(x),
            large if size > LARGE else "",
            _doubts.of_columns(radii[:, -1], np.inf, x),
            evenness_note(radii[:, -1], logs[:, -1], x, int(used[-1]) + 1),
        ]
        return Estimate(_entropy(x, logs, used, weights), note=_notes.join_notes(notes))

    def _weights(self, x: Sample) -> np.ndarray:
        """Those of the rule; DegenerateData where it has none on k neighbours."""
        if self.weights == "paper":
            weights = paper_weights(self.k, x.width)
            by = missed(weights, x.width)
            nearest = f"the nearest miss that by {by:.2g}"
        else:
            weights = mutinfo_weights(self.k, x.width)
            by = abs(weights.sum() - 1)
            nearest = f"the nearest have {weights.sum():.3f}"
        if by > MISSED:
            raise DegenerateData(
                f"no weights on k={self.k} neighbours cancel the bias in the {x.width} dimensions of "
                f"{x.name!r} and have sum 1 ({nearest}); use KozachenkoLeonenko, or fewer dimensions "
                "(prepare.pca, Sliced)"
            )
        return weights


def _radii(x: Sample, used: np.ndarray) -> np.ndarray:
    """Distances to the neighbours that have a weight, none of them 0."""
    radii = _distances(x, int(used[-1]) + 1)[:, used]
    zeros = int((radii[:, 0] == 0).sum())
    if zeros:
        raise DegenerateData(
            f"{zeros} of {len(x)} points of {x.name!r} have {used[0] + 1} neighbours at distance zero, "
            "so its differential entropy is -inf; use MixedKSG for information, or add noise as wide as the "
            "spacing of the values (prepare.jitter)"
        )
    return radii


def _entropy(x: Sample, logs: np.ndarray, used: np.ndarray, weights: np.ndarray) -> float:
    d, n = x.width, len(x)
    log_ball = d / 2 * log(pi) - lgamma(d / 2 + 1)
    log_densities = digamma(used + 1) - log_ball - d * logs.mean(axis=0) - log(n - 1)
    return float(-(weights[used] * log_densities).sum())


def _distances(x: Sample, k: int) -> np.ndarray:
    return distances(x, 1, "euclidean")[:, None] if k == 1 else all_distances(x, k, "euclidean")
