import numpy as np
import pytest
from sklearn.cluster import SpectralClustering

from infoplane import spectra
from infoplane.kernels import matrix
from infoplane.measures.kernel import _clusters

pytestmark = pytest.mark.portable


def same_partition(one, other):
    pairs = {*zip(one.tolist(), other.tolist(), strict=True)}
    return len(pairs) == len(set(one)) == len(set(other))


def blobs(n=300, apart=4.0):
    rng = np.random.default_rng(0)
    truth = np.arange(n) % 4
    return rng.normal(size=(n, 5)) + apart * np.eye(5)[truth] * 2, truth


def test_blobs_are_found():
    x, truth = blobs(apart=10.0)
    assert same_partition(spectra.clusters(x, 4).codes, truth)


@pytest.mark.parametrize("count", [3, 4, 10])
def test_as_scikit_learn_clusters(count):
    x = np.random.default_rng(0).normal(size=(200, 5))
    theirs = SpectralClustering(
        count, affinity="nearest_neighbors", assign_labels="cluster_qr", random_state=0
    ).fit_predict(x)
    assert same_partition(spectra.clusters(x, count).codes, theirs)


def test_many_rows_are_clustered_as_few(monkeypatch):
    x = np.random.default_rng(0).normal(size=(200, 5))
    dense = spectra.clusters(x, 4).codes
    monkeypatch.setattr(_clusters, "DENSE", 10)
    assert same_partition(spectra.clusters(x, 4).codes, dense)


def test_neither_order_nor_scale_matter():
    x, _ = blobs()
    order = np.random.default_rng(1).permutation(len(x))
    first = spectra.clusters(x, 5).codes
    np.testing.assert_array_equal(spectra.clusters(x[order], 5).codes, first[order])
    np.testing.assert_array_equal(spectra.clusters(np.ldexp(x, 900), 5).codes, first)


@pytest.mark.parametrize("count", [2, 3, 6])
def test_any_rows_have_clusters(count):
    """Equal rows, few rows, parts that no neighbour joins."""
    rng = np.random.default_rng(0)
    for rows in (np.ones((12, 2)), rng.integers(0, 2, size=(6, 3)) * 1.0, np.eye(40), blobs(40, 1e6)[0]):
        codes = spectra.clusters(rows, count).codes
        assert codes.shape == (len(rows),)
        assert 0 <= codes.min() <= codes.max() < count


def test_a_constant_column_is_one_bin():
    np.testing.assert_array_equal(spectra.clusters(np.ones(5), 3).codes, np.zeros(5))


def test_refusals():
    with pytest.raises(ValueError, match="6 clusters need at least as many samples; 'y' has 5"):
        spectra.clusters(np.ones((5, 2)), 6)
    with pytest.raises(ValueError, match="holds labels"):
        spectra.clusters([0, 1, 1])
    with pytest.raises(ValueError, match="integer >= 2"):
        spectra.clusters(np.ones((5, 2)), 1)


def test_of_more_islands_than_clusters_the_largest_are_told_apart():
    """Each has a mode that never fades, and a solver returns some mixture of as many as were asked for."""
    rng = np.random.default_rng(0)
    island = np.repeat(np.arange(6), [60, 20, 50, 20, 20, 40])
    y = 100.0 * rng.normal(size=(6, 3))[island] + rng.normal(size=(210, 3))
    codes = spectra.clusters(y, 3).codes
    whose = [set(codes[island == one]) for one in (0, 2, 5)]
    assert [len(one) for one in whose] == [1, 1, 1]
    assert len(set.union(*whose)) == 3


def test_so_many_clusters_that_all_vectors_are_needed_are_capped(monkeypatch):
    monkeypatch.setattr(matrix, "WHOLE_BYTES", 8 * 4 * 100**2)
    y = np.random.default_rng(0).normal(size=(120, 3))
    with pytest.raises(
        ValueError, match=r"finding 7 clusters of 120 rows .* up to 100 rows. Instead, ask for"
    ):
        spectra.clusters(y, 7)


def test_tensors_have_the_same_clusters():
    torch = pytest.importorskip("torch")
    column = np.random.default_rng(0).normal(size=(40, 1))
    for values in (column, np.hstack([column, column**2])):
        found = spectra.clusters(torch.from_numpy(values), 3).codes
        np.testing.assert_array_equal(found, spectra.clusters(values, 3).codes)
