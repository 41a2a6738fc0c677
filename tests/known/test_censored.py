import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import multivariate_normal, norm

from infoplane import MixedKSG
from infoplane.known import CensoredNormal, Normal, SymmetricChannel

FREE = (-math.inf, math.inf)
RELU = (0, math.inf)


def log_ratios(law, n, seed):
    """``ln dP(x,y)/(dP(x) dP(y))`` of random rows, from bivariate probabilities and conditional densities."""
    x, y = (side[:, 0] for side in law.draw(n, seed=seed))
    rho, s = law.rho, math.sqrt(1 - law.rho**2)
    values = np.empty(n)

    def kind(side, limits):
        return np.where(side <= limits[0], 0, np.where(side >= limits[1], 2, 1))

    def given(limits, which, other):
        at = (limits[0] if which == 0 else limits[1]) * (1 if which == 0 else -1)
        other = other if which == 0 else -other
        return norm.cdf(at, loc=rho * other, scale=s)

    def alone(limits, which):
        return norm.cdf(limits[0]) if which == 0 else norm.sf(limits[1])

    kinds_x, kinds_y = kind(x, law.x), kind(y, law.y)
    for a, b in itertools.product(range(3), range(3)):
        rows = (kinds_x == a) & (kinds_y == b)
        if not rows.any():
            continue
        if a == 1 and b == 1:
            values[rows] = norm.logpdf(y[rows], rho * x[rows], s) - norm.logpdf(y[rows])
        elif a == 1:
            values[rows] = np.log(given(law.y, b, x[rows]) / alone(law.y, b))
        elif b == 1:
            values[rows] = np.log(given(law.x, a, y[rows]) / alone(law.x, a))
        else:
            signs = np.array([1 if which == 0 else -1 for which in (a, b)])
            at = signs * [law.x[a // 2], law.y[b // 2]]
            cov = [[1, rho * signs.prod()], [rho * signs.prod(), 1]]
            both = multivariate_normal(cov=cov).cdf(at)
            values[rows] = math.log(both / (alone(law.x, a) * alone(law.y, b)))
    return values


@pytest.mark.parametrize(
    "law",
    [
        CensoredNormal(rho=0.9),
        CensoredNormal(rho=-0.5),
        CensoredNormal(rho=0.9, x=RELU, y=RELU),
        CensoredNormal(rho=-0.9, x=RELU, y=RELU),
        CensoredNormal(rho=0.7, x=(-1, 0.5), y=(-0.2, 2)),
        CensoredNormal(rho=0.99, x=(-1, 1), y=(-1, 1)),
        CensoredNormal(rho=-0.8, x=(-math.inf, -0.7), y=(0.3, 0.9)),
    ],
    ids=repr,
)
def test_mean_log_ratio(law):
    n = 100_000
    ratios = log_ratios(law, n, seed=0)
    truth = law.mutual_information()
    assert abs(truth.value - ratios.mean()) < 4 * ratios.std() / math.sqrt(n)
    assert set(truth.errors) == {"quadrature"}
    assert truth.stderr < 1e-10


@pytest.mark.parametrize("rho", [0.3, 0.9, -0.999])
def test_rectified_by_another_quadrature(rho):
    """``H(Y) - H(Y|X)`` of the atom and the density, over x by adaptive quadrature."""
    s = math.sqrt(1 - rho**2)

    def entropy(mean, scale):  # of max(N(mean, scale²), 0)
        zero = float(ndtr(-mean / scale))
        low = max(0.0, mean - 10 * scale)
        density, high = norm(mean, scale).pdf, mean + 10 * scale

        def minus_f_ln_f(z):
            return -density(z) * math.log(density(z))

        spread = quad(minus_f_ln_f, low, high, epsabs=1e-11)[0] if high > 0 else 0.0
        return spread - (zero * math.log(zero) if zero > 0 else 0.0)

    def weighted(x):
        return norm.pdf(x) * entropy(rho * x, s)

    bend = 5 * s / abs(rho)
    ends = sorted({-9.0, -min(bend, 8.0), 0.0, min(bend, 8.0), 9.0})
    given = sum(quad(weighted, a, b, epsabs=1e-9, epsrel=1e-8)[0] for a, b in itertools.pairwise(ends))
    truth = CensoredNormal(rho=rho).mutual_information().value
    assert truth == pytest.approx(entropy(0.0, 1.0) - given, abs=2e-7)


@pytest.mark.parametrize("rho", [0, 0.5, -0.9, 0.99999, 0.9999999999])
def test_without_limits_it_is_the_normal(rho):
    truth = Normal(rho=rho).mutual_information().value
    assert CensoredNormal(rho, x=FREE, y=FREE).mutual_information().value == pytest.approx(truth, abs=1e-10)
    far = CensoredNormal(rho, x=(-11, 11), y=(-11, 11)).mutual_information().value
    assert far == pytest.approx(truth, abs=1e-10)


@pytest.mark.parametrize("rho", [0.2, 0.9, -0.7, 0.9999])
def test_narrow_limits_leave_the_signs(rho):
    """Signs of a normal pair differ with probability ``acos(ρ)/π``."""
    narrow = (-1e-12, 1e-12)
    truth = SymmetricChannel(2, math.acos(rho) / math.pi).mutual_information().value
    mine = CensoredNormal(rho, x=narrow, y=narrow).mutual_information().value
    assert mine == pytest.approx(truth, abs=1e-9)


def test_nothing_is_left_beyond_all_values():
    assert abs(CensoredNormal(0.9, y=(9, math.inf)).mutual_information().value) < 1e-15


def test_symmetries():
    x, y = (-0.3, 1.2), (-2, 0.4)
    value = CensoredNormal(0.8, x=x, y=y).mutual_information().value
    for other in (
        CensoredNormal(0.8, x=y, y=x),
        CensoredNormal(-0.8, x=(-1.2, 0.3), y=y),
        CensoredNormal(0.8, x=(-1.2, 0.3), y=(-0.4, 2)),
    ):
        assert other.mutual_information().value == pytest.approx(value, abs=1e-12)


def test_closer_limits_lose_information():
    values = [CensoredNormal(0.8, x=FREE, y=(-c, c)).mutual_information().value for c in (8, 2, 1, 0.5, 0.01)]
    assert all(wide > narrow for wide, narrow in itertools.pairwise(values))


@pytest.mark.parametrize("law", [CensoredNormal(0.9), CensoredNormal(0.8, x=(-1, 1), y=RELU)], ids=repr)
def test_neighbours_agree(near, law):
    mean, tolerance = near(law, MixedKSG(k=5))
    assert tolerance < 0.05
    assert abs(mean - law.mutual_information().value) < tolerance


def test_draws():
    n, law = 50_000, CensoredNormal(rho=0.6, y=(0, 1))
    x, y = law.draw(n, seed=0)
    assert x.shape == y.shape == (n, 1)
    assert y.min() == 0
    assert y.max() == 1
    assert abs(np.mean(y == 0) - 0.5) < 2 / math.sqrt(n)
    inside = ((y > 0) & (y < 1))[:, 0]
    residual = (y - 0.6 * x)[inside, 0]
    assert abs(np.mean(y == 1) - norm.sf(1)) < 2 / math.sqrt(n)
    assert residual.std() < 0.8
    np.testing.assert_array_equal(y, law.draw(n, seed=0)[1])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"rho": 1}, "rho must be a finite number above -1 and below 1"),
        ({"y": (1, 0)}, "y must be two limits"),
        ({"x": (math.nan, 0)}, "x must be two limits"),
        ({"x": (0, 1, 2)}, "x must be two limits"),
    ],
)
def test_refuses(settings, says):
    with pytest.raises(ValueError, match=says):
        CensoredNormal(**settings)
