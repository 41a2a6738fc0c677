"""Distances that tie: how many, what they are worth to an estimate, and points more even than random ones."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int
from scipy.special import digamma, polygamma

from infoplane.measures import _notes
from infoplane.measures._order import times
from infoplane.measures.neighbours._search import counts_within, just_above, shared_radii
from infoplane.sample import Sample

REPEATED = 0.01  # share of rows that may repeat and hardly matter; float32 has a few by chance
COPIES = 0.1  # share of rows that may be there again, and make some hundredths of a nat
SHARED = 0.2  # share of radii that seem to tie, by chance up to 0.07, above which they are looked at
WORTH = 0.15  # nats that ties may be worth: MixedKSG is then off by about 0.05
COARSE = 0.4  # of a distance, by which tied ones leap: the entropy of random values is then off by 0.05
SAME = 2.0**-32  # of a distance, by which equal ones may differ
EVEN = 0.5  # of the variance of random samples

Radii = Float[np.ndarray, " n"]
Within = tuple[Sample, Int[np.ndarray, " n"]]


def tied_note(radii: Radii, *within: Within) -> str:
    """A clause about ties that matter: of values on a lattice, or of atoms amid a density.

    Each variable comes with how many others lie strictly within the radii.
    """
    tied, worth = tied_points(radii, *within)
    if worth <= WORTH:
        return ""
    return (
        f"{tied} of {len(radii)} points tie with others at their k-th distance (rounded values, or atoms "
        f"amid others), worth up to {worth:.2g} nats"
    )


def repeats_matter(x: Sample) -> bool:
    """Whether more rows repeat than by coincidence."""
    return _notes.repeated_rows(x) > REPEATED * len(x)


def copies_note(k: int, x: Sample, y: Sample) -> str:
    """A clause about rows that are there again, in both variables, as augmented or resampled ones are.

    No more often than there are neighbours: what occurs more often is an atom.
    """
    if not (repeats_matter(x) and repeats_matter(y)):
        return ""
    both = times(x, y)
    copies = int(((both > 1) & (both <= k + 1) & (both == times(x)) & (both == times(y))).sum())
    if copies <= COPIES * len(x):
        return ""
    return f"{copies} of {len(x)} rows occur again in both {x.name} and {y.name} (augmented or resampled?)"


def tied_points(radii: Radii, *within: Within) -> tuple[int, float]:
    """How many points have others at their very radius in a variable, and what these are worth in nats.

    Besides the k-th neighbour no other should be at that distance, but its mirror image where values are
    evenly spaced. What more there are might count as well as not: worth is by how much the estimate would
    move. A radius of zero has its own count.
    """
    variables = [x for x, _ in within]
    repeats = any(repeats_matter(x) for x in variables)
    # a single column without equal values has but a point and its mirror image at a distance
    wide = any(x.width > 1 for x in variables)
    if not (repeats or (wide and shared_radii(radii) > SHARED * len(radii))):
        return 0, 0.0
    above = just_above(radii, *variables)
    counts = [(inside, counts_within(x, above)) for x, inside in within]
    tied = (radii > 0) & (sum(closed - inside for inside, closed in counts) > 2)
    worth = sum(float((digamma(closed + 1) - digamma(inside + 1))[tied].sum()) for inside, closed in counts)
    return int(tied.sum()), worth / len(radii)


def evenness_note(radii: Radii, logs: Radii, x: Sample, k: int) -> str:
    """A clause about points whose k-th distances, given with their logarithms, are not those of random ones.

    Under a density that hardly changes within them, d ln ε scatters with variance ψ'(k) - ψ'(n); more where
    the density varies, less only where points keep apart.
    """
    n = len(x)
    share, leap = _leaps(radii) if shared_radii(radii) > SHARED * n else (0.0, 0.0)
    if leap > COARSE:
        return (
            f"the k-th distances of about {round(share, 1):.0%} of the points of {x.name} tie (evenly spaced "
            "or quantised), but the entropy is that of random ones: draw them at random, or add noise as "
            "wide as their spacing (prepare.jitter)"
        )
    ratio = x.width**2 * float(logs.var()) / _random_variance(k, n)
    if ratio >= min(EVEN, 1 - 10 / np.sqrt(n)):  # of few points, random ones may look even
        return ""
    return (
        f"the points of {x.name} are more evenly spread than random ones (their log distances have "
        f"about {round(ratio, 1):.0%} of the variance), so that the entropy is too high: draw them at "
        "random, or use KSG for information"
    )


@lru_cache(maxsize=64)
def _random_variance(k: int, n: int) -> float:
    return float(polygamma(1, k) - polygamma(1, n))


def _leaps(radii: Radii) -> tuple[float, float]:
    """The share of points whose radius two or more others have, and the mean step down to the next such one.

    Steps are in units of the radius, and 0 for other points.
    """
    ascending = np.sort(radii)
    first = np.flatnonzero(np.append(True, np.diff(ascending) > SAME * ascending[1:]))
    sizes = np.diff(np.append(first, len(ascending)))
    tied, sizes = ascending[first][sizes > 2], sizes[sizes > 2]
    steps = np.diff(np.append(0.0, tied)) / tied
    return float(sizes.sum() / len(radii)), float((sizes * steps).sum() / len(radii))
