"""Entropies of points more even than random ones, or quantised: off, and noted; of random ones: neither."""

import math

import numpy as np
import pytest
from scipy.stats import qmc

from infoplane import FromEntropy, KozachenkoLeonenko, WeightedKozachenkoLeonenko, labels

ENTROPIES = [KozachenkoLeonenko(k=5), KozachenkoLeonenko(k=1), WeightedKozachenkoLeonenko(k=5)]


def grid(n):
    side = np.arange(math.isqrt(n)) / math.isqrt(n)
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize("entropy", ENTROPIES, ids=repr)
@pytest.mark.parametrize(
    ("x", "word"),
    [
        (np.linspace(0, 1, 10_000), "tie (evenly spaced"),
        (3 * np.linspace(0, 1, 100) + 1000, "tie (evenly spaced"),
        (grid(2500), "tie (evenly spaced"),
        ((np.arange(2000) + np.random.default_rng(0).random(2000)) / 2000, "more evenly spread"),
        (qmc.Sobol(1, seed=0).random(1024), "more evenly spread"),
        (qmc.Sobol(2, seed=0).random(1024), "more evenly spread"),
    ],
)
def test_entropies_of_even_points_are_off_and_noted(entropy, x, word):
    scale = math.log(3) if x.max() > 2 else 0.0
    estimate = entropy(x)
    assert abs(estimate.value - scale) > 0.1
    assert word in estimate.note
    assert "x " in estimate.note


def test_information_from_entropies_of_even_points_is_noted():
    x = np.linspace(0, 1, 2000)
    y = x + 0.1 * np.random.default_rng(0).normal(size=2000)
    estimate = FromEntropy(KozachenkoLeonenko(k=5))(x, y)
    assert estimate.note.startswith("the k-th distances of about 100% of the points of x tie (evenly spaced")
    by_class = FromEntropy(KozachenkoLeonenko(k=5))(x, labels(np.arange(2000) < 700))
    assert by_class.note == estimate.note


def test_an_entropy_of_coarse_values_is_noted_and_of_fine_ones_is_not():
    """Eight columns: no row repeats, whatever the steps."""
    x = np.random.default_rng(0).normal(size=(1000, 8))
    value = KozachenkoLeonenko(k=3)(x).value
    coarse, fine = (KozachenkoLeonenko(k=3)(np.round(x / step) * step) for step in (1, 0.03))
    assert abs(coarse.value - value) > 0.2
    assert "tie (evenly spaced or quantised)" in coarse.note
    assert abs(fine.value - value) < 0.02
    assert fine.note == ""


RANDOM = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "uniform": lambda rng, shape: rng.random(shape),
    "on a circle": lambda rng, shape: np.sin(2 * np.pi * rng.random(shape[:1])[:, None] + [0, np.pi / 2]),
    "exponential": lambda rng, shape: rng.exponential(size=shape) + 1e4,
    "float32": lambda rng, shape: rng.normal(size=shape).astype(np.float32),
}


@pytest.mark.parametrize("kind", RANDOM)
@pytest.mark.parametrize(("n", "width", "seeds"), [(20, 1, 20), (100, 2, 20), (400, 1, 40), (10_000, 1, 2)])
def test_random_samples_have_no_note(kind, n, width, seeds):
    for seed in range(seeds):
        x = RANDOM[kind](np.random.default_rng(seed), (n, width))
        for entropy in ENTROPIES:
            if kind != "float32" or entropy.k > 1:  # some float32 are equal by chance
                assert entropy(x).note == ""
