"""Spectra of kernel matrices, exact, and the entropies of their eigenvalues and entries."""

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_numpy_array
from jaxtyping import Float
from scipy.linalg import eigh
from scipy.special import entr

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures.kernel._scaled import Scaled, walk


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
    """All eigenvalues, by a symmetric solver that overwrites the one matrix there is."""
    full, symmetric = matrix.full(), getattr(matrix.gram, "symmetric", True)
    if not symmetric:
        values = np.linalg.eigvals(np.asarray(full.tolist()))
    elif is_numpy_array(full):
        # LAPACK's order is that of the transpose, and another would be copied
        values = eigh(full.T, eigvals_only=True, overwrite_a=True, check_finite=False, driver="evd")
    else:
        values = np.asarray(array_namespace(full).linalg.eigvalsh(full).tolist())
    return Eigenvalues(np.sort(np.abs(values)))


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
