"""What changed in each seed, and whether that is more than seeds differ by."""

import math
from dataclasses import dataclass

import numpy as np

ROUNDING = 1e-12  # relative, below which nothing has changed


@dataclass(frozen=True)
class Change:
    """The mean over seeds of ``last - before``.

    Attributes
    ----------
    before, last : float
        Means over seeds.
    mean : float
    stderr : float
        Standard error over seeds; NaN for a single one.
    interval : float
        Half the 95 % interval of Student's t; NaN for a single seed.
    seeds : int
    verdict : str
        ``"falls"``, ``"rises"``, or ``"neither"`` if the interval holds 0; empty for a single seed.
    """

    before: float
    last: float
    mean: float
    stderr: float
    interval: float
    seeds: int
    verdict: str


def change(before: np.ndarray, last: np.ndarray) -> Change:
    """The change of one value per seed, paired."""
    from scipy.stats import t

    moved = last - before
    moved = np.where(np.abs(moved) > ROUNDING * np.abs(before), moved, 0.0)
    seeds, mean = len(moved), float(moved.mean())
    ends = float(before.mean()), float(last.mean())
    if seeds < 2:
        return Change(*ends, mean, math.nan, math.nan, seeds, "")
    error = float(moved.std(ddof=1)) / math.sqrt(seeds)
    half = error * float(t.ppf(0.975, seeds - 1))
    verdict = "falls" if mean < -half else "rises" if mean > half else "neither"
    return Change(*ends, mean, error, half, seeds, verdict)
