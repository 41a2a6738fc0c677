"""Kraskov's estimator of mutual information, and Ross's for labels."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, ClassVar

import numpy as np
from scipy.special import digamma

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check, _notes
from infoplane.measures.neighbours import _apart, _doubts
from infoplane.measures.neighbours._search import (
    class_distances,
    class_sizes,
    counts_within,
    joint_distances,
    just_below,
)
from infoplane.measures.neighbours._ties import copies_note, repeats_matter, tied_note
from infoplane.sample import Sample
from infoplane.settings import integer

# k-th distance in units of the range of a column's middle half, above which information in normal pairs is
# found a fifth too low and more
CROWDED = 0.6
CROWDED_CLASSES = 1.2  # the same for what columns tell of two normal classes
ATOMS = 0.1  # of the points: each adds ψ(k) + ψ(n) - 2ψ(1), ten nats for 2,000 samples, whatever is true


@dataclass(frozen=True)
class KSG:
    r"""Mutual information from k-th neighbour distances, in nats.

    For two continuous variables, eq. (8) of [1]_, with Chebyshev distances in and between both:

    .. math:: I = ψ(k) + ψ(n) - \langle ψ(n_x + 1) + ψ(n_y + 1) \rangle

    where :math:`n_x` counts the other points closer in x than the k-th neighbour in (x, y).
    With labels on one side, the estimator of [2]_: neighbours are sought among points with the same label
    and counted among all,

    .. math:: I = ψ(n) + \langle ψ(k_i) - ψ(N_{y_i}) - ψ(m_i + 1) \rangle .

    Parameters
    ----------
    k : int
        Neighbours per point, ``1 <= k < n``. More: less variance, more bias.
    window : int
        For series: rows up to so many places before and after a point are neither its neighbours nor counted
        [3]_. Until both autocorrelations have faded, as a rule; 0 for samples in no order.

    Returns
    -------
    Estimate
        Nats. May be slightly negative; clipping at zero would bias averages over slices and seeds.

    Raises
    ------
    ValueError
        If there are no more than k samples (k + 2 window), rows differ in number, or both are labels.
    DegenerateData
        For non-finite values, labels of which every class has a single member, or all within the window; or
        where more than a tenth of the points have k neighbours at distance zero (`MixedKSG`).

    Notes
    -----
    Assumes samples drawn independently. Of two slow series, independent of each other, it finds information,
    because neighbours in time are neighbours in both: .03 nats of 1000 rows of autocorrelation .9, .2 of .98.
    A window of 20 makes the first -.01, one of 100 the second -.1, and with k=20 -.01. The noise stays that
    of few samples, so that `Permuted` with ``blocks`` tells what is there. ψ(n) becomes the mean of
    ψ(n_i + 1), with n_i the rows that i is compared with, which leaves samples in no order without a bias;
    JIDT keeps ψ(n). In `WithinClass` rows keep their places in time. All pairs are compared, in memory that
    grows with n: half a second for 10,000 rows of two columns.

    Assumes no ties, also none within columns, and comparable scales (`prepare.standardise`). Values on a
    lattice, as rounding leaves them, want `prepare.jitter(1e-3)`, atoms `MixedKSG`, and of copies of rows one
    should be kept; the note says which. A
    point with k neighbours at distance zero counts no others within that distance; the note says how many.
    Distances that are equal up to rounding are equal, so that neither scale nor shift decides what ties.
    The note also says where the search was blind: one variable, or a few columns, decided all distances;
    k-th distances reached over most samples in most columns; or the balls were all but empty and the value is
    near its highest, ψ(n) - ψ(k).
    With labels, a class of m <= k points uses its m - 1 neighbours and single points are left out, as
    scikit-learn's ``mutual_info_classif`` does; the note says so.

    Examples
    --------
    >>> from infoplane import KSG, known
    >>> x, y = known.Normal(rho=0.5).draw(2000, seed=0)  # truth: 0.1438 nats
    >>> bool(abs(KSG(k=5)(x, y).value - 0.1438) < 0.03)
    True

    References
    ----------
    .. [1] Kraskov, Stögbauer, Grassberger (2004), doi:10.1103/PhysRevE.69.066138
    .. [2] Ross (2014), doi:10.1371/journal.pone.0087357
    .. [3] Theiler (1986), doi:10.1103/PhysRevA.34.2427
    """

    numbers: ClassVar[int] = 2
    k: int = 5
    window: int = 0

    def __post_init__(self) -> None:
        integer(self.k, "k", 1)
        integer(self.window, "window of KSG", 0)

    def __repr__(self) -> str:
        return f"KSG(k={self.k}{f', window={self.window}' if self.window else ''})"

    def __call__(self, x: Any, y: Any) -> Estimate:
        if self.window:
            of_pair, with_labels = (partial(f, window=self.window) for f in (_kraskov_apart, _ross_apart))
            return by_neighbours(x, y, self.k, "KSG", of_pair, with_labels)
        return by_neighbours(x, y, self.k, "KSG", _kraskov, _ross)


Formula = Callable[[Sample, Sample, int], tuple[float, str]]


def by_neighbours(x: Any, y: Any, k: int, measure: str, of_pair: Formula, with_labels: Formula) -> Estimate:
    """What neighbour measures have in common: refusals, constants, dead columns, and labels on one side.

    The formulas give a value and a note; `with_labels` gets the labels second.
    """
    x, y = _check.pair(x, y, more_than=k)
    _check.not_both_labels(x, y, measure)
    nothing = _check.no_information(x, y)
    if nothing is not None:
        return nothing
    dead = _notes.about(x, y)
    x, y = _check.alive(x), _check.alive(y)
    if x.is_labels:
        x, y = y, x
    value, note = with_labels(x, y, k) if y.is_labels else of_pair(x, y, k)
    return Estimate(value, note=_notes.join_notes([note, dead]))


def _kraskov(x: Sample, y: Sample, k: int) -> tuple[float, str]:
    radii = joint_distances(x, y, k)
    psi, below = digammas(len(x)), just_below(radii, x, y)
    counts = (counts_within(x, below), counts_within(y, below))
    value = digamma(k) + digamma(len(x)) - (psi[counts[0]] + psi[counts[1]]).mean()
    balls = _doubts.Balls(k, radii, counts)
    ties = tied_note(radii, (x, counts[0]), (y, counts[1]))
    return float(value), _pair_note(x, y, balls, ties, (value, digamma(len(x)) - digamma(k)))


def _kraskov_apart(x: Sample, y: Sample, k: int, window: int) -> tuple[float, str]:
    value, highest, balls = _apart.kraskov(x, y, k, window)
    return value, _pair_note(x, y, balls, _tied(balls.radii, x, y), (value, highest))


def _pair_note(x: Sample, y: Sample, balls: _doubts.Balls, tied: str, heights: tuple[float, float]) -> str:
    """Clauses about ties, given the one about tied distances, and about a value beside the highest."""
    doubt = _doubts.of_pair(x, y, balls, *heights) or _doubts.of_columns(
        balls.radii, CROWDED, x, y, unseen=_doubts.HARDLY_SEEN
    )
    return _notes.join_notes([_tie_note(balls.radii, balls.k, tied, x, y), doubt])


def _ross(x: Sample, y: Sample, k: int) -> tuple[float, str]:
    kept, y_kept, note = without_single_classes(x, y, k)
    radii = class_distances(kept, y_kept, k)
    inside = counts_within(kept, just_below(radii, kept))
    # the same for every slice
    own = y_kept.derived(("ψ of classes", k), partial(_psi_of_classes, y_kept, k))
    value = digamma(len(kept)) + own - digammas(len(kept))[inside].mean()
    return float(value), _notes.join_notes([note, _label_note(x, radii, k, tied_note(radii, (kept, inside)))])


def _ross_apart(x: Sample, y: Sample, k: int, window: int) -> tuple[float, str]:
    kept, y_kept, note = without_single_classes(x, y, k)
    value, radii, kept, left_out = _apart.ross(kept, y_kept, k, window)
    return value, _notes.join_notes([note, left_out, _label_note(x, radii, k, _tied(radii, kept))])


def _tied(radii: np.ndarray, *variables: Sample) -> str:
    """A clause about ties among all rows, of which a window compares some."""
    below = just_below(radii, *variables)
    return tied_note(radii, *((x, counts_within(x, below)) for x in variables))


def _label_note(x: Sample, radii: np.ndarray, k: int, tied: str) -> str:
    crowded = _doubts.of_columns(radii, CROWDED_CLASSES, x)
    return _notes.join_notes([_tie_note(radii, k, tied, x), crowded])


def _psi_of_classes(y: Sample, k: int) -> float:
    r"""The mean of ψ(k_i) - ψ(N_{y_i})."""
    sizes = class_sizes(y)
    sizes = sizes[sizes > 0]
    psi = digammas(len(y))
    return float((sizes * (psi[np.minimum(k, sizes - 1) - 1] - psi[sizes - 1])).sum() / len(y))


def without_single_classes(x: Sample, y: Sample, k: int) -> tuple[Sample, Sample, str]:
    """The rows whose label occurs at least twice, and a clause about what small classes mean."""
    _check.some_class_repeats(y, "neighbours")
    sizes = class_sizes(y)
    single, small = int((sizes == 1).sum()), int(((sizes > 1) & (sizes <= k)).sum())
    note = _notes.join_notes(
        [
            f"{single} classes of a single sample left out" if single else "",
            f"{small} classes have no more than k={k} samples and use all they have" if small else "",
        ]
    )
    if single:
        rows = np.flatnonzero(sizes[y.values] > 1)
        x, y = x.take(rows), y.take(rows)
    return x, y, note


@lru_cache(maxsize=8)
def digammas(n: int) -> np.ndarray:
    """ψ(1), ..., ψ(n): entry i is ψ(i + 1)."""
    return digamma(np.arange(1, n + 1))


def _tie_note(radii: np.ndarray, k: int, tied: str, *variables: Sample) -> str:
    """Clauses about ties and what to do about them; DegenerateData where too many points lie on atoms."""
    zeros = int((radii == 0).sum())
    on_atoms = f"{zeros} of {len(radii)} points have their k={k} neighbours at distance zero" if zeros else ""
    repeats = _notes.tie_note(*(x for x in variables if zeros or repeats_matter(x)))
    if not (zeros or repeats or tied):
        return ""
    few = [x.name for x in variables if _notes.repeated_rows(x) == len(x)]
    copies = copies_note(k, *variables) if len(variables) == 2 else ""
    if copies:
        repeats, instead = copies, "keep one of each"
    elif tied:
        instead = "use prepare.jitter(1e-3)"
    else:
        instead = "use MixedKSG" + (f", or labels({few[0]}) for values that are classes" if few else "")
    if zeros > ATOMS * len(radii):
        names = " and ".join(repr(x.name) for x in variables)
        raise DegenerateData(f"{on_atoms} in {names}, where KSG has no formula; {instead}")
    return f"{_notes.join_notes([on_atoms, repeats, tied])}; KSG assumes none: {instead}"
