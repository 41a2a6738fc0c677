import math

import numpy as np
import pytest
from scipy.special import digamma

from infoplane import DegenerateData, GaussianCopula, Prepared, known, labels, prepare

pytestmark = pytest.mark.portable


@pytest.mark.parametrize(("d", "n", "bias"), [(1, 30, 0.012), (3, 50, 0.02), (3, 400, 0.004)])
def test_unbiased_for_the_normal(d, n, bias):
    """The plug-in bias would be d²/2n, .09 for d=3, n=50; left is that of normal scores, as measured."""
    truth = known.Normal(rho=0.5, dims=d)
    values = [GaussianCopula()(*truth.draw(n, seed)).value for seed in range(400)]
    error = np.std(values, ddof=1) / 20
    assert abs(np.mean(values) - truth.mutual_information().value) < 4 * error + bias


@pytest.mark.parametrize(("d", "n"), [(1, 40), (4, 60)])
def test_independent_variables_have_nothing(d, n):
    rng = np.random.default_rng(0)
    values = [GaussianCopula()(*rng.normal(size=(2, n, d))).value for _ in range(400)]
    assert abs(np.mean(values)) < 4 * np.std(values, ddof=1) / 20
    assert min(values) < 0


def test_labels_of_a_normal_mixture():
    truth = known.LabelledNormal(means=((0, 0), (1, 0)))
    values = [GaussianCopula()(*truth.draw(200, seed)).value for seed in range(200)]
    error = np.std(values, ddof=1) / math.sqrt(200)
    assert abs(np.mean(values) - truth.mutual_information().value) < 4 * error + 0.002


def test_labels_without_meaning_have_nothing():
    rng = np.random.default_rng(0)
    drawn = [(rng.normal(size=(60, 3)), rng.integers(0, 3, size=60)) for _ in range(400)]
    values = [GaussianCopula()(x, y).value for x, y in drawn]
    assert abs(np.mean(values)) < 4 * np.std(values, ddof=1) / 20


def scores(x):
    return prepare.copula(x).values


def bias(d, n):
    return 0.5 * sum(digamma((n - i) / 2) - math.log((n - 1) / 2) for i in range(1, d + 1))


def half_log_det(values):
    return 0.5 * np.linalg.slogdet(np.atleast_2d(np.cov(values, rowvar=False)))[1]


def test_by_the_determinants():
    x, y = known.Normal(rho=0.6, dims=(3, 2)).draw(80, seed=0)
    joint = np.concatenate([x, y], axis=1)
    h = [half_log_det(scores(part)) - bias(part.shape[1], 80) for part in (x, y, joint)]
    assert GaussianCopula()(x, y).value == pytest.approx(h[0] + h[1] - h[2], abs=1e-12)


def test_by_the_determinants_with_labels():
    x, y = known.LabelledNormal(means=((0, 0, 0), (1, 0, 2), (0, 1, 1))).draw(120, seed=0)
    expected = half_log_det(scores(x)) - bias(3, 120)
    for c in range(3):
        part = scores(x)[y == c]
        expected -= len(part) / 120 * (half_log_det(part) - bias(3, len(part)))
    assert GaussianCopula()(x, y).value == pytest.approx(expected, abs=1e-12)
    assert GaussianCopula()(y, x) == GaussianCopula()(x, y)


def test_monotone_changes_of_columns_change_nothing():
    x, y = known.Normal(rho=0.6, dims=2).draw(200, seed=0)
    assert GaussianCopula()(np.exp(3 * x), y**3) == GaussianCopula()(x, y)
    label = labels(y[:, 0] > 0)
    assert GaussianCopula()(np.exp(3 * x), label) == GaussianCopula()(x, label)


def test_dependent_columns_are_left_out():
    x, y = known.Normal(rho=0.6, dims=2).draw(200, seed=0)
    estimate = GaussianCopula()(np.column_stack([x, np.exp(x[:, 0])]), y)
    assert estimate.value == pytest.approx(GaussianCopula()(x, y).value, abs=1e-9)
    assert estimate.note == "1 of 3 columns of x are linear in the others' normal scores"


def test_infinite_information_is_refused():
    x = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(DegenerateData, match="their information is infinite"):
        GaussianCopula()(x, np.exp(x[:, :1]))
    y = np.arange(60) % 2
    x[y == 1, 0] = 9.0
    with pytest.raises(
        DegenerateData, match="is constant in class 1 of 'y', so their information is infinite"
    ):
        GaussianCopula()(x, y)


def test_too_few_samples_for_the_columns():
    rng = np.random.default_rng(0)
    with pytest.raises(DegenerateData, match=r"have 4 \+ 3 independent columns for 7 samples"):
        GaussianCopula()(rng.normal(size=(7, 4)), rng.normal(size=(7, 3)))
    with pytest.raises(DegenerateData, match=r"class 'b' of 'y' has 3 samples .* use prepare.pca\(2\)"):
        GaussianCopula()(rng.normal(size=(20, 3)), ["a"] * 17 + ["b"] * 3)


def test_more_than_the_labels_hold_is_noted():
    """The classes are the signs of many columns, whose scores cannot be normal together."""
    rng = np.random.default_rng(0)
    y = np.arange(400) % 2
    x = rng.normal(size=(400, 6)) + 6 * y[:, None]
    estimate = GaussianCopula()(x, y)
    assert estimate.value > math.log(2)
    assert "more than the entropy 0.6931 of y, which no information is" in estimate.note


def test_classes_of_single_samples():
    x = np.random.default_rng(0).normal(size=20)
    with pytest.raises(DegenerateData, match=r"every label of 'y' occurs once, .* say continuous\(y\)"):
        GaussianCopula()(x, labels(np.arange(20)))
    with pytest.raises(DegenerateData, match=r"class 9 of 'y' has 1 samples .*; leave out classes of"):
        GaussianCopula()(x, labels([0] * 10 + [1] * 9 + [9]))
    two = np.random.default_rng(1).normal(size=(20, 2))
    y = labels([0] * 10 + [1] * 8 + [9] * 2)
    with pytest.raises(DegenerateData, match=r"use prepare\.pca\(1\)"):
        GaussianCopula()(two, y)
    assert abs(Prepared(GaussianCopula(), x=prepare.pca(1))(two, y).value) < 1
