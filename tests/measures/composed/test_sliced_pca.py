import math

import numpy as np
import pytest

from infoplane import KSG, DegenerateData, Prepared, Sample, SlicedPCA, known, labels, prepare
from infoplane.directions import project

pytestmark = pytest.mark.portable


def spread(n, seed, width=5):
    """Columns of falling variance, turned, of which the first alone tells about y."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, width)) * 2.0 ** -np.arange(width)
    y = x[:, 0] + 0.5 * rng.normal(size=n)
    return x @ np.linalg.qr(rng.normal(size=(width, width)))[0], y


def test_the_leading_component_has_the_information():
    values = [SlicedPCA(KSG(k=5))(*spread(1000, seed)).value for seed in range(8)]
    truth = 0.5 * math.log(5)
    assert abs(np.mean(values) - truth) < 4 * np.std(values, ddof=1) / math.sqrt(8) + 0.01


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_it_is_the_measure_after_pca(dim):
    x, y = spread(300, 0)
    y = np.column_stack([y, np.random.default_rng(1).normal(size=(300, 3))])
    prepared = Prepared(KSG(k=3), x=prepare.pca(dim), y=prepare.pca(dim))(x, y)
    assert SlicedPCA(KSG(k=3), dim=dim)(x, y).value == pytest.approx(prepared.value, abs=1e-12)


def test_at_full_width_it_is_the_measure_itself():
    x, y = known.Normal(information=1.0, dims=(2, 3)).draw(200, seed=0)
    assert SlicedPCA(KSG(k=3), dim=3)(x, y) == KSG(k=3)(x, y)
    one = SlicedPCA(KSG(k=3), dim=2)(x, y)
    assert "principal components of x" not in one.note
    assert "2 of 3 principal components of y hold" in one.note


def test_labels_are_taken_as_they_are():
    t, y = known.LabelledNormal(means=((0, 0, 0), (6, 0, 0))).draw(400, seed=0)
    estimate = SlicedPCA(KSG(k=3))(t, y)
    assert estimate.value == pytest.approx(math.log(2), abs=0.02)
    assert SlicedPCA(KSG(k=3))(y, t).value == estimate.value


def test_the_share_of_the_variance():
    rng = np.random.default_rng(0)
    x = np.linalg.qr(rng.normal(size=(100, 3)))[0]
    x = np.linalg.qr(x - x.mean(axis=0))[0] * [3, 2, 1]  # variances 9 : 4 : 1
    note = SlicedPCA(KSG(k=3), dim=2)(x, rng.normal(size=100) / 5).note
    assert note == "2 of 3 principal components of x hold 92.9 % of the variance"


def test_equal_rows_stay_equal():
    rng = np.random.default_rng(0)
    x = np.maximum(rng.normal(size=(300, 40)) - 2.5, 0)  # most rows are all zero
    seen = []
    SlicedPCA(lambda a, b: seen.append(a.values) or KSG(k=3)(a, b))(x, rng.normal(size=300))
    zero = (x == 0).all(axis=1)
    assert zero.sum() > 100
    assert len(np.unique(seen[0][zero])) == 1


@pytest.mark.parametrize("shape", [(100, 4), (30, 60)])
def test_values_of_any_size(shape):
    """Also more columns than samples, where another decomposition is used."""
    x = np.random.default_rng(0).normal(size=shape)
    y = x[:, 0] > 0
    plain = SlicedPCA(KSG(k=3), dim=2)(x, labels(y))
    for scale in (2.0**-1000, 2.0**1000):
        assert SlicedPCA(KSG(k=3), dim=2)(scale * x, labels(y)) == plain
    centred = x - x.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    own = Sample(project(centred, axes[None])[0].T, "x")
    assert plain.value == pytest.approx(KSG(k=3)(own, labels(y)).value, abs=1e-12)


def test_too_few_directions_are_degenerate():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 2)) @ rng.normal(size=(2, 6))
    with pytest.raises(DegenerateData, match=r"has 2 uncorrelated directions, fewer than dim=3; use Sliced"):
        SlicedPCA(KSG(k=3), dim=3)(x, rng.normal(size=50))
    with pytest.raises(DegenerateData, match=r"of 5 samples and 9 columns has 4 uncorrelated directions"):
        SlicedPCA(KSG(k=3), dim=5)(rng.normal(size=(5, 9)), rng.normal(size=5))
    with pytest.raises(ValueError, match="dim must be an integer >= 1"):
        SlicedPCA(KSG(), dim=0)
