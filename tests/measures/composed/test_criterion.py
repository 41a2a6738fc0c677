import math

import numpy as np
import pytest

from infoplane import Criterion, Estimate, Sample


def first_mean(x, y):
    return x[:, 0].mean()


def test_it_gets_arrays_as_they_were_given():
    seen = []

    def f(x, y):
        seen.append((x, y))
        return 1

    x = np.ones((3, 2), np.float32)
    assert Criterion("one", f)(x, ["a", "b", "a"]) == Estimate(1.0, "")
    (got_x, got_y) = seen[0]
    np.testing.assert_array_equal(got_x, x)
    assert got_x.dtype == np.float32
    np.testing.assert_array_equal(got_y, ["a", "b", "a"])
    assert Criterion("one", f, unit="nats")([0.0, 1.0], [5, 7]).unit == "nats"
    np.testing.assert_array_equal(seen[1][1], [5, 7])


def test_it_cannot_write_to_what_it_gets():
    def f(x, y):
        x[0] = 1

    with pytest.raises(ValueError, match="read-only"):
        Criterion("writes", f)([0.0, 1.0], [0.0, 1.0])


@pytest.mark.parametrize("value", [1, np.float32(1), np.ones(()), np.ones((1, 1)), True])
def test_one_number(value):
    assert Criterion("c", lambda x, y: value)([0.0, 1.0], [0.0, 1.0]).value == 1


def test_nan_is_a_number_of_theirs():
    assert math.isnan(Criterion("c", lambda x, y: float("nan"))([0.0, 1.0], [0.0, 1.0]).value)


@pytest.mark.parametrize("value", [None, "1", [1.0, 2.0], 1j, []])
def test_anything_else_is_refused(value):
    with pytest.raises(ValueError, match="criterion 'c' must return one number"):
        Criterion("c", lambda x, y: value)([0.0, 1.0], [0.0, 1.0])


def test_the_name_stands_for_the_function():
    assert Criterion("a", first_mean) == Criterion("a", max)
    assert Criterion("a", first_mean) != Criterion("b", first_mean)
    assert repr(Criterion("a", first_mean)) == "Criterion(name='a', unit='')"


def test_samples_are_passed_on():
    assert Criterion("a", first_mean)(Sample([2.0, 4.0], "input"), ["a", "b"]).value == 3
