import math

import numpy as np
import pytest
from scipy.special import digamma, gamma

from infoplane import DegenerateData, KozachenkoLeonenko, known

METRICS = ["chebyshev", "euclidean"]


def test_npeet_gives_the_same():
    x = np.random.RandomState(0).randn(50, 4)
    assert KozachenkoLeonenko(k=3)(x).value == pytest.approx(5.82263, abs=6e-6)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("d", [1, 2, 5])
def test_by_the_definition(metric, d):
    x, k, n = np.random.default_rng(0).normal(size=(80, d)), 4, 80
    difference = np.abs(x[:, None] - x[None])
    apart = difference.max(axis=2) if metric == "chebyshev" else np.sqrt((difference**2).sum(axis=2))
    ball = 2.0**d if metric == "chebyshev" else math.pi ** (d / 2) / gamma(d / 2 + 1)
    radii = np.sort(apart, axis=1)[:, k]
    expected = digamma(n) - digamma(k) + math.log(ball) + d * np.log(radii).mean()
    assert KozachenkoLeonenko(k, metric)(x).value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("d", "bias"), [(1, 0.0), (2, 0.01), (4, 0.1)])
def test_normal(metric, d, bias):
    truth = known.Normal(rho=0.0, dims=d)
    values = [KozachenkoLeonenko(3, metric)(truth.draw(1500, seed)[0]).value for seed in range(8)]
    error = np.std(values, ddof=1) / math.sqrt(8)
    assert abs(np.mean(values) - truth.entropy("x").value) < 4 * error + bias


def test_uniform_may_be_negative():
    x = np.random.default_rng(0).uniform(0, 0.01, size=2000)
    assert KozachenkoLeonenko(k=5)(x).value == pytest.approx(math.log(0.01), abs=0.1)


@pytest.mark.parametrize("metric", METRICS)
def test_scale_adds_its_logarithm(metric):
    x = np.random.default_rng(0).normal(size=(200, 3))
    entropy = KozachenkoLeonenko(3, metric)
    for scale in (2.0**-60, 2.0**60):
        assert entropy(scale * x).value - entropy(x).value == pytest.approx(3 * math.log(scale), rel=1e-13)


def test_metrics_agree_on_a_line():
    x = np.random.default_rng(0).normal(size=100)
    values = [KozachenkoLeonenko(3, metric)(x).value for metric in METRICS]
    assert values[0] == pytest.approx(values[1], abs=1e-13)


@pytest.mark.parametrize("metric", METRICS)
def test_ties_are_degenerate(metric):
    x = np.random.default_rng(0).normal(size=(50, 2))
    x[:4] = 0.5
    with pytest.raises(DegenerateData, match="4 of 50 points of 'x' have k=3 neighbours at distance zero"):
        KozachenkoLeonenko(3, metric)(x)
    assert np.isfinite(KozachenkoLeonenko(4, metric)(x).value)


def test_a_constant_column_has_no_volume():
    x = np.random.default_rng(0).normal(size=(50, 2))
    with pytest.raises(DegenerateData, match=r"1 of 3 columns of x are constant.*-inf"):
        KozachenkoLeonenko()(np.column_stack([x, np.ones(50)]))


def test_refuses_labels_and_settings():
    with pytest.raises(ValueError, match="is of continuous variables; 'x' holds labels"):
        KozachenkoLeonenko(k=1)([1, 2, 3])
    with pytest.raises(ValueError, match="'chebyshev' or 'euclidean'; got 'manhattan'"):
        KozachenkoLeonenko(metric="manhattan")
