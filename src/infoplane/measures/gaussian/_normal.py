"""What normal variables have by chance alone, and where a linear function gives one from the other."""

from math import log

import numpy as np
from jaxtyping import Float
from scipy.special import digamma

from infoplane.estimate import DegenerateData
from infoplane.sample import Sample

ONE = 1e-12  # distance of a squared correlation from 1 that rounding could have made


def half_log_bias(d: int, n: int) -> float:
    """Mean of ½ ln|C| of n standard normal rows of width d."""
    return 0.5 * float(digamma((n - np.arange(1, d + 1)) / 2).sum() - d * log((n - 1) / 2))


def by_chance(dx: int, dy: int, n: int) -> float:
    """What n normal rows have on average above their information, in nats."""
    return half_log_bias(dx, n) + half_log_bias(dy, n) - half_log_bias(dx + dy, n)


def refuse_functions(x: Sample, y: Sample, correlations: Float[np.ndarray, " m"]) -> None:
    """Refuse variables of which canonical variables are equal."""
    if 1 - correlations[0] ** 2 <= ONE:
        raise DegenerateData(
            f"a linear function of the normal scores of {x.name!r} is one of those of {y.name!r}, so their "
            "information is infinite; leave out the columns they share, or add prepare.jitter(1e-3)"
        )
