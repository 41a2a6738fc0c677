import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm, poisson

from infoplane import KSG, MixedKSG, Plugin, continuous, labels
from infoplane.known import (
    AtomsAndNormal,
    CensoredNormal,
    Normal,
    Staircase,
    SymmetricChannel,
    ZeroInflatedPoisson,
)


@pytest.mark.parametrize(
    "law", [AtomsAndNormal(), AtomsAndNormal(-0.5, 0.3, 0.8), AtomsAndNormal(rho=0.99, agree=1.0, weight=0.1)]
)
def test_mean_log_ratio_of_atoms_and_normal(law):
    n = 40_000
    x, y = (side[:, 0] for side in law.draw(n, seed=0))
    atom = np.abs(x) == 1
    np.testing.assert_array_equal(atom, np.abs(y) == 1)
    w, pairs = law.weight, np.column_stack([x, y])
    dense = multivariate_normal(cov=[[1, law.rho], [law.rho, 1]]).logpdf(pairs) + math.log(w)
    dense -= norm.logpdf(x) + norm.logpdf(y) + 2 * math.log(w)
    both = np.where(x == y, law.agree / 2, (1 - law.agree) / 2) * (1 - w)
    with np.errstate(divide="ignore"):
        atoms = np.log(both) - 2 * math.log((1 - w) / 2)
    ratios = np.where(atom, atoms, dense)
    assert abs(law.mutual_information().value - ratios.mean()) < 4 * ratios.std() / math.sqrt(n)


def test_limits_of_atoms_and_normal():
    only = AtomsAndNormal(rho=0.7, weight=1).mutual_information()
    assert only.value == pytest.approx(Normal(rho=0.7).mutual_information().value, rel=1e-14)
    signs = AtomsAndNormal(agree=0.8, weight=0).mutual_information()
    assert signs.value == pytest.approx(SymmetricChannel(2, 0.2).mutual_information().value, rel=1e-14)
    coin = AtomsAndNormal(rho=0, agree=0.5, weight=0.5).mutual_information()
    assert coin.value == pytest.approx(math.log(2), rel=1e-14)
    assert AtomsAndNormal().mutual_information().errors == {}


@pytest.mark.parametrize("steps", [1, 2, 5, 40])
def test_staircase_by_the_density_of_y(steps):
    """``H(Y) - ln 2``, Y being flat on every unit interval."""
    heights = np.convolve(np.full(steps, 1 / (2 * steps)), [1, 1])
    truth = -np.sum(heights * np.log(heights)) - math.log(2)
    assert Staircase(steps).mutual_information().value == pytest.approx(truth, abs=1e-13)


@pytest.mark.parametrize("zeros", [0, 0.15, 0.5, 0.99])
def test_zero_inflated_counts_by_summing(zeros):
    """``H(Y) - H(Y|X)``, the latter by quadrature over x of a sum over counts."""
    k = np.arange(200)

    def entropy(p):
        p = p[p > 0]
        return -np.sum(p * np.log(p))

    def mixed(p):
        p = (1 - zeros) * p
        p[0] += zeros
        return p

    def weighted(u):  # u = exp(-x) is uniform
        return entropy(mixed(poisson.pmf(k, -math.log(u))))

    given = sum(quad(weighted, a, b, epsabs=1e-10)[0] for a, b in ((1e-30, 1e-3), (1e-3, 0.1), (0.1, 1)))
    truth = entropy(mixed(0.5 ** (k + 1))) - given
    assert ZeroInflatedPoisson(zeros).mutual_information().value == pytest.approx(truth, abs=1e-7)


def test_the_papers_figures():
    """Theirs is right without zeros, and too large with them: some of the zeros are counts."""
    assert f"{ZeroInflatedPoisson(0).mutual_information().value:.4f}" == "0.3012"
    assert ZeroInflatedPoisson(0.15).mutual_information().value < 0.85 * 0.3012 - 0.02
    assert f"{Staircase(5).mutual_information().value:.4f}" == f"{math.log(5) - 0.8 * math.log(2):.4f}"


@pytest.mark.parametrize(
    "law", [Staircase(5), ZeroInflatedPoisson(0.15), ZeroInflatedPoisson(0), CensoredNormal(0.6)], ids=repr
)
def test_neighbours_agree(near, law):
    mean, tolerance = near(law, MixedKSG(k=5))
    assert tolerance < 0.03
    assert abs(mean - law.mutual_information().value) < tolerance


def test_atoms_far_from_the_density(near):
    """Atoms may lie anywhere; within the density MixedKSG converges slowly."""

    def shifted(x, y):
        moved = [np.where(np.abs(side) == 1, 40 * side, side) for side in (x, y)]
        return MixedKSG(k=5)(*moved)

    law = AtomsAndNormal()
    mean, tolerance = near(law, shifted)
    assert tolerance < 0.03
    assert abs(mean - law.mutual_information().value) < tolerance


def test_staircase_of_labels(near):
    mean, tolerance = near(Staircase(5), lambda x, y: KSG(k=5)(labels(x, "x"), continuous(y, "y")))
    assert tolerance < 0.03
    assert abs(mean - Staircase(5).mutual_information().value) < tolerance


def test_draws():
    n = 40_000
    x, y = ZeroInflatedPoisson(0.3).draw(n, seed=0)
    assert x.shape == y.shape == (n, 1)
    assert abs(x.mean() - 1) < 4 / math.sqrt(n)
    counts = np.bincount(y[:, 0].astype(int))[:4] / n
    assert np.abs(counts - [0.65, 0.175, 0.0875, 0.04375]).max() < 2 / math.sqrt(n)
    x, y = AtomsAndNormal(agree=0.8, weight=0.4).draw(n, seed=0)
    atom = np.abs(x[:, 0]) == 1
    assert abs(atom.mean() - 0.6) < 2 / math.sqrt(n)
    assert abs(np.mean(x[atom] == y[atom]) - 0.8) < 2 / math.sqrt(atom.sum())
    codes = Plugin()(labels(x[atom], "x"), labels(y[atom], "y")).value
    assert codes == pytest.approx(SymmetricChannel(2, 0.2).mutual_information().value, abs=0.02)
    x, y = Staircase(3).draw(n, seed=0)
    assert set(x[:, 0]) == {0, 1, 2}
    assert (y - x).min() >= 0
    assert (y - x).max() <= 2


@pytest.mark.parametrize(
    ("law", "settings", "says"),
    [
        (AtomsAndNormal, {"rho": -1}, "rho must be a finite number above -1 and below 1"),
        (AtomsAndNormal, {"agree": 1.1}, "agree must be a finite number >= 0 and"),
        (AtomsAndNormal, {"weight": math.nan}, "weight must be a finite number >= 0 and"),
        (Staircase, {"steps": 0}, "steps must be an integer >= 1"),
        (ZeroInflatedPoisson, {"zeros": 1}, "zeros must be a finite number >= 0 and below 1"),
        (ZeroInflatedPoisson, {"zeros": -0.1}, "zeros must be a finite number >= 0 and"),
    ],
)
def test_refuses(law, settings, says):
    with pytest.raises(ValueError, match=says):
        law(**settings)
