"""Centred kernel alignment."""

from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

import numpy as np

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._protocols import Kernel
from infoplane.measures._series import series_note
from infoplane.measures.kernel import _grams
from infoplane.sample import Sample
from infoplane.settings import switch

NOTHING = 1e-13  # of the sum of squares of a matrix: what rounding leaves of one that is constant


@dataclass(frozen=True)
class CKA:
    r"""Centred kernel alignment: how alike two representations arrange the same samples, at most 1.

    .. math:: \frac{\mathrm{HSIC}(x, y)}{\sqrt{\mathrm{HSIC}(x, x)\,\mathrm{HSIC}(y, y)}}

    Parameters
    ----------
    kernel_x, kernel_y : kernel or None
        From `infoplane.kernels`; None is ``Gaussian("median")`` for numbers and ``Delta()`` for labels.
        ``Linear()`` on both sides compares up to rotation and scale.
    unbiased : bool
        Take the unbiased HSIC [2]_, so that independent variables have 0 on average, or the biased one [1]_,
        which goes to 1 for any two variables of many more columns than samples.

    Returns
    -------
    Estimate
        Without a unit; 0 to 1, or slightly negative where unbiased. The note has the bandwidths that a rule
        gave, and names few columns in so large a unit that `Gaussian` and `Laplace` hardly see the others;
        `Linear` is meant to weigh columns by their variance.

    Raises
    ------
    ValueError
        For fewer than 4 samples (unbiased; else 2), or a kernel of numbers on labels or the reverse.
    DegenerateData
        If a variable is constant, or a kernel tells no pairs of rows apart, for a bandwidth of 0 by a rule,
        or non-finite values.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import CKA, kernels
    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> turned = x @ np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
    >>> round(CKA(kernels.Linear(), kernels.Linear())(x, 5 * turned).value, 6)
    1.0

    References
    ----------
    .. [1] Kornblith et al. (2019), Similarity of neural network representations revisited, arXiv:1905.00414
    .. [2] Nguyen et al. (2021), Do wide and deep networks learn the same things?, arXiv:2010.15327
    """

    numbers: ClassVar[int] = 3
    kernel_x: Kernel | None = None
    kernel_y: Kernel | None = None
    unbiased: bool = True

    def __post_init__(self) -> None:
        _grams.check_kernel(self.kernel_x, "kernel_x")
        _grams.check_kernel(self.kernel_y, "kernel_y")
        switch(self.unbiased, "unbiased")

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y, one, other = self._sides(x, y)
        sums = _grams.sums(one.gram, other.gram, squares=True)
        value = self._product(sums) / self._norm(sums, (x, one), (y, other))
        note = _notes.join_notes([_grams.note(sums, one, other), series_note(x, y)])
        return Estimate(value, unit="", note=note)

    def permuted(self, x: Any, y: Any, orders: np.ndarray) -> tuple[np.ndarray, str]:
        """The values with y's rows in each of the orders (times, n), and a clause on how; see `Permuted`."""
        x, y, one, other = self._sides(x, y)
        if x.is_labels:
            one, other, orders = other, one, np.argsort(orders, axis=1)
            x, y = y, x
        before = _grams.sums(one.gram, other.gram, squares=True)
        norm = self._norm(before, (x, one), (y, other))
        values = [self._product(after) / norm for after in _grams.permuted(before, one, other, orders)]
        return np.array(values), _grams.recomputed_note(one, other)

    def _sides(self, x: Any, y: Any) -> tuple[Sample, Sample, _grams.Side, _grams.Side]:
        x, y = _check.pair(x, y)
        if self.unbiased:
            _check.for_unbiased(x, "CKA(unbiased=False)")
        constant = _grams.constant_note("CKA is 0/0; leave it out", x, y)
        if constant:
            raise DegenerateData(constant)
        x, y = _grams.together(x, y)
        return x, y, *_grams.sides(x, y, self.kernel_x, self.kernel_y)

    def _product(self, sums: _grams.Sums, i: int = 0, j: int = 1) -> float:
        return sums.unbiased(i, j) if self.unbiased else sums.trace(i, j)

    def _norm(self, sums: _grams.Sums, *both: tuple[Sample, _grams.Side]) -> float:
        squares = [self._product(sums, i, i) for i in (0, 1)]
        for i, (x, side) in enumerate(both):
            if not squares[i] > NOTHING * float(sums.beside(i, i)) or _grams.sees_none(sums, side, i):
                if x.is_labels:
                    _check.some_class_repeats(x, "two samples to compare")
                raise DegenerateData(
                    f"the kernel of {x.name!r} finds all pairs of rows equally similar, so that CKA is "
                    "0/0; take another bandwidth, like kernels.Gaussian('median')"
                )
        return sqrt(squares[0]) * sqrt(squares[1])
