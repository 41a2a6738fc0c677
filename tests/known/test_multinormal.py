import math

import numpy as np
import pytest

from infoplane.known import DenseNormal, Normal, SparseNormal

pytestmark = pytest.mark.portable


def covariance(law):
    dx, dy = law.widths
    if isinstance(law, DenseNormal):
        return (1 - law.rho) * np.eye(dx + dy) + law.rho
    matrix = np.eye(dx + dy)
    for i in range(law.pairs):
        matrix[i, dx + i] = matrix[dx + i, i] = law.rho
    return matrix


LAWS = [
    DenseNormal(rho=0.5, dims=1),
    DenseNormal(rho=0.5, dims=(2, 5)),
    DenseNormal(rho=-0.13, dims=(5, 3)),
    DenseNormal(rho=0, dims=3),
    DenseNormal(rho=0.5, dims=50),
    SparseNormal(rho=0.8, dims=5),
    SparseNormal(rho=-0.6, dims=(3, 4), pairs=3),
    SparseNormal(rho=0.8, dims=(2, 1), pairs=1),
    SparseNormal(rho=0.8, dims=50),
]


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_information_is_that_of_the_determinants(law):
    whole, (dx, _) = covariance(law), law.widths
    logdet = [np.linalg.slogdet(part)[1] for part in (whole[:dx, :dx], whole[dx:, dx:], whole)]
    truth = (logdet[0] + logdet[1] - logdet[2]) / 2
    assert law.mutual_information().value == pytest.approx(truth, rel=1e-12, abs=1e-14)
    assert law.mutual_information().errors == {}


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_draws_have_the_moments(law):
    n = 20_000
    x, y = law.draw(n, seed=1)
    assert (x.shape, y.shape) == tuple((n, width) for width in law.widths)
    z = np.hstack([x, y])
    assert np.abs(z.mean(axis=0)).max() < 4.5 / math.sqrt(n)
    bound = 5 if z.shape[1] > 20 else 4.5  # 5050 moments
    assert np.abs(z.T @ z / n - covariance(law)).max() < bound * math.sqrt(2 / n)


def test_one_pair_is_that_of_normal():
    truth = Normal(rho=0.6).mutual_information().value
    assert DenseNormal(rho=0.6, dims=1).mutual_information().value == pytest.approx(truth, rel=1e-14)
    assert SparseNormal(rho=0.6, dims=1, pairs=1).mutual_information().value == truth
    assert SparseNormal(rho=0.6, dims=3, pairs=3).mutual_information().value == pytest.approx(3 * truth)


def test_published_figures():
    """A sparse 5 + 5 multinormal has 1.02 nats; the truth doesn't depend on how much noise is beside it."""
    assert f"{SparseNormal(rho=0.8, dims=5).mutual_information().value:.2f}" == "1.02"
    assert SparseNormal(0.8, 2).mutual_information() == SparseNormal(0.8, 50).mutual_information()


def test_zero_correlation_is_plain_zero():
    for law in (DenseNormal(rho=0), SparseNormal(rho=0), Normal(rho=0), Normal(rho=0, dims=3)):
        value = law.mutual_information().value
        assert isinstance(value, float)
        assert math.copysign(1, value) == 1
        assert value == 0
    x, y = Normal(rho=0, dims=2).draw(10)
    assert x.shape == y.shape == (10, 2)
    assert not Normal(rho=0).cross_covariance().any()


@pytest.mark.parametrize(
    ("law", "settings", "says"),
    [
        (DenseNormal, {"rho": 1}, "rho must be a finite number above -0.1111 and below 1"),
        (DenseNormal, {"rho": -0.2}, "rho must be a finite number above -0.1111 and below 1"),
        (DenseNormal, {"rho": -1, "dims": 1}, "rho must be a finite number above -1 and below 1"),
        (DenseNormal, {"dims": 0}, "dims must be an integer >= 1"),
        (SparseNormal, {"rho": -1}, "rho must be a finite number above -1 and below 1"),
        (SparseNormal, {"dims": (1, 2, 3)}, r"one width or \(dx, dy\)"),
        (SparseNormal, {"dims": (1, 2)}, "2 pairs need as many columns"),
        (SparseNormal, {"pairs": 0}, "pairs must be an integer >= 1"),
    ],
)
def test_refuses(law, settings, says):
    with pytest.raises(ValueError, match=says):
        law(**settings)
