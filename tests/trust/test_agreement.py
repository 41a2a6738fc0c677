"""Order against the truth, of measures whose order is known."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from infoplane import DegenerateData, Estimate, GaussianCopula, known
from infoplane.trust.agreement import Agreement, Climb, agreements, between_kinds, tau
from infoplane.trust.targets import informations

RUNGS = tuple(informations({f"{i}": known.Normal(information=i) for i in (0.0, 0.5, 1.0, 2.0)}))


@dataclass(frozen=True)
class Slope:
    """The squared correlation, bent by a power, in no unit."""

    power: float = 1.0

    def __call__(self, x: Any, y: Any) -> Estimate:
        return Estimate(-np.sign(self.power) * (1 - np.corrcoef(x.T, y.T)[0, 1] ** 2) ** self.power, unit="")


@dataclass(frozen=True)
class RefusesStrong:
    def __call__(self, x: Any, y: Any) -> Estimate:
        if np.corrcoef(x.T, y.T)[0, 1] > 0.97:
            raise DegenerateData("too much of it; take less")
        return Estimate(1.0)


@dataclass(frozen=True)
class Same:
    """Equal but for rounding, which must not count as order."""

    def __call__(self, x: Any, y: Any) -> Estimate:
        return Estimate(1 + 1e-15 * float(np.round(10 * np.corrcoef(x.T, y.T)[0, 1])))


def climbed(what: Any, rungs: Any = RUNGS, draws: int = 3) -> Agreement:
    (row,) = agreements([Climb("mine", "normal", what, rungs, 500, draws)], progress=False)
    return row


@pytest.mark.parametrize(("what", "agreement"), [(Slope(), 1), (Slope(-1), 1), (Same(), 0)])
def test_any_rising_function_of_the_truth_agrees(what, agreement):
    row = climbed(what)
    assert (row.agreement, row.error, row.draws, row.refused) == (agreement, 0, 3, 0)
    assert row.truths == (0.0, 0.5, 1.0, 2.0)


def test_the_reverse_order_disagrees():
    falling = tuple(replace(rung, truth=-rung.truth) for rung in RUNGS)
    assert climbed(Slope(), falling).agreement == -1


def test_the_mean_and_its_error_over_draws():
    close = tuple(informations({f"{i}": known.Normal(information=i) for i in (0.1, 0.12, 0.14, 0.16)}))
    row = climbed(GaussianCopula(), close, draws=8)
    taus = []
    values = np.empty((4, 8))
    for place, rung in enumerate(close):
        for draw in range(8):
            values[place, draw] = GaussianCopula()(*rung.law.draw(500, 8 * place + draw)).value
    for column in values.T:  # pairs in order less pairs out of order, of six
        signs = [np.sign(column[j] - column[i]) for i in range(4) for j in range(i + 1, 4)]
        taus.append(sum(signs) / 6)
    assert row.agreement == pytest.approx(np.mean(taus))
    assert row.error == pytest.approx(np.std(taus, ddof=1) / math.sqrt(8))
    assert 0 < row.error < 0.4
    assert row.values == pytest.approx(values.mean(axis=1))


def test_a_draw_that_is_refused_on_a_rung_has_no_order():
    row = climbed(RefusesStrong())
    assert (row.draws, row.refused, row.note) == (0, 3, "too much of it")
    assert math.isnan(row.agreement)
    assert math.isnan(row.values[-1])
    assert row.values[0] == 1


def test_equal_values_order_nothing():
    assert tau([1, 2, 3], [5, 5, 5]) == 0
    assert tau([1, 2, 3], [5, 6, 7]) == 1


def test_between_kinds_a_scale_of_its_own_shows():
    one = climbed(Slope())
    other = Agreement("mine", "other", 500, 1.0, 0.0, 3, 0, 1.0, one.truths, tuple(9 + v for v in one.values))
    assert between_kinds([one]) == 1
    apart = between_kinds([one, other])
    assert 0 < apart < 0.7  # of two kinds, those of the higher scale come first
