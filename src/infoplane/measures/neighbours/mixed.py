"""Mutual information where continuous parts and atoms mix."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import digamma

from infoplane.estimate import Estimate
from infoplane.measures import _notes
from infoplane.measures._order import times
from infoplane.measures.neighbours import _doubts
from infoplane.measures.neighbours._search import (
    class_distances,
    class_sizes,
    counts_within,
    joint_distances,
    just_below,
)
from infoplane.measures.neighbours._ties import Within, copies_note, tied_note
from infoplane.measures.neighbours.ksg import (
    CROWDED,
    CROWDED_CLASSES,
    by_neighbours,
    digammas,
    without_single_classes,
)
from infoplane.sample import Sample
from infoplane.settings import integer


@dataclass(frozen=True)
class MixedKSG:
    r"""Mutual information of variables that mix densities and atoms (ReLU outputs), in nats.

    With ρ_i the Chebyshev distance of point i to its k-th neighbour in (x, y) [1]_:

    .. math:: I = \langle ψ(\tilde k_i) + \ln n - ψ(\tilde n_{x,i}) - ψ(\tilde n_{y,i}) \rangle

    - where ρ_i > 0, :math:`\tilde k_i = k` and :math:`\tilde n_{x,i}` counts the points, i included, with
      distance in x less than ρ_i;
    - where ρ_i = 0 (an atom), :math:`\tilde k_i` counts the points, i included, at distance 0 in (x, y), and
      :math:`\tilde n_{x,i}` those at distance 0 in x.

    Algorithm 1 of [1]_ prints ln(n_x + 1) with n_x counting distances up to ρ_i; the form here, of its
    authors' released implementation, has the same limit, is the plug-in estimator with ψ for ln on pure
    atoms, and on pure densities is Kraskov's up to ψ(n) against ln n.

    Parameters
    ----------
    k : int
        Neighbours per point, ``1 <= k < n``.

    Returns
    -------
    Estimate
        Nats; may be slightly negative.

    Raises
    ------
    ValueError
        If there are no more than k samples, rows differ in number, or both variables are labels.
    DegenerateData
        For non-finite values, or labels of which every class has a single member.

    Notes
    -----
    Values on a lattice (rounded ones, counts) are no atoms unless places have more than k points. With
    several points at the very distance ρ_i the estimate is too high: by 1.1 for independent normals rounded
    to one decimal at n = 1,000, by 0.1 for atoms amid a density (two rectified normals at n = 100). The note
    gives what these ties are worth, from 0.15 nats on; `KSG` after ``prepare.jitter(1e-3)`` is then nearer.
    Distances that are equal up to rounding are equal.

    Labels on one side are a variable in which different classes are infinitely far apart: ρ_i is the
    distance to the k-th neighbour of the same class (to the last one in a class of no more than k).

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import MixedKSG, continuous
    >>> fair = continuous(np.tile([0, 1], 500))
    >>> round(MixedKSG(k=5)(fair, fair).value, 2)  # truth: ln 2 = 0.693
    0.69

    References
    ----------
    .. [1] Gao, Kannan, Oh, Viswanath (2017), doi:10.48550/arXiv.1709.06212
    """

    numbers: ClassVar[int] = 2
    k: int = 5

    def __post_init__(self) -> None:
        integer(self.k, "k", 1)

    def __call__(self, x: Any, y: Any) -> Estimate:
        return by_neighbours(x, y, self.k, "MixedKSG", _mixed, _labelled)


def _mixed(x: Sample, y: Sample, k: int) -> tuple[float, str]:
    radii = joint_distances(x, y, k)
    psi = digammas(len(x))
    near = np.full(len(x), k)
    atoms = radii == 0
    if atoms.any():
        near[atoms] = times(x, y)[atoms]
    below = just_below(radii, x, y)
    counts = (counts_within(x, below, True), counts_within(y, below, True))
    value = float((psi[near - 1] - (psi[counts[0]] + psi[counts[1]])).mean() + np.log(len(x)))
    highest = np.log(len(x)) - digamma(k)
    balls = _doubts.Balls(k, radii, counts)
    doubt = _doubts.of_pair(x, y, balls, value, highest) or _doubts.of_columns(
        radii, CROWDED, x, y, unseen=_doubts.HARDLY_SEEN
    )
    copies, ties = copies_note(k, x, y), _atoms_note(radii, (x, counts[0]), (y, counts[1]))
    return value, _notes.join_notes([f"{copies}: keep one of each" if copies else "", ties, doubt])


def _labelled(x: Sample, y: Sample, k: int) -> tuple[float, str]:
    x, y, note = without_single_classes(x, y, k)
    radii = class_distances(x, y, k)
    psi = digammas(len(x))
    sizes = class_sizes(y)[y.values]
    near = np.minimum(k, sizes - 1)
    atoms = radii == 0
    if atoms.any():
        near[atoms] = times(x, y)[atoms]
    inside = counts_within(x, just_below(radii, x), True)
    value = float((psi[near - 1] - (psi[inside] + psi[sizes - 1])).mean() + np.log(len(x)))
    return value, _notes.join_notes(
        [note, _atoms_note(radii, (x, inside)), _doubts.of_columns(radii, CROWDED_CLASSES, x)]
    )


def _atoms_note(radii: np.ndarray, *within: Within) -> str:
    """Clauses about the atoms that the estimator is for, and about ties that it is not for."""
    atoms, tied = int((radii == 0).sum()), tied_note(radii, *within)
    return _notes.join_notes(
        [
            f"{atoms} of {len(radii)} points lie on atoms" if atoms else "",
            f"{tied}: use KSG after prepare.jitter(1e-3)" if tied else "",
        ]
    )
