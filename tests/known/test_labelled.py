import itertools
import math
import pickle
import zlib

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.stats import beta

from infoplane.known import LabelledNormal

pytestmark = pytest.mark.portable


def by_differential_entropy(means, p, sigma=1.0):
    """H(X) - H(X|Y) by adaptive quadrature of ``-f ln f``."""
    means, p = np.array(means) / sigma, np.array(p)

    def integrand(x):
        f = float(np.sum(p * np.exp(-0.5 * (x - means) ** 2))) / math.sqrt(2 * math.pi)
        return -f * math.log(f) if f > 0 else 0.0

    inner = sorted({*means, *((means[1:] + means[:-1]) / 2)})
    ends = [inner[0] - 12, *inner, inner[-1] + 12]
    pieces = [quad(integrand, a, b, epsabs=1e-13, limit=300)[0] for a, b in itertools.pairwise(ends)]
    return sum(pieces) - 0.5 * math.log(2 * math.pi * math.e)


@pytest.mark.parametrize(
    ("means", "p", "sigma"),
    [
        ((-1, 1), (0.5, 0.5), 1),
        ((0, 0.1), (0.3, 0.7), 1),
        ((0, 6), (0.5, 0.5), 2),
        ((0, 8), (0.999, 0.001), 1),
        ((0, 1, 3, 7), (0.1, 0.2, 0.3, 0.4), 1),
        ((0, 40), (0.1, 0.9), 1),
    ],
)
def test_information_in_one_dimension_to_1e_8(means, p, sigma):
    mine = LabelledNormal(means, p, sigma).mutual_information()
    assert abs(mine.value - by_differential_entropy(means, p, sigma)) < 1e-8
    assert mine.errors["quadrature"] < 1e-8


def test_limits():
    assert LabelledNormal((0, 0, 0)).mutual_information().value == 0
    apart = LabelledNormal((0, 100, 300), (0.2, 0.3, 0.5))
    assert apart.mutual_information().value == pytest.approx(apart.label_entropy().value, abs=1e-14)
    assert LabelledNormal((0, 1, 2, 3)).label_entropy().value == pytest.approx(math.log(4))
    assert LabelledNormal((3.0,)).mutual_information().value == 0


def test_only_distances_on_the_line_count():
    """Two classes, and collinear ones, have the information of their coordinate along the line."""
    line = LabelledNormal((0, 1, 2.5), (0.2, 0.5, 0.3), sigma=1.5)
    along = np.array([2.0, -1.0, 2.0]) / 3
    turned = LabelledNormal(np.outer([0, 1, 2.5], along) + 7, (0.2, 0.5, 0.3), sigma=1.5)
    assert turned.mutual_information().value == pytest.approx(line.mutual_information().value, abs=1e-12)
    assert set(turned.mutual_information().errors) == {"quadrature"}
    two = LabelledNormal(((0, 0), (3, 4)))
    assert two.mutual_information().value == pytest.approx(LabelledNormal((0, 5)).mutual_information().value)


def test_monte_carlo_where_means_span_a_plane():
    """Four corners of a rectangle with product probabilities: the information of the two sides adds up."""
    corners = LabelledNormal(((0, 0), (0, 1), (2, 0), (2, 1)), (0.12, 0.28, 0.18, 0.42))
    truth = sum(
        LabelledNormal(means, p).mutual_information().value
        for means, p in (((0, 2), (0.4, 0.6)), ((0, 1), (0.3, 0.7)))
    )
    mine = corners.mutual_information()
    assert set(mine.errors) == {"samples"}
    assert mine.stderr < 3e-3
    assert abs(mine.value - truth) < 4 * mine.stderr
    assert corners.mutual_information() == mine
    assert corners.mutual_information(samples=1000) != mine


def test_sliced_two_classes_against_quadrature_over_the_angle():
    """The projected distance is the full one times the root of a beta variable."""
    width, distance = 6, 4.0
    two = LabelledNormal(np.vstack([np.zeros(width), distance * np.eye(width)[2]]))
    for dim in (1, 3):
        law = beta(dim / 2, (width - dim) / 2)
        grid = law.ppf((np.arange(400) + 0.5) / 400)
        truth = np.mean(
            [LabelledNormal((0, distance * math.sqrt(b))).mutual_information().value for b in grid]
        )
        mine = two.sliced(dim=dim, slices=4000)
        assert abs(mine.value - truth) < 4 * mine.stderr + 1e-4
        assert set(mine.errors) == {"slices"}


def test_sliced_many_classes_against_explicit_slices():
    means = np.random.default_rng(0).normal(size=(4, 3))
    many = LabelledNormal(means)
    rng = np.random.default_rng(1)
    values = []
    for _ in range(300):
        direction = rng.normal(size=3)
        projected = means @ (direction / np.linalg.norm(direction))
        values.append(LabelledNormal(projected).mutual_information().value)
    mine = many.sliced()
    assert abs(mine.value - np.mean(values)) < 4 * math.hypot(mine.stderr, np.std(values) / math.sqrt(300))
    assert many.sliced(dim=3) == many.mutual_information()
    with pytest.raises(ValueError, match="means on a line; these span 3"):
        many.sliced(dim=2)


def test_draws_have_the_moments():
    n, law = 40_000, LabelledNormal(((0, 0), (1, -2), (5, 5)), (0.2, 0.3, 0.5), sigma=2)
    x, y = law.draw(n, seed=0)
    assert x.shape == (n, 2)
    assert x.dtype == np.float64
    assert y.shape == (n,)
    assert y.dtype == np.int64
    assert np.abs(np.bincount(y) / n - (0.2, 0.3, 0.5)).max() < 4 * 0.5 / math.sqrt(n)
    for label in range(3):
        rows = x[y == label]
        assert np.abs(rows.mean(axis=0) - law.means[label]).max() < 4 * 2 / math.sqrt(len(rows))
        assert np.abs(np.cov(rows.T) - 4 * np.eye(2)).max() < 4 * 4 * math.sqrt(2 / len(rows))
    again = law.draw(n, seed=0)
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(y, again[1])


def test_entropy_of_x():
    law = LabelledNormal((0, 3), sigma=0.5)
    noise = 0.5 * math.log(2 * math.pi * math.e * 0.25)
    assert law.entropy().value == pytest.approx(noise + law.mutual_information().value)
    assert law.entropy().errors == law.mutual_information().errors


def test_it_is_a_value():
    law = LabelledNormal(np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([0.5, 0.5]))
    assert law == LabelledNormal([[0, 1], [2, 3]], [0.5, 0.5])
    assert pickle.loads(pickle.dumps(law)) == law
    assert hash(law) == hash(LabelledNormal([[0, 1], [2, 3]], [0.5, 0.5]))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"means": ()}, "means must be"),
        ({"means": (0, math.nan)}, "means must be"),
        ({"means": (0, 1), "probabilities": (0.5, 0.6)}, "with sum 1"),
        ({"means": (0, 1), "probabilities": (1.0, 0.0)}, "above 0"),
        ({"means": (0, 1), "probabilities": (1.0,)}, "2 numbers"),
        ({"means": (0, 1), "sigma": 0}, "sigma must be a finite number above 0"),
        ({"means": (0, 1), "seed": -1}, "seed must be an integer"),
    ],
)
def test_refuses(settings, says):
    with pytest.raises(ValueError, match=says):
        LabelledNormal(**settings)


def test_random_x_are_drawn_in_the_columns_of_x():
    """In a basis of the means' space they would depend on the signs that a linear algebra library takes."""
    law = LabelledNormal(means=[[0.0, 0, 0], [2, 0, 1], [0, 2, 1]], probabilities=[0.2, 0.3, 0.5], sigma=2.0)
    z = np.random.default_rng([0, zlib.crc32(b"samples")]).standard_normal((200, 3))
    value = 0.0
    for mean, share in zip(np.array(law.means), law.probabilities, strict=True):
        x = mean + 2 * z
        densities = [stats.multivariate_normal(m, 4 * np.eye(3)).pdf(x) for m in (mean, *law.means)]
        value += share * np.log(densities[0] / (law.probabilities @ np.array(densities[1:]))).mean()
    assert law.mutual_information(600).value == pytest.approx(value, abs=1e-12)
