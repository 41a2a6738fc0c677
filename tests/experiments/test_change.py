import math

import numpy as np
import pytest

from infoplane.experiments.shared.change import change


def test_the_interval_is_student_s():
    found = change(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]))
    assert (found.before, found.last, found.mean, found.seeds) == (1, 3, 2, 3)
    assert found.stderr == pytest.approx(1 / 3**0.5)
    assert found.interval == pytest.approx(4.302652729911275 / 3**0.5)
    assert found.verdict == "neither"


@pytest.mark.parametrize(("moved", "verdict"), [([1.0, 1.1, 0.9], "rises"), ([-1.0, -1.1, -0.9], "falls")])
def test_what_exceeds_the_interval_has_a_verdict(moved, verdict):
    assert change(np.zeros(3), np.array(moved)).verdict == verdict


def test_a_single_seed_has_none():
    found = change(np.array([0.0]), np.array([1.0]))
    assert found.mean == 1
    assert math.isnan(found.stderr)
    assert found.verdict == ""


def test_rounding_is_no_change():
    before = np.array([1.0, 1.0, 1.0])
    found = change(before, before - 2e-16)
    assert (found.mean, found.verdict) == (0, "neither")
