"""Kernels by their formulas, in numpy and torch alike."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from infoplane import DegenerateData, Sample, continuous, kernels, labels
from infoplane.kernels.matrix import square

pytestmark = pytest.mark.portable

X = np.random.default_rng(0).normal(size=(40, 3)) + np.arange(40)[:, None] / 20


def as_tensor(values):
    return pytest.importorskip("torch").from_numpy(np.array(values))


def same(values):
    return values


BOTH = pytest.mark.parametrize("made", [same, as_tensor], ids=["numpy", "torch"])


def k_th(x, k):
    return np.sort(cdist(x, x), axis=1)[:, k]


def median(x, norm="euclidean"):
    return np.median(cdist(x, x, norm)[np.triu_indices(len(x), 1)])


D2 = cdist(X, X, "sqeuclidean")
D1 = cdist(X, X, "cityblock")
FORMULAS = {
    "number": (kernels.Gaussian(1.7), np.exp(-D2 / (2 * 1.7**2))),
    "median": (kernels.Gaussian(), np.exp(-D2 / (2 * median(X) ** 2))),
    "factor": (kernels.Gaussian(kernels.Median(0.3)), np.exp(-D2 / (2 * (0.3 * median(X)) ** 2))),
    "per root d": (kernels.Gaussian(kernels.PerRootDim(0.5)), np.exp(-D2 / (2 * 0.25 * 3))),
    "neighbours": (
        kernels.Gaussian(kernels.Neighbours(4)),
        np.exp(-D2 / np.outer(k_th(X, 4), k_th(X, 4))),
    ),
    "Laplace": (kernels.Laplace(2.0), np.exp(-D1 / 2)),
    "Laplace, median": (kernels.Laplace(), np.exp(-D1 / median(X, "cityblock"))),
    "linear": (kernels.Linear(), X @ X.T),
}


@BOTH
@pytest.mark.parametrize(("kernel", "expected"), FORMULAS.values(), ids=FORMULAS)
def test_by_the_formula(kernel, expected, made):
    gram = kernel.gram(Sample(made(X)))
    assert len(gram) == 40
    np.testing.assert_allclose(np.asarray(gram.full()), expected, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(np.asarray(gram.rows(5, 9)), expected[5:9], rtol=1e-11, atol=1e-14)
    assert type(gram.rows(0, 2)) is type(made(X))
    assert str(gram.rows(0, 2).dtype).endswith("float64")


@BOTH
def test_delta_is_one_for_equal_labels(made):
    y = np.array([3, 1, 3, 2])
    gram = kernels.Delta().gram(Sample(made(y)))
    np.testing.assert_array_equal(np.asarray(gram.full()), y[:, None] == y)
    assert str(gram.rows(0, 1).dtype).endswith("float64")


@pytest.mark.parametrize("apart", [1e5, 1e9])
def test_clusters_far_apart_keep_their_inside(apart, rng):
    """By products of rows, distances in units of the bandwidth would be rounding."""
    tight = rng.normal(size=(20, 3))
    far = np.concatenate([tight, tight + apart])
    inside = np.exp(-cdist(far[:20], far[:20], "sqeuclidean") / 2)
    for rule, width in ((1.0, 1.0), (kernels.Neighbours(3), None)):
        gram = kernels.Gaussian(rule).gram(Sample(far)).full()
        if width is None:
            inside = np.exp(-cdist(tight, tight, "sqeuclidean") / np.outer(k_th(tight, 3), k_th(tight, 3)))
        np.testing.assert_allclose(gram[:20, :20], inside, rtol=1e-9, atol=1e-6 * apart / 1e9)
        assert (gram[:20, 20:] == 0).all()


@BOTH
@pytest.mark.parametrize(
    "kernel", [kernels.Gaussian(), kernels.Linear(), kernels.Gaussian(kernels.Neighbours(2))]
)
def test_taken_rows_and_kept_matrices(kernel, made):
    gram = kernel.gram(Sample(made(X)))
    whole = np.asarray(gram.full())
    order = np.random.default_rng(1).permutation(40)
    for one in (gram.take(order), gram.kept().take(order), gram.take(order).kept()):
        np.testing.assert_allclose(
            np.asarray(one.full()), whole[np.ix_(order, order)], rtol=1e-12, atol=1e-14
        )
    twice = gram.kept().take(order).take(order)
    np.testing.assert_allclose(
        np.asarray(twice.rows(2, 5)), whole[np.ix_(order[order][2:5], order[order])], rtol=1e-12
    )
    kept = gram.kept()
    assert kept.kept() is kept
    some = order[:7]
    for one in (gram.take(some), gram.kept().take(some), gram.take(some).kept(), gram.take(order).take(some)):
        assert len(one) == len(one.rows(0, 7)) == one.full().shape[1] == 7
        assert np.ndim(one.bandwidth) == 0 or len(one.bandwidth) == 7


def test_many_blocks():
    x = np.random.default_rng(2).normal(size=(1100, 2))
    gram = kernels.Gaussian(1.0).gram(Sample(x))
    np.testing.assert_allclose(gram.full(), np.exp(-cdist(x, x, "sqeuclidean") / 2), rtol=1e-11)


def test_bandwidths_are_in_the_unit_of_the_variable():
    x = Sample(X * 1e200)
    assert kernels.Gaussian().gram(x).bandwidth == pytest.approx(median(X) * 1e200, rel=1e-12)
    assert kernels.Gaussian(5.0).gram(x).bandwidth == pytest.approx(5.0)
    own = kernels.Gaussian(kernels.Neighbours(4)).gram(Sample(X)).bandwidth
    np.testing.assert_allclose(own, k_th(X, 4), rtol=1e-12)
    assert kernels.Linear().gram(Sample(X)).bandwidth is None


def test_large_samples_give_the_median_of_some_rows_by_content():
    x = np.random.default_rng(3).normal(size=(3000, 4))
    whole = kernels.Gaussian(kernels.Median(rows=3000)).gram(Sample(x)).bandwidth
    some = kernels.Gaussian(kernels.Median(rows=1000)).gram(Sample(x)).bandwidth
    assert some == pytest.approx(whole, rel=0.02)
    order = np.random.default_rng(4).permutation(3000)
    shuffled = kernels.Gaussian(kernels.Median(rows=1000)).gram(Sample(x[order])).bandwidth
    assert shuffled == pytest.approx(some, rel=1e-12)
    halved = kernels.Gaussian(kernels.Median(rows=1000)).gram(Sample(x / 2)).bandwidth
    assert 2 * halved == pytest.approx(some, rel=1e-12)


def test_duplicated_rows(rng):
    x = np.repeat(rng.normal(size=(4, 2)), [30, 3, 3, 4], axis=0)
    with pytest.raises(
        DegenerateData, match="median distance between rows of 'x' is 0: 36 of 40 rows repeat"
    ):
        kernels.Gaussian().gram(Sample(x))
    with pytest.raises(DegenerateData, match="36 of 40"):
        kernels.Laplace().gram(Sample(x))
    distinct = kernels.Gaussian(kernels.Median(distinct=True)).gram(Sample(x))
    assert distinct.bandwidth == pytest.approx(median(x[[0, 30, 33, 36]]), rel=1e-12)
    assert kernels.Gaussian(1.0).gram(Sample(x)).full()[0, 1] == pytest.approx(1, abs=1e-14)
    with pytest.raises(DegenerateData, match="36 of 40 rows of 'x' equal their 3 nearest"):
        kernels.Gaussian(kernels.Neighbours(3)).gram(Sample(x[[*range(33), *range(30, 37)]]))


def test_constant_columns_change_nothing():
    wide = np.insert(X, 1, 1e7, axis=1)
    for kernel in (kernels.Gaussian(), kernels.Gaussian(2.0), kernels.Gaussian(kernels.Neighbours(3))):
        expected = kernel.gram(Sample(X)).full()
        np.testing.assert_allclose(kernel.gram(Sample(wide)).full(), expected, rtol=1e-9)
    constant = Sample(np.full((5, 2), 0.1))
    np.testing.assert_array_equal(kernels.Gaussian(1.0).gram(constant).full(), np.ones((5, 5)))
    with pytest.raises(DegenerateData, match="4 of 5 rows repeat"):
        kernels.Gaussian().gram(constant)


@given(
    exponent=st.integers(-900, 900),
    width=st.integers(1, 4),
    ties=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60)
def test_scale_and_place_are_not_seen_with_the_median(exponent, width, ties, seed):
    x = np.random.default_rng(seed).normal(size=(12, width)).round(1 if ties else 12)
    x[0] += 1  # not all equal
    expected = kernels.Gaussian().gram(Sample(x)).full()
    scaled = kernels.Gaussian().gram(Sample(np.ldexp(x, exponent))).full()
    np.testing.assert_allclose(scaled, expected, rtol=1e-10)
    assert (expected <= 1 + 1e-15).all()
    assert np.linalg.eigvalsh(expected)[0] > -1e-12  # positive semidefinite


@pytest.mark.parametrize("kernel", [kernels.Gaussian(), kernels.Laplace(1.0), kernels.Linear()])
def test_labels_have_no_distances(kernel):
    with pytest.raises(ValueError, match=r"of continuous variables; 'x' holds labels. Use kernels.Delta\(\)"):
        kernel.gram(Sample([0, 1, 1]))
    assert len(kernel.gram(continuous([0, 1, 2]))) == 3
    with pytest.raises(ValueError, match=r"is of labels; 'x' is continuous"):
        kernels.Delta().gram(Sample(X))
    assert len(kernels.Delta().gram(labels([0.5, 0.5]))) == 2


@pytest.mark.parametrize("wrong", [0, -1.0, np.nan, np.inf, True, "mean", None, [1.0]])
def test_bandwidths_that_are_none(wrong):
    for kernel in (kernels.Gaussian, kernels.Laplace):
        with pytest.raises(ValueError, match="bandwidth"):
            kernel(wrong)


@pytest.mark.parametrize(
    "make",
    [
        lambda: kernels.Median(0),
        lambda: kernels.Median(rows=1),
        lambda: kernels.PerRootDim(-1),
        lambda: kernels.Neighbours(0),
        lambda: kernels.Laplace(kernels.Neighbours(3)),
        lambda: kernels.Gaussian(kernels.Neighbours(40)).gram(Sample(X)),
        lambda: kernels.Linear().gram(Sample(X * 1e200)),
    ],
)
def test_settings_out_of_range(make):
    with pytest.raises(ValueError, match=r"must be|takes a number|more than 40 samples|leave the range"):
        make()


@pytest.mark.parametrize(("matrices", "most"), [(1, 16_384), (0.5, 23_170), (8, 5792)])
def test_whole_matrices_have_a_cap(matrices, most):
    square(most, "it", "take fewer rows", matrices)
    with pytest.raises(
        ValueError,
        match=rf"it of {most + 1} rows holds 2.0 GiB of .* up to {most} rows. Instead, take fewer rows",
    ):
        square(most + 1, "it", "take fewer rows", matrices)


@pytest.mark.parametrize("kind", [kernels.Gaussian, kernels.Laplace])
def test_the_median_of_too_many_distances_is_refused(kind, monkeypatch):
    monkeypatch.setattr(kernels.matrix, "WHOLE_BYTES", 2 * 8 * 30**2)
    with pytest.raises(
        ValueError, match=r"in 'x' of 40 rows .* up to 30 rows. Instead, take Median\(\), of 2"
    ):
        kind(kernels.Median(rows=3000)).gram(Sample(X))
    assert len(kind(kernels.Median(rows=30)).gram(Sample(X))) == 40


@pytest.mark.parametrize("kernel", [kernels.Gaussian(2.0), kernels.Laplace(2.0)])
def test_a_bandwidth_far_below_the_largest_column(kernel):
    """Rows that are equal in it differ in another by far more than the bandwidth."""
    x = np.array([[9e130, 0.0], [9e130, 4e10], [9e130, 0.5], [-9e130, 0.5]])
    whole = kernel.gram(Sample(x)).full()
    near = kernel.gram(Sample([[0.0, 0.0], [0.0, 0.5]])).full()[0, 1]
    expected = np.array([[1, 0, near, 0], [0, 1, 0, 0], [near, 0, 1, 0], [0, 0, 0, 1]])
    np.testing.assert_allclose(whole, expected, atol=1e-12)


@pytest.mark.parametrize(
    "kernel", [kernels.Gaussian(2.0), kernels.Gaussian(), kernels.Laplace(2.0)], ids=repr
)
def test_a_row_far_from_all_others_takes_no_digits_from_them(kernel):
    x = np.random.default_rng(0).normal(size=(50, 1))
    alone = kernel.gram(Sample(x[1:]))
    width = alone.bandwidth
    x[0] = 1e14
    found = replace(kernel, bandwidth=width).gram(Sample(x)).full()
    np.testing.assert_allclose(found[1:, 1:], alone.full(), atol=1e-13)


def test_a_laplace_kernel_tells_values_apart_that_the_last_digit_does():
    """From any of them, those of the other sign would be rounded alike."""
    x = np.nextafter(np.array([-1.0, -1.0, 1.0, 1.0, 1.0]), [-1, 0, 1, 0, 0])[:, None] * 2.0**500
    expected = np.eye(5)
    expected[3, 4] = expected[4, 3] = 1
    for order in ([0, 1, 2, 3, 4], [3, 2, 0, 4, 1]):
        found = kernels.Laplace(2.0).gram(Sample(x[order])).full()
        np.testing.assert_array_equal(found, expected[order][:, order])


def test_neighbours_nearer_than_any_width_overflow_nothing():
    x = np.append(np.arange(1, 40) * 1e-157, 1.0)[:, None]
    gram = kernels.Gaussian(kernels.Neighbours(2)).gram(Sample(x)).full()
    np.testing.assert_allclose(gram[-1, :-1], 0, atol=1e-12)
    assert np.isfinite(gram).all()
