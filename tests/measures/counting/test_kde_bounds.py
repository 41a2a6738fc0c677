import math
import tracemalloc

import numpy as np
import pytest

from infoplane import DegenerateData, KDEBounds, RelativeNoise, Sample
from infoplane.measures.counting import _pair_sums, kde_bounds


def by_definition(t, variance):
    squares = ((t[:, None] - t[None]) ** 2).sum(axis=-1)
    return -np.log(np.exp(-squares / (2 * variance)).mean(axis=1)).mean()


@pytest.mark.parametrize("width", [3, 40])
@pytest.mark.parametrize("noise", [0.001, 0.1, 10.0])
def test_both_bounds_by_definition(width, noise, monkeypatch):
    monkeypatch.setattr(_pair_sums, "BLOCK", 64)
    t = np.tanh(np.random.default_rng(0).normal(size=(150, width)))
    assert KDEBounds(noise)(t).value == pytest.approx(by_definition(t, noise), abs=1e-10)
    assert KDEBounds(noise, "lower")(t).value == pytest.approx(by_definition(t, 4 * noise), abs=1e-10)


def test_labels_by_definition():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, size=200)
    t = rng.normal(size=(200, 3)) + y[:, None]
    for bound, factor in (("upper", 1), ("lower", 4)):
        within = sum((y == c).mean() * by_definition(t[y == c], 0.2 * factor) for c in range(3))
        expected = by_definition(t, 0.2 * factor) - within
        assert KDEBounds(0.2, bound)(t, y).value == pytest.approx(expected, abs=1e-12)
        assert KDEBounds(0.2, bound)(y, t) == KDEBounds(0.2, bound)(t, y)


def mixture_information(t, sd):
    """I(X;T+ε) of equally likely points by quadrature: entropy of the mixture less that of the noise."""
    at = np.linspace(t.min() - 8 * sd, t.max() + 8 * sd, 20_001)
    density = np.exp(-0.5 * ((at[:, None] - t) / sd) ** 2).mean(axis=1) / (sd * math.sqrt(2 * math.pi))
    surprise = -density * np.log(np.maximum(density, 1e-300))
    entropy = ((surprise[1:] + surprise[:-1]) / 2 * np.diff(at)).sum()
    return entropy - 0.5 * math.log(2 * math.pi * math.e * sd**2)


@pytest.mark.parametrize("sd", [0.02, 0.1, 0.5, 2.0])
def test_the_truth_lies_between_the_bounds(sd):
    t = np.random.default_rng(0).normal(size=30)
    truth = mixture_information(t, sd)
    assert KDEBounds(sd**2, "lower")(t).value <= truth <= KDEBounds(sd**2)(t).value


def test_limits_of_the_noise():
    t = np.random.default_rng(0).normal(size=(60, 2))
    alone = KDEBounds(1e-12)(t)
    assert alone.value == pytest.approx(math.log(60))
    assert alone.note == "under this noise nearly all of x stand apart: I(X;T) is nearly ln n = 4.094"
    assert KDEBounds(1e12)(t).value == pytest.approx(0, abs=1e-10)


def test_the_input_enters_only_through_the_layer():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 5))
    t = np.tanh(x[:, :2])
    assert KDEBounds(0.01)(x, t).value == KDEBounds(0.01)(t).value
    twice = KDEBounds(0.01)(np.concatenate([x, x]), np.concatenate([t, t]))
    assert twice.value == pytest.approx(KDEBounds(0.01)(t).value, abs=1e-12)


@pytest.mark.parametrize("width", [1, 2])
def test_a_layer_that_is_no_function_of_the_input(width):
    x = np.tile([0.0, 0.0, 1.0, 2.0], (width, 1)).T
    with pytest.raises(
        DegenerateData, match=r"1 rows of 'y' differ from others that have the same row of 'x'"
    ):
        KDEBounds(0.1)(x, [0.0, 5.0, 1.0, 2.0])


@pytest.mark.parametrize("width", [1, 40])
@pytest.mark.parametrize("noise", [0.01, RelativeNoise(0.1)])
def test_equal_inputs_whose_layer_is_rounded_apart(width, noise):
    """As by another place in the batch; by more than rounding it is no function."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 2))[rng.integers(0, 20, 60)]
    t = np.tanh(x @ rng.normal(size=(2, width))).astype(np.float32)
    moved = np.where(rng.random(t.shape) < 0.5, t, np.nextafter(t, np.float32(2)))
    assert (t != moved).any()
    assert KDEBounds(noise)(x, moved).value == pytest.approx(KDEBounds(noise)(x, t).value, abs=1e-5)
    with pytest.raises(DegenerateData, match="differ from others that have the same row of 'x'"):
        KDEBounds(noise)(x, t + 1e-3 * rng.normal(size=t.shape))


@pytest.mark.parametrize("width", [2, 40])
def test_distances_are_exact_far_from_the_origin(width):
    """1e6 noise deviations apart, products of rows would have lost the distances of neighbours."""
    rng = np.random.default_rng(0)
    near = np.round(rng.normal(size=(50, width)) * 64) / 64
    t = np.concatenate([near, near + 2.0**20])
    expected = by_definition(near, 1.0) + math.log(2)
    assert KDEBounds(1.0)(t).value == pytest.approx(expected, abs=1e-9)
    assert KDEBounds(1.0)(t + 2.0**25).value == pytest.approx(expected, abs=1e-9)


def test_relative_noise_is_in_units_of_the_activations():
    t = np.random.default_rng(0).normal(size=(100, 3)) * [1, 2, 3] + 7
    expected = by_definition(t, 0.25 * t.var(axis=0).mean())
    assert KDEBounds(RelativeNoise(0.5))(t).value == pytest.approx(expected, abs=1e-12)
    for scale in (1e-200, 1e200):
        assert KDEBounds(RelativeNoise(0.5))(t * scale).value == pytest.approx(expected, abs=1e-9)


def test_both_bounds_share_their_distances(monkeypatch):
    calls = []
    real = kde_bounds.pair_sums
    monkeypatch.setattr(kde_bounds, "pair_sums", lambda scaled: calls.append(len(scaled)) or real(scaled))
    t, y = Sample(np.random.default_rng(0).normal(size=(60, 2)), "t"), Sample(np.arange(60) % 2, "y")
    for bound in ("upper", "lower"):
        KDEBounds(0.1, bound)(t)
        KDEBounds(0.1, bound)(t, y)
    assert calls == [60, 30, 30]


def test_memory_is_that_of_blocks():
    t = np.random.default_rng(0).normal(size=(4000, 20))
    tracemalloc.start()
    KDEBounds(0.1)(t)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64e6  # all distances are 128 MB


def test_values_beyond_the_noise():
    with pytest.raises(
        DegenerateData, match="in units of noise of variance 1e-300 leave the range of float64"
    ):
        KDEBounds(1e-300)(np.array([0.0, 1e300]))


@pytest.mark.parametrize("noise", [0, -0.1, np.nan, np.inf, True, "0.1", None])
def test_noise_that_is_refused(noise):
    with pytest.raises(ValueError, match="noise, a variance, must be a finite number above 0"):
        KDEBounds(noise)
    with pytest.raises(ValueError, match="factor of RelativeNoise must be a finite number above 0"):
        RelativeNoise(noise)


def test_bounds_that_are_refused():
    with pytest.raises(ValueError, match="bound must be 'upper' or 'lower'; got 'both'"):
        KDEBounds(0.1, "both")


def test_an_outlier_leaves_the_others_their_digits():
    """One row far away is a state of its own: of the others the bound is what it is without it."""
    t = np.random.default_rng(0).normal(size=(40, 2))
    without = KDEBounds(0.5)(t).value
    beside = KDEBounds(0.5)(np.vstack([t, [[3e12, 1e12]]])).value
    n = 41
    assert beside == pytest.approx((40 * (without + np.log(n / 40)) + np.log(n)) / n, rel=1e-12)
