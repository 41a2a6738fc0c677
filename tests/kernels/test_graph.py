import numpy as np
import pytest
from sklearn.neighbors import kneighbors_graph

from infoplane import Sample, kernels, labels

pytestmark = pytest.mark.portable

X = np.random.default_rng(0).normal(size=(300, 3))


def test_as_scikit_learn():
    theirs = kneighbors_graph(X, 7, include_self=True).toarray()
    ours = kernels.NeighbourGraph(7, symmetric=False).gram(Sample(X)).full()
    np.testing.assert_array_equal(ours, theirs)
    symmetric = kernels.NeighbourGraph(7).gram(Sample(X))
    np.testing.assert_array_equal(symmetric.full(), np.maximum(theirs, theirs.T))
    np.testing.assert_array_equal(
        symmetric.block(slice(3, 9), slice(100, 299)), symmetric.full()[3:9, 100:299]
    )


def test_on_tensors():
    torch = pytest.importorskip("torch")
    ours = kernels.NeighbourGraph(7).gram(Sample(torch.from_numpy(X))).full()
    assert isinstance(ours, torch.Tensor)
    np.testing.assert_array_equal(ours.numpy(), kernels.NeighbourGraph(7).gram(Sample(X)).full())


def test_ties_are_all_near():
    """Whatever the order of the rows."""
    line = Sample(np.arange(5.0))
    near = kernels.NeighbourGraph(2, symmetric=False).gram(line).full()
    assert near.tolist()[2] == [0, 1, 1, 1, 0]


def test_some_rows_have_their_own_neighbours():
    rows = np.arange(0, 300, 3)
    taken = kernels.NeighbourGraph(7).gram(Sample(X)).take(rows).full()
    np.testing.assert_array_equal(taken, kernels.NeighbourGraph(7).gram(Sample(X[rows])).full())


def test_refusals():
    with pytest.raises(ValueError, match="k of NeighbourGraph must be an integer >= 2"):
        kernels.NeighbourGraph(1)
    with pytest.raises(ValueError, match="at least 10 samples are needed for the 10 nearest"):
        kernels.NeighbourGraph().gram(Sample(X[:9]))
    with pytest.raises(ValueError, match="holds labels"):
        kernels.NeighbourGraph().gram(labels([0, 1] * 9))
