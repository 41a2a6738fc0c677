"""Entropy and information of binned variables."""

from dataclasses import dataclass
from operator import and_
from typing import Any, ClassVar, Literal

import numpy as np

from infoplane.bins import Adaptive, Rows
from infoplane.estimate import Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._protocols import Rule
from infoplane.measures.counting._cells import entropy, numbered, paired
from infoplane.measures.counting._chance import judged
from infoplane.sample import Sample
from infoplane.settings import able, number, one_of

ADAPTIVE = Adaptive()
RULE = "a rule of infoplane.bins, like FixedWidth(0.07)"
ALONE = 0.5  # of the samples: more in cells of their own, and the estimate is about their number
CROWD = 0.9  # of the samples: as many in one cell, and the bins see the others only
ATOM = 0.5  # of a crowd: as many equal rows are a value that no bin could part
# cells that a column seems to fill, of ten or more between its extremes: a third of information is lost
SPREAD, OF = 3.0, 10
ENOUGH = 30  # rows to tell that of
WAY = "fewer bins, more samples, or Sliced(...) of several columns"


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
    most_chance : float
        Refuses cells that have more than this share of the most they could have when they are paired at
        random; above 0, and 1 refuses none. Rows of `bins.Rows` are what they are, and never refused.

    Returns
    -------
    Estimate
        Nats; at most ln n. The plug-in information is non-negative and too large by about
        (cells of both - cells of x - cells of y + 1) / 2n as long as most cells hold many samples. A
        corrected one may be negative. The note names the part that chance makes, exactly the mean over all
        pairings of the same cells, where that is more than a fifth and .02 nats; cells of single rows, where
        most are, and one that nine tenths of the rows share though they differ; a value at the entropy of
        one variable; constant columns, which are left out; and values outside the range of `FixedRange`.

    Raises
    ------
    ValueError
        If all variables are labels (`Plugin`), rows differ in number, or a setting is out of its range.
    DegenerateData
        For non-finite values, a width too small for the values' range, or where chance makes more than
        `most_chance` allows.

    Notes
    -----
    The bins decide what a plane shows [1]_, [2]_: show a band over them (`infoplane.sensitivity`).

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import Binned, bins
    >>> x = np.arange(80) / 80
    >>> Binned(bins.FixedWidth(0.25))(x, x < 0.5)
    Estimate(0.6931 nats; it is at the entropy of y, the most there is)
    >>> Binned(bins.FixedWidth(0.25), x=bins.Rows())(np.arange(80.0), x)
    Estimate(1.386 nats; no two rows of x are equal)

    References
    ----------
    .. [1] Saxe et al. (2019), doi:10.1088/1742-5468/ab3985
    .. [2] Chelombiev, Houghton, O'Donnell (2019), doi:10.48550/arXiv.1902.09037
    .. [3] Miller (1955), in: Information Theory in Psychology, 95-100
    """

    numbers: ClassVar[int] = 2
    rule: Rule = ADAPTIVE
    x: Rule | None = None
    correction: Literal["miller-madow"] | None = None
    most_chance: float | int = 0.9

    def __post_init__(self) -> None:
        able(self.rule, "codes", "Binned(rule=)", RULE)
        if self.x is not None:
            able(self.x, "codes", "Binned(x=)", RULE)
        one_of(self.correction, "correction", (None, "miller-madow"))
        number(self.most_chance, "most_chance of Binned", above=0, at_most=1)

    def __call__(self, x: Any, y: Any = None) -> Estimate:
        sides = _check.one_or_pair(x, y, "Binned")
        nothing = _check.no_information(*sides)
        if nothing is not None:
            return nothing
        rules = (self.rule if self.x is None else self.x, self.rule)
        cells, clauses = zip(*map(_cells, sides, rules), strict=True)
        notes = [_notes.about(*sides), *clauses]
        if len(cells) == 1:
            return Estimate(self._entropy(cells[0]), note=_notes.join_notes(notes))
        pairs = paired(*cells)
        value = pairs.information() + pairs.miller() * (self.correction is not None)
        rows = [
            isinstance(rule, Rows) and not side.is_labels for rule, side in zip(rules, sides, strict=True)
        ]
        if not any(map(and_, rows, pairs.determines)):  # else it is an entropy by definition
            names, corrected = (sides[0].name, sides[1].name), self.correction is not None
            most_chance = 1.0 if any(rows) else self.most_chance
            notes.append(judged(pairs, value, names, corrected, most_chance, WAY))
        return Estimate(value, note=_notes.join_notes(notes))

    def _entropy(self, cells: np.ndarray) -> float:
        counts = np.bincount(cells)
        correction = (len(counts) - 1) / (2 * len(cells)) * (self.correction is not None)
        return entropy(counts) + correction


def _cells(x: Sample, rule: Rule) -> tuple[np.ndarray, str]:
    """The cell of each row, from 0 on, and what to know about them; kept with the variable."""
    return (x.values, "") if x.is_labels else x.derived((rule, "cells"), lambda: _cut(x, rule))


def _cut(x: Sample, rule: Rule) -> tuple[np.ndarray, str]:
    values = _check.alive(x).values
    codes, clause = rule.codes(values)
    cells = numbered(codes)
    counts = np.bincount(cells)
    notes = [f"{x.name}: {clause}"] if clause else []
    alone = int((counts == 1).sum())
    if isinstance(rule, Rows):
        notes.append(f"no two rows of {x.name} are equal" if alone == len(x) else "")
    elif alone > ALONE * len(x):
        notes.append(
            f"{alone} of {len(x)} rows of {x.name} are alone in their cell: too few samples for these bins"
        )
    elif counts.max() >= CROWD * len(x) and not _is_atom(values[cells == counts.argmax()]):
        notes.append(
            f"{counts.max()} of {len(x)} rows of {x.name} differ but share one cell: take "
            "bins.EqualCount(30), or prepare.copula"
        )
    elif codes.shape[1] == 1:
        notes.append(_spread_note(x, codes, cells, counts))
    return cells, _notes.join_notes(notes)


def _spread_note(x: Sample, codes: np.ndarray, cells: np.ndarray, counts: np.ndarray) -> str:
    """A clause about a column that lies in few of its cells, but for atoms."""
    there = int(codes.max() - codes.min()) + 1
    if there < OF or np.exp(entropy(counts)) >= 2 * SPREAD:
        return ""
    values, others = _check.alive(x).values, counts.copy()
    for cell in np.flatnonzero(counts > len(x) / there):
        equal = _most_equal(values[cells == cell])
        others[cell] -= equal * (equal > ATOM * counts[cell])
    if others.sum() < ENOUGH:
        return ""
    filled = float(np.exp(entropy(others)))
    if filled >= min(SPREAD, there / OF):
        return ""
    return (
        f"the {others.sum()} rows of {x.name} that differ lie in about {filled:.2g} of {there} cells: take "
        "bins.EqualCount(30), or prepare.copula"
    )


def _is_atom(rows: np.ndarray) -> bool:
    """Whether most of them are equal."""
    return _most_equal(rows) > ATOM * len(rows)


def _most_equal(rows: np.ndarray) -> int:
    return int(np.bincount(numbered(rows)).max())
