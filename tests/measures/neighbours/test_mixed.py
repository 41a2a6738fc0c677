import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import digamma

from infoplane import KSG, MixedKSG, continuous, labels


def by_definition(x, y, k):
    """The formula of the docstring, over all pairs of points; labels are rows of codes far apart."""
    apart_x, apart_y = (np.abs(v[:, None] - v[None]).max(axis=2) for v in (x, y))
    apart = np.maximum(apart_x, apart_y)
    n, total = len(x), 0.0
    for i in range(n):
        radius = np.sort(apart[i])[k]  # the first is the point itself
        near = k if radius > 0 else (apart[i] == 0).sum()
        nx, ny = (
            (side[i] < radius).sum() if radius > 0 else (side[i] == 0).sum() for side in (apart_x, apart_y)
        )
        total += digamma(near) + math.log(n) - digamma(nx) - digamma(ny)
    return total / n


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(8, 60),
    widths=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    k=st.integers(1, 5),
    atoms=st.floats(0, 1),
)
def test_formula(seed, n, widths, k, atoms):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, widths[0])), rng.normal(size=(n, widths[1]))
    x[rng.random(n) < atoms] = rng.integers(0, 2)
    y[rng.random(n) < atoms] = -0.0
    y[0] = 1.0
    x[0] = 2.0
    assert MixedKSG(k=k)(x, y).value == pytest.approx(by_definition(x, y, k), abs=1e-12)


def test_on_densities_it_is_kraskov_up_to_psi_against_ln():
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    y = x + rng.normal(size=300)
    difference = MixedKSG(k=4)(x, y).value - KSG(k=4)(x, y).value
    assert difference == pytest.approx(math.log(300) - digamma(300), abs=1e-12)


def test_on_atoms_it_is_the_plug_in_with_psi():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, size=400)
    y = (x + (rng.random(400) < 0.3)) % 3
    joint, place = np.unique(3 * x + y, return_inverse=True)
    counts = np.bincount(place)[place]
    inside = digamma(np.bincount(x))[x] + digamma(np.bincount(y))[y]
    assert len(joint) > 3
    estimate = MixedKSG(k=3)(continuous(x), continuous(y))
    assert estimate.value == pytest.approx((digamma(counts) - inside).mean() + math.log(400), abs=1e-12)
    assert estimate.note == "400 of 400 points lie on atoms"


def mean_and_error(draw, k=5, n=1500, times=8):
    values = [MixedKSG(k=k)(*draw(np.random.default_rng(seed), n)).value for seed in range(times)]
    return np.mean(values), np.std(values, ddof=1) / math.sqrt(times)


@pytest.mark.parametrize("m", [2, 5])
def test_a_discrete_input_of_a_uniform_channel(m):
    """X uniform on 0 ... m-1, Y uniform on [X, X+2]: I = ln m - (m-1) ln 2 / m (Gao et al. 2017, §4)."""

    def draw(rng, n):
        x = rng.integers(0, m, size=n)
        return continuous(x), x + rng.uniform(0, 2, size=n)

    mean, error = mean_and_error(draw)
    assert abs(mean - (math.log(m) - (m - 1) * math.log(2) / m)) < 4 * error + 0.01


def test_half_atoms_half_normal():
    """Either side tells whether a point is an atom: I = ln 2 + (I_normal + I_atoms) / 2.

    The atoms lie apart from the normal part; in its middle they would need far more samples (bias -0.2).
    """
    rho, stay = 0.9, 0.9

    def draw(rng, n):
        sign = rng.choice([-1.0, 1.0], size=n)
        atoms = 20 * np.column_stack([sign, np.where(rng.random(n) < stay, sign, -sign)])
        normal = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=n)
        return np.where(rng.random((n, 1)) < 0.5, atoms, normal).T

    atoms = math.log(2) + stay * math.log(stay) + (1 - stay) * math.log(1 - stay)
    truth = math.log(2) + (atoms - math.log(1 - rho**2) / 2) / 2
    mean, error = mean_and_error(draw)
    assert abs(mean - truth) < 4 * error + 0.02


def test_relu_output_and_the_sign_before_it():
    """relu(Z) tells the sign of Z: ln 2."""

    def draw(rng, n):
        z = rng.normal(size=n)
        return np.maximum(z, 0), labels(z > 0)

    mean, error = mean_and_error(draw)
    assert abs(mean - math.log(2)) < 4 * error + 0.01


def test_independent_relu_outputs():
    mean, error = mean_and_error(lambda rng, n: np.maximum(rng.normal(size=(2, n)), 0))
    assert abs(mean) < 4 * error + 0.05  # measured bias: 0.047 for n = 1500, 0.011 for 50,000


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(20, 60), k=st.integers(1, 4), tied=st.booleans())
def test_labels_are_infinitely_far_apart(seed, n, k, tied):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3  # every class has more than k samples
    x = rng.integers(0, 5, size=(n, 2)) / 8 if tied else rng.normal(size=(n, 2))
    x[0] = 7.0
    far = by_definition(x, 1e6 * y[:, None], k)
    assert MixedKSG(k=k)(x, labels(y)).value == pytest.approx(far, abs=1e-12)
    assert MixedKSG(k=k)(labels(y), x).value == pytest.approx(far, abs=1e-12)


def test_small_classes_are_named():
    rng = np.random.default_rng(0)
    y = np.array([0] * 20 + [1] * 20 + [2] * 3 + [3])
    single, small = MixedKSG(k=5)(rng.normal(size=44), y).note.split("; ")
    assert single == "1 classes of a single sample left out"
    assert small == "1 classes have no more than k=5 samples and use all they have"


def test_both_zeros_are_one_atom():
    x = np.array([0.0, -0.0, 0.0, -0.0, 1.0, 2.0, 3.0, 4.0])
    assert MixedKSG(k=2)(x, x).value == MixedKSG(k=2)(x + 0.0, np.abs(x)).value
    wide = np.column_stack([x, x])
    assert MixedKSG(k=2)(wide, wide).value == MixedKSG(k=2)(np.abs(wide), np.abs(wide)).value
