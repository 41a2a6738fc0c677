"""What else people measure a layer with: here to be compared, not to be used."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from infoplane.estimate import Estimate
from infoplane.measures import Criterion
from infoplane.sample import Sample


@dataclass(frozen=True)
class FirstRows:
    """A measure of the first n rows only, to see what the number of rows does to it."""

    measure: Any
    n: int

    def __call__(self, x: Sample, y: Sample) -> Estimate:
        rows = np.arange(min(self.n, len(x)))
        return self.measure(x.take(rows), y.take(rows))


@dataclass(frozen=True)
class ByColumn:
    """scikit-learn's information of each column alone with the target, in nats, and what is made of them."""

    k: int
    sum: bool

    def __call__(self, t: np.ndarray, y: np.ndarray) -> float:
        from sklearn.feature_selection import mutual_info_regression

        each = mutual_info_regression(
            t, y.ravel(), discrete_features=False, n_neighbors=self.k, random_state=0
        )
        return float(each.sum() if self.sum else each.max())


def largest_column(k: int) -> Criterion:
    """The most that a single unit knows of the target."""
    return Criterion(f"largest mutual_info_regression, k={k}", ByColumn(k, sum=False), "nats")


def sum_of_columns(k: int) -> Criterion:
    """What the units know, each counted as if the others did not exist."""
    return Criterion(f"sum of mutual_info_regression, k={k}", ByColumn(k, sum=True), "nats")


@dataclass(frozen=True)
class KernelDensity:
    """Mean of log p(t,y) / p(t)p(y) in nats, with Gaussian kernels at the points where it is averaged.

    Parameters
    ----------
    bandwidth : float or None
        In units of the covariance's root; None is Scott's n^(-1/(d+4)).
    """

    bandwidth: float | None

    def __call__(self, t: np.ndarray, y: np.ndarray) -> float:
        from scipy.stats import gaussian_kde

        t, y = independent_columns(t), y.reshape(len(y), -1).astype(np.float64)
        if t.shape[1] == 0:
            return 0.0
        of_both, of_t, of_y = (
            gaussian_kde(part.T, bw_method=self.bandwidth).logpdf(part.T)
            for part in (np.hstack([t, y]), t, y)
        )
        return float((of_both - of_t - of_y).mean())


def kernel_density(bandwidth: float | None = None) -> Criterion:
    """Kernel density estimates put into the definition of mutual information."""
    return Criterion(f"resubstitution, gaussian_kde({bandwidth})", KernelDensity(bandwidth), "nats")


def independent_columns(t: np.ndarray) -> np.ndarray:
    """Coordinates in the space that the rows span: a singular covariance has no density."""
    centred = t.astype(np.float64) - t.mean(axis=0, dtype=np.float64)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    kept = s > max(1e-5 * s[0], 1e-30)  # below it there is only the rounding of float32
    return (u * s)[:, kept]


def constant_units() -> Criterion:
    """How many units give the same for every sample."""
    return Criterion("constant columns", _constant)


def _constant(t: np.ndarray, y: np.ndarray) -> float:
    return float((t.min(axis=0) == t.max(axis=0)).sum())
