import math
import pickle

import numpy as np
import pytest

from infoplane import DegenerateData, Estimate
from infoplane.directions import Directions
from infoplane.estimate import Slices, TooFewSamples, mean_error


def test_errors_are_kept_apart_and_stderr_is_their_root_sum_of_squares():
    estimate = Estimate(1.0, errors={"slices": 0.3, "samples": 0.4})
    assert estimate.stderr == pytest.approx(0.5)
    assert math.isnan(Estimate(1.0).stderr)


def test_bits():
    slices = Slices(np.array([math.log(2), 0.0], np.float32), 4)
    bits = Estimate(math.log(2), errors={"slices": 2 * math.log(2)}, note="as said", slices=slices).in_bits()
    assert bits.value == pytest.approx(1)
    assert bits.unit == "bits"
    assert bits.errors == {"slices": pytest.approx(2)}
    assert bits.note == "as said"
    np.testing.assert_allclose(bits.slices.values, [1, 0])
    assert bits.slices.values.dtype == np.float32
    assert bits.slices.frame == 4


@pytest.mark.parametrize("unit", ["", "bits"])
def test_only_nats_become_bits(unit):
    with pytest.raises(ValueError, match="only nats"):
        Estimate(1.0, unit=unit).in_bits()


def test_it_is_a_frozen_value_that_pickles():
    estimate = Estimate(0.5, errors={"slices": 0.1}, slices=Slices(np.zeros(3, np.float32)))
    with pytest.raises(AttributeError):
        estimate.value = 1.0
    again = pickle.loads(pickle.dumps(estimate))
    assert again == estimate
    np.testing.assert_array_equal(again.slices.values, estimate.slices.values)


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.1438), "Estimate(0.1438 nats)"),
        (Estimate(-0.25, "bits", {"slices": 0.03, "samples": 0.04}), "Estimate(-0.25 ± 0.05 bits)"),
        (Estimate(0.5, ""), "Estimate(0.5)"),
        (Estimate(0.0, note="x is constant"), "Estimate(0 nats; x is constant)"),
    ],
)
def test_repr(estimate, text):
    assert repr(estimate) == text


def test_repr_in_a_notebook():
    html = Estimate(0.5, errors={"slices": 0.03, "samples": 0.04}, note="a < b")._repr_html_()
    assert "<b>0.5</b> ± 0.05 <small>(slices 0.03, samples 0.04)</small> nats" in html
    assert "a &lt; b" in html


def test_degenerate_data_is_a_value_error():
    assert issubclass(DegenerateData, ValueError)


def test_differences_of_slices():
    later, earlier = (Slices(np.array(v, np.float32), 2) for v in ([3, 5, 7], [1, 2, 3]))
    np.testing.assert_array_equal((later - earlier).values, [2, 3, 4])
    assert (later - earlier).frame == 2


@pytest.mark.parametrize("other", [Slices(np.zeros(3, np.float32), 1), Slices(np.zeros(4, np.float32), 2)])
def test_only_the_same_directions_are_subtracted(other):
    with pytest.raises(ValueError, match="measure both sides with the same settings"):
        Slices(np.zeros(3, np.float32), 2) - other


def test_mean_error_of_independent_values():
    values = np.arange(10.0)
    assert mean_error(Slices(values)) == pytest.approx(values.std(ddof=1) / math.sqrt(10))
    assert math.isnan(mean_error(Slices(np.zeros(1))))


def test_mean_error_of_frames():
    values = np.random.default_rng(0).normal(size=35)
    means = values[:32].reshape(8, 4).mean(axis=1)
    assert mean_error(Slices(values, 4)) == pytest.approx(means.std(ddof=1) / math.sqrt(8))
    few = values[:31]  # seven whole frames only
    assert mean_error(Slices(few, 4)) == pytest.approx(few.std(ddof=1) / math.sqrt(31))


def slice_values(kind, seed, width=8, count=160):
    """|t|, whose mean over all directions is known, of a coordinate or of the cosine of two directions."""
    x, t = (Directions(count, 1, seed).matrices(name, width)[:, 0] for name in "xt")
    truth = math.gamma(width / 2) / math.sqrt(math.pi) / math.gamma((width + 1) / 2)
    if kind == "one side":
        return np.abs(t[:, 0]), truth, width
    return np.abs((t * x).sum(axis=1)), truth, 1


@pytest.mark.parametrize("kind", ["one side", "both sides"])
def test_mean_error_covers_the_truth(kind):
    """95 % of 400 seeds, give or take 4 standard errors of that fraction; 20 frames: Student's t is 2.09."""
    covered, z = 0, []
    for seed in range(400):
        values, truth, frame = slice_values(kind, seed)
        error = mean_error(Slices(values, frame))
        z.append((values.mean() - truth) / error)
        covered += abs(z[-1]) < (2.09 if frame > 1 else 1.98)
    assert abs(covered / 400 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 400)
    assert abs(np.mean(z)) < 0.25


def test_frames_take_out_what_they_average_away():
    """The squares of one orthonormal frame's first coordinates sum to one: no error is left."""
    squares = Directions(64, 1, 0).matrices("x", 8)[:, 0, 0] ** 2
    assert mean_error(Slices(squares, 8)) < 1e-15
    assert mean_error(Slices(squares, 1)) > 0.01


def test_how_many_samples_would_do_comes_back_from_another_process():
    error = pickle.loads(pickle.dumps(TooFewSamples("too few", 7)))
    assert (str(error), error.needed) == ("too few", 7)
