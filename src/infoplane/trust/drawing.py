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

    def keep(_: _Source, cell: Cell, result: Result) -> None:
        estimate = result.estimate
        found[cell.key["case"]][cell.key["seed"]] = Drawn(estimate.value, estimate.note, result.processor)

    while batches := [
        _batch(place, case, seeds)
        for place, (case, own) in enumerate(zip(work, found, strict=True))
        for seeds in _open(case, own)
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
    """Draws of one target: a word is the name of a variable and the seed of its draw."""

    target: Target
    n: int

    def __call__(self, word: str) -> Sample:
        name, seed = word.split()
        return self.target.variable(name, self.n, int(seed))

    def fixed(self, word: str) -> None:
        """Nothing: every draw is another."""

    def __str__(self) -> str:
        return f"{self.target.name!r}, n={self.n}"


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


def _batch(place: int, case: Case, seeds: Sequence[int]) -> Batch[_Source]:
    cells = []
    for seed in seeds:
        where = f"{case.target.name!r} (n={case.n}, seed={seed})"
        asked = _Asked(_anew(case.what, seed - case.first), case.measure, where)
        words = tuple(f"{name} {seed}" for name in case.target.of)
        cells.append(Cell(case.measure, {"case": place, "seed": seed}, asked, words))
    return Batch(_Source(case.target, case.n), tuple(cells))


def _open(case: Case, own: Mapping[int, Drawn]) -> list[list[int]]:
    """Seeds of the batches to come: two draws in one place, then as many as the seconds admit, each alone."""
    if not own:
        return [[case.first + i for i in range(min(FEW, case.draws))]]
    # by the quicker of the two, because the first call of a process may have compiled
    quickest = min(draw.seconds for draw in own.values())
    admitted = case.seconds / quickest if quickest else math.inf
    count = case.draws if admitted >= case.draws else max(FEW, math.ceil(admitted))
    return [[seed] for seed in range(case.first, case.first + count) if seed not in own]


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
