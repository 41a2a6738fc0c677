"""Rules for how far a kernel reaches."""

from dataclasses import dataclass
from math import inf, ldexp, sqrt
from typing import Any, Literal

import numpy as np
from array_api_compat import array_namespace

from infoplane.directions import row_places
from infoplane.estimate import DegenerateData, TooFewSamples
from infoplane.kernels.distances import centred, half_squared, half_squares, kth_smallest, squared
from infoplane.kernels.matrix import square
from infoplane.sample import Sample
from infoplane.settings import integer, number, switch

FAINT = 1e-5  # of the largest squared length: smaller squared distances are taken by differences
BLOCK = 256
LIMIT = {"euclidean": 1e150, "cityblock": 1e300}  # of widths, whose squares or themselves divide distances


@dataclass(frozen=True)
class Median:
    """The median distance between pairs of different rows, times a factor.

    Parameters
    ----------
    factor : float
        Finite and above 0.
    rows : int
        At most so many rows are compared; of more, those evenly spaced when sorted by value.
    distinct : bool
        Take each distinct row once, for variables in which most rows are equal.

    Raises
    ------
    ValueError
        If a setting is of the wrong kind or out of its range.

    Notes
    -----
    Scaling the variable scales the bandwidth, so that a kernel with it sees no scale, and variables of
    different widths can be compared.

    Examples
    --------
    >>> from infoplane import Sample, kernels
    >>> kernels.Gaussian(kernels.Median(factor=0.5)).gram(Sample([0.0, 1.0, 5.0])).bandwidth
    2.0
    """

    factor: float | int = 1.0
    rows: int = 2000
    distinct: bool = False

    def __post_init__(self) -> None:
        number(self.factor, "factor of Median", above=0)
        integer(self.rows, "rows of Median", 2)
        switch(self.distinct, "distinct of Median")


@dataclass(frozen=True)
class PerRootDim:
    """``sigma * sqrt(d)`` for a variable of d columns, for columns that are of one known scale.

    Parameters
    ----------
    sigma : float
        Finite and above 0.

    Raises
    ------
    ValueError
        For any other sigma.

    Examples
    --------
    >>> from infoplane import Sample, kernels
    >>> kernels.Gaussian(kernels.PerRootDim(5.0)).gram(Sample([[0.0] * 4, [1.0] * 4])).bandwidth
    10.0
    """

    sigma: float | int

    def __post_init__(self) -> None:
        number(self.sigma, "sigma of PerRootDim", above=0)


@dataclass(frozen=True)
class Neighbours:
    """For each row the distance to its k-th neighbour, so that the kernel adapts to the density [1]_.

    Parameters
    ----------
    k : int
        ``1 <= k < n``.

    Raises
    ------
    ValueError
        For a k that is no such integer; when used, for no more than k samples.

    Examples
    --------
    >>> from infoplane import Sample, kernels
    >>> kernels.Gaussian(kernels.Neighbours(1)).gram(Sample([0.0, 1.0, 5.0])).bandwidth
    array([1., 1., 4.])

    References
    ----------
    .. [1] Zelnik-Manor, Perona (2004), Self-tuning spectral clustering
    """

    k: int = 10

    def __post_init__(self) -> None:
        integer(self.k, "k of Neighbours", 1)


Bandwidth = float | int | Literal["median"] | Median | PerRootDim | Neighbours


def checked(bandwidth: Any) -> None:
    if isinstance(bandwidth, Median | PerRootDim | Neighbours):
        return
    if isinstance(bandwidth, int | float | np.number):
        number(bandwidth, "bandwidth", above=0)
    elif not isinstance(bandwidth, str) or bandwidth != "median":
        raise ValueError(
            "bandwidth takes a number, 'median', or Median(factor), PerRootDim(sigma), Neighbours(k) of "
            f"infoplane.kernels; got {bandwidth!r}"
        )


def one_width(x: Sample, rule: Any, norm: Literal["euclidean", "cityblock"]) -> tuple[float, float]:
    """The bandwidth for all rows of `x`, in the unit of `centred`'s rows and in its own."""
    exponent = centred(x)[1]
    if isinstance(rule, Median):
        width = _median(x, rule, norm)
        return width, times_power(width, exponent)
    sigma = rule.sigma * sqrt(x.width) if isinstance(rule, PerRootDim) else float(rule)
    width = times_power(sigma, -exponent)
    limit = LIMIT[norm]
    return min(max(width, 1 / limit), limit), sigma  # beyond, all rows are apart, or together


def times_power(width: float, exponent: int) -> float:
    """Times a power of two, or infinity beyond float64."""
    try:
        return ldexp(width, exponent)
    except OverflowError:
        return inf


def _median(x: Sample, rule: Median, norm: Literal["euclidean", "cityblock"]) -> float:
    from scipy.spatial.distance import pdist

    rows, exponent = x.derived(("some", rule.rows, rule.distinct), lambda: centred(_some(x, rule)))
    median = 0.0
    square(len(rows), f"the median distance in {x.name!r}", "take Median(), of 2000 rows", 2, cubed=False)
    if len(rows) > 1:
        if norm == "euclidean":
            half = half_squares(rows)
            median = float(np.median(_pairs(rows, half)))
        if norm == "cityblock" or median**2 <= FAINT * 2 * half.max():
            median = float(np.median(pdist(rows, norm)))
    if not median > 0:
        equal = len(x) - len(np.unique(row_places(x.values)))
        raise DegenerateData(
            f"the median distance between rows of {x.name!r} is 0: {equal} of {len(x)} rows repeat another; "
            "give the bandwidth as a number, or as kernels.Median(distinct=True), or leave the variable out"
        )
    return ldexp(rule.factor * median, exponent - centred(x)[1])


def _pairs(rows: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Distances between different rows, each pair once."""
    found = []
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        block = half_squared(rows[part], half[part], rows[start:], half[start:])
        found += [row[place + 1 :] for place, row in enumerate(block)]
    return np.sqrt(2 * np.concatenate(found))


def _some(x: Sample, rule: Median) -> Sample:
    """Some of the rows, the same whatever their order, on the host."""
    if len(x) <= rule.rows and not rule.distinct:
        return x.at(None)
    places = row_places(x.values)
    order = np.unique(places, return_index=True)[1] if rule.distinct else np.argsort(places, kind="stable")
    if len(order) > rule.rows:
        order = order[np.linspace(0, len(order) - 1, rule.rows).round().astype(np.intp)]
    return Sample.of(x.values[order], x.name)


def own_widths(x: Sample, rule: Neighbours) -> Any:
    """The bandwidth of each row of `x`, in the unit of `centred`'s rows."""
    if len(x) <= rule.k:
        raise TooFewSamples(
            f"more than {rule.k} samples are needed for {rule.k} neighbours; {x.name!r} has {len(x)}. "
            "Use Neighbours with a smaller k, or more samples",
            rule.k + 1,
        )
    widths = x.derived(("neighbour", rule.k), lambda: _neighbour(x, rule.k))
    equal = int((widths == 0).sum())
    if equal:
        raise DegenerateData(
            f"{equal} of {len(x)} rows of {x.name!r} equal their {rule.k} nearest, so that their bandwidth "
            "is 0; use Neighbours with a larger k, or give the bandwidth as a number"
        )
    return array_namespace(widths).clip(widths, min=1 / LIMIT["euclidean"])


def _neighbour(x: Sample, k: int) -> Any:
    rows = centred(x)[0]
    xp = array_namespace(rows)
    half = half_squares(rows)
    faint, found = FAINT * float(xp.max(half)), []
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        to_all = kth_smallest(half_squared(rows[part], half[part], rows, half), k)  # itself is the nearest
        if bool(xp.any(to_all <= faint)):
            to_all = kth_smallest(squared(rows[part], rows), k) / 2
        found.append(to_all)
    return xp.sqrt(2 * xp.concat(found))
