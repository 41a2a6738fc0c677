"""`Sliced` with directions until the error is small enough."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infoplane import KSG, DegenerateData, Sample, Sliced, UntilError, known, labels
from infoplane.directions import Directions
from infoplane.estimate import Estimate


class FromCorrelation:
    """What a normal pair of this correlation would share: quick, for tests of the averaging itself."""

    def __call__(self, x, y):
        r = np.corrcoef(x.values[:, 0], np.float64(y.values).reshape(len(y), -1)[:, 0])[0, 1]
        return Estimate(float(-0.5 * np.log1p(-r * r)))


def drawn(sides, n=60, width=4):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, width))
    y = x @ rng.normal(size=(width, width)) + rng.normal(size=(n, width))
    return Sample(x), Sample(y, "y") if sides == "both" else labels(y[:, 0] > 0)


@pytest.mark.parametrize("sides", ["one", "both"])
@pytest.mark.parametrize("atol", [0.02, 0.005])
def test_the_error_is_met(sides, atol):
    x, y = drawn(sides)
    estimate = Sliced(FromCorrelation(), directions=UntilError(atol=atol, cap=100_000))(x, y)
    m = len(estimate.slices.values)
    assert estimate.stderr <= atol
    assert m % 4 == 0  # whole frames
    assert f"{m} slices until the slice error was {atol} or less" in estimate.note


@pytest.mark.parametrize("sides", ["one", "both"])
def test_no_more_are_drawn_than_needed(sides):
    x, y = drawn(sides)
    rough = Sliced(FromCorrelation(), directions=4000)(x, y)
    atol = rough.stderr * 2  # a quarter of 4000
    m = len(Sliced(FromCorrelation(), directions=UntilError(atol=atol))(x, y).slices.values)
    assert 600 < m < 1600


@pytest.mark.parametrize("sides", ["one", "both"])
def test_the_slices_are_the_first_of_a_longer_run(sides):
    x, y = drawn(sides)
    some = Sliced(FromCorrelation(), directions=UntilError(atol=0.006 if sides == "both" else 0.002))(x, y)
    m = len(some.slices.values)
    assert m > 100  # several draws
    more = Sliced(FromCorrelation(), directions=m + 37)(x, y)
    np.testing.assert_array_equal(more.slices.values[:m], some.slices.values)
    same = Sliced(FromCorrelation(), directions=m)(x, y)
    assert (same.value, same.errors) == (some.value, some.errors)


def test_the_cap_is_said():
    x, y = drawn("both")
    estimate = Sliced(FromCorrelation(), directions=UntilError(atol=1e-4, cap=150))(x, y)
    assert len(estimate.slices.values) == 150
    assert estimate.stderr > 1e-4
    assert estimate.note == "the slice error is above 0.0001 at the cap of 150 slices"
    few = Sliced(FromCorrelation(), directions=UntilError(cap=2))(x, y)
    assert len(few.slices.values) == 2


def test_relative_to_the_average():
    x, y = drawn("both")
    estimate = Sliced(FromCorrelation(), directions=UntilError(atol=None, rtol=0.05))(x, y)
    assert 0.03 * estimate.value < estimate.stderr <= 0.05 * estimate.value
    either = Sliced(FromCorrelation(), directions=UntilError(atol=1e-9, rtol=0.05))(x, y)
    assert either == estimate


@pytest.mark.parametrize("sides", ["one", "both"])
def test_the_error_still_covers(sides):
    """95 % of 200 seeds, give or take 4 standard errors, though the stop looks at the data."""
    x, y = drawn(sides)
    truth = Sliced(FromCorrelation(), directions=6000, seed=999)(x, y).value
    covered = 0
    for seed in range(200):
        measure = Sliced(FromCorrelation(), directions=UntilError(atol=0.008), seed=seed)
        estimate = measure(Sample(x.values), y)
        covered += abs(estimate.value - truth) < 1.97 * estimate.stderr
    assert abs(covered / 200 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 200)


def test_sides_that_have_no_slices():
    x, y = known.Normal(rho=0.6).draw(100, seed=0)
    assert Sliced(KSG(k=3), directions=UntilError())(x, y) == KSG(k=3)(x, y)


def test_a_slice_without_an_estimate_is_named():
    class Refuses:
        def __call__(self, x, y):
            raise DegenerateData("no")

    with pytest.raises(DegenerateData, match="slice 0 of 70: no"):
        Sliced(Refuses(), directions=UntilError(cap=70))(*drawn("both"))


@given(st.integers(1, 40), st.integers(0, 40), st.integers(1, 7), st.integers(1, 3))
def test_directions_from_a_start_continue_the_stream(count, start, width, dim):
    if width < dim:
        width = dim
    whole = Directions(start + count, dim, 3).matrices("layer:a", width)
    np.testing.assert_array_equal(Directions(count, dim, 3, start).matrices("layer:a", width), whole[start:])


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"atol": None}, "needs atol or rtol"),
        ({"atol": 0}, "atol of UntilError must be a finite number above 0"),
        ({"rtol": math.inf}, "rtol of UntilError must be a finite number above 0"),
        ({"rtol": math.nan}, "rtol of UntilError must be a finite number above 0"),
        ({"cap": 1}, "cap of UntilError must be an integer >= 2"),
        ({"cap": True}, "cap of UntilError must be an integer >= 2"),
    ],
)
def test_settings_are_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        UntilError(**settings)
