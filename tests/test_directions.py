import math
import zlib

import jaxtyping
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from infoplane.directions import (
    MAX_FRAME,
    Directions,
    distinct_rows,
    haar_frame,
    pivoted,
    project,
    row_places,
    settled,
)

pytestmark = pytest.mark.portable


@pytest.fixture
def untyped():
    """What users meet: the tests' check of shapes and types would refuse before we do."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.mark.parametrize(("width", "dim"), [(1, 1), (2, 1), (7, 1), (7, 3), (7, 7), (600, 1), (600, 5)])
def test_frames_are_orthonormal(width, dim):
    directions = Directions(20, dim, seed=1)
    matrices = directions.matrices("x", width)
    assert matrices.shape == (20, dim, width)
    assert matrices.dtype == np.float64
    frame = directions.per_frame(width)
    rows = matrices[:frame].reshape(-1, width)
    np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-13)
    last = matrices[-1]
    np.testing.assert_allclose(last @ last.T, np.eye(dim), atol=1e-13)


def test_per_frame():
    assert Directions(dim=1).per_frame(64) == 64
    assert Directions(dim=3).per_frame(64) == 21
    assert Directions(dim=64).per_frame(64) == 1
    assert Directions(dim=1).per_frame(5000) == MAX_FRAME
    assert Directions(dim=600).per_frame(5000) == 1  # one slice wider than a frame is still orthonormal


def test_slices_wider_than_a_frame():
    (only,) = Directions(1, MAX_FRAME + 8).matrices("x", MAX_FRAME + 50)
    np.testing.assert_allclose(only @ only.T, np.eye(MAX_FRAME + 8), atol=1e-12)


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_directions_are_uniform(dim):
    """Mean 0, covariance 1/d, fourth moment 3 / d(d+2), for every row of a slice: QR without signs fails."""
    count, d = 8000, 4
    rows = Directions(count, dim, seed=3).matrices("x", d)
    tolerance = 4.5 / math.sqrt(count)
    for r in range(dim):
        row = rows[:, r]
        assert np.abs(row.mean(axis=0)).max() < tolerance / math.sqrt(d)
        assert np.abs(row.T @ row / count - np.eye(d) / d).max() < tolerance * 0.25
        assert np.abs((row**4).mean(axis=0) - 3 / (d * (d + 2))).max() < tolerance * 0.2


def test_every_row_of_a_frame_is_symmetric():
    frames = np.array([haar_frame(np.random.default_rng(seed), 3, 3) for seed in range(4000)])
    assert np.abs(frames.mean(axis=0)).max() < 4.5 / math.sqrt(3 * 4000)
    determinants = np.linalg.det(frames)
    assert abs(determinants.mean()) < 4.5 / math.sqrt(4000)  # reflections as often as rotations


@pytest.mark.parametrize("dim", [1, 2])
def test_a_larger_count_begins_with_the_smaller_ones(dim):
    large = Directions(100, dim, seed=5).matrices("layer:fc1", 6)
    for count in (1, 2, 5, 7, 99):
        np.testing.assert_array_equal(Directions(count, dim, seed=5).matrices("layer:fc1", 6), large[:count])


def test_streams_belong_to_name_width_dim_and_seed():
    first = Directions(4, 1, 0).matrices("x", 6)
    np.testing.assert_array_equal(first, Directions(4, 1, 0).matrices("x", 6))
    others = [
        Directions(4, 1, 0).matrices("y", 6),
        Directions(4, 1, 1).matrices("x", 6),
        Directions(4, 1, 0).matrices("x", 7)[:, :, :6],
        Directions(4, 2, 0).matrices("x", 6)[:, :1],
    ]
    for other in others:
        assert np.abs(other - first).max() > 0.1
    assert zlib.crc32(b"plumless") == zlib.crc32(
        b"buckeroo"
    )  # the one kind of names that would share a stream


def test_streams_of_two_names_are_independent():
    x, y = (Directions(4000, 1, 0).matrices(name, 5)[:, 0] for name in ("x", "y"))
    cosines = (x * y).sum(axis=1)
    assert abs(cosines.mean()) < 4.5 / math.sqrt(5 * 4000)
    assert abs((cosines**2).mean() - 1 / 5) < 4.5 * 0.25 / math.sqrt(4000)


@pytest.mark.parametrize(
    "settings",
    [{"count": 0}, {"count": 2.0}, {"count": True}, {"dim": 0}, {"dim": 1.5}, {"seed": -1}, {"seed": None}],
)
def test_refuses(settings, untyped):
    with pytest.raises(ValueError, match=f"{next(iter(settings))} of directions must be an integer"):
        Directions(**settings)


def test_a_variable_narrower_than_a_slice_is_refused(untyped):
    with pytest.raises(ValueError, match="a 2-column variable has no 3-dimensional slices; take it whole"):
        Directions(1, dim=3).matrices("x", 2)
    with pytest.raises(ValueError, match="were wanted for these directions"):
        project(np.zeros((5, 3)), Directions(1).matrices("x", 2))


def test_project_is_the_product():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(50, 6))
    matrices = Directions(7, 2).matrices("x", 6)
    expected = np.einsum("mdw,nw->mdn", matrices, values)
    np.testing.assert_allclose(project(values, matrices), expected, atol=1e-13)


def test_float32_is_projected_in_float64():
    values = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)
    matrices = Directions(7).matrices("x", 6)
    projected = project(values, matrices)
    assert projected.dtype == np.float64
    np.testing.assert_allclose(projected, project(values.astype(np.float64), matrices), atol=1e-14)


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(2, 300),
    width=st.integers(1, 40),
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
)
def test_equal_rows_have_exactly_equal_projections(seed, n, width, dtype):
    rng = np.random.default_rng(seed)
    few = rng.normal(size=(max(1, n // 3), width)).astype(dtype)
    few[rng.random(few.shape) < 0.3] = 0
    which = rng.integers(len(few), size=n)
    values = few[which]
    signed = np.where((values == 0) & (rng.random(values.shape) < 0.5), dtype(-0.0), values)
    projected = project(signed, Directions(3).matrices("x", width))
    for row in np.unique(which):
        same = projected[:, :, which == row]
        assert (same == same[:, :, :1]).all()


@pytest.mark.parametrize(("n", "width", "count"), [(101, 64, 3), (333, 17, 50), (333, 64, 97)])
def test_equal_rows_at_all_places_of_a_matrix_product(n, width, count):
    """Where a plain product gives one row several projections: its edges are computed in another order."""
    values = np.repeat(np.random.default_rng(0).normal(size=(2, width)), n, axis=0)[:-1]
    projected = project(values, Directions(count).matrices("x", width))
    assert (projected[:, :, :n] == projected[:, :, :1]).all()
    assert (projected[:, :, n:] == projected[:, :, -1:]).all()


def test_order_of_rows_does_not_change_a_projection():
    rng = np.random.default_rng(0)
    values, matrices = rng.normal(size=(333, 17)), Directions(50).matrices("x", 17)
    order = rng.permutation(333)
    np.testing.assert_array_equal(project(values[order], matrices), project(values, matrices)[:, :, order])


def test_projecting_in_chunks_changes_nothing(monkeypatch):
    values, matrices = np.random.default_rng(0).normal(size=(300, 8)), Directions(9).matrices("x", 8)
    whole = project(values, matrices)
    monkeypatch.setattr("infoplane.directions.CHUNK_BYTES", 8 * 8 * 64)
    np.testing.assert_allclose(project(values, matrices), whole, atol=1e-14)


def test_distinct_rows():
    values = np.array([[1.0, 0.0], [2.0, 3.0], [1.0, -0.0], [1.0, 0.0]])
    distinct, inverse = distinct_rows(values)
    assert len(distinct) == 2
    np.testing.assert_array_equal(distinct[inverse], values)
    assert np.signbit(values[2, 1])  # the caller's array stays as it was


def some_basis(seed, n=6):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))[0]


@pytest.mark.parametrize("values", [[4.0, 3, 3, 3, 1, 1], [1.0, 1, 2, 3, 3, 9], [2.0] * 6, [0.0] * 6])
@pytest.mark.parametrize("count", [None, 1, 2, 3])
def test_a_settled_basis_does_not_depend_on_the_one_found(values, count):
    vectors, values = some_basis(0), np.array(values)
    found = vectors @ settled(vectors, values, count)
    np.testing.assert_allclose(found.T @ found, np.eye(found.shape[1]), atol=1e-12)
    for seed in range(1, 5):
        other = vectors.copy()
        for value in np.unique(values):  # another basis of the vectors that share a value
            same = np.flatnonzero(values == value)
            other[:, same] = other[:, same] @ some_basis(seed, len(same))
        np.testing.assert_allclose(other @ settled(other, values, count), found, atol=1e-12)


def test_the_largest_entry_of_a_settled_vector_is_positive():
    vectors = some_basis(3) * [1, -1, 1, 1, -1, 1]
    settled_vectors = vectors @ settled(vectors, np.arange(6.0))
    np.testing.assert_allclose(np.abs(settled_vectors), np.abs(vectors), atol=1e-15)
    assert (settled_vectors.max(axis=0) == np.abs(vectors).max(axis=0)).all()


@pytest.mark.parametrize("rounding", [0.0, 1e-16, -1e-16])
def test_rounding_decides_no_sign(rounding):
    vector = np.array([[-(0.5**0.5) + rounding], [0.5**0.5]])
    np.testing.assert_array_equal(settled(vector, np.ones(1)), [[-1.0]])


def test_pivots_are_the_longest_rows_and_the_first_of_equal_ones():
    rows = np.array([[0.0, 1.0], [3.0, 0.0], [0.0, 1 + 1e-15], [3 + 1e-15, 0.0]])
    np.testing.assert_array_equal(pivoted(rows, 2)[0], [1, 0])


@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64]),
        st.tuples(st.integers(1, 30), st.integers(1, 4)),
        elements=st.sampled_from([-2.0, -1.0, -0.0, 0.0, 1.0, 1.5]),
    )
)
def test_rows_stand_where_they_ascend(values):
    _, inverse = np.unique(values + 0.0, axis=0, return_inverse=True)
    below = [(inverse.ravel() < place).sum() for place in inverse.ravel()]
    np.testing.assert_array_equal(row_places(values), below)


def test_rounding_moves_no_row():
    values = np.random.default_rng(0).normal(size=(500, 3))
    np.testing.assert_array_equal(row_places(values), row_places(values * (1 + 2.0**-52)))
