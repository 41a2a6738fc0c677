"""What the definitions of diffusion spectral entropy and information promise of any data.

After the definitions in Liao et al. (2024), doi:10.1109/CISS59072.2024.10480166.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infoplane import DiffusionEntropy, DiffusionInformation, Sample, kernels

ROUNDING = 1e-9
SIGMA = st.floats(0.01, 100)
ALPHA = st.sampled_from([0, 0.5, 1])
T = st.floats(0.5, 20)


@st.composite
def clouds(draw, least=2):
    n, width = draw(st.integers(least, 25)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    groups = rng.integers(draw(st.integers(1, 5)), size=n)
    return rng.normal(size=(n, width)) + draw(st.floats(0, 50)) * groups[:, None]


def entropy(x, sigma, t=1.0, alpha=0):
    return DiffusionEntropy(kernels.Gaussian(sigma), t=t, alpha=alpha)(x).value


def corners(count, distance):
    """So many points, any two of them at this distance."""
    return distance / math.sqrt(2) * np.eye(count)


@given(clouds(), SIGMA, T, ALPHA)
def test_between_nothing_and_the_logarithm_of_the_number_of_rows(x, sigma, t, alpha):
    assert -ROUNDING <= entropy(x, sigma, t, alpha) <= math.log(len(x)) + ROUNDING


@given(clouds(), SIGMA, ALPHA, st.lists(T, min_size=2, max_size=5))
def test_more_steps_never_raise_it(x, sigma, alpha, steps):
    """Its derivative by t is -t times the variance of ln λ under p."""
    values = [entropy(Sample(x), sigma, t, alpha) for t in sorted(steps)]
    assert (np.diff(values) <= ROUNDING).all()


@given(clouds(), ALPHA)
def test_both_ends_of_the_bandwidth(x, alpha):
    """All rows are one to the kernel: a single eigenvalue is not 0. None reaches another: all are 1."""
    assert entropy(x, 1e6, alpha=alpha) < 1e-4
    least = np.linalg.norm(x[:, None] - x, axis=2)[~np.eye(len(x), dtype=bool)].min()
    assert entropy(x, least / 10, alpha=alpha) == pytest.approx(math.log(len(x)), abs=1e-9)


@pytest.mark.parametrize("alpha", [0, 0.5, 1])
@pytest.mark.parametrize("count", [1, 2, 5, 12])
@pytest.mark.parametrize("t", [0.5, 1, 7])
def test_clusters_without_inside_have_the_logarithm_of_their_number(count, t, alpha):
    x = np.repeat(corners(count, 1000.0), 4, axis=0)
    assert entropy(x, 10.0, t, alpha) == pytest.approx(math.log(count), abs=1e-9)


@given(st.integers(1, 5), st.integers(0, 1000), st.floats(2, 20))
def test_separate_clusters_have_at_least_that_and_come_down_to_it(count, seed, sigma):
    """Each cluster adds an eigenvalue 1, to which all others come to nothing in the end."""
    inside = np.random.default_rng(seed).normal(size=(8 * count, count))
    x = Sample(np.repeat(corners(count, 1000.0), 8, axis=0) + inside)
    values = [entropy(x, sigma, t) for t in (1, 5, 1e6)]
    assert min(values) >= math.log(count) - ROUNDING
    assert values[-1] == pytest.approx(math.log(count), abs=1e-6)


@given(clouds(), SIGMA, T, ALPHA, st.integers(2, 4))
def test_rows_that_repeat_change_nothing(x, sigma, t, alpha, times):
    """All as often: the walk between places is the same, and other eigenvalues are 0."""
    once, often = (entropy(np.repeat(x, count, axis=0), sigma, max(t, 1.0), alpha) for count in (1, times))
    assert often == pytest.approx(once, abs=1e-6)


@given(clouds(), SIGMA, st.floats(0.01, 100), st.integers(0, 100))
def test_only_distances_beside_the_bandwidth_count(x, sigma, factor, seed):
    rng = np.random.default_rng(seed)
    turned = rng.permutation(x) @ np.linalg.qr(rng.normal(size=(x.shape[1], x.shape[1])))[0] + 1.0
    assert entropy(factor * turned, factor * sigma) == pytest.approx(entropy(x, sigma), abs=1e-6)


@given(clouds(least=8), SIGMA, st.integers(2, 4), st.integers(0, 100))
def test_information_is_at_most_the_entropy(x, sigma, classes, seed):
    """As defined, with numbers of rows that are not matched: S(X) less a mean of what is not below 0."""
    y = np.resize(np.arange(classes), len(x))
    measure = DiffusionInformation(DiffusionEntropy(kernels.Gaussian(sigma)), matched=False)
    y = np.random.default_rng(seed).permutation(y)
    assert measure(x, y).value <= entropy(x, sigma) + ROUNDING


@given(clouds(least=8), SIGMA, st.integers(2, 4), st.integers(0, 100))
def test_matched_information_is_at_most_the_logarithm_of_the_size_of_a_class(x, sigma, classes, seed):
    y = np.random.default_rng(seed).permutation(np.resize(np.arange(classes), len(x)))
    measure = DiffusionInformation(DiffusionEntropy(kernels.Gaussian(sigma)), repetitions=2)
    sizes = np.bincount(y)
    most = (sizes * np.log(sizes)).sum() / sizes.sum()
    assert abs(measure(x, y).value) <= most + ROUNDING


@pytest.mark.parametrize("matched", [True, False])
@pytest.mark.parametrize("count", [2, 5])
def test_classes_that_are_such_clusters_have_the_logarithm_of_their_number(count, matched):
    y = np.repeat(np.arange(count), 80)
    x = corners(count, 1000.0)[y]
    measure = DiffusionInformation(DiffusionEntropy(kernels.Gaussian(10.0)), matched=matched)
    assert measure(x, y).value == pytest.approx(math.log(count), abs=1e-9)


@given(clouds(least=8), st.integers(0, 100))
def test_where_the_kernel_sees_nothing_labels_tell_nothing(x, seed):
    """The identity and the constant kernel: all sets of rows of one size have the same entropy."""
    y = np.random.default_rng(seed).permutation(np.resize([0, 1], len(x)))
    for sigma in (1e-9, 1e9):
        measure = DiffusionInformation(DiffusionEntropy(kernels.Gaussian(sigma)), repetitions=2)
        assert measure(x, y).value == pytest.approx(0, abs=1e-9)
