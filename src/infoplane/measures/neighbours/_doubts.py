"""Clauses about what a search of neighbours could not see, told from the search itself."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float, Int
from scipy.special import digamma

from infoplane.measures import _notes
from infoplane.measures._order import times
from infoplane.measures._scales import deviations
from infoplane.measures.neighbours._ties import repeats_matter
from infoplane.sample import Sample

# where the balls around most points reach over half of the samples of one variable and hold few of the other,
# or where one variable alone sets the radius, estimates of normal pairs are a quarter too low and more
MOST = 0.5
NEAR = 2.0  # nats below the ceiling
FULL = 0.25  # of the points, on both sides together: more with balls of k points, and half a nat is missing
# k-th distance in units of the range of a column's middle half: as large, and it tells nothing apart; half as
# large, and a quarter and more of the information with another variable is lost
UNSEEN = 1.0
HARDLY_SEEN = 0.5
ALIKE = 2.0  # times one standard deviation that another may be, and standardising moves little
UNLIKE = 20.0  # times less than others: columns of layers often vary 5 times less, which changes little
NORMAL = 1.349  # standard deviations of a normal in the range of its middle half
FEW = 4  # times as many samples as neighbours: no more, and chance alone makes what is told
MANY = 4  # times as many columns as the other variable has


@dataclass(frozen=True, eq=False)
class Balls:
    """The balls to the k-th neighbours: radii, and the other points strictly inside each, by variable."""

    k: int
    radii: Float[np.ndarray, " n"]
    inside: tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"]]


def of_pair(x: Sample, y: Sample, balls: Balls, value: float, highest: float) -> str:
    """A clause if the balls hold next to nothing, or nearly all, of a variable.

    `highest` is the value where all balls hold their k - 1 points and no other.
    """
    n, k = len(x), balls.k
    counts = list(balls.inside)
    if not balls.radii.min() > 0:  # on atoms it is the measure that knows what to count
        counts = [inside[balls.radii > 0] for inside in counts]
    alone = [np.count_nonzero(inside < k) / n for inside in counts]
    wide = [np.count_nonzero(inside >= (n + 1) // 2) / n for inside in counts]
    if min(wide) > MOST:
        return (
            f"the k={k} nearest of {n} samples reach over more than half of them in both variables, whatever "
            "these share: take more samples, a smaller k, or fewer columns"
        )
    if n <= FEW * k:
        return ""
    atoms = repeats_matter(x) or repeats_matter(y)
    near = highest - value < NEAR and sum(alone) > FULL
    if highest > NEAR and (_near_off_atoms(x, y, balls) if atoms else near):
        return (
            f"the value {'off atoms ' if atoms else ''}is near the highest that k={k} of {n} samples can "
            f"have: {x.name} and {y.name} may be functions of each other, and their information far larger "
            f"or infinite ({_finite(x, y)})"
        )
    for (loud, i), (quiet, j) in (((x, 0), (y, 1)), ((y, 1), (x, 0))):
        if alone[i] > alone[j] + MOST or wide[j] > MOST > 2 * wide[i]:
            return _loud(loud, quiet) if _reaches_beyond_atoms(quiet, balls.inside[j]) else ""
    return ""


def _near_off_atoms(x: Sample, y: Sample, balls: Balls) -> bool:
    """Whether the value is near the highest at points without equals: those of a rectified column above 0.

    An atom of one variable leaves balls that hold nothing but their points in the other, whatever they share.
    """
    k, few = balls.k, FEW * balls.k
    one, other = (inside + 1.0 for inside in balls.inside)
    if np.count_nonzero(one * other < (k * np.exp(NEAR / 2)) ** 2) <= few:
        return False
    off = (times(x) == 1) & (times(y) == 1)
    if np.count_nonzero(off) <= few:
        return False
    counts = [inside[off] for inside in balls.inside]
    below = sum(float(digamma(inside + 1).mean() - digamma(k)) for inside in counts)
    return below < NEAR and sum(float(np.mean(inside < k)) for inside in counts) > FULL


def _reaches_beyond_atoms(x: Sample, inside: np.ndarray) -> bool:
    """Whether most balls hold a quarter of the samples at other places than their centre's."""
    here = times(x)
    return bool(np.mean(inside - (here - 1) >= (len(x) - here) / 4) > MOST)


def _finite(x: Sample, y: Sample) -> str:
    """What is finite instead; slices of a single column are that column."""
    sliced = min(x.width, y.width) > 1
    return "Sliced is finite" if sliced else "with noise it is finite: prepare.jitter(0.1)"


def _loud(loud: Sample, quiet: Sample) -> str:
    one, other = deviations(loud).max(), deviations(quiet).max()
    # where standard deviations are alike already, far values hide the others
    alike = max(one, other) < ALIKE * min(one, other)
    remedy = f"bring both to one scale ({'' if alike else 'prepare.standardise or '}prepare.copula)"
    if loud.width > MANY * quiet.width:
        remedy = f"{loud.name} has too many columns ({loud.width}): take prepare.pca or Sliced"
    return (
        f"distances in {loud.name} alone decide who is a neighbour and those in {quiet.name} hardly count, "
        f"so that the value is too low: {remedy}"
    )


def of_columns(radii: Float[np.ndarray, " n"], limit: float, *samples: Sample, unseen: float = UNSEEN) -> str:
    """A clause about columns that k-th distances reach across; `limit` is where many such columns matter."""
    vectors = [x for x in samples if not x.is_labels and x.width > 1]
    if not vectors:
        return ""
    middle = float(np.median(radii))
    hiding, few = [], []
    for x in vectors:
        spreads = x.derived("spreads of columns", partial(_spreads, x))
        spread = spreads > 0
        if not spread.any():
            continue
        reach = _reach(middle, spreads[spread])
        hidden = _hidden(reach, unseen)
        if hidden:  # a narrow middle between long tails is seen
            hidden = _hidden(_reach(middle, np.maximum(spreads, NORMAL * deviations(x))[spread]), unseen)
        if hidden:
            hiding.append(f"{hidden} of {x.width} columns of {x.name}")
        elif np.median(reach) > limit:
            few.append(f"{x.width} columns of {x.name}")
    return _notes.join_notes([_unseen(hiding), _few(len(radii), few)])


def _reach(middle: float, spreads: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # of columns that reach over 10^-300 of the others
        return middle / spreads


def _hidden(reach: np.ndarray, unseen: float) -> int:
    return int(((reach >= unseen) & (reach >= UNLIKE * reach.min())).sum())


def _unseen(columns: list[str]) -> str:
    if not columns:
        return ""
    return (
        f"{' and '.join(columns)} vary less than twice the k-th distances, which hardly see them: bring all "
        "to one scale (prepare.standardise or prepare.copula)"
    )


def _few(n: int, columns: list[str]) -> str:
    if not columns:
        return ""
    return (
        f"{n} samples are few for {' and '.join(columns)}: k-th distances reach over more than half of the "
        "samples in most of them, and the value is off: take prepare.pca, or Sliced for information"
    )


def _spreads(x: Sample) -> np.ndarray:
    """The range of the middle half of each column; 0 where an atom fills it."""
    ascending = np.partition(x.values, (len(x) // 4, len(x) - 1 - len(x) // 4), axis=0)
    return np.float64(ascending[len(x) - 1 - len(x) // 4]) - ascending[len(x) // 4]
