"""What ties are worth, and the notes: where a number is off they say so, where it is right they don't."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import digamma

from infoplane import (
    KSG,
    DegenerateData,
    FromEntropy,
    KozachenkoLeonenko,
    MixedKSG,
    Prepared,
    Sample,
    continuous,
    known,
    labels,
    prepare,
)
from infoplane.measures.neighbours._search import counts_within, joint_distances, just_below, shared_radii
from infoplane.measures.neighbours._ties import tied_points

BOTH = [KSG(k=5), MixedKSG(k=5)]
JITTERED = Prepared(KSG(k=5), x=prepare.jitter(1e-3), y=prepare.jitter(1e-3))


def even(rng, n):
    x = np.linspace(0, 1, n)
    return x, x + 0.1 * rng.normal(size=n)


def tenths(rng, n):
    return np.round(rng.normal(size=(2, n)), 1)


def tenths_in_three_columns(rng, n):
    return np.round(rng.normal(size=(n, 3)), 1), rng.normal(size=n)


def even_with_labels(rng, n):
    return np.linspace(0, 1, n), labels(rng.integers(0, 3, size=n))


@pytest.mark.parametrize("measure", BOTH, ids=repr)
@pytest.mark.parametrize("draw", [even, tenths, tenths_in_three_columns, even_with_labels])
def test_neither_scale_nor_shift_decides_what_ties(measure, draw):
    """Equal distances differ by their last digits, and by other ones after a multiplication or a shift."""
    x, y = draw(np.random.default_rng(0), 900)
    value = measure(x, y).value
    other = y if isinstance(y, Sample) else 3 * y
    assert measure(3 * x, other).value == pytest.approx(value, abs=1e-9)
    assert measure(x / 7, y if isinstance(y, Sample) else y / 7).value == pytest.approx(value, abs=1e-9)
    assert measure(x + 1000, y).value == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("measure", BOTH, ids=repr)
def test_tenths_are_as_whole_numbers(measure):
    """Of which all differences are exact."""
    x, y = np.random.default_rng(0).poisson(60, size=(2, 700))
    whole = measure(continuous(x, "x"), continuous(y, "y"))
    assert measure(x / 10, y / 10).value == pytest.approx(whole.value, abs=1e-12)
    assert measure(x / 10, y / 10).note == whole.note


@pytest.mark.parametrize("values", [[1e-320, 2e-320, 4e-320], [1e300, 1e300 * (1 + 2**-52), 1.5e300]])
def test_radii_of_the_last_digit_are_kept(values):
    x = Sample(np.array(values))
    radii = np.abs(x.values[:, 0] - x.values[1, 0])
    assert (just_below(radii, x)[radii > 0] > 0).all()
    assert just_below(radii, x)[1] == 0


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(10, 60), k=st.integers(1, 5), levels=st.integers(2, 9))
def test_worth_is_by_how_much_ties_move_the_estimate(seed, n, k, levels):
    """By all pairs: points at exactly the radius are left out, or counted in."""
    rng = np.random.default_rng(seed)
    x, y = (continuous(rng.integers(0, levels, size=n), name) for name in "xy")
    apart = [np.abs(side.values - side.values.T) for side in (x, y)]
    radii = np.sort(np.maximum(*apart), axis=1)[:, k]
    out, within = ([compare(side, radii[:, None]).sum(axis=1) - 1 for side in apart] for compare in PAIRS)
    tied = (radii > 0) & (sum(within) - sum(out) > 2)
    moved = sum(
        digamma(some[tied] + 1).sum() - digamma(few[tied] + 1).sum()
        for few, some in zip(out, within, strict=True)
    )
    points, worth = tied_points(radii, *((side, counts_within(side, radii)) for side in (x, y)))
    assert points == tied.sum()
    assert worth == pytest.approx(moved / n, abs=1e-12)


PAIRS = (np.less, np.less_equal)


def test_shared_radii():
    rng = np.random.default_rng(0)
    untied = rng.normal(size=(2, 5000))
    radii = joint_distances(*(Sample(side) for side in untied), 5)
    assert shared_radii(radii) < 0.1 * len(radii)
    some = np.concatenate([rng.random(600), np.repeat(0.3, 300) * (1 + 1e-14 * rng.normal(size=300))])
    assert 0.3 < shared_radii(some) / 900 < 0.4
    assert shared_radii(np.zeros(10)) == 0


def rounded(step, rho=0.0):
    def draw(rng, n):
        x = rng.normal(size=n)
        y = rho * x + math.sqrt(1 - rho**2) * rng.normal(size=n)
        return np.round(x / step) * step, np.round(y / step) * step

    return draw


def counts(mean):
    return lambda rng, n: rng.poisson(mean, size=(2, n)) / math.sqrt(mean)


def whole(levels):
    return lambda rng, n: rng.integers(0, levels, size=(2, n)).astype(float)


def counts_and_normal(mean):
    return lambda rng, n: (rng.poisson(mean, size=n) / math.sqrt(mean), rng.normal(size=n))


def rectified(rng, n):
    return np.maximum(rng.normal(size=(2, n)), 0)


def rectified_and_rounded(rng, n):
    return np.round(rectified(rng, n), 1)


def pixels(rng, n):
    return np.clip(np.round(rng.normal(40, 80, size=(n, 3))), 0, 255), 80 * rng.normal(size=n)


def labelled(side):
    return lambda rng, n: (side(rng, n)[0], labels(rng.integers(0, 3, size=n)))


def fours(side):
    """Classes of four samples, fewer than k."""
    return lambda rng, n: (side(rng, n)[0], labels(rng.permutation(n) // 4))


def of(truth):
    return lambda rng, n: truth.draw(n, int(rng.integers(2**31)))


def mean_errors(draw, truth, n, times=6):
    pairs = [draw(np.random.default_rng(seed), n) for seed in range(times)]
    mixed = [MixedKSG(k=5)(x, y) for x, y in pairs]
    jittered = [(JITTERED if not isinstance(y, Sample) else ONE_SIDE)(x, y).value for x, y in pairs]
    noted = [estimate for estimate in mixed if "tie with others" in estimate.note]
    assert all("use KSG after prepare.jitter(1e-3)" in estimate.note for estimate in noted)
    error = np.mean([estimate.value for estimate in mixed]) - truth
    return error, np.mean(jittered) - truth, len(noted) / times


ONE_SIDE = Prepared(KSG(k=5), x=prepare.jitter(1e-3))


@pytest.mark.parametrize(
    ("draw", "truth", "n"),
    [
        (rounded(0.1), 0.0, 1000),
        (rounded(0.01), 0.0, 4000),
        (rounded(0.1, rho=0.8), -math.log(0.36) / 2, 2000),
        (counts(200), 0.0, 2000),
        (counts(20), 0.0, 500),
        (whole(50), 0.0, 500),
        (counts_and_normal(200), 0.0, 2000),
        (rectified_and_rounded, 0.0, 1000),
        (pixels, 0.0, 4000),
        (labelled(rounded(0.01)), 0.0, 1000),
        (labelled(pixels), 0.0, 1000),
        (fours(counts(5)), 0.0, 1000),
    ],
)
def test_lattices_are_noted_and_jitter_mends_them(draw, truth, n):
    error, after_jitter, noted = mean_errors(draw, truth, n)
    assert noted == 1
    assert error > 0.06
    assert abs(after_jitter) < 0.03


@pytest.mark.parametrize(
    ("draw", "truth", "n"),
    [
        (rounded(0.001), 0.0, 1000),
        (rounded(0.5), 0.0, 6000),
        (counts(1), 0.0, 1000),
        (counts_and_normal(5), 0.0, 2000),
        (whole(3), 0.0, 500),
        (whole(2000), 0.0, 1000),
        (rectified, 0.0, 2000),
        (of(known.CensoredNormal(rho=0.8)), known.CensoredNormal(rho=0.8).mutual_information().value, 2000),
        (of(known.Staircase(5)), known.Staircase(5).mutual_information().value, 1000),
        (of(known.ZeroInflatedPoisson()), known.ZeroInflatedPoisson().mutual_information().value, 2000),
        (labelled(rectified), 0.0, 1000),
        (labelled(rounded(0.1)), 0.0, 6000),
        (even_with_labels, 0.0, 1000),
        (labelled(counts(1)), 0.0, 500),
    ],
)
def test_atoms_and_fine_steps_are_not_noted_and_right(draw, truth, n):
    error, _, noted = mean_errors(draw, truth, n)
    assert noted == 0
    assert abs(error) < 0.06


@pytest.mark.parametrize(
    ("draw", "n", "end"),
    [
        (rounded(0.1), 1000, "tie with others at their k-th distance"),
        (rectified, 1000, "; use MixedKSG"),
        (whole(3), 500, "; use MixedKSG, or labels(x) for values that are classes"),
        (labelled(rounded(0.01)), 1000, "KSG assumes none: use prepare.jitter(1e-3)"),
        (labelled(rectified), 1000, "; use MixedKSG"),
    ],
)
def test_ksg_sends_ties_to_what_is_right_for_them(draw, n, end):
    """In the note, or in the refusal where too many points have only such neighbours."""
    try:
        note = KSG(k=5)(*draw(np.random.default_rng(0), n)).note
    except DegenerateData as error:
        note = str(error)
    assert end in note
    assert ("MixedKSG" in note) != ("jitter" in note)


TIES = re.compile("tie|occur|even")

CLEAN = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "uniform": lambda rng, shape: rng.random(shape),
    "heavy tails": lambda rng, shape: rng.standard_t(2, size=shape),
    "exponential": lambda rng, shape: rng.exponential(size=shape) + 1e4,
    "clumps": lambda rng, shape: rng.normal(size=shape) + 20 * rng.integers(0, 3, size=shape),
    "float32": lambda rng, shape: rng.normal(size=shape).astype(np.float32),
}


@pytest.mark.parametrize("kind", CLEAN)
@pytest.mark.parametrize(("n", "width", "seeds"), [(20, 1, 20), (100, 2, 20), (400, 1, 20), (8000, 1, 2)])
def test_random_samples_have_no_such_note(kind, n, width, seeds):
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        x, y = (CLEAN[kind](rng, (n, width)) for _ in range(2))
        for measure in [*BOTH, FromEntropy(KozachenkoLeonenko(k=3))]:
            assert not TIES.search(measure(x, y).note)
        for measure in BOTH:
            assert not TIES.search(measure(x, labels(y[:, 0] > np.median(y))).note)


@pytest.mark.parametrize("measure", BOTH, ids=repr)
@pytest.mark.parametrize("times", [2, 3, 6])
def test_copies_of_rows_are_no_atoms(measure, times):
    """As by augmentation, or a class that was sampled again: independent, each row several times."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 600))
    rows = rng.permutation(np.repeat(np.arange(600), times))
    try:
        several = measure(x[rows], y[rows])
        assert several.value > 0.2
        said = several.note
    except DegenerateData as error:
        said = str(error)
    assert "keep one of each" in said
    assert "MixedKSG" not in said
    assert abs(measure(x, y).value) < 0.05
    assert measure(x, y).note == ""
