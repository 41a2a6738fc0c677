"""Distances and counts equal those of all float64 differences, to the last bit."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infoplane import Sample, labels
from infoplane.measures._compiling import compiled
from infoplane.measures._sorting import _by_cells, ascending_order
from infoplane.measures.neighbours._search import class_distances, counts_within, distances, joint_distances
from infoplane.measures.neighbours._search.tree import tree_distances
from infoplane.measures.neighbours._search.vectors import nearest_distances

KINDS = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "heavy tails": lambda rng, shape: rng.standard_cauchy(size=shape) ** 3,
    "lattice": lambda rng, shape: rng.integers(-3, 4, size=shape) * 0.1,  # 0.3 - 0.1 is not 0.2
    "far from zero": lambda rng, shape: 1e6 + rng.integers(0, 50, size=shape) * 0.1,
    "relu": lambda rng, shape: np.maximum(rng.normal(size=shape), 0),
    "constant": lambda rng, shape: np.full(shape, 0.1),
    "one apart": lambda rng, shape: np.where(np.arange(shape[0])[:, None] == 0, 1.0, np.zeros(shape)),
    "float32": lambda rng, shape: rng.normal(size=shape).astype(np.float32),
    "float16": lambda rng, shape: rng.normal(size=shape).astype(np.float16),
    "huge": lambda rng, shape: rng.normal(size=shape) * 1e300,
    "tiny": lambda rng, shape: rng.normal(size=shape) * 1e-300,
    "signed zeros": lambda rng, shape: rng.choice([-0.0, 0.0, 1.0], size=shape),
}
kinds = st.sampled_from(sorted(KINDS))
seeds = st.integers(0, 2**32 - 1)
ks = st.integers(1, 7)
widths = st.integers(1, 10)
# few points, or several blocks and strips
numbers = st.one_of(st.integers(0, 40), st.sampled_from([200, 255, 256, 257, 600]))


def make(kind, seed, n, width):
    return Sample(np.asarray(KINDS[kind](np.random.default_rng(seed), (n, width))))


def chebyshev(x):
    """All distances, (n, n), a point being infinitely far from itself."""
    values = np.float64(x.values)
    out = np.abs(values[:, None] - values[None]).max(axis=2)
    np.fill_diagonal(out, np.inf)
    return out


def euclidean(x):
    """Scaled by a power of two, which rounds nothing, so that squares neither overflow nor vanish."""
    exponent = np.frexp(np.abs(np.float64(x.values)).max())[1]
    values, out = np.ldexp(np.float64(x.values), -exponent), np.zeros((len(x), len(x)))
    for column in values.T:
        out += (column[:, None] - column) ** 2
    np.fill_diagonal(out, np.inf)
    return np.ldexp(np.sqrt(out), exponent)


def strictly_within(apart, radii, closed_at_zero=False):
    inside = apart < radii[:, None]
    if closed_at_zero:
        inside |= (radii[:, None] == 0) & (apart == 0)
    return inside.sum(axis=1)


@given(kinds, kinds, seeds, numbers, widths, widths, ks)
@settings(max_examples=120)
@example("lattice", "constant", 0, 600, 1, 1, 5)
@example("one apart", "relu", 0, 0, 1, 1, 7)
@example("huge", "tiny", 0, 257, 1, 1, 3)
def test_joint_distances(kind_x, kind_y, seed, more, dx, dy, k):
    n = k + 1 + more
    x, y = make(kind_x, seed, n, dx), make(kind_y, seed + 1, n, dy)
    apart = np.maximum(chebyshev(x), chebyshev(y))
    np.testing.assert_array_equal(joint_distances(x, y, k), np.sort(apart, axis=1)[:, k - 1])


@given(kinds, kinds, seeds, numbers, ks)
@settings(max_examples=120)
@example("lattice", "far from zero", 3, 600, 3)
def test_joint_distances_of_columns(kind_x, kind_y, seed, more, k):
    n = k + 1 + more
    x, y = make(kind_x, seed, n, 1), make(kind_y, seed + 1, n, 1)
    apart = np.maximum(chebyshev(x), chebyshev(y))
    np.testing.assert_array_equal(joint_distances(x, y, k), np.sort(apart, axis=1)[:, k - 1])


@given(kinds, seeds, numbers, st.one_of(st.just(1), widths), ks, st.booleans())
@settings(max_examples=120)
@example("lattice", 0, 600, 1, 3, False)
@example("one apart", 0, 256, 5, 1, True)
def test_counts(kind, seed, more, width, k, closed_at_zero):
    """Radii as measures ask for them: equal to some distance, zero, and in between."""
    n = k + 1 + more
    x = make(kind, seed, n, width)
    apart, rng = chebyshev(x), np.random.default_rng(seed)
    radii = np.sort(apart, axis=1)[:, k - 1]
    radii = np.where(rng.random(n) < 0.3, radii * rng.uniform(0, 3, n), radii)
    radii[rng.random(n) < 0.1] = 0
    expected = strictly_within(apart, radii, closed_at_zero)
    np.testing.assert_array_equal(counts_within(x, radii, closed_at_zero), expected)


@given(kinds, seeds, numbers, st.one_of(st.just(1), widths), ks, st.sampled_from(["chebyshev", "euclidean"]))
@settings(max_examples=120)
@example("tiny", 0, 20, 3, 2, "euclidean")
@example("huge", 0, 300, 9, 2, "euclidean")
def test_distances(kind, seed, more, width, k, metric):
    x = make(kind, seed, k + 1 + more, width)
    # in one column every metric is the difference itself
    apart = euclidean(x) if metric == "euclidean" and width > 1 else chebyshev(x)
    expected = np.sort(apart, axis=1)[:, k - 1]
    np.testing.assert_allclose(distances(x, k, metric), expected, rtol=1e-12 * (metric == "euclidean"))


@given(kinds, seeds, numbers, widths, ks, st.booleans())
@settings(max_examples=120)
@example("relu", 0, 600, 3, 5, False)
@example("one apart", 0, 200, 2, 5, False)
def test_tree(kind, seed, more, width, k, squared):
    x = make(kind, seed, k + 1 + more, width)
    exponent = np.frexp(np.abs(np.float64(x.values)).max())[1] if squared else 0
    x = Sample(np.ldexp(np.float64(x.values), -exponent))
    expected = np.sort(euclidean(x) if squared else chebyshev(x), axis=1)[:, :k]
    np.testing.assert_allclose(tree_distances(x.values, k, squared), expected, rtol=1e-12 * squared)


@pytest.mark.parametrize("zeros", [0, 0.99])
def test_many_points_in_few_columns(zeros):
    """Beyond 20,000 points a tree answers, and answers the same; equal rows don't slow it down."""
    rng = np.random.default_rng(0)
    x, y = (Sample(rng.normal(size=(20_500, 2)) * (rng.random((20_500, 1)) > zeros)) for _ in range(2))
    columns = np.concatenate([x.values, y.values], axis=1)
    order = np.argsort(columns[:, 0])
    starts = np.array([0, len(columns)])
    expected = nearest_distances(np.ascontiguousarray(columns[order].T), starts, 0, 5, False)[:, 4]
    np.testing.assert_array_equal(joint_distances(x, y, 5)[order], expected)


@given(kinds, seeds, st.integers(2, 400), st.one_of(st.just(1), widths), ks, st.integers(1, 9))
@settings(max_examples=120)
@example("lattice", 0, 400, 1, 5, 3)
def test_class_distances(kind, seed, n, width, k, classes):
    x = make(kind, seed, n, width)
    y = labels(np.random.default_rng(seed).geometric(0.4, size=n) % classes)
    apart = chebyshev(x)
    apart[y.values[:, None] != y.values] = np.inf
    sizes = np.bincount(y.values)[y.values]
    near = np.sort(apart, axis=1)[np.arange(n), np.clip(np.minimum(k, sizes - 1) - 1, 0, None)]
    np.testing.assert_array_equal(class_distances(x, y, k), np.where(sizes == 1, np.nan, near))


def test_a_radius_is_never_added_to_a_point():
    """-0.2 + 0.3 < 0.1 in floating point, though the difference 0.1 - (-0.2) is no less than the radius."""
    x = Sample(np.array([-0.2, 0.1, 5.0]))
    radii = np.array([np.float64(0.1) - np.float64(-0.2)] * 3)
    np.testing.assert_array_equal(counts_within(x, radii), [0, 0, 0])
    np.testing.assert_array_equal(counts_within(x, np.nextafter(radii, 1)), [1, 1, 0])


def test_kernels_do_not_write_to_samples():
    x, y = make("normal", 0, 50, 1), make("normal", 1, 50, 1)
    before = [side.values.copy() for side in (x, y)]
    radii = joint_distances(x, y, 3)
    counts_within(x, radii)
    for side, values in zip((x, y), before, strict=True):
        np.testing.assert_array_equal(side.values, values)
        np.testing.assert_array_equal(side.derived("columns", None), values.T)


def test_kernels_release_the_gil():
    from infoplane.measures.neighbours._search import pairs, vectors

    for kernel in (pairs.pair_distances, pairs.line_counts, pairs.line_distances):
        assert kernel.targetoptions["nogil"]
    for kernel in (vectors.nearest_distances, vectors.vector_counts):
        assert kernel.targetoptions["nogil"]


def test_kernels_run_where_compiled_code_cannot_be_kept():
    nowhere = eval("lambda x: 2 * x")  # of no file, so that numba finds no folder either
    assert compiled(nowhere)(3) == 6


@pytest.mark.parametrize("n", [2, 3])
def test_fewest_points(n):
    x, y = make("normal", 0, n, 1), make("normal", 1, n, 1)
    apart = np.maximum(chebyshev(x), chebyshev(y))
    np.testing.assert_array_equal(joint_distances(x, y, n - 1), np.sort(apart, axis=1)[:, n - 2])


@given(kinds, seeds, st.one_of(st.integers(1, 40), st.just(3000)))
@example("normal", 0, 1)
def test_the_order_is_that_of_a_stable_sort(kind, seed, n):
    column = make(kind, seed, n, 1).values[:, 0].astype(np.float64)
    np.testing.assert_array_equal(ascending_order(column), np.argsort(column, kind="stable"))


def test_cells_sort_slices_and_leave_what_they_cannot_tell_apart():
    slices = np.random.default_rng(0).normal(size=10_000)
    assert len(_by_cells(slices, 20_000)) == 10_000
    far_point = np.append(slices, 1e12)
    assert len(_by_cells(far_point, 20_000)) == 0
    np.testing.assert_array_equal(ascending_order(far_point), np.argsort(far_point, kind="stable"))
