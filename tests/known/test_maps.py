import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from infoplane.known import Asinh, Bimodal, HalfCube, NormalCdf, Rectify, Spiral, SwissRoll, Tanh, Wiggly


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(300, 3))


def unroll(rolled):
    return (21 * np.hypot(*rolled.T) / (1.5 * math.pi) - 1)[:, None] / 2


def unwiggle(values, waves):
    def one(value):
        return brentq(
            lambda x: x + sum(a * math.sin(f * x + p) for a, f, p in waves) - value, -9, 9, xtol=1e-13
        )

    return np.vectorize(one)(values)


def unmixed(values, apart, weight):
    left, right = norm(-apart / 2).cdf(values), norm(apart / 2).cdf(values)
    return ndtri(weight * left + (1 - weight) * right)


WAVES = ((0.6, 0.9, 2.0), (0.1, 4.0, 0.0))
INVERSES = [
    (HalfCube(), lambda z: np.sign(z) * np.abs(z) ** (2 / 3)),
    (Asinh(), np.sinh),
    (Wiggly(), lambda z: unwiggle(z, Wiggly().waves)),
    (Wiggly(WAVES), lambda z: unwiggle(z, WAVES)),
    (NormalCdf(), ndtri),
    (Tanh(gain=1.5), lambda z: np.arctanh(z) / 1.5),
    (Bimodal(), lambda z: unmixed(z, 5.0, 0.3)),
    (Bimodal(apart=1, weight=0.5), lambda z: unmixed(z, 1, 0.5)),
    (Spiral(speed=2, plane=(2, 0)), Spiral(speed=-2, plane=(2, 0))),
    (Spiral(plane=(1, 2)), Spiral(speed=-1 / 3, plane=(1, 2))),
]


@pytest.mark.parametrize(("one", "inverse"), INVERSES, ids=lambda one: repr(one)[:30])
def test_an_inverse_gives_the_rows_back(rows, one, inverse):
    before = rows.copy()
    mapped = one(rows)
    np.testing.assert_allclose(inverse(mapped), rows, rtol=1e-9, atol=1e-10)
    np.testing.assert_array_equal(rows, before)
    assert not np.array_equal(mapped, rows)
    assert one.one_to_one


@pytest.mark.parametrize("one", [one for one, _ in INVERSES if not isinstance(one, Spiral)], ids=repr)
def test_columns_keep_their_order(rows, one):
    np.testing.assert_array_equal(np.argsort(one(rows), axis=0), np.argsort(rows, axis=0))


def test_swiss_roll():
    u = np.vstack([[0.0], np.random.default_rng(1).random((500, 1)), [1.0]])
    rolled = SwissRoll()(u)
    assert rolled.shape == (502, 2)
    np.testing.assert_allclose(unroll(rolled), u, atol=1e-12)
    angle = np.unwrap(np.arctan2(*SwissRoll()(np.linspace(0, 1, 500)[:, None]).T[::-1]))
    assert angle[-1] - angle[0] == pytest.approx(3 * math.pi)


def test_spiral_keeps_norms_and_other_coordinates(rows):
    turned = Spiral(speed=5, plane=(0, 2))(rows)
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(rows, axis=1))
    np.testing.assert_array_equal(turned[:, 1], rows[:, 1])


def test_bimodal_is_distributed_as_it_says():
    """The quantiles of a standard normal become those of the mixture, far into both tails."""
    x = np.array([-30.0, -8, -1, 0, 1, 8, 30])[:, None]
    z = Bimodal(apart=6, weight=0.25)(x)
    low = math.log(0.25) + norm.logcdf(z[:3, 0] + 3)
    low = np.logaddexp(low, math.log(0.75) + norm.logcdf(z[:3, 0] - 3))
    np.testing.assert_allclose(low, norm.logcdf(x[:3, 0]), rtol=1e-9)
    high = np.logaddexp(math.log(0.25) + norm.logsf(z[3:, 0] + 3), math.log(0.75) + norm.logsf(z[3:, 0] - 3))
    np.testing.assert_allclose(high, norm.logsf(x[3:, 0]), rtol=1e-9)
    uniform = ndtr(np.random.default_rng(2).normal(size=(20_000, 1)))
    right = Bimodal(apart=6, weight=0.25)(ndtri(uniform)) > 0
    assert abs(right.mean() - (0.25 * norm.sf(3) + 0.75 * norm.cdf(3))) < 2 / math.sqrt(20_000)


def test_rectify_is_not_one_to_one(rows):
    assert not Rectify.one_to_one
    np.testing.assert_array_equal(Rectify()(rows), np.where(rows > 0, rows, 0))


def test_they_are_values():
    assert Wiggly([[0.1, 2, 0]]) == Wiggly(((0.1, 2.0, 0.0),))
    assert hash(Wiggly([[0.1, 2, 0]])) == hash(Wiggly(((0.1, 2.0, 0.0),)))
    assert repr(Spiral()) == "Spiral(speed=0.3333333333333333, plane=(0, 1))"


@pytest.mark.parametrize(
    ("one", "settings", "says"),
    [
        (Wiggly, {"waves": ((1.0, 1.0, 0.0),)}, "amplitude · frequency. is 1"),
        (Wiggly, {"waves": ((1.0, 1.0),)}, "rows of amplitude, frequency, phase"),
        (Wiggly, {"waves": ((math.nan, 1.0, 0.0),)}, "rows of amplitude, frequency, phase"),
        (Bimodal, {"weight": 1.0}, "weight must be a finite number above 0 and below 1"),
        (Bimodal, {"apart": 0}, "apart must be a finite number above 0"),
        (Tanh, {"gain": -1}, "gain must be a finite number above 0"),
        (Spiral, {"speed": math.inf}, "speed must be a finite number"),
        (Spiral, {"plane": (1, 1)}, "two different coordinates"),
        (Spiral, {"plane": (-1, 1)}, "axis of the plane must be an integer >= 0"),
    ],
)
def test_refuses(one, settings, says):
    with pytest.raises(ValueError, match=says):
        one(**settings)


def test_refuses_what_it_cannot_keep_apart(rows):
    with pytest.raises(ValueError, match="tanh makes different values beyond ±8 the same float"):
        Tanh(gain=100)(rows)
    with pytest.raises(ValueError, match="beyond ±8 the same float, and information is lost; got 50"):
        NormalCdf()(np.array([[0.0], [-50.0]]))
    with pytest.raises(ValueError, match=r"plane \(0, 3\) needs more columns than 3"):
        Spiral(plane=(0, 3))(rows)
    with pytest.raises(ValueError, match=r"within \[0, 1\]; got 1 from -?\d.*NormalCdf"):
        SwissRoll()(rows[:, :1])
    with pytest.raises(ValueError, match="wants 1 column"):
        SwissRoll()(ndtr(rows))
