import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, multivariate_t

from infoplane import KSG
from infoplane.known import Asinh, DenseNormal, Normal, SparseNormal, Student, Transformed, student


def test_cauchy_constant():
    """Two entropies ``ln 4π`` of the columns, less ``ln 2π + 3`` of the plane."""
    cauchy = Student(Normal(rho=0), dof=1).mutual_information()
    assert cauchy.value == pytest.approx(math.log(8 * math.pi) - 3, abs=1e-14)
    assert cauchy.errors == {}


def covariance(base):
    (dx, dy), rho = base.widths, base.rho
    if isinstance(base, DenseNormal):
        return (1 - rho) * np.eye(dx + dy) + rho
    matrix = np.eye(dx + dy)
    pairs = base.pairs if isinstance(base, SparseNormal) else min(dx, dy)
    matrix[:pairs, dx : dx + pairs] = matrix[dx : dx + pairs, :pairs] = rho * np.eye(pairs)
    return matrix


@pytest.mark.parametrize(
    "law",
    [
        Student(Normal(rho=0), dof=1),
        Student(Normal(rho=0.7), dof=3),
        Student(Normal(rho=-0.4, dims=(2, 3), rotate=False), dof=0.7),
        Student(SparseNormal(rho=0.8, dims=5), dof=2),
        Student(DenseNormal(rho=0.5, dims=(3, 2)), dof=5.5),
        Student(Normal(rho=0.5, dims=2, rotate=False), dof=150),
    ],
    ids=repr,
)
def test_mean_log_ratio_of_densities(law):
    n, dx = 40_000, law.widths[0]
    x, y = law.draw(n, seed=0)
    shape = covariance(law.base)
    ratios = (
        multivariate_t(shape=shape, df=law.dof).logpdf(np.hstack([x, y]))
        - multivariate_t(shape=shape[:dx, :dx], df=law.dof).logpdf(x)
        - multivariate_t(shape=shape[dx:, dx:], df=law.dof).logpdf(y)
    )
    assert abs(law.mutual_information().value - ratios.mean()) < 4 * ratios.std() / math.sqrt(n)


def test_limits():
    """Many degrees of freedom are a normal pair, and ``½ ln[(ν+dx)(ν+dy)/(ν(ν+dx+dy))]`` is what is left."""
    base = SparseNormal(rho=0.8, dims=(3, 2))
    truth = base.mutual_information().value
    for dof in (1e3, 1e6, 1e12):
        left = math.log1p(6 / (dof * (dof + 5))) / 2
        assert Student(base, dof).mutual_information().value - truth == pytest.approx(
            left, rel=0.02, abs=1e-14
        )


def test_the_series_continues_the_closed_form(monkeypatch):
    law = Student(Normal(rho=0, dims=(4, 3)), dof=110)
    by_series = law.mutual_information().value
    monkeypatch.setattr(student, "LARGE", math.inf)
    assert law.mutual_information().value == pytest.approx(by_series, abs=1e-12)


def test_draws_share_their_factor():
    law = Student(Normal(rho=0.3, dims=2), dof=4)
    x, y = law.draw(1000, seed=2)
    u, v = law.base.draw(1000, seed=2)
    np.testing.assert_allclose(x / u, np.broadcast_to((y / v)[:, :1], x.shape), rtol=1e-12)
    n = 100_000
    z = law.draw(n, seed=3)[0][:, 0]
    quartile = 0.740697  # of Student's distribution with 4 degrees of freedom
    assert abs(np.mean(np.abs(z) < quartile) - 0.5) < 4 * 0.5 / math.sqrt(n)


def test_ksg_sees_information_without_correlation(near):
    law = Transformed(Student(Normal(rho=0), dof=1), x=Asinh(), y=Asinh())
    mean, tolerance = near(law, KSG(k=5))
    assert tolerance < 0.03
    assert abs(mean - law.mutual_information().value) < tolerance


def test_normal_log_ratio_by_the_same_route():
    """The route itself, where the truth needs no formula of ours."""
    law = Normal(rho=0.6)
    x, y = law.draw(40_000, seed=0)
    ratios = multivariate_normal(cov=covariance(law)).logpdf(np.hstack([x, y])) + math.log(2 * math.pi)
    ratios += (x[:, 0] ** 2 + y[:, 0] ** 2) / 2
    assert abs(law.mutual_information().value - ratios.mean()) < 4 * ratios.std() / 200


@pytest.mark.parametrize(
    ("base", "dof", "says"),
    [(Normal(rho=0), 0, "dof must be a finite"), (Normal(rho=0), math.inf, "dof must be a finite")],
)
def test_refuses(base, dof, says):
    with pytest.raises(ValueError, match=says):
        Student(base, dof)


def test_refuses_what_is_not_normal():
    with pytest.raises(ValueError, match="base must be a Normal, DenseNormal or SparseNormal"):
        Student(Student(Normal(rho=0)), 2)
