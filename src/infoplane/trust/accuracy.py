"""How far measures are from the truth on distributions whose information is known."""

import inspect
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from functools import partial
from statistics import fmean, stdev
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from infoplane.estimate import Estimate
from infoplane.known import Distribution
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
FEW = 2  # draws that even the slowest cell gets: one has no spread
ABSOLUTE, RELATIVE = 0.05, 0.1  # a bias above the larger of these, nats and share of the truth, is marked
SENTENCE = 110  # characters of a refusal that are kept


@dataclass(frozen=True)
class Cell:
    """A measure on one distribution at one number of samples: what is to be measured.

    Parameters
    ----------
    measure, distribution : str
        What they are called in the tables.
    what : measure
    law : Distribution
    n : int
    draws : int
        At most so many; fewer, but two at least, where they would take more than `seconds`.
    seconds : float
    """

    measure: str
    distribution: str
    what: Any
    law: Distribution
    n: int
    draws: int
    seconds: float


@dataclass(frozen=True)
class Accuracy:
    """What came of a `Cell`.

    Parameters
    ----------
    measure, distribution, n
        Those of the cell.
    truth : float
        The distribution's information, in nats.
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


def cells(
    measures: Mapping[str, Any],
    over: Mapping[str, Distribution],
    ns: Sequence[int],
    draws: Sequence[int],
    seconds: float,
) -> list[Cell]:
    """Every measure on every distribution, with so many draws at each n; few samples first."""
    for name, numbers, least in (("n", ns, 10), ("draws", draws, FEW)):
        if not numbers or min(numbers) < least:
            raise ValueError(f"{name} must be {least} or more; got {', '.join(map(str, numbers)) or 'none'}")
    return [
        Cell(name, law_name, what, law, n, most, seconds)
        for n, most in zip(ns, draws, strict=True)
        for law_name, law in over.items()
        for name, what in measures.items()
    ]


def measured(cell: Cell) -> Accuracy:
    """Draw, measure and compare with the truth.

    Raises
    ------
    RuntimeError
        For any error of the measure but `ValueError`, from it: naming the distribution.
    """
    truth = cell.law.mutual_information().value
    values: list[float] = []
    refusals: list[str] = []
    seconds: list[float] = []
    while not _enough(cell, seconds):
        seed = len(seconds)
        x, y = cell.law.draw(cell.n, seed)
        start = time.process_time()
        try:
            values.append(_nats(_anew(cell.what, seed)(x, y)))
        except ValueError as error:
            refusals.append(str(error))
        except Exception as error:
            raise RuntimeError(
                f"{cell.measure} broke on {cell.distribution!r} (n={cell.n}, seed={seed}) with "
                f"{type(error).__name__}: {error}; data that it is not for it refuses with ValueError"
            ) from error
        seconds.append(time.process_time() - start)
    return Accuracy(
        measure=cell.measure,
        distribution=cell.distribution,
        n=cell.n,
        truth=truth,
        bias=fmean(values) - truth if values else math.nan,
        spread=stdev(values) if len(values) > 1 else math.nan,
        draws=len(values),
        refused=len(refusals),
        ms=1e3 * min(seconds),
        note=_start(refusals[0]) if refusals else "",
    )


def compare(work: Iterable[Cell], progress: bool = True) -> list[Accuracy]:
    """Each cell measured, one after the other."""
    return [measured(cell) for cell in tqdm(list(work), unit="cell", disable=not progress)]


def _enough(cell: Cell, seconds: Sequence[float]) -> bool:
    # by the quickest, because the first call may have compiled
    done = len(seconds)
    return done >= cell.draws or (done >= FEW and done * min(seconds) >= cell.seconds)


def _anew(measure: Any, draw: int) -> Any:
    """With a seed of its own for every draw: what is the seed's chance must not look like bias."""
    seed = getattr(measure, "seed", None)
    if is_dataclass(measure) and isinstance(seed, int):
        return replace(measure, seed=seed + draw)  # type: ignore[type-var]
    return measure


def _nats(estimate: Estimate) -> float:
    value = estimate.value * (math.log(2) if estimate.unit == "bits" else 1)
    if not math.isfinite(value):
        raise ValueError(f"it returned {value}")
    return value


def _number(f: Callable[[np.ndarray, np.ndarray], Any], x: np.ndarray, y: np.ndarray) -> Any:
    answer = f(x, y)
    return _nats(answer) if isinstance(answer, Estimate) else answer


def _start(sentence: str) -> str:
    first = sentence.partition(";")[0].partition("\n")[0]
    return first if len(first) <= SENTENCE else first[:SENTENCE].rsplit(" ", 1)[0] + " ..."
