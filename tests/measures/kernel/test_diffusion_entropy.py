import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import entr

from infoplane import DegenerateData, DiffusionEntropy, Sample, kernels, labels
from infoplane.measures.kernel import diffusion_entropy

pytestmark = pytest.mark.portable

UNIT = kernels.Gaussian(bandwidth=1.0)
CLOUD = np.random.default_rng(0).normal(size=(40, 3)) * [1.0, 0.5, 2.0]


def circle(n=24):
    angle = 2 * np.pi * np.arange(n) / n
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def circulant_row(points):
    return np.exp(-(cdist(points[:1], points, "sqeuclidean")[0]) / 2)


def entropy_of(eigenvalues, t=1):
    p = np.abs(eigenvalues) ** t
    return entr(p / p.sum()).sum()


@pytest.mark.parametrize("alpha", [0, 0.5, 1])
@pytest.mark.parametrize("t", [0.5, 1, 2, 5])
def test_points_on_a_circle(alpha, t):
    """The matrix is circulant and all degrees are equal, so that a Fourier transform diagonalises it."""
    row = circulant_row(circle())
    truth = entropy_of(np.fft.fft(row / row.sum()).real, t)
    assert DiffusionEntropy(UNIT, alpha=alpha, t=t)(circle()).value == pytest.approx(truth, abs=1e-9)


def test_two_points():
    k = math.exp(-0.5)
    second = (1 - k) / (1 + k)
    assert DiffusionEntropy(UNIT)([0.0, 1.0]).value == pytest.approx(entropy_of(np.array([1, second])))


@pytest.mark.parametrize("alpha", [0, 0.3, 1])
def test_the_walk_itself_has_these_eigenvalues(alpha):
    g = np.exp(-cdist(CLOUD, CLOUD, "sqeuclidean") / 2)
    before = g.sum(axis=1) ** -alpha
    k = before[:, None] * g * before
    walk = np.linalg.eigvals(k / k.sum(axis=1, keepdims=True))
    for t in (1, 3):
        value = DiffusionEntropy(UNIT, alpha=alpha, t=t)(CLOUD).value
        assert value == pytest.approx(entropy_of(walk, t), abs=1e-10)


@pytest.mark.parametrize("alpha", [0, 0.5])
def test_adjacency_by_its_definition(alpha):
    g = np.exp(-cdist(CLOUD, CLOUD, "sqeuclidean") / 2)
    before = g.sum(axis=1) ** -alpha
    truth = entropy_of(np.linalg.eigvalsh(before[:, None] * g * before))
    value = DiffusionEntropy(UNIT, alpha=alpha, matrix="adjacency")(CLOUD).value
    assert value == pytest.approx(truth, abs=1e-10)


def test_half_normalised_adjacency_is_plain_diffusion():
    one = DiffusionEntropy(UNIT, alpha=0.5, matrix="adjacency")(CLOUD)
    assert one.value == pytest.approx(DiffusionEntropy(UNIT)(CLOUD).value, abs=1e-12)


@pytest.mark.parametrize("alpha", [0, 0.5, 1])
def test_entries_by_their_definition(alpha):
    g = np.exp(-cdist(CLOUD, CLOUD, "sqeuclidean") / 2)
    before = g.sum(axis=1) ** -alpha
    k = before[:, None] * g * before
    p = k / k.sum(axis=1, keepdims=True) / len(k)
    value = DiffusionEntropy(UNIT, alpha=alpha, over="entries")(CLOUD).value
    assert value == pytest.approx(entr(p).sum(), abs=1e-10)


def test_entries_of_a_kernel_that_underflows():
    apart = DiffusionEntropy(UNIT, over="entries")(np.arange(8.0) * 1e3)
    assert apart.value == pytest.approx(math.log(8))


@pytest.mark.parametrize("blobs", [1, 2, 7])
@pytest.mark.parametrize("t", [1, 4])
def test_it_counts_groups_that_are_apart(blobs, t):
    x = np.repeat(np.arange(blobs) * 100.0, np.arange(blobs) + 3)
    assert DiffusionEntropy(UNIT, t=t)(x).value == pytest.approx(math.log(blobs), abs=1e-9)


def test_labels_by_their_kernel():
    value = DiffusionEntropy(kernels.Delta())(labels([0, 1, 1, 2, 2, 2])).value
    assert value == pytest.approx(math.log(3), abs=1e-12)


@pytest.mark.parametrize("spectrum", ["exact", "stochastic"])
def test_the_identity_is_named(spectrum):
    x = np.arange(600.0) * 100
    estimate = DiffusionEntropy(UNIT, spectrum=spectrum)(x)
    assert estimate.value == pytest.approx(math.log(600), abs=1e-5)
    assert "the kernel is the identity, and the entropy ln 600" in estimate.note
    assert DiffusionEntropy(UNIT, spectrum=spectrum)(x / 100).note == ""


def test_scale_is_seen_by_a_number_only():
    assert DiffusionEntropy()(CLOUD).value == pytest.approx(DiffusionEntropy()(1e3 * CLOUD).value)
    assert DiffusionEntropy(UNIT)(CLOUD).value < DiffusionEntropy(UNIT)(3 * CLOUD).value


def test_bandwidths_that_adapt_and_graphs():
    assert 0 < DiffusionEntropy(kernels.Gaussian(kernels.Neighbours(5)))(CLOUD).value < math.log(40)
    assert 0 < DiffusionEntropy(kernels.NeighbourGraph(5))(CLOUD).value < math.log(40)


@pytest.mark.parametrize("spectrum", ["exact", "stochastic"])
def test_another_t_costs_nothing(spectrum, monkeypatch):
    made = []
    for name in ("eigenvalues", "quadrature"):
        make = getattr(diffusion_entropy, name)
        monkeypatch.setattr(diffusion_entropy, name, lambda *of, make=make: made.append(1) or make(*of))
    x = Sample(np.random.default_rng(0).normal(size=(510, 2)), "x")
    values = [DiffusionEntropy(t=t, spectrum=spectrum)(x).value for t in (1, 2, 3)]
    assert len(made) == 1
    assert values == sorted(values, reverse=True)
    DiffusionEntropy(alpha=1, spectrum=spectrum)(x)
    assert len(made) == 2


def test_half_precision_is_computed_in_float64():
    narrow = CLOUD.astype(np.float16)
    assert DiffusionEntropy()(narrow).value == pytest.approx(DiffusionEntropy()(narrow.astype(float)).value)


def test_constant_columns_change_nothing():
    with_dead = np.insert(CLOUD, 1, 5.0, axis=1)
    assert DiffusionEntropy()(with_dead).value == pytest.approx(DiffusionEntropy()(CLOUD).value, abs=1e-12)


def test_equal_rows():
    equal = np.ones((9, 2))
    with pytest.raises(DegenerateData, match="median distance between rows of 'x' is 0"):
        DiffusionEntropy()(equal)
    assert DiffusionEntropy(UNIT)(equal).value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"alpha": 2}, "alpha must be a finite number >= 0 and <= 1"),
        ({"t": 0}, "t must be a finite number above 0"),
        ({"over": "all"}, "over must be 'eigenvalues' or 'entries'"),
        ({"matrix": "walk"}, "matrix must be"),
        ({"spectrum": "some"}, "spectrum must be"),
        ({"probes": 3}, "probes of DiffusionEntropy must be an integer >= 4"),
        ({"seed": -1}, "seed of DiffusionEntropy"),
        ({"over": "entries", "t": 2}, "takes t=1 and matrix='diffusion'"),
        ({"over": "entries", "matrix": "adjacency"}, "takes t=1"),
        ({"spectrum": "stochastic", "t": 0.5}, "which float32 does not know"),
        ({"spectrum": "stochastic", "matrix": "adjacency"}, "needs an eigenvalue that is known"),
        ({"kernel": kernels.NeighbourGraph(5, symmetric=False)}, "is not symmetric"),
        ({"kernel": kernels.Gaussian}, "takes a kernel like"),
        ({"kernel": 3.0}, "takes a kernel like"),
    ],
)
def test_settings_are_refused(settings, said):
    with pytest.raises((ValueError, TypeError), match=said):
        DiffusionEntropy(**settings)


def test_kernels_that_make_no_walk():
    with pytest.raises(DegenerateData, match=r"^'x': a row of the kernel sums to .* makes no random walk"):
        DiffusionEntropy(kernels.Linear())(CLOUD)
    with pytest.raises(DegenerateData, match="negative between some rows"):
        DiffusionEntropy(kernels.Linear(), over="entries")(np.array([[1.0, 2.0], [1.0, -0.6], [1.0, 0.1]]))


def test_rows_without_length_have_no_spectrum():
    measure = DiffusionEntropy(kernels.Linear(), alpha=0.0, matrix="adjacency")
    with pytest.raises(DegenerateData, match=r"^'x': all rows have similarity 0 by this kernel"):
        measure(np.zeros((10, 2)))


def test_spectra_are_capped(monkeypatch):
    monkeypatch.setattr(kernels.matrix, "WHOLE_BYTES", 8 * 600**2 // 2)
    x = Sample(np.random.default_rng(0).normal(size=(600, 2)))
    fixed = kernels.Gaussian(1.0)
    for settings, said in (
        ({}, "exact spectrum of 'x' of 600 rows .* up to 424 rows. Instead, take spectrum='stochastic'"),
        ({"matrix": "adjacency"}, "exact spectrum of 'x' of 600 .* Instead, take fewer rows"),
    ):
        with pytest.raises(ValueError, match=said):
            DiffusionEntropy(fixed, **settings)(x)
    assert np.isfinite(DiffusionEntropy(fixed, spectrum="stochastic")(x).value)
    assert np.isfinite(DiffusionEntropy(fixed, over="entries")(x).value)  # in blocks
    monkeypatch.setattr(kernels.matrix, "WHOLE_BYTES", 8 * 500**2 // 2)
    with pytest.raises(ValueError, match=r"the stochastic spectrum of 'x' of 600 rows .* take fewer rows"):
        DiffusionEntropy(fixed, spectrum="stochastic", seed=1)(x)
