import math
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import ndtri

from infoplane import (
    KSG,
    DegenerateData,
    KozachenkoLeonenko,
    MixedKSG,
    Plugin,
    Prepared,
    Sample,
    Sliced,
    WithinClass,
    continuous,
    known,
    labels,
)
from infoplane.prepare import PCA, Jitter, copula, jitter, pca, standardise

pytestmark = pytest.mark.portable

STEPS = [standardise, copula, jitter(0.1), pca(2)]


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(200, 3)) * [1, 100, 1e-3] + [5, 0, -1]


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_steps_are_pure_settings(step, x):
    before, state = x.copy(), np.random.get_state()[1].copy()  # noqa: NPY002
    first, again = step(Sample(x, "layer:fc1")), step(Sample(x, "layer:fc1"))
    np.testing.assert_array_equal(first.values, again.values)
    assert first.name == "layer:fc1"
    assert first.values.dtype == np.float64
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(state, np.random.get_state()[1])  # noqa: NPY002
    assert pickle.loads(pickle.dumps(step)) == step
    assert len({step, pickle.loads(pickle.dumps(step))}) == 1
    assert step(x.astype(np.float32)).values.dtype == np.float64
    assert step(x.tolist()).name == "x"


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_steps_refuse_labels_and_what_is_not_finite(step):
    with pytest.raises(ValueError, match="is of continuous variables; 'y' holds labels"):
        step(labels([0, 1, 1]))
    with pytest.raises(DegenerateData, match="NaN or infinite"):
        step([[0.0, 1.0], [np.nan, 1.0], [2.0, 3.0]])
    with pytest.raises(ValueError, match="at least 2 samples"):
        step([[0.0, 1.0]])


def test_standardise(x):
    values = standardise(x).values
    np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(values.std(axis=0), 1)


@pytest.mark.parametrize("constant", [0.1, 1e17, 0.0])
def test_standardised_constants_are_zero(constant):
    x = np.column_stack([np.full(30, constant), np.arange(30.0)])
    np.testing.assert_array_equal(standardise(x).values[:, 0], 0)


def test_standardising_what_has_no_standard_deviation_in_float64():
    assert np.isfinite(standardise([1e-200, 2e-200, 4e-200]).values).all()


def test_copula():
    np.testing.assert_allclose(copula([30.0, -1.0, 7.0]).values[:, 0], ndtri([0.75, 0.25, 0.5]))
    np.testing.assert_allclose(copula([1.0, 0.0, 1.0]).values[:, 0], ndtri([2.5 / 4, 1 / 4, 2.5 / 4]))
    np.testing.assert_allclose(copula([4.0, 4.0]).values, 0, atol=1e-15)


def test_copula_sees_ranks_only(x):
    np.testing.assert_array_equal(copula(x).values, copula(np.exp(x / 50)).values)


def test_jitter_is_relative_and_belongs_to_the_name(x):
    noise = jitter(0.01)(x).values - x
    np.testing.assert_allclose(noise.std(axis=0), 0.01 * x.std(axis=0), rtol=0.25)
    assert not np.array_equal(jitter(0.01, seed=1)(x).values, jitter(0.01)(x).values)
    assert not np.array_equal(jitter(0.01)(Sample(x, "a")).values, jitter(0.01)(Sample(x, "b")).values)
    np.testing.assert_array_equal(jitter(0.01)(np.ones((9, 2))).values, 1)
    for wrong in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="scale must be a finite number above 0"):
            Jitter(wrong)


def test_jitter_belongs_to_the_values():
    """So that two arrays, both called x, get independent noise; and one the same on every processor."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 10, size=(2, 1000)).astype(float)
    noise = [jitter(0.1)(values).values[:, 0] - values for values in (a, b, 3 * a, a[::-1])]
    correlations = np.corrcoef(noise)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 0.1
    for values in (a, b / 7, rng.normal(size=(300, 3)), np.ldexp(1.0, rng.integers(-3, 3, size=500))):
        moved = np.nextafter(values, rng.choice([-np.inf, np.inf], size=values.shape))
        np.testing.assert_allclose(jitter(0.1)(moved).values, jitter(0.1)(values).values, rtol=1e-12)


@pytest.mark.parametrize("measure", [KSG(k=5), MixedKSG(k=5)], ids=repr)
@pytest.mark.parametrize("scale", [1e-3, 0.1])
def test_jitter_of_both_sides_is_independent(measure, scale):
    """Of independent counts, both called x, and of one count given twice, whose noise must not be shared."""
    x, y = (continuous(side) for side in np.random.default_rng(0).integers(0, 10, size=(2, 1000)))
    prepared = Prepared(measure, x=jitter(scale), y=jitter(scale))
    assert abs(prepared(x, y).value) < 0.1
    twice = [prepared(x, x), prepared(x, continuous(x.values)), prepared(x.values, x.values)]
    # ten counts as likely, known exactly where noise cannot mix them: ln 10
    for estimate in twice if scale < 0.1 else ():
        assert abs(estimate.value - math.log(10)) < 0.1


def test_three_bare_variables_are_named_as_measures_name_them(x):
    given = x[:, 0], x[:, 1], np.arange(200) % 4
    assert Prepared(WithinClass(KSG(k=3)))(*given) == WithinClass(KSG(k=3))(*given)


def test_jitter_breaks_ties():
    tied = np.repeat(np.arange(100.0), 4)
    with pytest.raises(DegenerateData, match=r"\(prepare\.jitter\)"):
        KozachenkoLeonenko(k=3)(tied)
    assert np.isfinite(Prepared(KozachenkoLeonenko(k=3), x=jitter(1e-3))(tied).value)


def test_pca(x):
    values = pca(2)(x).values
    assert values.shape == (200, 2)
    eigenvalues = np.sort(np.linalg.eigvalsh(np.cov(x.T)))[::-1]
    np.testing.assert_allclose(np.cov(values.T), np.diag(eigenvalues[:2]), atol=1e-8)
    with pytest.raises(DegenerateData, match=r"use pca\(3\) or fewer"):
        pca(4)(x)
    for wrong in (0, 1.5, True):
        with pytest.raises(ValueError, match="dim must be an integer >= 1"):
            PCA(wrong)


def test_prepared_is_the_measure_of_what_the_steps_give(x):
    y = x[:, :1] ** 3 + 1
    prepared = Prepared(KSG(k=3), x=[pca(2), standardise], y=copula)
    assert prepared(x, y) == KSG(k=3)(standardise(pca(2)(x)), copula(Sample(y, "y")))
    assert prepared(x, y) != Prepared(KSG(k=3), x=[standardise, pca(2)], y=copula)(x, y)
    assert Prepared(KSG(k=3))(x, y) == KSG(k=3)(x, y)


def test_prepared_leaves_the_information(x):
    """The copula is monotone in each column, and the truth stays; KSG's own number doesn't quite."""
    truth = known.Normal(rho=0.8)
    a, b = truth.draw(2000, seed=1)
    estimate = Prepared(KSG(k=5), x=copula, y=copula)(np.exp(3 * a), b**3)
    assert abs(estimate.value - truth.mutual_information().value) < 0.06


def test_prepared_settings():
    prepared = Prepared(KSG(k=3), x=[standardise, pca(2)], y=copula)
    assert prepared == Prepared(KSG(k=3), x=(standardise, pca(2)), y=(copula,))
    assert hash(prepared) == hash(Prepared(KSG(k=3), x=(standardise, pca(2)), y=(copula,)))
    assert repr(prepared) == ("Prepared(measure=KSG(k=3), x=(Standardise(), PCA(dim=2)), y=(Copula(),))")


def test_a_sample_is_prepared_once(x):
    calls = []

    @dataclass(frozen=True)
    class Counted:
        def __call__(self, x):
            calls.append(1)
            return Sample.of(2 * x.values, x.name, home=x.home)

    fixed = Sample(x, "input")
    for layer in (x[:, :1], x[:, 1:]):
        Prepared(KSG(k=3), x=Counted())(fixed, layer)
    Prepared(MixedKSG(k=3), x=(Counted(),))(fixed, x[:, :1])
    assert len(calls) == 1


def test_prepared_composes_with_slices_and_labels(x):
    y = labels(x[:, 0] > 5)
    inside = Sliced(Prepared(KSG(k=3), x=copula), directions=5)(x, y)
    outside = Prepared(Sliced(KSG(k=3), directions=5), x=standardise)(x, y)
    assert len(inside.slices.values) == len(outside.slices.values) == 5
    assert Prepared(Plugin())([0, 1, 0], ["a", "b", "a"]).value > 0.6
    with pytest.raises(ValueError, match=r"prepare\.copula is of continuous variables"):
        Prepared(KSG(k=3), y=copula)(x, y)
    with pytest.raises(ValueError, match=r"200 rows.*199"):
        Prepared(KSG(k=3), x=copula)(x, continuous(x[1:, 0], "y"))


@pytest.mark.parametrize("steps", ["copula", None, [None], jitter, [copula, pca], Jitter, [PCA]])
def test_what_is_no_step_is_refused_at_once(steps):
    with pytest.raises(ValueError, match=r"Prepared\(x=\) takes steps like copula or jitter\(1e-3\); got"):
        Prepared(KSG(k=5), x=steps)


def test_what_is_no_measure_is_refused_at_once():
    with pytest.raises(ValueError, match=r"Prepared\(measure=\) takes a measure .* got <class"):
        Prepared(KSG)
    with pytest.raises(ValueError, match="jitter's scale must be a finite number above 0"):
        jitter("small")
    with pytest.raises(ValueError, match="jitter's seed must be an integer >= 0; got -1"):
        jitter(seed=-1)


def test_the_components_of_a_constant_say_nothing():
    assert Prepared(KSG(k=3), x=pca(1))(np.ones((20, 2)), np.arange(20.0)).value == 0  # and warn of nothing


@pytest.mark.parametrize("step", [standardise, copula, jitter(), pca(2)])
def test_tensors_stay_where_they_are(step):
    torch = pytest.importorskip("torch")
    x = Sample(torch.from_numpy(np.random.default_rng(0).normal(size=(20, 3))))
    assert step(x).home == x.home


def test_components_that_are_not_there_are_zero():
    """They are rounding, of any size to a measure that looks at scales of its own."""
    x = np.random.default_rng(0).normal(size=(50, 2)) @ np.random.default_rng(1).normal(size=(2, 4))
    scores = pca(4)(x).values
    assert (scores[:, :2].std(axis=0) > 0.1).all()
    np.testing.assert_array_equal(scores[:, 2:], 0)


@pytest.mark.parametrize("kind", ["lattice", "far", "many columns"])
def test_standardised_values_know_no_order_of_rows(kind):
    """Nor layout: a mean that rounds otherwise would part distances that are equal."""
    rng = np.random.default_rng(0)
    values = {
        "lattice": np.round(rng.normal(size=(500, 2)), 1),
        "far": 1e8 + rng.normal(size=(500, 1)),
        "many columns": np.ldexp(rng.normal(size=(500, 30)), rng.integers(-900, 900, size=30)),
    }[kind]
    order = rng.permutation(500)
    found = standardise(values).values
    np.testing.assert_array_equal(standardise(values[order]).values, found[order])
    np.testing.assert_array_equal(standardise(np.asfortranarray(values)).values, found)
    assert np.abs(found.mean(axis=0)).max() < 1e-14
    np.testing.assert_allclose(found.std(axis=0), 1, rtol=1e-13)


def test_standardised_columns_are_what_numpy_makes_of_them():
    values = np.random.default_rng(0).normal(size=(500, 3)) * [1e-30, 1, 1e30] + [1e-29, 5, -1e31]
    expected = (values - values.mean(axis=0)) / values.std(axis=0)
    np.testing.assert_allclose(standardise(values).values, expected, atol=1e-12)
