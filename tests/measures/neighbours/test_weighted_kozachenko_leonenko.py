import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize
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
from infoplane.measures.neighbours._weights import mutinfo_weights, paper_weights


def ratios(j, d):
    """Γ(j + 2l/d) / Γ(j), a row for each l."""
    powers = 2 * np.arange(1, d // 4 + 1)[:, None] / d
    return gamma(j + powers) / gamma(j)


def support(k, d):
    return np.array(sorted({i * k // d for i in range(1, d + 1)} - {0}))


@pytest.mark.parametrize("k", [1, 5, 25])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_below_four_dimensions_the_kth_neighbour_has_all_the_weight(k, d):
    np.testing.assert_array_equal(paper_weights(k, d), np.eye(k)[-1])
    x = known.Normal(rho=0.0, dims=d).draw(300, seed=0)[0]
    plain = KozachenkoLeonenko(k, "euclidean")(x).value + math.log(299) - digamma(300)  # ψ(n) for ln(n-1)
    assert WeightedKozachenkoLeonenko(k)(x).value == pytest.approx(plain, abs=1e-10)


@pytest.mark.parametrize("k", [2, 5, 10, 25])
def test_four_dimensions_have_one_condition(k):
    """There Γ(j + 1/2) / Γ(j) is a fraction times √π, so the shortest weights are exact fractions."""
    j = support(k, 4)
    ratio = [
        Fraction(math.factorial(2 * i), 4**i * math.factorial(i) * math.factorial(i - 1)) for i in j.tolist()
    ]
    n, first, second = len(ratio), sum(ratio), sum(r * r for r in ratio)
    exact = np.zeros(k)
    exact[j - 1] = [float((second - first * r) / (n * second - first**2)) for r in ratio]
    np.testing.assert_allclose(paper_weights(k, 4), exact, rtol=1e-12)
    if k == 2:
        np.testing.assert_allclose(exact, [3, -2])  # by hand: w + v = 1, w/2 + 3v/4 = 0


@pytest.mark.parametrize(("k", "d"), [(5, 4), (10, 4), (5, 6), (25, 5), (30, 9)])
def test_no_weights_of_the_conditions_are_shorter(k, d):
    j = support(k, d)
    rows = np.vstack([np.ones(len(j)), ratios(j, d)])
    rows /= rows.max(axis=1, keepdims=True)
    kept = {"type": "eq", "fun": lambda w: rows @ w - np.eye(len(rows))[0], "jac": lambda w: rows}
    found = minimize(
        lambda w: (w @ w, 2 * w), np.zeros(len(j)), jac=True, constraints=kept, method="SLSQP", tol=1e-14
    )
    np.testing.assert_allclose(paper_weights(k, d)[j - 1], found.x, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("k", "d"), [(4, 4), (3, 5), (5, 5), (5, 12), (8, 8), (10, 13)])
def test_with_no_more_neighbours_than_dimensions_they_are_those_of_the_authors_package(k, d):
    """IndepTest's L2OptW: the shortest weights on all of 1, ..., k, by the normal equations."""
    rows = np.vstack([np.ones(k), ratios(np.arange(1, k + 1), d)])
    shortest = rows.T @ np.linalg.solve(rows @ rows.T, np.eye(len(rows))[0])
    np.testing.assert_allclose(paper_weights(k, d), shortest, rtol=1e-4)


def test_mutinfo_weighs_the_nearest_neighbour_only_up_to_four_dimensions():
    """So k is void in every 1-D slice: published k=5 and k=25 are one estimator."""
    x, y = known.Normal(rho=0.9).draw(500, seed=0)
    entropies = [WeightedKozachenkoLeonenko(k, weights="mutinfo") for k in (1, 5, 25)]
    values = [FromEntropy(entropy)(x, y).value for entropy in entropies]
    assert values[0] == values[1] == values[2]
    assert values[0] != FromEntropy(WeightedKozachenkoLeonenko(5))(x, y).value
    for d in (1, 2, 3, 4):
        np.testing.assert_array_equal(mutinfo_weights(5, d), [1, 0, 0, 0, 0])


@pytest.mark.parametrize("weights", [paper_weights, mutinfo_weights])
@pytest.mark.parametrize(("d", "norm"), [(12, 755), (16, 3.2e4)])
def test_the_weights_on_five_neighbours_are_huge(d, norm, weights):
    assert np.abs(weights(5, d)).sum() == pytest.approx(norm, rel=0.01)
    assert weights(5, d).sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("weights", [paper_weights, mutinfo_weights])
@pytest.mark.parametrize(("k", "d"), [(5, 6), (10, 8), (25, 5), (25, 13)])
def test_weights_keep_their_conditions(k, d, weights):
    found, j = weights(k, d), np.arange(1, k + 1)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    for ratio in ratios(j, d):
        assert abs(found @ ratio) < 1e-9 * np.abs(found * ratio).sum()
    assert set(j[found != 0]) == set(support(k, d))


@pytest.mark.parametrize(("rule", "weights"), [("paper", paper_weights), ("mutinfo", mutinfo_weights)])
@pytest.mark.parametrize("d", [2, 4, 6, 9])
def test_by_the_definition(d, rule, weights):
    x, k, n = np.random.default_rng(0).normal(size=(90, d)), 7, 90
    radii = np.sort(np.linalg.norm(x[:, None] - x[None], axis=2), axis=1)[:, 1 : k + 1]
    ball = math.pi ** (d / 2) / gamma(d / 2 + 1)
    log_p = digamma(np.arange(1, k + 1)) - math.log(ball) - d * np.log(radii) - math.log(n - 1)
    expected = -(weights(k, d) * log_p.mean(axis=0)).sum()
    assert WeightedKozachenkoLeonenko(k, rule)(x).value == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(
    ("d", "bias"), [(1, 0), (2, 0.014), (3, 0.045), (4, 0.017), (5, 0.04), (6, 0.054), (7, 0.097), (8, 0.036)]
)
def test_normal(d, bias):
    truth = known.Normal(rho=0.0, dims=d)
    values = [WeightedKozachenkoLeonenko(5)(truth.draw(1500, seed)[0]).value for seed in range(8)]
    error = np.std(values, ddof=1) / math.sqrt(8)
    assert abs(np.mean(values) - truth.entropy("x").value) < 4 * error + bias


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_fifth_neighbour_scatters_less_than_the_nearest(d):
    drawn = [known.Normal(rho=0.0, dims=d).draw(1500, seed)[0] for seed in range(30)]
    paper, mutinfo = (
        np.std([WeightedKozachenkoLeonenko(5, rule)(x).value for x in drawn], ddof=1)
        for rule in ("paper", "mutinfo")
    )
    assert paper < 0.8 * mutinfo


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
    assert FromEntropy(WeightedKozachenkoLeonenko(k=5))(x[:, :6], x[:, 6:]).note.startswith(
        f"{note}; information is never"
    )


@pytest.mark.parametrize(
    ("k", "rule", "d"),
    [
        *[(5, "paper", 20), (5, "paper", 40), (1, "paper", 4), (9, "paper", 36)],
        *[(5, "mutinfo", 17), (5, "mutinfo", 40)],
    ],
)
def test_dimensions_without_weights_are_refused(k, rule, d):
    """(9, 36): ten conditions on nine neighbours; the nearest weights miss those of the bias, not the sum."""
    x = np.random.default_rng(0).normal(size=(100, d))
    with pytest.raises(DegenerateData, match=rf"no weights on k={k} neighbours .* the {d} dimensions of 'x'"):
        WeightedKozachenkoLeonenko(k, rule)(x)


def test_as_many_neighbours_as_conditions_have_weights():
    x = np.random.default_rng(0).normal(size=(100, 19))
    assert "in 19 dimensions have ‖w‖₁ = 6.1e+04" in WeightedKozachenkoLeonenko(5)(x).note


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
    x[:6] = 0.5
    with pytest.raises(DegenerateData, match="6 of 50 points of 'x' have 5 neighbours at distance zero"):
        WeightedKozachenkoLeonenko(5)(x[:, :1])
    with pytest.raises(DegenerateData, match=r"1 of 7 columns of x are constant.*-inf"):
        WeightedKozachenkoLeonenko()(np.column_stack([x, np.ones(50)]))
    with pytest.raises(ValueError, match="is of continuous variables; 'x' holds labels"):
        WeightedKozachenkoLeonenko(k=1)([1, 2, 3])
    with pytest.raises(ValueError, match="k must be an integer >= 1"):
        WeightedKozachenkoLeonenko(k=0)
    with pytest.raises(ValueError, match="weights must be 'paper' or 'mutinfo'; got 'published'"):
        WeightedKozachenkoLeonenko(weights="published")


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
