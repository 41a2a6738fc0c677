import math

import numpy as np
import pytest
from scipy.special import digamma, gamma

from infoplane import (
    DegenerateData,
    FromEntropy,
    KozachenkoLeonenko,
    Sample,
    WeightedKozachenkoLeonenko,
    known,
)
from infoplane.measures.neighbours._search import all_distances
from infoplane.measures.neighbours.weighted_kozachenko_leonenko import bsy_weights


def test_a_pair_of_columns_has_the_nearest_neighbour_only():
    """So k is void in every 1-D slice: published k=5 and k=25 are one estimator."""
    x, y = known.Normal(rho=0.9).draw(500, seed=0)
    values = [FromEntropy(WeightedKozachenkoLeonenko(k))(x, y).value for k in (1, 5, 25)]
    assert values[0] == values[1] == values[2]
    for d in (1, 2, 3, 4):
        np.testing.assert_array_equal(bsy_weights(5, d), [1, 0, 0, 0, 0])


@pytest.mark.parametrize(("d", "norm"), [(12, 755), (16, 3.2e4)])
def test_the_published_weights_are_huge(d, norm):
    weights = bsy_weights(5, d)
    assert np.abs(weights).sum() == pytest.approx(norm, rel=0.01)
    assert weights.sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("k", "d"), [(5, 6), (10, 8), (25, 5), (25, 13)])
def test_weights_keep_their_conditions(k, d):
    weights, j = bsy_weights(k, d), np.arange(1, k + 1)
    assert weights.sum() == pytest.approx(1, abs=1e-9)
    for power in range(1, d // 4 + 1):
        ratio = gamma(j + 2 * power / d) / gamma(j)
        assert abs(weights @ ratio) < 1e-9 * np.abs(weights * ratio).sum()
    support = {i * k // d for i in range(1, d + 1)}
    assert all((weight == 0) == (place not in support) for place, weight in zip(j, weights, strict=True))


@pytest.mark.parametrize("d", [2, 6, 9])
def test_by_the_definition(d):
    x, k, n = np.random.default_rng(0).normal(size=(90, d)), 7, 90
    radii = np.sort(np.linalg.norm(x[:, None] - x[None], axis=2), axis=1)[:, 1 : k + 1]
    ball = math.pi ** (d / 2) / gamma(d / 2 + 1)
    log_p = digamma(np.arange(1, k + 1)) - math.log(ball) - d * np.log(radii) - math.log(n - 1)
    expected = -(bsy_weights(k, d) * log_p.mean(axis=0)).sum()
    assert WeightedKozachenkoLeonenko(k)(x).value == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(("d", "bias"), [(1, 0.0), (2, 0.0), (5, 0.02), (6, 0.03)])
def test_normal(d, bias):
    truth = known.Normal(rho=0.0, dims=d)
    values = [WeightedKozachenkoLeonenko(5)(truth.draw(1500, seed)[0]).value for seed in range(8)]
    error = np.std(values, ddof=1) / math.sqrt(8)
    assert abs(np.mean(values) - truth.entropy("x").value) < 4 * error + bias


def test_few_neighbours_cost_more_than_they_correct():
    """Information at a joint dimension of 12: the weights' noise buries what plain neighbours see."""
    truth = known.Normal(information=2.0, dims=6)
    drawn = [truth.draw(1000, seed) for seed in range(6)]
    weighted, plain = (
        np.std([FromEntropy(entropy)(x, y).value for x, y in drawn])
        for entropy in (WeightedKozachenkoLeonenko(5), KozachenkoLeonenko(5, "euclidean"))
    )
    assert weighted > 10 * plain


def test_large_weights_are_noted():
    x = np.random.default_rng(0).normal(size=(100, 12))
    assert WeightedKozachenkoLeonenko(k=5)(x[:, :7]).note == ""
    note = WeightedKozachenkoLeonenko(k=5)(x).note
    assert note.startswith("the weights on 5 neighbours in 12 dimensions have ‖w‖₁ = 755")
    assert FromEntropy(WeightedKozachenkoLeonenko(k=5))(x[:, :6], x[:, 6:]).note == note


@pytest.mark.parametrize("d", [20, 40])
def test_weights_that_do_not_sum_to_one_are_refused(d):
    x = np.random.default_rng(0).normal(size=(100, d))
    with pytest.raises(DegenerateData, match=rf"no weights on k=5 neighbours .* the {d} dimensions of 'x'"):
        WeightedKozachenkoLeonenko(k=5)(x)


@pytest.mark.parametrize("d", [2, 6])
def test_scale_adds_its_logarithm(d):
    x = np.random.default_rng(0).normal(size=(100, d))
    entropy = WeightedKozachenkoLeonenko(6)
    for scale in (2.0**-60, 2.0**60, 2.0**-990, 2.0**990):
        expected = d * math.log(scale)
        assert entropy(scale * x).value - entropy(x).value == pytest.approx(expected, rel=1e-12)


def test_ties_and_constant_columns_are_degenerate():
    x = np.random.default_rng(0).normal(size=(50, 6))
    x[:3] = 0.5
    with pytest.raises(DegenerateData, match="3 of 50 points of 'x' have 1 neighbours at distance zero"):
        WeightedKozachenkoLeonenko(5)(x)
    with pytest.raises(DegenerateData, match=r"1 of 7 columns of x are constant.*-inf"):
        WeightedKozachenkoLeonenko()(np.column_stack([x, np.ones(50)]))
    with pytest.raises(ValueError, match="is of continuous variables; 'x' holds labels"):
        WeightedKozachenkoLeonenko(k=1)([1, 2, 3])
    with pytest.raises(ValueError, match="k must be an integer >= 1"):
        WeightedKozachenkoLeonenko(k=0)


@pytest.mark.parametrize("metric", ["chebyshev", "euclidean"])
@pytest.mark.parametrize("n", [8, 255, 256, 257, 600])
@pytest.mark.parametrize("kind", ["normal", "lattice", "float32"])
def test_all_distances_to_the_last_bit(kind, n, metric):
    values = np.random.default_rng(n).normal(size=(n, 6))
    values = values.round(0) * 0.1 if kind == "lattice" else values
    values = np.float64(values.astype(np.float32)) if kind == "float32" else values
    apart = np.zeros((n, n))
    for column in values.T:  # squares are summed column by column
        difference = np.abs(column[:, None] - column)
        apart = apart + difference**2 if metric == "euclidean" else np.maximum(apart, difference)
    np.fill_diagonal(apart, np.inf)
    expected = np.sort(np.sqrt(apart) if metric == "euclidean" else apart, axis=1)[:, :7]
    np.testing.assert_array_equal(all_distances(Sample(values), 7, metric), expected)
