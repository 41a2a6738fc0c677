"""What every measure holds for constant, and which rows a class has."""

import numpy as np
import pytest

from infoplane import (
    CKA,
    HSIC,
    KSG,
    Binned,
    DegenerateData,
    GaussianCopula,
    KDEBounds,
    MixedKSG,
    Prepared,
    Sample,
    Sliced,
    continuous,
    labels,
)
from infoplane.measures import _check
from infoplane.prepare import copula, standardise


def nudged(value, dtype, n=100, ulps=1):
    """A column of `value`, half of it as many units in the last place above."""
    column = np.full((n, 1), value, dtype)
    for _ in range(ulps):
        column[::2] = np.nextafter(column[::2], dtype(np.inf))
    return column


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("value", [0.1, -7.0, 1000.0, 1.0])
def test_a_column_that_rounding_moves_is_constant(dtype, value):
    both = np.hstack([nudged(value, dtype), np.arange(100, dtype=dtype)[:, None]])
    assert _check.dead_columns(Sample(both)).tolist() == [True, False]
    assert not _check.is_constant(Sample(nudged(value, dtype, ulps=40)))


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("value", [0.1, -7.0, 1000.0])
def test_equal_values_are_constant_in_any_type(dtype, value):
    moving, still = nudged(value, dtype, ulps=40), nudged(value, dtype)
    both = np.hstack([still, moving])
    for wider in (dtype, np.float32, np.float64):
        assert _check.dead_columns(Sample(both.astype(wider))).tolist() == [True, False]
        assert KSG(k=3)(still.astype(wider), np.arange(100) % 2).value == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("first", [1000, 2024, -2047, 1_048_576, 10_000_000])
def test_counts_are_not_rounded(dtype, first):
    """Years, and numbers of patients: one apart is far, however large."""
    if abs(first) < 2 ** np.finfo(dtype).nmant * 2:
        counts = (first + np.arange(100)[:, None] % 2).astype(dtype)
        assert not _check.is_constant(continuous(counts))


def test_what_was_constant_but_for_rounding_is_quite_constant_for_slices():
    x, y = np.repeat(nudged(0.1, np.float32), 5, axis=1), np.arange(100) % 2
    estimate = Sliced(KSG(k=3), directions=8)(x, y)
    assert (estimate.value, estimate.errors) == (0, {"slices": 0})
    assert "5 of 5 columns of x are constant but for rounding" in estimate.note
    normal = np.random.default_rng(0).normal(size=(100, 5))
    assert "constant" not in Sliced(KSG(k=3), directions=8)(normal, y).note
    plain = Sample(normal)
    assert _check.exact(plain) is plain


def test_what_is_constant_but_for_rounding_is_said_to_be():
    x, y = nudged(0.1, np.float32), np.arange(100) % 2
    said = "x is constant but for rounding, so"
    assert said in HSIC()(x, y).note
    with pytest.raises(DegenerateData, match=said):
        CKA()(x, y)
    for step in (standardise, copula):
        note = Prepared(KSG(k=3), x=step)(x, y).note
        assert "1 of 1 columns of x are constant but for rounding" in note
        assert "but for rounding" not in Prepared(KSG(k=3), x=step)(np.full(100, 0.1), y).note
        assert "but for rounding" not in Prepared(KSG(k=3), y=step)(y, np.linspace(0, 1, 100)).note


@pytest.mark.parametrize("scale", [1e-300, 1e-30, 1.0, 1e300])
def test_small_variation_about_zero_is_variation(scale):
    assert not _check.is_constant(Sample(np.arange(10.0) * scale))
    assert not _check.is_constant(Sample([0.0, 5e-324]))


def test_a_small_range_far_from_zero_stays_in_float64():
    days = 2_460_000 + np.linspace(0, 1e-3, 50)  # Julian dates, of a minute and a half
    assert not _check.is_constant(Sample(days))


@pytest.mark.parametrize(
    "measure",
    [
        KSG(k=3),
        MixedKSG(k=3),
        GaussianCopula(),
        HSIC(),
        Binned(),
        KDEBounds(0.1),
        Prepared(KSG(k=3), x=standardise),
        Prepared(KSG(k=3), x=copula),
    ],
    ids=repr,
)
def test_a_dead_unit_has_no_information(measure):
    dead = nudged(0.1, np.float32)
    estimate = measure(dead, np.arange(100) % 2)
    assert estimate.value == 0
    assert "x is constant" in estimate.note
    if not isinstance(measure, Prepared):
        alive = np.hstack([dead, np.random.default_rng(0).normal(size=(100, 1)).astype(np.float32)])
        if not isinstance(measure, HSIC):
            said = "1 of 2 columns of x are constant but for rounding"
            assert said in measure(alive, np.arange(100) % 2).note


def test_standardised_and_ranked_dead_units_are_zero():
    for step in (standardise, copula):
        assert not step(nudged(0.1, np.float32)).values.any()
        assert step(np.arange(10.0)).values.std() > 0.5


@pytest.mark.parametrize("n", [1, 7, 500])
def test_rows_of_classes(n):
    y = labels(np.random.default_rng(0).integers(0, 5, n))
    for sample in (y, y.take(np.arange(n)[::3])):
        rows = _check.class_rows(sample)
        assert len(rows) == len(y.classes)
        for code, own in enumerate(rows):
            np.testing.assert_array_equal(own, np.flatnonzero(sample.values == code))
