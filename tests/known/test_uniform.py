import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from infoplane.known import UniformChannel


@pytest.mark.parametrize("width", [0.01, 0.3, 1, 1.7, 20])
def test_information_is_that_of_the_trapezoid(width):
    def minus_f_ln_f(y):
        f = max(0.0, min(1, y + width / 2) - max(0, y - width / 2)) / width
        return -f * math.log(f) if f > 0 else 0.0

    corners = sorted([-width / 2, width / 2, 1 - width / 2, 1 + width / 2])
    h = sum(quad(minus_f_ln_f, a, b)[0] for a, b in itertools.pairwise(corners) if b > a)
    channel = UniformChannel(width)
    assert channel.mutual_information().value == pytest.approx(h - math.log(width), rel=1e-7)
    assert channel.entropy("y").value == pytest.approx(h, abs=1e-7)
    parts = channel.entropy("x").value + channel.entropy("y").value - channel.entropy().value
    assert parts == pytest.approx(channel.mutual_information().value)


def test_draws():
    n, channel = 40_000, UniformChannel(0.5)
    x, y = channel.draw(n, seed=0)
    assert x.shape == y.shape == (n, 1)
    assert x.dtype == y.dtype == np.float64
    assert x.min() >= 0
    assert x.max() <= 1
    assert np.abs(y - x).max() <= 0.25
    assert abs((y - x).var() - 0.25 / 12) < 4 * 0.25 / 12 / math.sqrt(n)
    assert abs(np.corrcoef(x[:, 0], (y - x)[:, 0])[0, 1]) < 4 / math.sqrt(n)
    np.testing.assert_array_equal(y, channel.draw(n, seed=0)[1])


@pytest.mark.parametrize("width", [0, -1, math.inf, math.nan])
def test_refuses(width):
    with pytest.raises(ValueError, match="width must be a finite number above 0"):
        UniformChannel(width)


def test_refuses_unknown_entropies():
    with pytest.raises(ValueError, match="'x', 'y' or 'xy'"):
        UniformChannel().entropy("noise")
