"""Slow series are told in every measure of two variables, and samples in no order never."""

import re

import numpy as np
import pytest
from scipy.signal import lfilter

from infoplane import (
    CKA,
    HSIC,
    KSG,
    Binned,
    CanonicalPairs,
    Criterion,
    DiffusionInformation,
    Extrapolated,
    FromEntropy,
    GaussianCopula,
    KDEBounds,
    KozachenkoLeonenko,
    MatrixRenyi,
    MixedKSG,
    Permuted,
    Plugin,
    Prepared,
    Sample,
    Sliced,
    SlicedPCA,
    WithinClass,
    bins,
    prepare,
)
from infoplane.measures._series import series_note

pytestmark = pytest.mark.portable


def slow(rho, n, seed, width=1):
    """x[i] = rho x[i - 1] + noise in each column, without a beginning."""
    noise = np.random.default_rng([7, seed]).normal(size=(n + 1500, width))
    return lfilter([1], [1, -rho], noise, axis=0)[1500:]


def note(x, y):
    return series_note(Sample(x, "x"), Sample(y, "y"))


@pytest.mark.parametrize(
    ("rho", "n", "of_20"), [(0.99, 1000, 20), (0.9, 1000, 20), (0.9, 300, 19), (0.5, 1000, 15)]
)
@pytest.mark.parametrize("width", [1, 5])
def test_independent_slow_series_are_told(rho, n, of_20, width):
    told = [bool(note(slow(rho, n, seed, width), slow(rho, n, seed + 50))) for seed in range(20)]
    assert sum(told) >= of_20


@pytest.mark.parametrize(("a", "b"), [(0.9, 0.9), (0.95, 0.8), (0.6, 0.6)])
def test_the_count_is_bartletts(a, b):
    """n (1 - ab) / (1 + ab), and the correlations are a and b."""
    said = [note(slow(a, 5000, seed), slow(b, 5000, seed + 50)) for seed in range(10)]
    numbers = np.array(
        [re.findall(r"\(autocorrelation (\S+) and (\S+)\).* about (\d+);", one) for one in said]
    )
    one, other, count = numbers[:, 0].astype(float).mean(axis=0)
    assert abs(one - a) < 0.02
    assert abs(other - b) < 0.03
    assert count == pytest.approx(5000 * (1 - a * b) / (1 + a * b), rel=0.15)


def test_the_count_is_that_of_as_uncertain_a_correlation():
    n, told, found = 2000, [], []
    for seed in range(200):
        x, y = slow(0.95, n, seed), slow(0.95, n, seed + 1000)
        found.append(np.corrcoef(x[:, 0], y[:, 0])[0, 1])
        if seed < 10:
            told.append(int(re.findall(r"about (\d+)", note(x, y))[0]))
    assert np.mean(told) == pytest.approx(1 / np.var(found), rel=0.3)


def test_the_clause():
    said = note(slow(0.97, 1000, 0), slow(0.95, 1000, 1))
    assert said == (
        "neighbouring rows of x and y are alike (autocorrelation 0.97 and 0.95): 1000 samples count for "
        "about 43; if they are a series, KSG(window=...) and Permuted(blocks=...) are for it"
    )


DRAWS = {
    "normal": lambda rng, n: rng.normal(size=(n, 1)),
    "Cauchy": lambda rng, n: rng.standard_cauchy(size=(n, 1)),
    "sparse": lambda rng, n: np.where(rng.random((n, 1)) < 0.03, rng.exponential(size=(n, 1)), 0.0),
    "ReLU": lambda rng, n: np.maximum(rng.normal(size=(n, 20)), 0),
    "counts": lambda rng, n: rng.poisson(1.0, size=(n, 2)).astype(float),
    "labels": lambda rng, n: rng.integers(0, 3, size=n),
    "rare label": lambda rng, n: rng.random(n) < 0.03,
    "shuffled series": lambda rng, n: rng.permutation(slow(0.99, n, int(rng.integers(99)))),
}


@pytest.mark.parametrize("kind", DRAWS)
@pytest.mark.parametrize(("n", "times"), [(30, 150), (300, 100), (3000, 20)])
def test_samples_in_no_order_are_left_alone(kind, n, times):
    """Also what depends on each other, or stands beside a slow series."""
    for seed in range(times):
        x = DRAWS[kind](np.random.default_rng([n, seed]), n)
        assert note(x, x) == ""
        assert note(x, slow(0.9, n, seed)) == ""


def test_sorted_samples_are_no_series():
    rng = np.random.default_rng(0)
    x = np.linspace(0, 6, 1000)
    classes = np.repeat(np.arange(10), 400)
    centres, noise = rng.normal(size=(10, 30)), rng.normal(size=(2, 4000, 30))
    image, layer = 3 * centres[classes] + noise
    grid = np.stack(np.meshgrid(x[::25], x[::25], indexing="ij"), axis=-1).reshape(-1, 2)
    assert note(x, np.sin(x)) == note(x[::-1], np.cos(x)) == ""
    assert note(image, classes) == note(classes, classes) == note(image, np.tanh(layer)) == ""
    assert note(grid, np.sin(grid).sum(axis=1)) == ""
    assert note(np.arange(1000) % 3, np.sin(2 * np.pi * np.arange(1000) / 3)) == ""


def test_other_series():
    """A smooth wave, a walk, states that last, a slow signal under noise: measured, not sorted."""
    t = np.arange(3000.0)
    rng = np.random.default_rng(0)
    walk = rng.normal(size=(3000, 3)).cumsum(axis=0)
    states = (rng.random(3000) < 0.05).cumsum() % 4
    noisy = 3 * slow(0.95, 3000, 1) + 5 * rng.normal(size=(3000, 1))
    for one in (np.sin(t / 12), walk, states, noisy):
        assert "3000 samples count for about" in note(one, slow(0.95, 3000, 0))
    assert note(walk * 2.0**-1030, states) == note(walk, states) == note(walk * 2.0**980, states)


def covariance(x, y):
    return float((x * y).mean())


PAIRS = [
    KSG(k=3),
    MixedKSG(k=3),
    GaussianCopula(),
    HSIC(),
    HSIC(form="cca", ridge=0.1),
    CKA(),
    Binned(bins.EqualCount(4)),
    Criterion("covariance", covariance),
    MatrixRenyi(),
    FromEntropy(KozachenkoLeonenko(k=3)),
    CanonicalPairs(KSG(k=3)),
    Extrapolated(Binned(bins.EqualCount(2)), parts=3, times=2),
    Permuted(CKA(), times=2),
    Prepared(KSG(k=3), x=prepare.copula, y=prepare.copula),
    Sliced(KSG(k=3), directions=20),
    Sliced(Prepared(KSG(k=3), x=prepare.standardise), directions=20),
    SlicedPCA(KSG(k=3)),
    SlicedPCA(KSG(k=3), dim=2),
]
WITH_LABELS = [
    KSG(k=3),
    HSIC(),
    GaussianCopula(),
    KDEBounds(0.1),
    DiffusionInformation(),
    Sliced(KSG(k=3), directions=20),
]


X, Y = slow(0.95, 400, 3, 2), slow(0.95, 400, 4, 2)
STATES = np.digitize(slow(0.95, 400, 5)[:, 0], [-2, 2])
CASES = [
    *[(measure, (X, Y)) for measure in PAIRS],
    *[(measure, (X, STATES)) for measure in WITH_LABELS],
    *[(measure, (STATES, X)) for measure in WITH_LABELS],
    (Plugin(), (STATES, Y[:, 0] > 0)),
    (WithinClass(KSG(k=3)), (X, Y, np.arange(400) % 2)),
]


@pytest.mark.parametrize(("measure", "variables"), CASES, ids=[repr(measure) for measure, _ in CASES])
def test_every_measure_of_two_variables_tells_once(measure, variables):
    order = np.random.default_rng(0).permutation(400)
    assert measure(*variables).note.count("neighbouring rows of") == 1
    assert "neighbouring rows of" not in measure(*(side[order] for side in variables)).note


def test_parts_are_left_to_the_whole():
    x, y = Sample(slow(0.95, 400, 3, 2), "x"), Sample(slow(0.95, 400, 4), "y")
    assert series_note(x, y)
    assert series_note(x.take(np.arange(400)), y) == series_note(x, y.take(np.arange(400))) == ""
    assert series_note(x.parts([x.values])[0], y) == ""
    assert series_note(prepare.standardise(x.take(np.arange(400))), y) == ""
    assert series_note(prepare.standardise(x), y) != ""
