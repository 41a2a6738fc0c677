"""How far measures are from the truth on distributions whose information is known."""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import partial
from statistics import fmean, stdev
from typing import Any

import numpy as np

from infoplane.estimate import Estimate
from infoplane.measures import (
    KSG,
    CanonicalPairs,
    Criterion,
    Extrapolated,
    FromEntropy,
    GaussianCopula,
    KozachenkoLeonenko,
    MixedKSG,
    WeightedKozachenkoLeonenko,
)
from infoplane.prepare import Prepared, copula, standardise
from infoplane.trust.drawing import FEW, Case, Drawn, drawn, nats
from infoplane.trust.targets import Target

# WithinClass is of three variables, and the sliced measures are of another quantity than the information
OURS = {
    "KSG": KSG(k=5),
    "MixedKSG": MixedKSG(k=5),
    "KL": FromEntropy(KozachenkoLeonenko(k=5)),
    "weighted KL": FromEntropy(WeightedKozachenkoLeonenko(k=5)),
    "GaussianCopula": GaussianCopula(),
    "CanonicalPairs": CanonicalPairs(KSG(k=5)),
    "Extrapolated": Extrapolated(KSG(k=5)),
    "KSG standardised": Prepared(KSG(k=5), x=standardise, y=standardise),
    "KSG of scores": Prepared(KSG(k=5), x=copula, y=copula),
}
BESIDE = ("KSG", "MixedKSG", "GaussianCopula")  # quick, and unlike each other
ABSOLUTE, RELATIVE = 0.05, 0.1  # a bias above the larger of these, nats and share of the truth, is marked
SENTENCE = 110  # characters of a refusal that are kept


@dataclass(frozen=True)
class Accuracy:
    """What came of a `Case`.

    Parameters
    ----------
    measure, distribution, n
        Those of the case.
    truth : float
        The truth of the target, in nats.
    bias, spread : float
        Mean of estimate - truth, and standard deviation of the estimates, over draws; NaN if there are none.
    draws, refused : int
        How many draws were estimated, and how many the measure refused.
    ms : float
        Processor time of the quickest draw.
    note : str
        The start of the first refusal.
    """

    measure: str
    distribution: str
    n: int
    truth: float
    bias: float
    spread: float
    draws: int
    refused: int
    ms: float
    note: str = ""

    @property
    def off(self) -> bool:
        """Whether the bias is above .05 nats and a tenth of the truth, or there is none."""
        return not abs(self.bias) <= max(ABSOLUTE, RELATIVE * self.truth)


def as_measure(given: Any, name: str) -> Any:
    """A user's object as a measure: an instance, a class with defaults, or a function of two arrays.

    Raises
    ------
    ValueError
        If it is nothing of the kind.
    """
    if inspect.isclass(given):
        try:
            given = given()
        except TypeError as error:
            raise ValueError(
                f"{name} is a class that cannot be made without settings ({error}); name an instance of it"
            ) from error
    if not callable(given):
        raise ValueError(f"{name} must be a measure or a function of two arrays; got {given!r}")
    return given if is_dataclass(given) else Criterion(name, partial(_number, given), unit="nats")


def cases(
    measures: Mapping[str, Any],
    targets: Iterable[Target],
    ns: Sequence[int],
    draws: Sequence[int],
    seconds: float,
) -> list[Case]:
    """Every measure on every target, with so many draws at each n; few samples first."""
    for name, numbers, least in (("n", ns, 10), ("draws", draws, FEW)):
        if not numbers or min(numbers) < least:
            raise ValueError(f"{name} must be {least} or more; got {', '.join(map(str, numbers)) or 'none'}")
    targets = list(targets)
    return [
        Case(name, what, target, n, most, seconds)
        for n, most in zip(ns, draws, strict=True)
        for target in targets
        for name, what in measures.items()
    ]


def compare(work: Sequence[Case], **how: Any) -> list[Accuracy]:
    """Each case drawn, measured and compared with the truth; `how` is of `drawn`.

    Raises
    ------
    RuntimeError
        For any error of a measure but `ValueError`, from it: naming the distribution.
    """
    return [summary(case, own) for case, own in zip(work, drawn(work, **how), strict=True)]


def summary(case: Case, draws: Sequence[Drawn]) -> Accuracy:
    """Bias and spread of the draws that were not refused."""
    truth = case.target.truth
    values = [draw.value for draw in draws if not math.isnan(draw.value)]
    refusals = [draw.note for draw in draws if math.isnan(draw.value)]
    return Accuracy(
        measure=case.measure,
        distribution=case.target.name,
        n=case.n,
        truth=truth,
        bias=fmean(values) - truth if values else math.nan,
        spread=stdev(values) if len(values) > 1 else math.nan,
        draws=len(values),
        refused=len(refusals),
        ms=1e3 * min(draw.seconds for draw in draws),
        note=_start(refusals[0]) if refusals else "",
    )


def _number(f: Callable[[np.ndarray, np.ndarray], Any], x: np.ndarray, y: np.ndarray) -> Any:
    answer = f(x, y)
    return nats(answer) if isinstance(answer, Estimate) else answer


def _start(sentence: str) -> str:
    first = sentence.partition(";")[0].partition("\n")[0]
    return first if len(first) <= SENTENCE else first[:SENTENCE].rsplit(" ", 1)[0] + " ..."
