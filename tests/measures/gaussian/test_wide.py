"""Layers of more columns than samples."""

import numpy as np
import pytest

from infoplane import KSG, CanonicalPairs, DegenerateData, GaussianCopula, Sample, SlicedPCA, known, prepare
from infoplane.kernels import matrix
from infoplane.measures import _scores
from infoplane.measures._scores import whitened_scores

pytestmark = pytest.mark.portable


@pytest.fixture
def no_large_square(monkeypatch):
    """Nothing decomposes a matrix between thousands of columns."""
    eigh = np.linalg.eigh

    def small(matrix):
        assert len(matrix) < 1000
        return eigh(matrix)

    monkeypatch.setattr(np.linalg, "eigh", small)


@pytest.mark.usefixtures("no_large_square")
@pytest.mark.parametrize("measure", [GaussianCopula(), CanonicalPairs(KSG(k=3))])
def test_a_layer_that_gives_everything_is_refused(measure):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 5000)), rng.normal(size=(40, 2))
    for pair in ((x, y), (y, x)):
        with pytest.raises(DegenerateData, match=r"has 5000 columns for 40 samples.*prepare.pca, Sliced"):
            measure(*pair)


@pytest.mark.usefixtures("no_large_square")
def test_labels_beside_a_wide_layer():
    x = np.random.default_rng(0).normal(size=(40, 5000))
    with pytest.raises(DegenerateData, match="has 5000 columns for 40 samples"):
        GaussianCopula()(x, np.arange(40) % 2)


@pytest.mark.usefixtures("no_large_square")
@pytest.mark.parametrize("measure", [GaussianCopula(), CanonicalPairs(KSG(k=3))])
def test_few_independent_columns_of_many(measure):
    """Copies of columns whiten to what their originals do, up to a turn that canonical directions undo."""
    x, y = known.Normal(rho=0.5, dims=3).draw(120, seed=0)
    many = np.repeat(x, 700, axis=1)
    estimate = measure(many, y)
    assert estimate.value == pytest.approx(measure(x, y).value, abs=1e-9)
    assert whitened_scores(Sample(many)).width == 3


def test_both_ways_are_one():
    """By the rows or by the columns: the same axes, with the same signs."""
    few = np.random.default_rng(0).normal(size=(30, 5))
    more = np.column_stack([few] * 7)  # 35 columns
    centred = _scores.normal_scores(more) - _scores.normal_scores(more).mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / 29)
    kept = variances > _scores.RANK * variances[-1]
    whitening = axes[:, kept] / np.sqrt(variances[kept])
    whitening = whitening @ _scores.settled(axes[:, kept], variances[kept])
    np.testing.assert_allclose(whitened_scores(Sample(more)).values, centred @ whitening, atol=1e-9)


@pytest.mark.parametrize(
    "of",
    [
        lambda x: GaussianCopula()(x, x[:, :1] ** 2),
        lambda x: CanonicalPairs(KSG(k=3))(x, x[:, :1] ** 2),
        lambda x: SlicedPCA(KSG(k=3))(x, x[:, :1] ** 2),
        prepare.pca(2),
    ],
)
@pytest.mark.parametrize("shape", [(50, 30), (30, 50)])
def test_a_matrix_beyond_the_limit_is_refused(of, shape, monkeypatch):
    monkeypatch.setattr(matrix, "WHOLE_BYTES", 8 * 29**2)
    fewer = "columns" if shape[1] < shape[0] else "rows"
    with pytest.raises(ValueError, match=rf"of 30 {fewer} holds .* up to 29 {fewer}\. Instead, take Sliced"):
        of(np.random.default_rng(0).normal(size=shape))
