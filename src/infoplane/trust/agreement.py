"""Whether a measure orders distributions as the truth does, whatever its unit and its bias."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

import numpy as np
from scipy.stats import kendalltau

from infoplane.trust.accuracy import summary
from infoplane.trust.drawing import Case, Drawn, drawn
from infoplane.trust.targets import Target

DIGITS = 9  # of a value: what lies beyond is rounding, which would order equal values


@dataclass(frozen=True)
class Climb:
    """A measure on distributions of one kind, by rising truth: what is to be drawn and measured.

    Parameters
    ----------
    measure, kind : str
        What they are called in the tables.
    what : measure
    rungs : tuple of Target
    n, draws : int
    """

    measure: str
    kind: str
    what: Any
    rungs: tuple[Target, ...]
    n: int
    draws: int

    @property
    def cases(self) -> list[Case]:
        """One on each rung; no two rungs share a seed."""
        return [
            Case(self.measure, self.what, rung, self.n, self.draws, first=self.draws * place)
            for place, rung in enumerate(self.rungs)
        ]


@dataclass(frozen=True)
class Agreement:
    """What came of a `Climb`.

    Parameters
    ----------
    measure, kind, n
        Those of the climb.
    agreement, error : float
        Mean of Kendall's τ between values and truths over draws, each of its own samples on every rung, and
        the standard error of that mean; NaN if no draw has a value on every rung.
    draws, refused : int
        How many draws have a value on every rung, and how many have none on some.
    ms : float
        Processor time of the quickest estimate.
    truths, values : tuple of float
        In nats, and in the measure's unit the mean over draws, for every rung.
    note : str
        The start of the first refusal.
    """

    measure: str
    kind: str
    n: int
    agreement: float
    error: float
    draws: int
    refused: int
    ms: float
    truths: tuple[float, ...]
    values: tuple[float, ...]
    note: str = ""


def agreements(work: Sequence[Climb], **how: Any) -> list[Agreement]:
    """Each measure's agreement with the truth; `how` is of `drawn`."""
    found = iter(drawn([case for climb in work for case in climb.cases], **how))
    return [_agreement(climb, [next(found) for _ in climb.rungs]) for climb in work]


def tau(truths: Sequence[float], values: Sequence[float]) -> float:
    """Kendall's τ-b; 0 where all values are equal, which order nothing."""
    if len(set(values)) == 1:
        return 0.0
    return float(kendalltau(truths, values).statistic)


def between_kinds(rows: Sequence[Agreement]) -> float:
    """Kendall's τ-b of one measure's mean values on all rungs of several kinds, which are unlike data."""
    truths = [truth for row in rows for truth in row.truths]
    return tau(truths, [value for row in rows for value in row.values])


def _agreement(climb: Climb, draws: Sequence[Sequence[Drawn]]) -> Agreement:
    truths = tuple(rung.truth for rung in climb.rungs)
    values = np.array([[draw.value for draw in rung] for rung in draws])
    whole = ~np.isnan(values).any(axis=0)
    taus = [tau(truths, [float(f"{value:.{DIGITS}g}") for value in column]) for column in values.T[whole]]
    rows = [summary(case, rung) for case, rung in zip(climb.cases, draws, strict=True)]
    return Agreement(
        measure=climb.measure,
        kind=climb.kind,
        n=climb.n,
        agreement=fmean(taus) if taus else math.nan,
        error=stdev(taus) / math.sqrt(len(taus)) if len(taus) > 1 else math.nan,
        draws=len(taus),
        refused=len(whole) - len(taus),
        ms=min(row.ms for row in rows),
        truths=truths,
        values=tuple(row.truth + row.bias for row in rows),
        note=next((row.note for row in rows if row.note), ""),
    )
