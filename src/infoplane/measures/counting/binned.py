"""Entropy and information of binned variables."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.special import entr

from infoplane.bins import Adaptive, Rows
from infoplane.directions import distinct_rows
from infoplane.estimate import Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._protocols import Rule
from infoplane.sample import Sample
from infoplane.settings import able, one_of

ADAPTIVE = Adaptive()
RULE = "a rule of infoplane.bins, like FixedWidth(0.07)"
ALONE = 0.5  # of the samples: more in cells of their own, and the estimate is about their number


@dataclass(frozen=True)
class Binned:
    r"""Information of binned variables from the frequencies of their cells, in nats.

    .. math:: I = \sum_{ab} p_{ab} \ln \frac{p_{ab}}{p_a p_b} \qquad H = -\sum_a p_a \ln p_a

    the second of one variable alone. A cell is what the bins of all columns of a variable are together;
    labels are cells as they are.

    Parameters
    ----------
    rule : FixedWidth, FixedRange, EqualCount, Adaptive or Rows
        A rule of `infoplane.bins`: how continuous variables are cut.
    x : rule, optional
        The rule of the first variable, where it isn't `rule`. ``bins.Rows()`` takes each distinct row of an
        input for a value of its own, so that I(X;T) of a layer is the entropy of its cells.
    correction : {None, "miller-madow"}
        None leaves the frequencies' estimate (plug-in). Miller's adds (cells - 1) / 2n to each entropy.

    Returns
    -------
    Estimate
        Nats; at most ln n. The plug-in information is non-negative and too large by about
        (cells of both - cells of x - cells of y + 1) / 2n as long as most cells hold many samples; the note
        says if most hold one. A corrected one may be negative. The note names constant columns, which are
        left out, and values outside the range of `FixedRange`.

    Raises
    ------
    ValueError
        If all variables are labels (`Plugin`), or rows differ in number.
    DegenerateData
        For non-finite values, or a width too small for the values' range.

    Notes
    -----
    The bins decide what a plane shows [1]_, [2]_: show a band over them (`infoplane.sensitivity`).

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import Binned, bins
    >>> x = np.arange(8) / 8
    >>> Binned(bins.FixedWidth(0.25))(x, [0, 0, 0, 0, 1, 1, 1, 1])
    Estimate(0.6931 nats)
    >>> Binned(bins.FixedWidth(0.25), x=bins.Rows())(np.arange(8.0), x)
    Estimate(1.386 nats; no two rows of x are equal)

    References
    ----------
    .. [1] Saxe et al. (2019), doi:10.1088/1742-5468/ab3985
    .. [2] Chelombiev, Houghton, O'Donnell (2019), doi:10.48550/arXiv.1902.09037
    .. [3] Miller (1955), in: Information Theory in Psychology, 95-100
    """

    numbers: ClassVar[int] = 1
    rule: Rule = ADAPTIVE
    x: Rule | None = None
    correction: Literal["miller-madow"] | None = None

    def __post_init__(self) -> None:
        able(self.rule, "codes", "Binned(rule=)", RULE)
        if self.x is not None:
            able(self.x, "codes", "Binned(x=)", RULE)
        one_of(self.correction, "correction", (None, "miller-madow"))

    def __call__(self, x: Any, y: Any = None) -> Estimate:
        sides = _check.one_or_pair(x, y, "Binned")
        nothing = _check.no_information(*sides)
        if nothing is not None:
            return nothing
        rules = (self.rule if self.x is None else self.x, self.rule)
        cells, clauses = zip(*map(_cells, sides, rules), strict=True)
        value = sum(map(self._entropy, cells))
        if y is not None:
            value -= self._entropy(cells[0] * (cells[1].max() + 1) + cells[1])
        return Estimate(float(value), note=_notes.join_notes([_notes.about(*sides), *clauses]))

    def _entropy(self, cells: np.ndarray) -> float:
        counts = np.unique(cells, return_counts=True)[1]
        plugin = entr(counts / len(cells)).sum()
        return float(plugin + (len(counts) - 1) / (2 * len(cells)) * (self.correction is not None))


def _cells(x: Sample, rule: Rule) -> tuple[np.ndarray, str]:
    """The cell of each row, from 0 on, and what to know about them; kept with the variable."""
    return (x.values, "") if x.is_labels else x.derived((rule, "cells"), lambda: _cut(x, rule))


def _cut(x: Sample, rule: Rule) -> tuple[np.ndarray, str]:
    codes, clause = rule.codes(_check.alive(x).values.astype(np.float64))
    if codes.shape[1] == 1:
        cells = np.unique(codes, return_inverse=True)[1].ravel()
    else:
        cells = np.asarray(distinct_rows(codes)[1])
    notes = [f"{x.name}: {clause}"] if clause else []
    alone = int((np.bincount(cells) == 1).sum())
    if isinstance(rule, Rows):
        notes.append(f"no two rows of {x.name} are equal" if alone == len(x) else "")
    elif alone > ALONE * len(x):
        notes.append(
            f"{alone} of {len(x)} rows of {x.name} are alone in their cell: too few samples for these bins"
        )
    return cells, _notes.join_notes(notes)
