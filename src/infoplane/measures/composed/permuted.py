"""A measure beside what it gives when the pairing of the samples is destroyed."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from infoplane.estimate import Estimate, TooFewSamples
from infoplane.measures import _check, _notes
from infoplane.measures._combine import permuted_values
from infoplane.measures._order import content_order
from infoplane.measures._protocols import Dependence
from infoplane.sample import Sample
from infoplane.settings import check_measure, integer

ROUNDING = 1e-12  # values this close, relatively, are equal


@dataclass(frozen=True)
class Permuted:
    r"""A measure with its permutation p-value: how often unpaired samples give as much.

    y's rows are permuted `times` times, and

    .. math:: p = \frac{1 + \#\{\text{values of permuted samples} \geq \text{value}\}}{1 + \text{times}}

    Parameters
    ----------
    measure : measure
        A measure of two variables, larger where they depend more.
    times : int
        At least 1; no p is below 1 / (1 + times).
    seed : int
        Seed of the permutations, which do not depend on the order of the rows where `blocks` is 1.
    blocks : int
        For series: how many consecutive rows stay together, at most n/2; ten times as many as both
        variables need to forget their values, or more. 1 for samples in no order.

    Returns
    -------
    Estimate
        Value and errors are the measure's. The note has p, and mean and standard deviation of the permuted
        values, which are what the measure gives without dependence: its bias and its noise.

    Raises
    ------
    ValueError
        For settings out of range, blocks of more than half of the rows, and what the measure raises.

    Notes
    -----
    A pairing may have no value where the data have one: permuted atoms meet, for which `KSG` has no formula.
    Such a one counts as no less than the value, so that p is rather too high, and the note says how many.

    p is right for samples drawn independently, whatever the measure's bias. Two slow series, independent of
    each other, have a p far too small: of autocorrelation .9, p < .05 in about every second pair of 1000
    rows, and in one of twenty with ``blocks=100``. Blocks are cut from the rows as a ring, from anywhere
    on, and are right for series that are stationary: with trends in both, p stays too small.

    `HSIC` and `CKA` keep both Gram matrices where each is at most 256 MiB, and take labels in one pass;
    otherwise they compute one anew for each permutation, and the note says so.

    Examples
    --------
    >>> from infoplane import HSIC, Permuted, known
    >>> x, y = known.Normal(rho=0.5).draw(200, seed=0)
    >>> Permuted(HSIC(), times=99)(x, y).note.split(";")[0]
    'p = 0.01 by 99 permutations'

    References
    ----------
    .. [1] Phipson, Smyth (2010), doi:10.2202/1544-6115.1585
    """

    numbers: ClassVar[int] = 1
    measure: Dependence
    times: int = 200
    seed: int = 0
    blocks: int = 1

    def __post_init__(self) -> None:
        check_measure(self.measure, "Permuted(measure=)", variables=2)
        integer(self.blocks, "blocks of Permuted", 1)
        integer(self.times, "times", 1)
        integer(self.seed, "seed of Permuted", 0)

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = self._checked(x, y)
        estimate = self.measure(x, y)
        values, how = self._without_dependence(x, y)
        least = estimate.value - ROUNDING * abs(estimate.value)
        refused = self.times - len(values)
        p = (1 + refused + int((values >= least).sum())) / (1 + self.times)
        of_blocks = f" of blocks of {self.blocks} rows" if self.blocks > 1 else ""
        notes = [
            f"p = {p:.4g} by {self.times} permutations{of_blocks}",
            _spread(values),
            f"{refused} pairings have no value, which count as if they gave as much" if refused else "",
            how,
            estimate.note,
        ]
        return replace(estimate, note=_notes.join_notes(notes))

    def null(self, x: Any, y: Any) -> np.ndarray:
        """The values of the permuted samples, (times,), or fewer where the measure refuses some."""
        return self._without_dependence(*self._checked(x, y))[0]

    def _checked(self, x: Any, y: Any) -> tuple[Sample, Sample]:
        x, y = _check.pair(x, y)
        if self.blocks > 1 and 2 * self.blocks > len(x):
            raise TooFewSamples(
                f"at least 2 blocks are needed to permute; {x.name!r} has {len(x)} rows for blocks of "
                f"{self.blocks}. Use shorter blocks or more samples",
                2 * self.blocks,
            )
        return x, y

    def _without_dependence(self, x: Any, y: Any) -> tuple[np.ndarray, str]:
        rng = np.random.default_rng([self.seed, len(x)])
        rows = content_order(x, y) if self.blocks == 1 else np.arange(len(x))
        orders = np.empty((self.times, len(x)), dtype=np.intp)
        for order in orders:
            order[rows] = rows[_order(rng, len(x), self.blocks)]
        quicker = getattr(self.measure, "permuted", None)
        if quicker is not None:
            return quicker(x, y, orders)
        return permuted_values(self.measure, x, y, orders), ""


def _spread(values: np.ndarray) -> str:
    if not len(values):
        return ""
    spread = f", standard deviation {values.std(ddof=1):.4g}" if len(values) > 1 else ""
    return f"permuted values have mean {values.mean():.4g}{spread}"


def _order(rng: np.random.Generator, n: int, block: int) -> np.ndarray:
    """Rows in random order, or blocks of the ring that rows are, cut from anywhere on; the last is short."""
    if block == 1:
        return rng.permutation(n)
    ring = np.roll(np.arange(n), rng.integers(n))
    blocks = np.split(ring, range(block, n, block))
    return np.concatenate([blocks[i] for i in rng.permutation(len(blocks))])
