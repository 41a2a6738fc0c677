import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from infoplane import Sample, continuous, labels
from infoplane.directions import Directions

INTEGERS = np.array([3, 1, 3, 2])


@pytest.mark.parametrize(
    ("values", "classes", "codes"),
    [
        (INTEGERS, (1, 2, 3), [2, 0, 2, 1]),
        (INTEGERS.astype(np.uint8)[:, None], (1, 2, 3), [2, 0, 2, 1]),
        ([True, False, True], (False, True), [1, 0, 1]),
        (["dog", "cat", "dog"], ("cat", "dog"), [1, 0, 1]),
    ],
)
def test_integers_booleans_and_strings_in_one_column_are_labels(values, classes, codes):
    sample = Sample(values)
    assert sample.is_labels
    assert sample.classes == classes
    assert sample.width == 1
    np.testing.assert_array_equal(sample.values, codes)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_are_continuous_and_keep_their_dtype(dtype):
    for values in (np.arange(4, dtype=dtype), np.arange(4, dtype=dtype)[:, None]):
        sample = Sample(values)
        assert not sample.is_labels
        assert sample.classes is None
        assert sample.values.dtype == dtype
        assert sample.values.shape == (4, 1)


def test_continuous_says_it_outright():
    assert continuous(INTEGERS).values.dtype == np.float64
    assert continuous(np.ones((3, 2), bool)).width == 2
    again = continuous(Sample(INTEGERS, "target"))
    np.testing.assert_array_equal(again.values[:, 0], INTEGERS)
    assert again.name == "target"
    assert continuous(again) is again
    with pytest.raises(ValueError, match="wants numbers; got strings"):
        continuous(["a", "b"])


def test_labels_say_it_outright():
    floats = labels([0.5, 0.25, 0.5])
    assert floats.classes == (0.25, 0.5)
    assert labels(floats) is floats
    assert labels(Sample([0.5, 0.25], "t")).name == "t"
    assert labels([0.0, -0.0]).classes == (0.0,)


@pytest.mark.parametrize("dtype", [np.int64, np.float32, bool])
def test_one_hot_rows(dtype):
    sample = labels(np.eye(3, dtype=dtype)[[2, 0, 2]])
    np.testing.assert_array_equal(np.array(sample.classes)[sample.values], [2, 0, 2])


@pytest.mark.parametrize(
    "rows", [[[1, 1], [0, 1]], [[0, 0], [0, 1]], [[0.9, 0.1], [0.0, 1.0]], [[2, 0], [0, 1]]]
)
def test_rows_that_are_not_one_hot(rows):
    with pytest.raises(ValueError, match="one column or one-hot rows"):
        labels(rows)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.ones((3, 2), int), r"say continuous\(x\) .*labels\(x\) if its rows are one-hot"),
        (np.array([["a", "b"]]), "matrix"),
        (np.ones((2, 2, 2)), r"must have shape \(n,\) or \(n, d\); got \(2, 2, 2\)"),
        (np.float64(1.0), "must have shape"),
        (np.empty((0, 3)), r"is empty: shape \(0, 3\)"),
        (np.empty((3, 0)), "is empty"),
        (np.array([1j, 2]), "complex128"),
        (np.array([1, None]), "missing values"),
        (np.array(["2020-01-01"], "datetime64[D]"), "datetime64"),
        ([[1.0], [1.0, 2.0]], "inhomogeneous|different lengths"),
    ],
)
def test_refuses(values, says):
    with pytest.raises(ValueError, match=says):
        Sample(values)


def test_refuses_what_float64_cannot_hold():
    if np.longdouble == np.float64:
        pytest.skip("long double is float64 here")
    with pytest.raises(ValueError, match="measures compute in float64"):
        Sample(np.ones(3, np.longdouble))


def test_refuses_nan_among_labels():
    with pytest.raises(ValueError, match="give the missing labels a class"):
        labels([0.0, np.nan])


def test_tensors():
    torch = pytest.importorskip("torch")
    weights = torch.ones(3, 2, requires_grad=True)
    assert Sample(weights).values.dtype == np.float32
    assert Sample(weights.to(torch.bfloat16)).values.dtype == np.float32
    assert Sample(torch.arange(3)).classes == (0, 1, 2)


def test_arrays_stay_in_their_namespace():
    torch = pytest.importorskip("torch")
    plain = Sample(np.ones((3, 2)))
    assert plain.array is plain.values
    assert plain.home is None
    tensor = torch.arange(6.0, dtype=torch.float16).reshape(3, 2).requires_grad_()
    for sample in (Sample(tensor), continuous(tensor), Sample(tensor).take(np.array([0, 1, 2]))):
        assert isinstance(sample.array, torch.Tensor)
        assert not sample.array.requires_grad
        assert sample.array.dtype == torch.float16
        np.testing.assert_array_equal(sample.array.numpy(), sample.values)
        assert sample.array is sample.array
    codes = torch.tensor([5, 3, 5])
    for sample in (Sample(codes), labels(codes), labels(Sample(codes.double()))):
        np.testing.assert_array_equal(sample.array.numpy(), [1, 0, 1])
    assert isinstance(continuous(Sample(codes)).array, torch.Tensor)


def test_a_sample_can_be_moved():
    torch = pytest.importorskip("torch")
    plain, tensor = Sample(np.ones((3, 2))), Sample(torch.zeros(3, 2))
    moved = plain.at(tensor.home)
    assert isinstance(moved.array, torch.Tensor)
    assert plain.at(tensor.home) is moved
    assert plain.at(None) is plain
    assert tensor.at(None).array is tensor.at(None).values
    assert pickle.loads(pickle.dumps(tensor)).home is None


def test_a_sample_knows_what_it_was_taken_from():
    sample, rows = Sample(np.ones((3, 2))), np.array([2, 0])
    assert sample.source is None
    assert sample.take(rows).source[0] is sample
    np.testing.assert_array_equal(sample.take(rows).source[1], rows)


def test_it_is_a_copy_that_nobody_writes_to():
    array = np.arange(6.0).reshape(3, 2)
    sample = Sample(array)
    array[0, 0] = 99
    assert sample.values[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        sample.values[0, 0] = 1
    own = Sample.of(array, "x")
    assert array.flags.writeable
    assert not own.values.flags.writeable


def test_memo_is_computed_once_under_8_threads():
    sample, calls, barrier = Sample(np.zeros((3, 2))), [], threading.Barrier(8)

    def make():
        calls.append(1)
        time.sleep(0.02)
        return object()

    def ask(_):
        barrier.wait()
        return sample.derived("slow", make)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert len(calls) == 1
    assert len(set(map(id, answers))) == 1


def test_a_failing_make_is_tried_again():
    sample = Sample(np.zeros(3))
    with pytest.raises(ZeroDivisionError):
        sample.derived("key", lambda: 1 / 0)
    assert sample.derived("key", lambda: 7) == 7


def test_a_make_may_derive_something_else():
    sample = Sample(np.zeros(3))
    assert sample.derived("a", lambda: sample.derived("b", lambda: 1) + 1) == 2


def test_different_keys_do_not_wait_for_each_other():
    sample, started, done = Sample(np.zeros(3)), threading.Event(), threading.Event()

    def slow():
        started.set()
        return done.wait(5)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sample.derived, "slow", slow)
        started.wait(5)
        assert sample.derived("quick", lambda: 1) == 1
        done.set()
        assert waiting.result() is True


def test_slices_are_projections_made_once():
    sample = Sample(np.random.default_rng(0).normal(size=(20, 5)), "layer:fc1")
    directions = Directions(7, 2)
    parts = sample.slices(directions)
    matrices = directions.matrices("layer:fc1", 5)
    assert len(parts) == 7
    for part, matrix in zip(parts, matrices, strict=True):
        assert part.name == "layer:fc1"
        np.testing.assert_allclose(part.values, sample.values @ matrix.T, atol=1e-13)
    assert sample.slices(directions) is parts
    assert sample.slices(Directions(7, 2)) is parts


@pytest.mark.parametrize(
    ("values", "dim"), [(["a", "b", "a"], 1), (np.zeros(3), 1), (np.zeros((3, 2)), 3), (np.zeros(3), 2)]
)
def test_what_has_no_slices_is_taken_whole(values, dim):
    sample = Sample(values)
    parts = sample.slices(Directions(4, dim))
    assert len(parts) == 4
    assert all(part is sample for part in parts)


def test_taken_rows_have_the_slices_of_the_whole():
    rng = np.random.default_rng(0)
    sample, rows = Sample(rng.normal(size=(30, 4)), "input"), rng.permutation(30)
    taken = sample.take(rows)
    assert taken.name == "input"
    np.testing.assert_array_equal(taken.values, sample.values[rows])
    pairs = zip(taken.slices(Directions(9)), sample.slices(Directions(9)), strict=True)
    for mine, whole in pairs:
        np.testing.assert_array_equal(mine.values, whole.values[rows])
    again = taken.take(rows)
    np.testing.assert_array_equal(
        again.slices(Directions(9))[0].values, sample.slices(Directions(9))[0].values[rows][rows]
    )
    picked = Sample(["a", "b", "c"]).take(np.array([2, 0]))
    assert picked.classes == ("a", "b", "c")
    np.testing.assert_array_equal(picked.values, [2, 0])


@pytest.mark.parametrize(
    "sample", [Sample([[0.5, 1.0], [2.0, 3.0]], "input"), Sample(["a", "b", "a"], "target")]
)
def test_pickle_takes_the_data_and_leaves_the_memo(sample):
    fresh = len(pickle.dumps(sample))
    sample.derived("big", lambda: np.zeros(100_000))
    assert len(pickle.dumps(sample)) == fresh
    again = pickle.loads(pickle.dumps(sample))
    assert (again.name, again.classes) == (sample.name, sample.classes)
    assert again.values.dtype == sample.values.dtype
    np.testing.assert_array_equal(again.values, sample.values)
    assert not again.values.flags.writeable
    assert again.derived("big", lambda: 1) == 1


def test_reprs():
    sample = Sample(np.zeros((3, 2), np.float32), "layer:<lambda>")
    assert repr(sample) == "Sample(layer:<lambda>: 3 × 2, float32)"
    assert repr(Sample(["a", "b", "a"], "target")) == "Sample(target: 3 labels of 2 classes)"
    assert "layer:&lt;lambda&gt;" in sample._repr_html_()
    assert "nothing yet" in sample._repr_html_()
    sample.derived("row places", lambda: 1)
    sample.slices(Directions(3))
    assert "derived: Directions(count=3, dim=1, seed=0, start=0), row places" in sample._repr_html_()


def test_a_column_of_python_strings_is_labels():
    column = np.array(["cat", "dog", "cat"], dtype=object)  # as pandas has it
    assert Sample(column).classes == labels(column).classes == ("cat", "dog")
    with pytest.raises(ValueError, match="missing values"):
        Sample(np.array(["cat", None], dtype=object))


def test_another_name_is_made_once_and_has_slices_of_its_own():
    sample, rows = Sample(np.random.default_rng(0).normal(size=(30, 4)), "x"), np.arange(30)[::-1]
    other = sample.renamed("x'")
    assert sample.renamed("x'") is other
    taken = sample.take(rows).renamed("x'")
    assert taken.source[0] is other
    one, same = taken.slices(Directions(3))[0], other.slices(Directions(3))[0]
    np.testing.assert_array_equal(one.values, same.values[rows])
    assert not np.allclose(same.values, sample.slices(Directions(3))[0].values)
