"""What a search of neighbours could not see is said, and nothing is said where it saw all."""

import numpy as np
import pytest

from infoplane import (
    KSG,
    DegenerateData,
    FromEntropy,
    KozachenkoLeonenko,
    MixedKSG,
    Prepared,
    Sliced,
    WeightedKozachenkoLeonenko,
    known,
)
from infoplane.prepare import copula, jitter, standardise

PAIRS = [KSG(k=5), MixedKSG(k=5)]
SCALES = [1, 3, 10, 30, 100, 300, 1000]


@pytest.mark.parametrize("measure", PAIRS)
@pytest.mark.parametrize("rho", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("loud", ["x", "y"])
def test_a_side_that_decides_alone_is_told_before_a_third_is_lost(measure, rho, loud):
    truth = known.Normal(rho=rho).mutual_information().value
    for seed in range(3):
        x, y = known.Normal(rho=rho).draw(1000, seed=seed)
        for scale in SCALES:
            e = measure(scale * x, y) if loud == "x" else measure(x, scale * y)
            if e.value < 2 / 3 * truth:
                assert f"distances in {loud} alone" in e.note, (scale, e)
                assert "standardise" in e.note
            if scale <= 3:
                assert e.note == "", (scale, e)


def test_the_sum_of_two_uniforms():
    rng = np.random.default_rng(0)
    x, w = rng.uniform(size=(2, 1000))
    y = x / 2 + w / 2  # h(Y) - h(W/2) = 1/2 nat, in whatever unit x is given
    for scale in (100, 900):
        lost = KSG(k=5)(scale * x, y)
        assert lost.value < 0.4
        assert "distances in x alone" in lost.note
        mended = Prepared(KSG(k=5), x=standardise, y=standardise)(scale * x, y)
        assert abs(mended.value - 0.5) < 0.1
        assert mended.note == ""


@pytest.mark.parametrize("measure", PAIRS)
def test_a_loud_column_beside_labels(measure):
    rng = np.random.default_rng(0)
    x = np.stack([rng.normal(size=1000), 1e4 * rng.normal(size=1000)], axis=1)
    label = x[:, 0] > 0  # ln 2
    lost = measure(x, label)
    assert lost.value < 0.1
    assert "1 of 2 columns of x vary less than twice the k-th distances" in lost.note
    mended = Prepared(measure, x=standardise)(x, label)
    assert abs(mended.value - np.log(2)) < 0.1
    assert mended.note == ""


def test_too_many_columns():
    pair = known.Normal(information=3.0, dims=12)
    x, y = pair.draw(1000, seed=0)
    e = KSG(k=5)(x, y)
    assert e.value < 2
    assert "1000 samples are few for 12 columns of x and 12 columns of y" in e.note
    noise = np.random.default_rng(0).normal(size=(1000, 200))
    wide = KSG(k=5)(np.hstack([x, noise]), y[:, :2])
    assert "x has too many columns (212)" in wide.note
    assert Sliced(KSG(k=5), directions=20)(x, y).note == ""


@pytest.mark.parametrize("measure", PAIRS)
@pytest.mark.parametrize("n", [50, 200, 1000, 5000])
def test_nothing_is_said_of_good_data(measure, n):
    for seed in range(3):
        for rho in (0.0, 0.5, 0.9):
            assert measure(*known.Normal(rho=rho).draw(n, seed=seed)).note == ""
        rng = np.random.default_rng(seed)
        heavy = rng.standard_t(3, size=(2, n))
        assert measure(*heavy).note == ""
        flat = rng.uniform(size=(2, n))
        assert measure(flat[0], flat[0] + flat[1]).note == ""
        label = rng.integers(0, 2, n)
        assert measure(rng.normal(size=(n, 2)) + label[:, None], label).note == ""


@pytest.mark.parametrize("measure", PAIRS)
@pytest.mark.parametrize("n", [300, 2000])
@pytest.mark.parametrize("function", [np.copy, np.tanh, np.square, np.abs, np.exp, np.sin])
def test_a_function_of_x_is_called_near_the_highest(measure, n, function):
    x = np.random.default_rng(0).normal(size=n)
    assert "near the highest that k=5" in measure(x, function(x)).note


CUT = {
    "relu": lambda x: np.maximum(x, 0),
    "relu of few": lambda x: np.maximum(x - 0.8, 0),
    "relu of tanh": lambda x: np.maximum(np.tanh(2 * x), 0),
    "hard tanh": lambda x: np.clip(x, -1, 1),
}


@pytest.mark.parametrize("measure", [*PAIRS, KSG(k=5, window=2)])
@pytest.mark.parametrize("function", CUT)
@pytest.mark.parametrize("n", [300, 1500])
def test_a_function_of_x_beside_atoms_is_called_near_the_highest_too(measure, n, function):
    x = np.random.default_rng(0).normal(size=n)
    assert "the value off atoms is near the highest that k=5" in measure(x, CUT[function](x)).note


@pytest.mark.parametrize("rho", [0.0, 0.9, 0.99])
@pytest.mark.parametrize("n", [50, 200, 2000])
def test_atoms_alone_are_not_called_near_the_highest(rho, n):
    for seed in range(3):
        note = MixedKSG(k=5)(*known.CensoredNormal(rho=rho).draw(n, seed=seed)).note
        assert "near the highest" not in note


@pytest.mark.parametrize("measure", PAIRS)
def test_what_is_finite_is_no_slice_of_a_single_column(measure):
    x = np.random.default_rng(0).normal(size=(2000, 2))
    assert "infinite (Sliced is finite)" in measure(x, np.tanh(x)).note
    assert Sliced(measure, directions=20)(x, np.tanh(x)).note == ""
    one = x[:, 0]
    assert "infinite (with noise it is finite: prepare.jitter(0.1))" in measure(one, np.cos(one)).note
    noisy = Prepared(measure, y=jitter(0.1))(one, one)  # two normals of correlation 1 / sqrt(1.01)
    assert abs(noisy.value - 0.5 * np.log(101)) < 0.1
    assert noisy.note == ""


@pytest.mark.parametrize("measure", PAIRS)
@pytest.mark.parametrize("n", [300, 1500])
def test_a_loud_column_beside_the_one_that_tells(measure, n):
    truth = known.Normal(rho=0.8).mutual_information().value
    for seed in range(3):
        x, y = known.Normal(rho=0.8).draw(n, seed=seed)
        loud = np.random.default_rng([seed, 9]).normal(size=n)
        for scale in (1, 30, 50, 100, 300, 3000):
            e = measure(np.column_stack([x, scale * loud]), y)
            if e.value < 0.6 * truth:
                assert "vary less than twice" in e.note or "distances in x alone" in e.note, (scale, e)
            if scale == 1:
                assert e.note == ""


@pytest.mark.parametrize("measure", PAIRS)
def test_a_row_far_from_all_others_wants_ranks(measure):
    x, y = known.Normal(rho=0.8).draw(1000, seed=0)
    x[0] = 1e4
    lost = Prepared(measure, x=standardise, y=standardise)(x, y)
    assert lost.value < 0.2
    assert "bring both to one scale (prepare.copula)" in lost.note
    mended = Prepared(measure, x=copula, y=copula)(x, y)
    assert abs(mended.value - known.Normal(rho=0.8).mutual_information().value) < 0.1
    assert mended.note == ""


@pytest.mark.parametrize("measure", PAIRS)
def test_large_but_known_information_is_not(measure):
    for information in (2.0, 3.0, 4.0):
        e = measure(*known.Normal(information=information).draw(2000, seed=1))
        assert abs(e.value - information) < 0.2
        assert e.note == ""


def test_difference_of_entropies_of_a_function():
    x = np.random.default_rng(0).normal(size=2000)
    assert "cannot tell information near ln(n/k)" in FromEntropy(KozachenkoLeonenko())(x, x).note
    for function in (np.tanh, np.abs, lambda t: t**3):
        assert (
            "cannot tell information near ln(n/k)" in FromEntropy(KozachenkoLeonenko())(x, function(x)).note
        )
    for information in (3.0, 3.5):
        assert FromEntropy(KozachenkoLeonenko())(*known.Normal(information=information).draw(2000)).note == ""


@pytest.mark.parametrize("entropy", [KozachenkoLeonenko(k=5), WeightedKozachenkoLeonenko(k=5)])
def test_difference_of_entropies_of_rounded_values(entropy):
    """Noise mends it where it is as wide as the spacing; less of it is seen by single variables alone."""
    of_pair, (x, y) = FromEntropy(entropy), np.round(known.Normal(rho=0.8).draw(2000, seed=3), 1)
    with pytest.raises(DegenerateData, match="noise as wide as the spacing of the values"):
        of_pair(x, y)
    narrow = Prepared(of_pair, x=jitter(1e-3), y=jitter(1e-3))(x, y)
    assert narrow.value < -4
    assert "information is never negative" in narrow.note
    wide = Prepared(of_pair, x=jitter(0.1), y=jitter(0.1))(x, y)
    assert abs(wide.value - known.Normal(rho=0.8).mutual_information().value) < 0.1
    assert wide.note == ""


def test_as_many_neighbours_as_samples():
    e = KSG(k=5)(*known.Normal(rho=0.9).draw(8, seed=0))
    assert "reach over more than half of them in both" in e.note


def test_ksg_has_nothing_to_say_of_atoms():
    x = np.zeros(500)
    x[:30] = np.arange(1, 31)
    with pytest.raises(
        DegenerateData, match=r"470 of 500 points have their k=5 neighbours at distance zero in 'x'"
    ):
        KSG(k=5)(x, x)
    with pytest.raises(DegenerateData, match="use MixedKSG"):
        KSG(k=5)(x, np.arange(500) % 2)
    assert abs(MixedKSG(k=5)(x, np.arange(500) % 2).value) < 0.05


@pytest.mark.parametrize("entropy", [KozachenkoLeonenko(k=5), WeightedKozachenkoLeonenko(k=5)])
def test_entropy_of_columns_of_unlike_scales(entropy):
    x = np.random.default_rng(0).normal(size=(500, 2))
    truth = np.log(2 * np.pi * np.e)
    assert abs(entropy(x).value - truth) < 0.2
    assert entropy(x).note == ""
    x[:, 1] *= 1000
    loud = entropy(x)
    assert loud.value - (truth + np.log(1000)) > 1
    assert "1 of 2 columns of x vary less than twice the k-th distances" in loud.note


def test_columns_of_scales_beyond_float64_s_quotients():
    x = np.random.default_rng(0).normal(size=(60, 2)) * [1e-200, 1e200]
    assert "1 of 2 columns of x vary less than twice the k-th distances" in KozachenkoLeonenko(k=3)(x).note


@pytest.mark.parametrize("measure", PAIRS)
def test_units_that_hardly_vary_beside_many_that_do(measure):
    """Layers have such columns, and one scale for all gives the same value."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 3, 1000)
    units = rng.normal(size=(1000, 30)) + 0.7 * label[:, None]
    units[:, :3] /= 10
    units[:, 3] = np.where(rng.random(1000) < 0.6, 0.01 * units[:, 3], units[:, 3])  # long tails
    plain, one_scale = measure(units, label), Prepared(measure, x=standardise)(units, label)
    assert abs(plain.value - one_scale.value) < 0.05
    assert "vary less" not in plain.note
    units[:, :3] /= 10
    assert "3 of 30 columns of x vary less" in measure(units, label).note
