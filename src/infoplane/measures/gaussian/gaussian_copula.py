"""Mutual information of variables whose copula is normal, in closed form."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import entr

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._check import class_rows
from infoplane.measures._scores import canonical, whitened_scores
from infoplane.measures.gaussian._departures import labels_note, pair_note
from infoplane.measures.gaussian._normal import ONE, Classes, by_chance, half_log_bias, refuse_functions
from infoplane.sample import Sample


@dataclass(frozen=True)
class GaussianCopula:
    r"""Mutual information of variables whose normal scores are jointly normal, in nats.

    Each column becomes Φ⁻¹(rank / (n + 1)). With C the sample covariances of these scores,

    .. math:: I = \tfrac12 \ln \frac{|C_x|\,|C_y|}{|C_{xy}|} - b(d_x, n) - b(d_y, n) + b(d_x + d_y, n)

    .. math:: b(d, n) = \tfrac12 \sum_{i=1}^d
              \left[ψ\left(\tfrac{n-i}{2}\right) - \ln \tfrac{n-1}{2}\right]

    and with labels on one side

    .. math:: I = \tfrac12 \ln |C| - b(d, n) - \sum_y p(y) \left[\tfrac12 \ln |C_y| - b(d, n_y)\right] .

    b is the bias of half the logarithm of a normal sample's determinant, so that the estimate is unbiased
    but for what ranks do to normal values.

    Returns
    -------
    Estimate
        Nats; may be slightly negative. Any monotone change of a column leaves it as it is. The note names
        constant and dependent columns, which are left out, ties, a value above the labels' entropy, and
        scores that are not normal together where that moves the value by more than 0.03 nats and 7 %, as far
        as low moments tell.

    Raises
    ------
    ValueError
        If both variables are labels, rows differ in number, or a variable has more than 16,384 columns of
        more than as many samples.
    DegenerateData
        If there are no more samples than columns (of both variables; in each class), if some scores of one
        variable are a linear function of the other's or of the label (the information is infinite), or for
        non-finite values.

    Notes
    -----
    Sees linear dependence between normal scores and nothing else. Of two single columns it is a lower bound
    of the information, of more columns no bound.
    With labels it takes the scores for normal within each class and over all, which cannot hold for
    classes that lie apart, and fails for the outputs of a softmax, whose rows lie on a curved sheet.
    The note looks at skewness and kurtosis of whole rows, at products of columns, and with labels at a
    mixture of normal classes: a sine of many periods or a dependence of few columns in very many escapes it.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import GaussianCopula, known
    >>> x, y = known.Normal(rho=0.5, dims=3).draw(2000, seed=0)  # truth: 0.4315 nats
    >>> bool(abs(GaussianCopula()(np.exp(x), y).value - 0.4315) < 0.1)
    True

    References
    ----------
    .. [1] Ince et al. (2017), doi:10.1002/hbm.23471
    """

    numbers: ClassVar[int] = 1

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = _check.pair(x, y)
        _check.not_both_labels(x, y, "GaussianCopula")
        nothing = _check.no_information(x, y)
        if nothing is not None:
            return nothing
        note = _notes.join_notes([_notes.about(x, y), _notes.tie_note(x, y)])
        x, y = _check.alive(x), _check.alive(y)
        if x.is_labels:
            x, y = y, x
        value, more = _with_labels(x, y) if y.is_labels else _of_both(x, y)
        return Estimate(float(value), note=_notes.join_notes([note, more]))


def _of_both(x: Sample, y: Sample) -> tuple[float, str]:
    a, b = whitened_scores(x), whitened_scores(y)
    n, dx, dy = len(x), a.width, b.width
    if n <= dx + dy:
        raise DegenerateData(
            f"{x.name!r} and {y.name!r} have {dx} + {dy} independent columns for {n} samples, so that a "
            "linear function of the one gives the other; use prepare.pca, Sliced, or more samples"
        )
    found = canonical(a, b)
    refuse_functions(x, y, found[0])
    value = -0.5 * np.log(1 - found[0] ** 2).sum() - by_chance(dx, dy, n)
    return value, _notes.join_notes([_rank_note((x, a), (y, b)), pair_note(x, y, found, value)])


def _with_labels(x: Sample, y: Sample) -> tuple[float, str]:
    a = whitened_scores(x)
    d, n = a.width, len(x)
    _check.some_class_repeats(y, "a variance")
    for rows, label in zip(class_rows(y), y.classes or (), strict=True):
        if len(rows) <= d:
            fewer = f"use prepare.pca({len(rows) - 1}) or fewer, or Sliced"
            raise DegenerateData(
                f"class {label!r} of {y.name!r} has {len(rows)} samples for the {d} independent columns of "
                f"{x.name!r}; {fewer if len(rows) > 1 else 'leave out classes of a single sample'}"
            )
    classes = Classes.of(a, y)
    variances = np.linalg.eigvalsh(classes.covariances)
    for label, least in zip(y.classes or (), variances[:, 0], strict=True):
        if least <= ONE:
            raise DegenerateData(
                f"a linear function of the normal scores of {x.name!r} is constant in class {label!r} of "
                f"{y.name!r}, so their information is infinite; leave such columns out, or add "
                "prepare.jitter(1e-3)"
            )
    shares = classes.sizes / n
    chance = float(shares @ [half_log_bias(d, int(size)) for size in classes.sizes]) - half_log_bias(d, n)
    value = chance - 0.5 * float(
        shares @ np.log(variances).sum(axis=1)
    )  # white: the determinant over all is 1
    entropy = float(entr(np.bincount(y.values) / n).sum())
    over = (
        f"more than the entropy {entropy:.4g} of {y.name}, which no information is: the scores are not "
        "normal, or too few for so many columns (KSG and Sliced assume less)"
    )
    off = over if value > entropy else labels_note(x, y, classes, value, -chance)
    return value, _notes.join_notes([_rank_note((x, a)), off])


def _rank_note(*sides: tuple[Sample, Sample]) -> str:
    return _notes.join_notes(
        f"{x.width - white.width} of {x.width} columns of {x.name} are linear in the others' normal scores"
        for x, white in sides
        if white.width < x.width
    )
