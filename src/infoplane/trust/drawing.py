"""Measures of draws from known distributions: what the engine works on when no run is measured."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

import numpy as np

from infoplane.estimate import DegenerateData, Estimate
from infoplane.evaluation.cells import Batch, Cell, Result
from infoplane.evaluation.engine import run_batches
from infoplane.sample import Sample
from infoplane.trust.targets import Target

FEW = 2  # draws that even the slowest case gets: one has no spread


@dataclass(frozen=True)
class Case:
    """A measure on one target at one number of samples: what is to be drawn and measured.

    Parameters
    ----------
    measure : str
        What it is called in the tables.
    what : measure
    target : Target
    n : int
    draws : int
        At most so many; fewer, but two at least, where they would take more than `seconds`.
    seconds : float
    first : int
        Seed of the first draw.
    """

    measure: str
    what: Any
    target: Target
    n: int
    draws: int
    seconds: float = math.inf
    first: int = 0


@dataclass(frozen=True)
class Drawn:
    """What came of one draw: a value in nats, or NaN with the refusal as note; seconds of the processor."""

    value: float
    note: str
    seconds: float


def drawn(work: Sequence[Case], **how: Any) -> list[list[Drawn]]:
    """The draws of each case, in the order of their seeds.

    `how` is what `run_batches` takes, an executor or threads; by default one thread, which suits any measure.
    """
    found: list[dict[int, Drawn]] = [{} for _ in work]

    def keep(source: _Source, cell: Cell, result: Result) -> None:
        estimate = result.estimate
        found[cell.key["case"]][source.seed] = Drawn(estimate.value, estimate.note, result.processor)

    while batches := [
        _batch(place, case, seed)
        for place, (case, own) in enumerate(zip(work, found, strict=True))
        for seed in _seeds(case, own)
        if seed not in own
    ]:
        run_batches(batches, keep, **{"workers": 1} | how)
    return [[own[seed] for seed in sorted(own)] for own in found]


def nats(estimate: Estimate) -> float:
    """The value, if it is one."""
    value = estimate.value * (math.log(2) if estimate.unit == "bits" else 1)
    if not math.isfinite(value):
        raise ValueError(f"it returned {value}")
    return value


@dataclass(frozen=True)
class _Source:
    """A draw, made anew for each of its variables: none is held while others are measured."""

    target: Target
    n: int
    seed: int

    def __call__(self, word: str) -> Sample:
        return self.target.variable(word, self.n, self.seed)

    def fixed(self, word: str) -> None:
        """Nothing: every draw is another."""

    def __str__(self) -> str:
        return f"{self.target.name!r} (n={self.n}, seed={self.seed})"


@dataclass(frozen=True)
class _Asked:
    """A measure as the engine is to call it: of arrays, in nats, any `ValueError` being a refusal."""

    measure: Any
    name: str
    where: str

    def __call__(self, *variables: Sample) -> Estimate:
        try:
            return Estimate(nats(self.measure(*map(_array, variables))))
        except ValueError as error:
            raise DegenerateData(str(error)) from error
        except Exception as error:
            raise RuntimeError(
                f"{self.name} broke on {self.where} with {type(error).__name__}: {error}; data that it is "
                "not for it refuses with ValueError"
            ) from error


def _batch(place: int, case: Case, seed: int) -> Batch[_Source]:
    source = _Source(case.target, case.n, seed)
    asked = _Asked(_anew(case.what, seed - case.first), case.measure, str(source))
    return Batch(source, (Cell(case.measure, {"case": place}, asked, case.target.of),))


def _seeds(case: Case, own: Mapping[int, Drawn]) -> range:
    """Two draws; when they are there, as many as the seconds admit."""
    count = FEW
    if own:
        # by the quickest, because the first call may have compiled
        quickest = min(draw.seconds for draw in own.values())
        admitted = case.seconds / quickest if quickest else math.inf
        count = case.draws if admitted >= case.draws else max(FEW, math.ceil(admitted))
    return range(case.first, case.first + count)


def _array(variable: Sample) -> np.ndarray:
    """As it was drawn, and the measure's own."""
    if variable.classes is None:
        return np.array(variable.values)
    return np.array(variable.classes)[variable.values]


def _anew(measure: Any, draw: int) -> Any:
    """With a seed of its own for every draw: what is the seed's chance must not look like bias."""
    seed = getattr(measure, "seed", None)
    if is_dataclass(measure) and isinstance(seed, int):
        return replace(measure, seed=seed + draw)  # type: ignore[type-var]
    return measure
