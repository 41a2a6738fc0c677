"""The Hilbert-Schmidt independence criterion."""

from dataclasses import dataclass
from math import ldexp
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from array_api_compat import array_namespace, device

from infoplane.estimate import DegenerateData, Estimate
from infoplane.kernels.matrix import square
from infoplane.measures import _check, _notes
from infoplane.measures._protocols import Kernel
from infoplane.measures._series import series_note
from infoplane.measures.kernel import _grams
from infoplane.sample import Sample
from infoplane.settings import number, one_of

SOLVING = 8  # whole matrices at once
LEAST = 1e-10  # of the trace: a smaller diagonal would leave R to rounding

Form = Literal["unbiased", "biased", "pyglow", "cca"]


@dataclass(frozen=True)
class HSIC:
    r"""How far two variables are from independent, by the covariance of what kernels see of them.

    With K and L the kernels' matrices, H what subtracts the mean, and n samples,

    ============ =========================================================================================
    ``form``     value
    ============ =========================================================================================
    "unbiased"   K and L without their diagonals, [2]_ eq. (5): mean 0 for independent variables
    "biased"     :math:`\operatorname{tr}(KHLH) / (n-1)^2` [1]_: above 0 by O(1/n)
    "pyglow"     :math:`\operatorname{tr}(KHLH) / (n-1)`, which grows with n, as the package PyGlow has it
    "cca"        :math:`\operatorname{tr}(R_x R_y)`, :math:`R = HKH (HKH + nεI)^{-1}` [3]_: normalised
    ============ =========================================================================================

    Parameters
    ----------
    kernel_x, kernel_y : kernel or None
        From `infoplane.kernels`; None is ``Gaussian("median")`` for numbers and ``Delta()`` for labels.
    form : {"unbiased", "biased", "pyglow", "cca"}
    ridge : float
        ε of the form "cca", relative to kernels that are 1 at distance 0; a smaller one sees finer detail,
        and noise. nε is at least 1e-10 of the trace of HKH.

    Returns
    -------
    Estimate
        Without a unit. The note has the bandwidths that a rule gave, and names few columns in so large a unit
        that `Gaussian` and `Laplace` hardly see the others. 0 only for independent variables, in the limit
        and with kernels that are characteristic, as these two are; `Linear` sees covariances alone. Not
        comparable between kernels or bandwidths.

    Raises
    ------
    ValueError
        For fewer than 4 samples ("unbiased"; else 2), or a kernel of numbers on labels or the reverse; for
        the form "cca" with more than 5,792 samples, of which its matrices are held whole.
    DegenerateData
        For a bandwidth of 0 by a rule, or non-finite values.

    Notes
    -----
    Computed in blocks of the matrices; memory grows with n, but a matrix of at most 256 MiB is kept with its
    sample, so that the input of a run is done once.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import HSIC, kernels
    >>> x = np.random.default_rng(0).normal(size=(200, 2))
    >>> HSIC(kernels.Linear(), kernels.Linear(), form="biased")(x, x).value > 1
    True
    >>> HSIC()(x, x[:, 0] > 0).value > 0.05
    True

    References
    ----------
    .. [1] Gretton et al. (2005), doi:10.1007/11564089_7
    .. [2] Song et al. (2012), Feature selection via dependence maximization, JMLR 13, 1393-1434
    .. [3] Fukumizu et al. (2008), Kernel measures of conditional dependence, NIPS 20
    """

    numbers: ClassVar[int] = 2
    kernel_x: Kernel | None = None
    kernel_y: Kernel | None = None
    form: Form = "unbiased"
    ridge: float = 1e-5

    def __post_init__(self) -> None:
        _grams.check_kernel(self.kernel_x, "kernel_x")
        _grams.check_kernel(self.kernel_y, "kernel_y")
        one_of(self.form, "form", get_args(Form))
        number(self.ridge, "ridge", above=0)

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = self._checked(x, y)
        constant = _grams.constant_note("HSIC is 0", x, y)
        if constant:
            return Estimate(0.0, unit="", note=constant)
        one, other = _grams.sides(x, y, self.kernel_x, self.kernel_y)
        if self.form == "cca":
            value = _inner(_whitened(x, one, self.ridge), _whitened(y, other, self.ridge))
            notes = [one.note, other.note]
        else:
            sums = _grams.sums(one.gram, other.gram)
            value = self._of(sums, one, other, f"{x.name!r} and {y.name!r}")
            notes = [_grams.note(sums, one, other)]
        return Estimate(value, unit="", note=_notes.join_notes([*notes, series_note(x, y)]))

    def permuted(self, x: Any, y: Any, orders: np.ndarray) -> tuple[np.ndarray, str]:
        """The values with y's rows in each of the orders (times, n), and a clause on how; see `Permuted`."""
        x, y = self._checked(x, y)
        if _grams.constant_note("HSIC is 0", x, y):
            return np.zeros(len(orders)), ""
        one, other = _grams.sides(x, y, self.kernel_x, self.kernel_y)
        if self.form == "cca":
            a, b = _whitened(x, one, self.ridge), _whitened(y, other, self.ridge)
            places = array_namespace(b).asarray(orders, device=device(b))
            return np.array([_inner(a, b[at[:, None], at[None, :]]) for at in places]), ""
        if x.is_labels:
            one, other, orders = other, one, np.argsort(orders, axis=1)
        before = _grams.sums(one.gram, other.gram)
        names = f"{x.name!r} and {y.name!r}"
        values = [self._of(after, one, other, names) for after in _grams.permuted(before, one, other, orders)]
        return np.array(values), _grams.recomputed_note(one, other)

    def _checked(self, x: Any, y: Any) -> tuple[Sample, Sample]:
        x, y = _check.pair(x, y)
        if self.form == "unbiased":
            _check.for_unbiased(x, "HSIC(form='biased')")
        return _grams.together(x, y)

    def _of(self, sums: _grams.Sums, one: _grams.Side, other: _grams.Side, names: str) -> float:
        n = sums.n
        if self.form == "unbiased":
            value = sums.unbiased() / (n * (n - 3))
        else:
            value = sums.trace() / (n - 1) ** (2 if self.form == "biased" else 1)
        try:
            return ldexp(value, one.exponent + other.exponent)
        except OverflowError:
            raise DegenerateData(
                f"{names} are so large that HSIC of linear kernels leaves the range of float64; divide them "
                "by a constant (prepare.standardise does)"
            ) from None


def _whitened(x: Sample, side: _grams.Side, ridge: float) -> Any:
    """R of the form "cca", (n, n), kept with the sample."""
    gram = side.gram
    square(len(gram), f"the form 'cca' for {x.name!r}", "take form='unbiased', or fewer rows", SOLVING)
    if gram.order is not None:
        return _whiten(side, ridge)
    return x.derived(("whitened", side.kernel, ridge), lambda: _whiten(side, ridge))


def _whiten(side: _grams.Side, ridge: float) -> Any:
    centred = side.gram.full()
    xp = array_namespace(centred)
    centred -= xp.mean(centred, axis=0)[None, :]
    centred -= xp.mean(centred, axis=1)[:, None]
    of_kernel = ridge * len(centred) * 2.0 ** -min(max(side.exponent, -900), 900)
    diagonal = max(of_kernel, LEAST * float(xp.linalg.trace(centred)))
    eye = xp.eye(len(centred), dtype=centred.dtype, device=device(centred))
    return xp.linalg.solve(centred + diagonal * eye, centred)


def _inner(a: Any, b: Any) -> float:
    return float(array_namespace(a).sum(a * b))
