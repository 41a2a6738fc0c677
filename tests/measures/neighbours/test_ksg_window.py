"""KSG of series: exact by the definition, unbiased without dependence, and less misled by slow ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter
from scipy.special import digamma

from infoplane import (
    KSG,
    DegenerateData,
    Permuted,
    Prepared,
    Sample,
    Sliced,
    WithinClass,
    known,
    labels,
    prepare,
)
from infoplane.estimate import TooFewSamples
from infoplane.measures.neighbours._search import (
    class_distances,
    counts_within,
    joint_distances,
    search_apart,
)
from infoplane.settings import canonical

pytestmark = pytest.mark.portable

DRAWS = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "lattice": lambda rng, shape: rng.integers(-3, 4, size=shape) * 0.1,  # 0.3 - 0.1 is not 0.2
    "relu": lambda rng, shape: np.maximum(rng.normal(size=shape), 0),
    "huge": lambda rng, shape: rng.normal(size=shape) * 1e300,
}


def apart(x):
    values = np.float64(x).reshape(len(x), -1)
    return np.abs(values[:, None] - values[None]).max(axis=2)


def found_by_definition(x, y, k, window, times=None):
    """For each row: radius, how many are inside in x and in y, compared with, and of its label."""
    times = np.arange(len(x)) if times is None else times
    may = np.abs(times[:, None] - times[None]) > window
    labelled = y.dtype.kind == "i"
    near = may & (y[:, None] == y[None]) if labelled else may
    in_x, in_y = apart(x), np.zeros((len(x), len(x))) if labelled else apart(y)
    rows = []
    for i in range(len(x)):
        others = np.sort(np.maximum(in_x, in_y)[i, near[i]])
        radius = others[min(k, len(others)) - 1] if len(others) else np.nan
        inside = [((side[i] < radius) & may[i]).sum() for side in (in_x, in_y)]
        rows.append((radius, *inside, may[i].sum(), len(others)))
    return np.array(rows).T


def by_definition(x, y, k, window, times=None):
    """Both formulas point by point, with labels of the points that have others of theirs."""
    labelled = y.dtype.kind == "i"
    times = np.arange(len(x)) if times is None else times
    keep = found_by_definition(x, y, k, window, times)[-1] > 0
    found = found_by_definition(x[keep], y[keep], k, window, times[keep])
    _, in_x, in_y, compared, own = found
    last = own if labelled else in_y
    return np.mean(
        digamma(np.minimum(k, own)) + digamma(compared + 1) - digamma(in_x + 1) - digamma(last + 1)
    )


kinds = st.sampled_from(sorted(DRAWS))


@given(kinds, kinds, st.integers(0, 2**32 - 1), st.integers(0, 150), st.integers(1, 4), st.integers(0, 12))
@settings(max_examples=60, deadline=None)
def test_by_the_definition(kind_x, kind_y, seed, more, k, window):
    """In one block of comparisons and in several, with and without ties, and with labels."""
    rng = np.random.default_rng(seed)
    n = k + 2 * window + 2 + more
    x, y = DRAWS[kind_x](rng, (n, 3)), DRAWS[kind_y](rng, (n, 1))
    for other in (y, rng.integers(0, 3, size=n)):
        found = search_apart(Sample(x), Sample(other), k, window)
        radii, in_x, in_y, compared, own = found_by_definition(x, other, k, window)
        np.testing.assert_array_equal(found.radii, radii)
        np.testing.assert_array_equal(found.inside[0], in_x)
        np.testing.assert_array_equal(found.compared, compared)
        np.testing.assert_array_equal(found.own, own)
        if other is y:
            np.testing.assert_array_equal(found.inside[1], in_y)


@pytest.mark.parametrize("window", [0, 1, 7, 30])
def test_the_formulas(window):
    rng = np.random.default_rng(window)
    x, y, c = rng.normal(size=(150, 3)), rng.normal(size=(150, 1)), rng.integers(0, 4, size=150)
    for a, b in ((x, y), (x, c)):
        expected = by_definition(a, b, 4, window)
        assert KSG(4, window)(a, b).value == pytest.approx(expected, abs=1e-12)
        assert KSG(4, window)(b, a).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("kind", DRAWS)
@pytest.mark.parametrize("widths", [(1, 1), (3, 2)])
def test_without_a_window_the_searches_agree(kind, widths):
    """To the last bit, also with labels."""
    rng = np.random.default_rng(0)
    x, y = (Sample(DRAWS[kind](rng, (300, width)), name) for width, name in zip(widths, "xy", strict=True))
    found = search_apart(x, y, 4, 0)
    radii = joint_distances(x, y, 4)
    np.testing.assert_array_equal(found.radii, radii)
    np.testing.assert_array_equal(found.inside, [counts_within(x, radii), counts_within(y, radii)])
    np.testing.assert_array_equal(found.compared, 299)
    c = labels(rng.integers(0, 3, size=300))
    found = search_apart(x, c, 4, 0)
    np.testing.assert_array_equal(found.radii, class_distances(x, c, 4))
    np.testing.assert_array_equal(found.own, np.bincount(c.values)[c.values] - 1)


@pytest.mark.parametrize("window", [1, 10, 60])
@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_samples_in_no_order_lose_nothing_by_a_window(window, rho):
    """The difference to no window, on average: with ψ(n) for all, as JIDT has it, it would be up to .6."""
    truth = known.Normal(rho=rho)
    moved = [
        KSG(3, window)(*pair).value - KSG(3)(*pair).value
        for pair in (truth.draw(250, seed=seed) for seed in range(200))
    ]
    # fewer to compare with are further away: .0015 where 60 of 250 are left out on either side
    assert abs(np.mean(moved)) < 4 * np.std(moved) / np.sqrt(200) + (0.01 if rho else 0.0)


def test_labels_in_no_order_lose_nothing_by_a_window():
    truth = known.LabelledNormal(means=(-1, 0, 2), probabilities=(0.5, 0.2, 0.3))
    moved = [
        KSG(3, 30)(*pair).value - KSG(3)(*pair).value
        for pair in (truth.draw(250, seed=seed) for seed in range(200))
    ]
    assert abs(np.mean(moved)) < 4 * np.std(moved) / np.sqrt(200)


def slow(rho, n, seed):
    noise = np.random.default_rng([7, seed]).normal(size=(2, n + 1500))
    return lfilter([1], [1, -rho], noise, axis=1)[:, 1500:]


@pytest.mark.parametrize(
    ("rho", "k", "window", "wrong", "left"), [(0.9, 5, 20, 0.03, 0.02), (0.98, 20, 100, 0.15, 0.05)]
)
def test_independent_slow_series(rho, k, window, wrong, left):
    """Truth 0, which KSG alone exceeds."""
    plain, excluded = (
        np.mean([measure(*slow(rho, 1000, seed)).value for seed in range(25)])
        for measure in (KSG(k), KSG(k, window))
    )
    assert plain > 0.8 * wrong
    assert abs(excluded) < left


def test_rows_of_a_class_keep_their_places():
    """Every other row is of one class, so that windows of 3 and 2 leave out the same rows."""
    x, t = slow(0.9, 300, 0)
    y = np.arange(300) % 2
    by_class = [by_definition(x[i::2, None], t[i::2, None], 3, 3, np.arange(i, 300, 2)) for i in (0, 1)]
    value = WithinClass(KSG(3, 3))(x, t, y).value
    assert value == pytest.approx(np.mean(by_class), abs=1e-12)
    assert WithinClass(KSG(3, 2))(x, t, y).value == pytest.approx(value, abs=1e-12)
    assert WithinClass(KSG(3, 1))(x, t, y).value != pytest.approx(value, abs=1e-6)


def test_inside_other_measures():
    x, y = slow(0.9, 300, 1)
    wide = np.stack([x, np.roll(x, 50)], axis=1)
    sliced = Sliced(KSG(3, 10), directions=10)(Sample(wide, "x"), y)
    parts = Sample(wide, "x").slices(Sliced(KSG(3), directions=10)._directions(0, 10))
    assert sliced.value == pytest.approx(np.mean([KSG(3, 10)(part, y).value for part in parts]), abs=1e-12)
    assert "p = " in Permuted(KSG(3, 10), times=3, blocks=50)(x, y).note


def test_what_is_left_must_do():
    x, y = slow(0.5, 20, 0)
    assert np.isfinite(KSG(3, 8)(x, y).value)
    with pytest.raises(
        TooFewSamples, match=r"more than 21 samples are needed for 3 neighbours with window=9"
    ) as e:
        KSG(3, 9)(x, y)
    assert e.value.needed == 22
    assert np.isfinite(KSG(3, 9)(*slow(0.5, 22, 0)).value)


def test_labels_that_last_less_than_the_window():
    x = np.random.default_rng(0).normal(size=60)
    y = np.repeat([0, 1, 2, 0, 1], 12)
    estimate = KSG(3, 12)(x, y)
    assert "12 rows without others of their label left out" in estimate.note
    assert estimate.value == pytest.approx(by_definition(x[:, None], y, 3, 12), abs=1e-12)
    with pytest.raises(
        DegenerateData, match=r"no row of 'x' has another of its label in 'y'.*smaller window"
    ):
        KSG(3, 50)(x, y)


def test_settings():
    assert canonical(KSG(k=3, window=0)) == canonical(KSG(k=3)) != canonical(KSG(k=3, window=1))
    assert (repr(KSG(k=3)), repr(KSG(k=3, window=4))) == ("KSG(k=3)", "KSG(k=3, window=4)")
    for wrong in (-1, 2.5, True):
        with pytest.raises(ValueError, match="window of KSG must be an integer >= 0"):
            KSG(window=wrong)


@pytest.mark.parametrize("window", [1, 20])
def test_rounded_values_are_sent_to_jitter_as_without_a_window(window):
    x, y = known.Normal(rho=0.8).draw(1000, seed=0)
    measure, mend = KSG(k=5, window=window), prepare.jitter(1e-3)
    for pair in ((np.round(x, 1), np.round(y, 1)), (np.round(x, 1), y)):
        assert "KSG assumes none: use prepare.jitter(1e-3)" in measure(*pair).note
    mended = Prepared(measure, x=mend, y=mend)(np.round(x, 1), np.round(y, 1))
    assert abs(mended.value - known.Normal(rho=0.8).mutual_information().value) < 0.1
    assert mended.note == ""
    two = np.round(np.column_stack([x, np.random.default_rng(9).normal(size=1000)]), 1)
    assert "use prepare.jitter(1e-3)" in measure(two, y > 0).note
    alone = np.append(y[:-1] > 0, 2)  # a label without others, which is left out
    assert "use prepare.jitter(1e-3)" in measure(two, labels(alone)).note
