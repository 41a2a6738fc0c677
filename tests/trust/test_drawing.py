"""Draws through the engine: seeds, the budget of seconds, and what a measure is given."""

import math
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from infoplane import Estimate, known
from infoplane.evaluation import engine
from infoplane.trust.drawing import Case, drawn
from infoplane.trust.targets import Target, information

NORMAL = information("normal", known.Normal(rho=0.75))


@dataclass(frozen=True)
class First:
    """The first number of x."""

    def __call__(self, x: Any, y: Any) -> Estimate:
        return Estimate(float(x[0, 0]))


@dataclass(frozen=True)
class Slow:
    """Leaves time for the other worker to begin."""

    def __call__(self, x: Any, y: Any) -> Estimate:
        time.sleep(0.05)
        return Estimate(1.0)


@dataclass(frozen=True)
class Checks:
    """Whether it is given what the law draws, and may write to it."""

    law: Any
    n: int

    def __call__(self, *given: Any) -> Estimate:
        same = [np.array_equal(a, b) for a, b in zip(given, self.law.draw(self.n, 0), strict=True)]
        given[0][:] = 0
        return Estimate(float(all(same)))


@dataclass(frozen=True)
class Names:
    """Labels that are names, not all of which need be drawn."""

    def draw(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(seed)
        return rng.normal(size=(n, 2)), rng.choice(["ant", "bee", "cat"], size=n)


@pytest.mark.parametrize(("first", "seeds"), [(0, (0, 1, 2)), (7, (7, 8, 9))])
def test_each_draw_has_its_seed(first, seeds):
    ((*draws,),) = drawn([Case("first", First(), NORMAL, 20, 3, first=first)], progress=False)
    assert [draw.value for draw in draws] == [NORMAL.law.draw(20, seed)[0][0, 0] for seed in seeds]


@pytest.mark.parametrize("workers", [1, 2])
def test_cases_keep_their_places(workers):
    work = [Case("first", First(), NORMAL, 20, 2, first=first) for first in (0, 10, 20)]
    values = [[draw.value for draw in own] for own in drawn(work, workers=workers, progress=False)]
    assert values == [[NORMAL.law.draw(20, first + i)[0][0, 0] for i in (0, 1)] for first in (0, 10, 20)]


@pytest.mark.parametrize(("seconds", "draws"), [(1, 2), (15, 3), (1000, 6), (math.inf, 6)])
def test_slow_cases_get_fewer_draws(monkeypatch, seconds, draws):
    """The first call takes 100 s, as if it compiled, and each of the others 5."""
    readings = [0.0, 100.0]
    for _ in range(5):
        readings += [readings[-1], readings[-1] + 5]
    monkeypatch.setattr(engine.time, "thread_time", iter(readings).__next__)
    (got,) = drawn([Case("first", First(), NORMAL, 20, 6, seconds)], progress=False)
    assert len(got) == draws
    assert min(draw.seconds for draw in got) == 5


def test_what_each_worker_compiles_is_not_taken_for_slow(monkeypatch):
    """The first call of each of two workers takes 100 s, all others 5."""
    mine = threading.local()

    def clock() -> float:
        mine.reads = getattr(mine, "reads", -1) + 1
        calls = (mine.reads + 1) // 2
        return 95.0 + 5 * calls if calls else 0.0

    monkeypatch.setattr(engine.time, "thread_time", clock)
    (got,) = drawn([Case("slow", Slow(), NORMAL, 20, 6, 15.0)], workers=2, progress=False)
    assert len(got) == 3


@pytest.mark.parametrize(
    ("law", "of"),
    [
        (known.LabelledNormal(means=(0, 1, 2)), ("x", "y")),
        (known.SymmetricChannel(classes=40), ("x", "y")),  # 30 samples miss some classes
        (Names(), ("x", "y")),
    ],
)
def test_a_measure_is_given_what_was_drawn(law, of):
    (got,) = drawn([Case("checks", Checks(law, 30), Target("law", law, 0.0, of), 30, 1)], progress=False)
    assert got[0].value == 1
