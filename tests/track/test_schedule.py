import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infoplane.track import log_spaced
from infoplane.track.schedule import due


@given(st.integers(1, 10**7), st.integers(1, 200), st.integers(1, 50))
def test_log_spaced_has_zero_the_ends_and_exactly_count_more(last, count, first):
    first = min(first, last)
    steps = log_spaced(last, count=count, first=first)
    assert steps[0] == 0
    assert steps[-1] == last
    assert len(steps) == 1 + min(count, last - first + 1)
    assert list(steps) == sorted(set(steps))
    assert all(type(step) is int for step in steps)
    if len(steps) > 2:
        assert steps[1] == first


def test_log_spaced_has_about_equal_ratios():
    steps = np.array(log_spaced(10_000, count=20, first=100)[1:])
    ratios = steps[1:] / steps[:-1]
    np.testing.assert_allclose(ratios, 100 ** (1 / 19), rtol=0.01)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"last": 0}, "last"),
        ({"last": 5, "first": 6}, "last"),
        ({"last": 5, "count": 0}, "count"),
        ({"last": "a"}, "last"),
        ({"last": 5, "first": 1.5}, "first"),
        ({"last": 5, "count": None}, "count"),
    ],
)
def test_log_spaced_refuses_what_makes_no_schedule(wrong, named):
    with pytest.raises(ValueError, match=f"{named} of log_spaced must be an integer >="):
        log_spaced(**wrong)


def test_due_takes_a_function_a_collection_or_nothing():
    assert due(lambda step: step % 2 == 0)(4)
    assert not due(lambda step: step % 2 == 0)(5)
    assert due(step for step in (1, 2))(2)
    assert due(np.array([1, 2]))(2)
    assert not due(range(0, 10, 5))(4)
    assert due(None)(17)


@pytest.mark.parametrize("wrong", [10, [0.5, 1], "abc", [-1, 2]])
def test_due_refuses_what_is_no_schedule(wrong):
    with pytest.raises(ValueError, match="at="):
        due(wrong)
