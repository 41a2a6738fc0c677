"""Rényi's entropy of the spectrum of a Gram matrix, and the information made of it."""

from dataclasses import dataclass
from math import log
from typing import Any, ClassVar

import numpy as np
from array_api_compat import array_namespace, device

from infoplane.estimate import DegenerateData, Estimate
from infoplane.kernels import Delta, Gaussian, Gram
from infoplane.kernels.matrix import EDGE, square, upper
from infoplane.measures import _check, _notes
from infoplane.measures._order import content_order, in_order
from infoplane.measures._protocols import Kernel
from infoplane.measures.kernel._grams import loud_note, together
from infoplane.measures.kernel._spectra import renyi_entropy, symmetric_eigenvalues
from infoplane.sample import Sample
from infoplane.settings import number

GAUSSIAN = Gaussian()
NEARLY = 0.99  # of ln n
ROUNDING = 1e-6  # of the trace: a smaller eigenvalue below 0 may be rounding
ALIKE = 1e-12  # nats: a smaller entropy is rounding


@dataclass(frozen=True)
class MatrixRenyi:
    r"""Entropy of the eigenvalues λ of a Gram matrix of trace 1, and information from it, in nats.

    .. math:: S_α(A) = \frac{1}{1 - α} \ln \sum_i λ_i(A)^α, \qquad
              A_{ij} = \frac{1}{n} \frac{k(x_i, x_j)}{\sqrt{k(x_i, x_i)\, k(x_j, x_j)}}

    .. math:: I_α(X;Y) = S_α(A) + S_α(B) - S_α\left(\frac{A \circ B}{\operatorname{tr}(A \circ B)}\right)

    with the product taken entry by entry. Called with one variable it is the entropy.

    Parameters
    ----------
    alpha : float
        The order, ``> 0``: 1 is von Neumann's entropy (the limit), 2 needs no eigenvalues, and large ones go
        to the min-entropy :math:`-\ln \max_i λ_i`.
    kernel : Gaussian, Laplace or Linear
        A kernel of `infoplane.kernels`, for continuous variables; labels have `kernels.Delta`, which makes
        the entropy that of Rényi of their frequencies.

    Returns
    -------
    Estimate
        Nats. The entropy lies between 0 and ln n, and the note says when it is nearly ln n: the kernel then
        sees no two rows as alike, and the information is about the number of rows. Constant columns are left
        out and named, and columns in so large a unit that distances hardly see the others.

    Raises
    ------
    ValueError
        If all variables are labels (`Plugin`), rows differ in number, or there are more than 16,384 of them
        and `alpha` is not 2.
    DegenerateData
        For a bandwidth of 0, a row of zeros under ``kernels.Linear()``, a matrix with negative eigenvalues
        (possible with ``kernels.Neighbours``), or non-finite values.

    Notes
    -----
    Not Shannon's: the kernel decides what is alike, and with it all numbers. A number as bandwidth sees the
    scale of the activations, ``"median"`` does not. Memory of one (n, n) matrix and time n³ for its
    eigenvalues; with ``alpha=2`` blocks of it and no more.

    Examples
    --------
    >>> from infoplane import MatrixRenyi
    >>> MatrixRenyi(alpha=2)([0.0, 0.0, 0.0, 9.0, 9.0, 9.0], ["a", "a", "a", "b", "b", "b"]).value < 0.7
    True

    References
    ----------
    .. [1] Sánchez Giraldo, Rao, Príncipe (2015), doi:10.1109/TIT.2014.2370058
    """

    numbers: ClassVar[int] = 3
    alpha: float | int = 1.01
    kernel: Kernel = GAUSSIAN

    def __post_init__(self) -> None:
        number(self.alpha, "alpha", above=0)
        _check.kernel(self.kernel, "MatrixRenyi(kernel=)")

    def __call__(self, x: Any, y: Any = None) -> Estimate:
        sides = _check.one_or_pair(x, y, "MatrixRenyi")
        if len(sides) == 2:
            sides = together(*sides)
        nothing = _check.no_information(*sides)
        if nothing is not None:
            return nothing
        note = _notes.about(*sides)
        alive = [_check.alive(side) for side in sides]
        own = [self._own(side) for side in alive]
        clauses = [_blind(side, entropy) for side, entropy in zip(alive, own, strict=True)]
        clauses += [loud_note(side, self.kernel) for side in sides]
        value = sum(own)
        if y is not None:
            order = content_order(*alive)
            grams = [self._gram(side.take(order)) for side in alive]
            value -= self._entropy(grams, " and ".join(side.name for side in sides))
        return Estimate(value, note=_notes.join_notes([note, *clauses]))

    def _own(self, x: Sample) -> float:
        return x.derived(
            ("renyi", self.alpha, self.kernel), lambda: self._entropy([self._gram(in_order(x))], repr(x.name))
        )

    def _gram(self, x: Sample) -> Gram:
        return (Delta() if x.is_labels else self.kernel).gram(x)

    def _entropy(self, grams: list[Gram], of: str) -> float:
        scales = [_to_unit_diagonal(gram, of) for gram in grams]
        if self.alpha == 2:
            return -log(_mean_square(grams, scales))
        other = "take MatrixRenyi(alpha=2), which needs none, or fewer rows"
        square(len(grams[0]), f"the spectrum of {of}", other)
        return renyi_entropy(float(self.alpha), _spectrum(grams, scales, of))


def _blind(x: Sample, entropy: float) -> str:
    """A clause about a kernel that tells all rows apart, or none."""
    if not x.is_labels and entropy > NEARLY * log(len(x)):
        return f"the kernel sees hardly two rows of {x.name} as alike: its entropy is nearly ln n"
    if not x.is_labels and entropy < ALIKE:
        return f"the kernel sees all rows of {x.name} as alike but for rounding: its bandwidth is too large"
    return ""


def _to_unit_diagonal(gram: Gram, of: str) -> Any:
    """1 / √k(i, i) of each row."""
    n = len(gram)
    cuts = [slice(start, min(start + EDGE, n)) for start in range(0, n, EDGE)]
    blocks = [gram.block(rows, rows) for rows in cuts]
    xp = array_namespace(blocks[0])
    diagonal = xp.concat([xp.linalg.diagonal(block) for block in blocks])
    if not float(xp.min(diagonal)) > 0:
        raise DegenerateData(
            f"a row of {of} has no length under this kernel; take kernels.Gaussian(), or leave such rows out"
        )
    return 1 / xp.sqrt(diagonal)


def _block(grams: list[Gram], scales: list[Any], rows: slice, columns: slice) -> Any:
    """The product of the matrices, each with 1 on its diagonal."""
    out: Any = 1.0
    for gram, scale in zip(grams, scales, strict=True):
        out = out * gram.block(rows, columns) * scale[rows][:, None] * scale[columns][None, :]
    return out


def _mean_square(grams: list[Gram], scales: list[Any]) -> float:
    """The sum of the squared eigenvalues, that of the squared entries."""
    total = 0.0
    for rows, columns in upper(len(grams[0])):
        block = _block(grams, scales, rows, columns)
        total += float(array_namespace(block).sum(block * block)) * (1 if rows == columns else 2)
    return total / len(grams[0]) ** 2


def _spectrum(grams: list[Gram], scales: list[Any], of: str) -> np.ndarray:
    """The positive eigenvalues of the product, of trace 1, ascending."""
    n = len(grams[0])
    whole = None
    for rows, columns in upper(n):
        block = _block(grams, scales, rows, columns) / n
        xp = array_namespace(block)
        if whole is None:
            whole = xp.empty((n, n), dtype=block.dtype, device=device(block))
        whole[rows, columns] = block
        whole[columns, rows] = block.T
    values = symmetric_eigenvalues(whole)
    if float(values[0]) < -ROUNDING:
        raise DegenerateData(
            f"the matrix of {of} has an eigenvalue of {float(values[0]):.2g}, so it has no entropy; take "
            "a kernel with one bandwidth for all rows"
        )
    return values[values > n * 2.3e-16 * values[-1]]
