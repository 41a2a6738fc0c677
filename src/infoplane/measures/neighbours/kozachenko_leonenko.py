"""Differential entropy from k-th neighbour distances."""

from dataclasses import dataclass
from math import lgamma, log, pi
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.special import digamma

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check, _notes
from infoplane.measures.neighbours import _doubts
from infoplane.measures.neighbours._search import distances
from infoplane.measures.neighbours._ties import evenness_note
from infoplane.settings import integer, one_of

# k-th distance in units of the range of a column's middle half, above which entropies of normals of 10 and
# more columns are found .2 nats and more too high
CROWDED = 0.9


@dataclass(frozen=True)
class KozachenkoLeonenko:
    r"""Differential entropy from k-th neighbour distances ε, in nats.

    .. math:: H = ψ(n) - ψ(k) + \ln V_d + d \langle \ln ε \rangle

    with V_d the volume of the unit ball: :math:`2^d` (Chebyshev) or :math:`π^{d/2} / Γ(d/2 + 1)` (Euclidean).

    Parameters
    ----------
    k : int
        Neighbours per point, ``1 <= k < n``.
    metric : {"chebyshev", "euclidean"}
        Shape of the balls.

    Returns
    -------
    Estimate
        Nats; of any sign, and depends on the scale of the variable.

    Raises
    ------
    ValueError
        If there are no more than k samples, or they are labels.
    DegenerateData
        If some k-th distance is zero or a column is constant (the differential entropy is -inf), or values
        are not finite.

    Notes
    -----
    Takes the samples for drawn at random: of 10,000 evenly spaced ones on [0, 1] it gives 0.29 for 0. The
    note says where distances tie, or scatter by less than half of what those of random samples do (lattices,
    scrambled ones, Latin hypercubes of one column; from some 150 samples on).

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KozachenkoLeonenko
    >>> uniform = np.random.default_rng(0).uniform(0, 2, 4000)  # truth: ln 2 = 0.693
    >>> bool(abs(KozachenkoLeonenko(k=5)(uniform).value - 0.693) < 0.03)
    True

    References
    ----------
    .. [1] Kozachenko, Leonenko (1987), Probl. Inf. Transm. 23, 95-101
    .. [2] Kraskov, Stögbauer, Grassberger (2004), doi:10.1103/PhysRevE.69.066138
    """

    numbers: ClassVar[int] = 1
    k: int = 5
    metric: Literal["chebyshev", "euclidean"] = "chebyshev"

    def __post_init__(self) -> None:
        integer(self.k, "k", 1)
        one_of(self.metric, "metric", ("chebyshev", "euclidean"))

    def __call__(self, x: Any) -> Estimate:
        x = _check.one(x, more_than=self.k)
        _check.continuous_only(x, "KozachenkoLeonenko", "Plugin() for information between labels")
        dead = _notes.dead_columns(x)
        if dead:
            raise DegenerateData(
                f"{dead}, so its differential entropy is -inf; leave such columns out, or add noise to them"
            )
        radii = distances(x, self.k, self.metric)
        zeros = int((radii == 0).sum())
        if zeros:
            raise DegenerateData(
                f"{zeros} of {len(x)} points of {x.name!r} have k={self.k} neighbours at distance zero, so "
                "its differential entropy is -inf; use MixedKSG for information, or add noise as wide as the "
                "spacing of the values (prepare.jitter)"
            )
        logs = np.log(radii)
        value = digamma(len(x)) - digamma(self.k) + self._log_ball(x.width) + x.width * logs.mean()
        evenness = evenness_note(radii, logs, x, self.k)
        notes = [_notes.by_type(x), _doubts.of_columns(radii, CROWDED, x), evenness]
        return Estimate(float(value), note=_notes.join_notes(notes))

    def _log_ball(self, d: int) -> float:
        return d * log(2) if self.metric == "chebyshev" else d / 2 * log(pi) - lgamma(d / 2 + 1)
