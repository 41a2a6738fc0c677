"""The sum of a measure over canonical pairs."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._combine import permuted_values, shared_note, weighted_sum
from infoplane.measures._protocols import Dependence
from infoplane.measures._scores import canonical, projected, whitened_scores
from infoplane.measures.gaussian._normal import by_chance, refuse_functions
from infoplane.sample import Sample
from infoplane.settings import check_measure

EXCESS = 0.05  # nats from chance alone above which the note says so
MOST, MUCH = 0.5, 0.5  # of the estimate, and nats: more than both from chance alone is no estimate


@dataclass(frozen=True)
class CanonicalPairs:
    r"""A measure of each pair of canonical variables, summed: many narrow estimates for one wide one.

    .. math:: I \approx \sum_{i=1}^{\min(d_x, d_y)} I(a_i^\top \tilde X;\, b_i^\top \tilde Y)

    with :math:`\tilde X` the normal scores of X's columns (Φ⁻¹ of rank / (n + 1)), and :math:`a_i, b_i` the
    directions of canonical correlation between both, descending.

    Parameters
    ----------
    measure : measure
        A measure of two single columns, such as ``KSG(k=5)``.

    Returns
    -------
    Estimate
        In the measure's unit. The note names constant columns, ties and what the measure notes of pairs.

    Raises
    ------
    ValueError
        If a variable holds labels, rows differ in number, a variable has more than 16,384 columns of more
        than as many samples, or the measure refuses the pairs.
    DegenerateData
        If there are no more samples than columns of both variables, or some scores of one variable are a
        linear function of the other's, so that canonical correlations are 1; if more than half of the sum,
        and more than 0.5 nats, is what chance adds; or what the measure raises, naming the pair.

    Notes
    -----
    The sum is the information if the canonical pairs are independent of each other, as they are for normal
    copulas. It misses what is not linear in the scores across columns: of a swiss roll against its angle
    it sees less than `KSG`. With few samples for many columns the leading correlations are too high: by
    chance alone they add what `GaussianCopula` takes away, about dx·dy/2n nats where that is small
    (26 nats for 300 samples of 100 + 100 columns), and the note says so above 0.05.

    Examples
    --------
    >>> from infoplane import KSG, CanonicalPairs, known
    >>> x, y = known.Normal(information=2.0, dims=4).draw(2000, seed=0)
    >>> bool(abs(CanonicalPairs(KSG(k=5))(x, y).value - 2.0) < 0.15)
    True

    References
    ----------
    .. [1] Hotelling (1936), doi:10.1093/biomet/28.3-4.321
    """

    numbers: ClassVar[int] = 3
    measure: Dependence

    def __post_init__(self) -> None:
        check_measure(self.measure, "CanonicalPairs(measure=)", variables=2)

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = _check.pair(x, y)
        estimate, excess = self._sum(x, y)
        if estimate.unit == "nats" and excess > max(MUCH, MOST * estimate.value):
            raise DegenerateData(
                f"chance alone gives {len(x)} samples of {x.name!r} and {y.name!r} about {excess:.2g} nats; "
                f"found were {estimate.value:.3g}. Use prepare.pca, Sliced, more samples, or GaussianCopula, "
                "which takes that away"
            )
        return estimate

    def permuted(self, x: Any, y: Any, orders: np.ndarray) -> tuple[np.ndarray, str]:
        """The sums of samples whose y is in each of the orders, all of them chance, and no note.

        Fewer where a pair of some orders has none.

        Parameters
        ----------
        x, y : array-like or Sample
            What is measured.
        orders : ndarray of int, shape (times, n)
            Rows of y that stand beside those of x.

        Returns
        -------
        tuple of ndarray, str
        """
        x, y = _check.pair(x, y)
        return permuted_values(lambda x, y: self._sum(x, y)[0], x, y, orders), ""

    def _sum(self, x: Sample, y: Sample) -> tuple[Estimate, float]:
        """The sum over pairs, and what of it is by chance."""
        for side in (x, y):
            _check.continuous_only(side, "CanonicalPairs", "its measure itself, Sliced or GaussianCopula")
        nothing = _check.no_information(x, y)
        if nothing is not None:
            return nothing, 0.0
        a, b = whitened_scores(_check.alive(x)), whitened_scores(_check.alive(y))
        if len(x) <= a.width + b.width:
            raise DegenerateData(
                f"{x.name!r} and {y.name!r} have {a.width} + {b.width} independent columns for {len(x)} "
                "samples, which makes every canonical correlation 1; use prepare.pca, Sliced, or more samples"
            )
        correlations, left, right = canonical(a, b)
        refuse_functions(x, y, correlations)
        u, v = projected(a, left), projected(b, right)
        pairs = zip(x.parts(_columns(u)), y.parts(_columns(v)), strict=True)
        parts = [self._pair(i, *pair) for i, pair in enumerate(pairs)]
        names = [str(i + 1) for i in range(u.width)]
        excess = by_chance(a.width, b.width, len(x))
        columns = f"{a.width} × {b.width} columns for {len(x)} samples"
        notes = [
            _notes.about(x, y),
            _notes.tie_note(x, y),
            f"{columns} add about {excess:.2g} by chance alone" if excess > EXCESS else "",
            shared_note([part.note for part in parts], names, "pairs"),
        ]
        return weighted_sum([(1.0, part) for part in parts], _notes.join_notes(notes)), excess

    def _pair(self, i: int, u: Sample, v: Sample) -> Estimate:
        try:
            return self.measure(u, v)
        except DegenerateData as error:
            raise DegenerateData(f"canonical pair {i + 1}: {error}") from error


def _columns(x: Sample) -> list[np.ndarray]:
    return [np.ascontiguousarray(x.values[:, i : i + 1]) for i in range(x.width)]
