import math

import numpy as np
import pytest

from infoplane import (
    Binned,
    DegenerateData,
    DiffusionEntropy,
    DiffusionInformation,
    Sample,
    bins,
    continuous,
    kernels,
    spectra,
)
from infoplane.measures.kernel import _clusters

pytestmark = pytest.mark.portable

UNIT = DiffusionEntropy(kernels.Gaussian(1.0))


def test_classes_that_lie_apart_have_the_logarithm_of_their_number():
    """Each class is a point; of 60 rows at random some are of each class."""
    y = np.repeat(np.arange(4), 60)
    estimate = DiffusionInformation(UNIT)(100.0 * y, y)
    assert estimate.value == pytest.approx(math.log(4), abs=1e-9)
    assert estimate.errors["subsets"] == pytest.approx(0, abs=1e-9)


def test_labels_without_meaning_tell_nothing(rng):
    drawn = [(rng.normal(size=(60, 3)), rng.integers(0, 3, size=60)) for _ in range(40)]
    values = [DiffusionInformation(repetitions=3)(x, y).value for x, y in drawn]
    assert abs(np.mean(values)) < 4 * np.std(values, ddof=1) / math.sqrt(40)
    assert min(values) < 0 < max(values)
    unmatched = [DiffusionInformation(matched=False)(x, y).value for x, y in drawn[:10]]
    assert min(unmatched) > 0.1


def test_by_its_definition_unmatched(rng):
    x, y = rng.normal(size=(50, 2)), rng.integers(0, 2, size=50)
    within = sum((y == c).mean() * UNIT(x[y == c]).value for c in (0, 1))
    value = DiffusionInformation(UNIT, matched=False)(x, y).value
    assert value == pytest.approx(UNIT(x).value - within, abs=1e-12)


def test_error_over_shuffles(rng):
    x, y = rng.normal(size=(90, 2)), rng.integers(0, 3, size=90)
    estimates = [DiffusionInformation(repetitions=4, seed=seed)(x, y) for seed in range(40)]
    spread = np.std([one.value for one in estimates], ddof=1)
    said = np.sqrt(np.mean([one.errors["subsets"] ** 2 for one in estimates]))
    assert said == pytest.approx(spread, rel=0.4)


def test_all_sets_of_rows_have_the_bandwidth_of_all_samples(rng):
    """A class that is narrow is narrow, and not as wide as its own median makes it."""
    y = np.repeat([0, 1], 50)
    x = np.where(y[:, None] == 0, 0.01, 1.0) * rng.normal(size=(100, 3))
    narrow = DiffusionEntropy().of_rows(Sample(x))(np.arange(50)).value
    assert narrow < 0.1 < DiffusionEntropy()(x[:50]).value


def test_labels_on_either_side_are_the_classes(rng):
    x, y = rng.normal(size=(60, 2)), rng.integers(0, 3, size=60)
    assert DiffusionInformation()(x, y) == DiffusionInformation()(y, x)


def test_a_stochastic_spectrum_adds_its_error(rng):
    y = np.repeat([0, 1], 520)
    x = rng.normal(size=(1040, 3)) + 2 * y[:, None]
    exact, found = (
        DiffusionInformation(DiffusionEntropy(spectrum=spectrum), repetitions=2)(x, y)
        for spectrum in ("exact", "stochastic")
    )
    assert set(found.errors) == {"subsets", "probes"}
    assert abs(found.value - exact.value) < 4 * found.errors["probes"]


def test_any_entropy_will_do():
    """Bins that are the same for all rows: the fall of a plug-in entropy, at equal numbers."""
    y = np.repeat([0, 1], 40)
    value = DiffusionInformation(Binned(bins.FixedWidth(1.0)))(y + 0.5, y).value
    assert value == pytest.approx(math.log(2), abs=0.03)


def test_a_column_is_cut_into_bins_of_equal_width():
    codes = spectra.clusters([0.0, 0.1, 0.9, 1.0, 2.9, 4.0], 4).codes
    np.testing.assert_array_equal(codes, [0, 0, 0, 1, 2, 3])
    x = np.arange(40.0)
    direct = DiffusionInformation(UNIT, classes=4)(x, x)
    np.testing.assert_equal(direct.value, DiffusionInformation(UNIT)(x, np.arange(40) // 10).value)


def test_clusters_are_made_once(monkeypatch, rng):
    made = []
    make = _clusters._codes
    monkeypatch.setattr(_clusters, "_codes", lambda *of: made.append(1) or make(*of))
    y = Sample(rng.normal(size=(40, 3)), "input")
    for _ in range(3):
        DiffusionInformation(classes=3)(rng.normal(size=(40, 2)), y)
    assert len(made) == 1


def test_single_samples_tell_nothing(rng):
    y = np.array([0] * 20 + [1] * 19 + [2])
    estimate = DiffusionInformation()(rng.normal(size=(40, 2)), y)
    assert np.isfinite(estimate.value)
    assert "1 of 3 classes have a single sample, which tells nothing" in estimate.note


def test_one_class(rng):
    estimate = DiffusionInformation()(rng.normal(size=(9, 2)), np.zeros(9, dtype=int))
    assert estimate.value == 0
    assert "y is constant, so the information is 0" in estimate.note


def test_refusals(rng):
    x, y = rng.normal(size=(8, 2)), rng.normal(size=(8, 2))
    with pytest.raises(ValueError, match="10 clusters need at least as many samples; 'y' has 8"):
        DiffusionInformation()(x, y)
    with pytest.raises(DegenerateData, match="every label of 'y' occurs once"):
        DiffusionInformation()(x, np.arange(8))
    kept = spectra.clusters(y, 2)
    with pytest.raises(ValueError, match="belongs to other data than 'y'"):
        DiffusionInformation(classes=2)(x, y[::-1], clusters=kept)
    with pytest.raises(ValueError, match=r"made by clusters\(count=2\), and clusters\(count=3\) was asked"):
        DiffusionInformation(classes=3)(x, y, clusters=kept)
    with pytest.raises(ValueError, match="nothing to cluster"):
        DiffusionInformation(classes=2)(x, [0, 1] * 4, clusters=kept)
    with pytest.raises(ValueError, match="repetitions of DiffusionInformation"):
        DiffusionInformation(repetitions=1)
    with pytest.raises(ValueError, match="takes a measure"):
        DiffusionInformation(DiffusionEntropy)
    assert DiffusionInformation(classes=2)(x, continuous(y), clusters=kept) == DiffusionInformation(
        classes=2
    )(x, y)
