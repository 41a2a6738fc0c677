"""Spectra of kernel matrices, exact, and the entropies of their eigenvalues and entries."""

from dataclasses import dataclass
from math import log, log1p
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_numpy_array
from jaxtyping import Float
from scipy.linalg import eigh
from scipy.special import entr

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures.kernel._scaled import Scaled, walk

NEAR_ONE = 0.1  # orders as near to 1, where both the logarithm and α - 1 go to 0


@dataclass(frozen=True, eq=False)
class Eigenvalues:
    """Moduli of all eigenvalues, in ascending order."""

    moduli: Float[np.ndarray, " n"]

    @staticmethod
    def fit(rows: int | None, moduli: np.ndarray) -> bool:
        """Whether a matrix of so many rows can have these; of any number for None."""
        return moduli.dtype == np.float64 and moduli.shape == (rows or moduli.size,)

    def entropy(self, t: float) -> Estimate:
        """-Σ p ln p of p = λ^t / Σ λ^t."""
        largest = self.moduli[-1]
        # what rounding alone can make would count for t < 1
        rounding = len(self.moduli) * np.finfo(float).eps * largest
        p = np.where(self.moduli > rounding, self.moduli / largest, 0.0) ** t
        return Estimate(float(entr(p / p.sum()).sum()))

    @property
    def trace(self) -> float:
        return float(self.moduli.sum())


def eigenvalues(matrix: Scaled) -> Eigenvalues:
    """All eigenvalues, of a symmetric matrix with no other beside it."""
    full, symmetric = matrix.full(), getattr(matrix.gram, "symmetric", True)
    if symmetric:
        values = symmetric_eigenvalues(full)
    else:
        values = np.linalg.eigvals(full if is_numpy_array(full) else np.asarray(full.cpu()))
    moduli = np.sort(np.abs(values))
    if not moduli[-1] > 0:
        raise DegenerateData(
            "all rows have similarity 0 by this kernel, so it has no spectrum; take Gaussian()"
        )
    return Eigenvalues(moduli)


def symmetric_eigenvalues(full: Any) -> Float[np.ndarray, " n"]:
    """In ascending order, of a matrix that may be overwritten."""
    if is_numpy_array(full):
        # LAPACK's order is that of the transpose, and another would be copied
        return eigh(full.T, eigvals_only=True, overwrite_a=True, check_finite=False, driver="evd")
    return np.asarray(array_namespace(full).linalg.eigvalsh(full).tolist())


def renyi_entropy(alpha: float, values: Float[np.ndarray, " m"]) -> float:
    """The entropy of ascending eigenvalues that sum to 1 but for rounding; no order costs digits."""
    p = values / values.sum()
    if alpha == 1:
        return float(entr(p).sum())
    beyond = alpha - 1
    if abs(beyond) < NEAR_ONE:  # Σ p^α is 1 + Σ p (p^(α - 1) - 1)
        return -log1p(float(np.sum(p * np.expm1(beyond * np.log(p))))) / beyond
    largest = float(p[-1])
    return -(alpha / beyond * log(largest) + log(float(np.sum((p / largest) ** alpha))) / beyond)


def entries_entropy(gram: Any, alpha: float) -> Estimate:
    """-Σ p ln p of p = P / n, where P has the rows of K = D^-α G D^-α, each over its sum.

    It is ln n, of the choice of a row, and the mean of the rows' entropies, in which the sum over j of
    K_ij ln K_ij is all that isn't known from the row sums.
    """
    before, degrees = walk(gram, alpha)
    matrix, sums = Scaled(gram, before), degrees * 0
    for rows, columns, block in matrix.blocks():
        xp = array_namespace(block)
        if float(xp.min(block)) < 0:
            raise DegenerateData(
                "the kernel is negative between some rows, so that its entries are no probabilities; use one "
                "that is never negative, such as kernels.Gaussian()"
            )
        terms = block * xp.log(xp.where(block > 0, block, xp.ones_like(block)))
        sums[rows] += xp.sum(terms, axis=1)
        if rows != columns:
            sums[columns] += xp.sum(terms, axis=0)
    xp = array_namespace(degrees)
    return Estimate(log(len(gram)) + float(xp.mean(xp.log(degrees) - sums / degrees)))
