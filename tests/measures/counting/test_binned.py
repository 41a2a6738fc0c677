import math
from dataclasses import dataclass

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from infoplane import Binned, DegenerateData, Plugin, bins, known, labels


@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_gives_the_same_on_the_codes(seed):
    x, y = known.Normal(rho=0.7).draw(300, seed)
    codes = [np.floor(side[:, 0] / 0.5).astype(int) for side in (x, y)]
    assert Binned(bins.FixedWidth(0.5))(x, y).value == pytest.approx(mutual_info_score(*codes), abs=1e-12)


def test_a_cell_is_of_all_columns():
    x = np.array([[0.1, 0.1], [0.1, 0.9], [0.9, 0.1], [0.9, 0.9]] * 5)
    xor = (x[:, 0] > 0.5) ^ (x[:, 1] > 0.5)
    assert Binned(bins.FixedWidth(0.5))(x, xor).value == pytest.approx(math.log(2))
    assert Binned(bins.FixedWidth(0.5))(x[:, :1], xor).value == pytest.approx(0, abs=1e-12)


def test_information_of_fine_bins_nears_the_truth_from_below():
    """Y = X + U, both uniform on (0, 1): ½ nat, of which bins of a finite width lose some."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=400_000)
    y = x + rng.uniform(size=400_000)
    coarse, fine = (
        Binned(bins.FixedWidth(width), correction="miller-madow")(x, y) for width in (1 / 8, 1 / 32)
    )
    assert coarse.value < fine.value < 0.5
    assert fine.value == pytest.approx(0.5, abs=0.025)
    assert fine.note == ""


@pytest.mark.parametrize("correction", [None, "miller-madow"])
def test_bias_of_independent_variables(correction):
    """(cells - rows - columns + 1) / 2n, which Miller's correction takes away."""
    rng = np.random.default_rng(0)
    measure = Binned(bins.EqualCount(5), correction=correction)
    values = [measure(*rng.normal(size=(2, 400))).value for _ in range(400)]
    expected = 0 if correction else (25 - 5 - 5 + 1) / (2 * 400)
    assert abs(np.mean(values) - expected) < 4 * np.std(values, ddof=1) / 20 + 1e-4


def test_miller_madow_by_hand():
    t = [0.0, 0.0, 1.0, 1.0, 1.0, 2.0]
    plain = Binned(bins.FixedWidth(1.0))(t).value
    assert plain == pytest.approx(-(2 / 6 * math.log(2 / 6) + 3 / 6 * math.log(3 / 6) + math.log(1 / 6) / 6))
    assert Binned(bins.FixedWidth(1.0), correction="miller-madow")(t).value == pytest.approx(plain + 2 / 12)


def test_information_with_an_input_of_distinct_rows_is_the_entropy():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 4))
    t = np.tanh(x @ rng.normal(size=(4, 3)))
    for correction in (None, "miller-madow"):
        own = Binned(bins.FixedRange(-1, 1, 3), correction=correction)(t)
        about_x = Binned(bins.FixedRange(-1, 1, 3), x=bins.Rows(), correction=correction)(x, t)
        assert about_x.value == pytest.approx(own.value, abs=1e-12)
    assert about_x.note == "no two rows of x are equal"


def test_equal_rows_of_the_input_are_one_value():
    x = np.repeat(np.arange(4.0), 25)
    estimate = Binned(bins.FixedWidth(1.0), x=bins.Rows())(x, np.random.default_rng(0).normal(size=100))
    by_labels = Binned(bins.FixedWidth(1.0))(labels(x), np.random.default_rng(0).normal(size=100))
    assert estimate.value == pytest.approx(by_labels.value, abs=1e-12)
    assert "rows of x" not in estimate.note


def test_entropy_of_labels_bounds_and_processing():
    rng = np.random.default_rng(0)
    y = np.arange(600) % 3
    t = rng.normal(size=(600, 2)) + y[:, None]
    fine, coarse = (Binned(bins.FixedWidth(width))(t, y).value for width in (0.25, 1.0))
    assert 0 < coarse < fine < math.log(3)  # the coarse cells are unions of the fine ones
    codes = np.unique(np.floor(t), axis=0, return_inverse=True)[1]
    assert coarse == pytest.approx(Plugin()(codes, y).value, abs=1e-12)


def test_cells_of_single_rows_are_noted():
    t = np.random.default_rng(0).normal(size=(100, 6))
    estimate = Binned(bins.FixedWidth(0.1))(t)
    assert estimate.value == pytest.approx(math.log(100))
    assert estimate.note == "100 of 100 rows of x are alone in their cell: too few samples for these bins"
    assert Binned(bins.FixedWidth(9.0))(t).note == ""


def test_clipped_values_are_noted():
    """A ReLU seen through the bins of a tanh."""
    t = np.maximum(np.random.default_rng(0).normal(size=(200, 2)), 0) * 3
    out = int((t > 1).sum())
    note = Binned(bins.FixedRange(-1, 1, 30))(t, np.arange(200) % 2).note
    assert f"x: {out} of 400 values lie outside -1 to 1 and count in the outermost bins" in note


@dataclass(frozen=True)
class Sign:
    """A rule of the user's own."""

    def codes(self, values):
        return np.sign(values), "signs"


def test_a_rule_of_one_s_own():
    x = np.random.default_rng(0).normal(size=200)
    estimate = Binned(Sign())(x, x > 0)
    assert estimate.value == pytest.approx(Plugin()(x > 0, x > 0).value)
    assert estimate.note == "x: signs; it is at the entropy of x, the most there is"


@pytest.mark.parametrize("wrong", [0.07, bins.FixedWidth, None])
def test_what_is_no_rule(wrong):
    with pytest.raises(ValueError, match=r"Binned\(rule=\) takes a rule of infoplane.bins, like FixedWidth"):
        Binned(wrong)
    if wrong is not None:
        with pytest.raises(ValueError, match=r"Binned\(x=\) takes a rule"):
            Binned(x=wrong)


def test_other_corrections():
    with pytest.raises(ValueError, match="correction must be None or 'miller-madow'; got 'grassberger'"):
        Binned(correction="grassberger")


def test_rows_of_an_input_are_never_refused():
    """Not even where a repeated one is in two cells of a layer that is no function of it."""
    rng = np.random.default_rng(0)
    x, t = rng.integers(0, 2, size=(500, 9)).astype(float), rng.normal(size=(500, 3))
    estimate = Binned(bins.FixedWidth(0.2), x=bins.Rows())(x, t)
    assert "chance alone makes" in estimate.note
    with pytest.raises(DegenerateData, match="can't tell dependent from independent"):
        Binned(bins.FixedWidth(0.2))(x, t)
    determined = Binned(bins.FixedWidth(0.2), x=bins.Rows())(x, x @ rng.normal(size=9))
    assert determined.note == ""


GRIDS = {  # rules that part ten values a tenth apart, in any unit
    "width": lambda unit: bins.FixedWidth(0.1 * unit),
    "range": lambda unit: bins.FixedRange(0, unit, 10),
    "adaptive": lambda unit: bins.Adaptive(18),
    "each column": lambda unit: bins.MinMax(18),
}


@pytest.mark.parametrize("rule", GRIDS.values(), ids=GRIDS)
@pytest.mark.parametrize("unit", [1, 1000, 0.1, 1 / 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_values_on_a_grid_keep_their_cells(rule, unit, dtype):
    """In every precision and unit; (3 * 0.1 != 0.3)."""
    tenths = np.random.default_rng(0).integers(0, 10, 500)
    expected = Plugin()(tenths, tenths).value
    for values in (tenths / 10 * unit, tenths * (0.1 * unit)):
        estimate = Binned(rule(unit))(values.astype(dtype))
        assert estimate.value == pytest.approx(expected, abs=1e-12)
        assert estimate.note == ""
        assert (
            Binned(rule(unit))(values.astype(dtype).astype(float)).value == estimate.value
            or dtype == np.float16
        )


def test_zero_on_a_grid_may_be_rounded():
    grid = np.arange(-1, 1, 0.1)  # has -2e-16 for 0
    assert Binned(bins.FixedWidth(0.1))(grid).value == pytest.approx(math.log(20))
    assert Binned(bins.FixedWidth(0.2))(grid).value == pytest.approx(math.log(10))


def crowded(kind, n=1000):
    x, y = known.Normal(rho=0.8).draw(n, 0)
    return (np.exp(3 * x), np.exp(3 * y)) if kind == "tails" else (np.append(x, 1e4), np.append(y, 1e4))


@pytest.mark.parametrize("kind", ["tails", "an outlier"])
def test_a_cell_that_holds_nearly_all_is_noted(kind):
    x, y = crowded(kind)
    estimate = Binned()(x, y)
    assert estimate.value < 0.2  # truth .51
    for name in "xy":
        assert (
            f"rows of {name} differ but share one cell: take bins.EqualCount(30), or prepare" in estimate.note
        )
    assert "share one cell" not in Binned(bins.EqualCount(30))(x, y).note


def signs_of_ten(x):
    return 10 * np.sign(x) + x / 1000


UNEVEN = {
    "heavy tails": lambda x: np.exp(1.5 * x),
    "two far places": signs_of_ten,
    "a code for what is missing": lambda x: np.where(np.arange(len(x)) % 5 == 0, -999, x),
    "more missing than there": lambda x: np.where(np.arange(len(x)) % 5 < 3, -999, x),
    "rectified tails": lambda x: np.maximum(np.expm1(2 * x), 0),
}


@pytest.mark.parametrize("kind", UNEVEN)
def test_few_cells_that_hold_nearly_all_are_noted(kind):
    x, y = (side.ravel() for side in known.Normal(rho=0.8).draw(1500, 0))
    x = UNEVEN[kind](x)
    lost, kept = Binned()(x, y > 0), Binned(bins.EqualCount(30))(x, y > 0)
    assert lost.value < 0.75 * kept.value
    assert "that differ lie in about" in lost.note
    assert "take bins.EqualCount(30)" in lost.note
    assert kept.note == ""


@pytest.mark.parametrize("n", [60, 1000, 20_000])
def test_what_lies_in_enough_cells_is_not_noted(n):
    rng = np.random.default_rng(0)
    for values in (rng.normal(size=n), rng.exponential(size=n), rng.laplace(size=n), rng.random(n)):
        for x in (values, np.maximum(values, 0), np.tanh(4 * values), np.round(3 * values) / 3):
            assert "that differ lie in" not in Binned()(x, rng.integers(0, 2, n)).note


@pytest.mark.parametrize("share", [0.95, 0.6, 0.0])
def test_atoms_and_even_cells_are_no_crowd(share):
    """A unit that is mostly 0: no bins would part its values."""
    rng = np.random.default_rng(0)
    t = np.where(rng.random((2000, 1)) < share, 0.0, rng.exponential(size=(2000, 1)))
    assert Binned()(t).note == ""
    assert Binned()(rng.normal(size=2000)).note == ""


def test_cells_that_chance_alone_fills_are_refused():
    rng = np.random.default_rng(0)
    t, y = rng.normal(size=(500, 6)), rng.integers(0, 2, 500)
    with pytest.raises(DegenerateData, match=r"paired at random, they have 0.\d+ of the 0.69\d+ nats"):
        Binned()(t, y)
    assert Binned(most_chance=1)(t, y).value == pytest.approx(math.log(2), abs=0.01)
    assert Binned(bins.EqualCount(2))(t[:, :2], y).value < 0.02


@pytest.mark.parametrize("correction", [None, "miller-madow"])
def test_the_part_of_chance_is_that_of_the_estimate(correction):
    rng = np.random.default_rng(0)
    measure = Binned(bins.EqualCount(20), correction=correction)
    x, *ys = rng.normal(size=(101, 200))
    expected = np.mean([measure(x, y).value for y in ys])
    note = Binned(bins.EqualCount(20), correction=correction)(x, ys[0]).note
    assert float(note.removeprefix("chance alone makes ").split()[0]) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [1000, 20_000])
def test_dependent_columns_in_enough_bins_have_no_note(seed, n):
    x, y = known.Normal(rho=0.8).draw(n, seed)
    assert Binned(bins.EqualCount(8))(x, y).note == ""
    assert Binned(bins.EqualCount(8), correction="miller-madow")(x, y).note == ""
    assert Binned(bins.FixedWidth(1.0))(x, x[:, 0] + y[:, 0] > 0).note == ""


def test_a_full_entropy_of_labels_is_said():
    y = np.arange(900) % 3
    t = np.random.default_rng(0).normal(size=900) + 20 * y
    estimate = Binned(bins.FixedWidth(10))(t, y)
    assert estimate.value == pytest.approx(math.log(3))
    assert estimate.note == "it is at the entropy of y, the most there is"


@pytest.mark.parametrize("wrong", [0, -0.1, 1.1, np.nan, "0.9", True, None])
def test_shares_that_are_refused(wrong):
    with pytest.raises(ValueError, match="most_chance of Binned must be a finite number"):
        Binned(most_chance=wrong)
