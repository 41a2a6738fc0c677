"""Normal classes, what normals have by chance alone, and where a linear function gives one from another."""

from dataclasses import dataclass
from functools import lru_cache
from math import log

import numpy as np
from jaxtyping import Float, Int
from scipy.special import digamma

from infoplane.estimate import DegenerateData
from infoplane.measures._check import class_rows
from infoplane.sample import Sample

ONE = 1e-12  # distance of a squared correlation from 1 that rounding could have made


@dataclass(frozen=True, eq=False)
class Classes:
    """Sizes, means and covariances of a variable's classes."""

    sizes: Int[np.ndarray, " classes"]
    means: Float[np.ndarray, "classes d"]
    covariances: Float[np.ndarray, "classes d d"]

    @classmethod
    def of(cls, x: Sample, y: Sample) -> "Classes":
        """Those of labels `y`, each of two rows at least."""
        groups = class_rows(y)
        sizes = np.array([len(rows) for rows in groups])
        if x.width == 1:  # a slice: all classes at once
            column, codes = x.values[:, 0], y.values
            means = np.bincount(codes, column) / sizes
            variances = np.bincount(codes, np.square(column - means[codes])) / (sizes - 1)
            return cls(sizes, means[:, None], variances[:, None, None])
        parts = [x.values[rows] for rows in groups]
        means = np.array([part.mean(axis=0) for part in parts])
        left = [part - mean for part, mean in zip(parts, means, strict=True)]
        return cls(sizes, means, np.array([part.T @ part / (len(part) - 1) for part in left]))


@lru_cache(maxsize=1024)
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
