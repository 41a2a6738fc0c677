import math
import pickle

import numpy as np
import pytest
from scipy.special import digamma

from infoplane.directions import haar_frame
from infoplane.known import Normal
from infoplane.known._sliced_normal import one_dimensional, per_slice

pytestmark = pytest.mark.portable

INFORMATION = (0.2, 1, 2, 3, 4)
S1_TABLE = {
    2: (".04875", ".21907", ".37989", ".49173", ".56622", ".69315"),
    5: (".00782", ".03564", ".06340", ".08459", ".10045", ".14019"),
    6: (".00544", ".02501", ".04502", ".06079", ".07305", ".10981"),
    10: (".00197", ".00928", ".01722", ".02399", ".02974", ".05862"),
    20: (".00050", ".00239", ".00459", ".00660", ".00844", ".02701"),
    50: (".00008", ".00039", ".00077", ".00113", ".00148", ".01031"),
}
LIMIT = 1e4  # nats: as good as infinite
SK_TABLE = {
    (5, 1): (".0636", 0.0022),
    (5, 2): (".2830", 0.0028),
    (5, 3): (".6780", 0.0028),
    (10, 1): (".0171", 0.0006),
    (10, 2): (".0701", 0.0009),
    (10, 3): (".1650", 0.0013),
    (10, 5): (".4789", 0.0016),
    (10, 8): ("1.2706", 0.0009),
}


def test_information_of_one_pair():
    assert f"{Normal(rho=0.5).mutual_information().value:.4f}" == "0.1438"
    assert Normal(rho=0.5).mutual_information().errors == {}
    assert Normal(rho=-0.5).mutual_information() == Normal(rho=0.5).mutual_information()
    assert Normal(rho=0).mutual_information().value == 0
    assert Normal(rho=1e-8).mutual_information().value == pytest.approx(5e-17, rel=1e-8, abs=0)


def test_rho_and_information_describe_the_same_family():
    by_rho = Normal(rho=0.6, dims=(4, 3))
    value = by_rho.mutual_information().value
    assert value == pytest.approx(-1.5 * math.log(1 - 0.36), rel=1e-14)
    by_information = Normal(information=value, dims=(4, 3))
    np.testing.assert_allclose(by_information.cross_covariance(), by_rho.cross_covariance(), atol=1e-14)
    for mine, other in zip(by_information.draw(5, seed=3), by_rho.draw(5, seed=3), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-12)


@pytest.mark.parametrize("width", S1_TABLE)
def test_s1_to_the_printed_digits(width):
    values = [Normal(information=i, dims=width).sliced().value for i in (*INFORMATION, LIMIT)]
    assert tuple(f"{value:.5f}".removeprefix("0") for value in values) == S1_TABLE[width]


@pytest.mark.parametrize(("width", "dim"), SK_TABLE)
def test_sk_against_the_published_row(width, dim):
    """The row is itself a mean over random slices: `theirs` is its standard error if there were 2000."""
    printed, theirs = SK_TABLE[width, dim]
    mine = Normal(information=2, dims=width).sliced(dim=dim, slices=20_000)
    assert abs(mine.value - float(printed)) < 2.5 * math.hypot(theirs, 0 if dim == 1 else mine.stderr)
    assert mine.stderr < theirs


@pytest.mark.parametrize(("width", "information"), [(3, 0.01), (3, 8), (4, 2), (7, 5), (40, 300), (784, 3)])
def test_s1_is_exact_to_1e_10(width, information):
    """Against the power series ``½ Σ ρ^(2k) E[t^(2k)] / k``."""
    normal = Normal(information=information, dims=width)
    k = np.arange(1, 20_000)
    ratios = (1 - normal.unexplained) * (2 * k - 1) / (width + 2 * k - 2)
    series = np.cumprod(ratios) / (2 * k)
    assert series[-1] < 1e-15
    estimate = normal.sliced()
    assert abs(estimate.value - series.sum()) < 1e-10
    assert set(estimate.errors) == {"quadrature"}
    assert estimate.stderr < 1e-10


@pytest.mark.parametrize("width", [3, 4, 50, 784])
def test_s1_of_endless_information(width):
    """``-½ E[ln(1 - t²)]``, with ``1 - t²`` a beta variable."""
    supremum = (digamma(width / 2) - digamma((width - 1) / 2)) / 2
    assert Normal(information=LIMIT, dims=width).sliced().value == pytest.approx(supremum, abs=1e-10)


def test_s1_of_unequal_widths_is_that_of_the_wider_side():
    """A slice's correlation is ρ times one coordinate of the wider side's direction."""
    unequal = Normal(information=1.5, dims=(7, 3))
    assert unequal.sliced() == Normal(information=1.5, dims=(3, 7)).sliced()
    assert unequal.sliced() == Normal(information=3.5, dims=7).sliced()
    thin = Normal(rho=0.9, dims=(2, 1))
    assert thin.sliced().value == pytest.approx(-math.log((1 + math.sqrt(1 - 0.81)) / 2), rel=1e-14)


def brute_force(normal, dim, slices, seed):
    """Exact information of slices along explicit orthonormal frames of the rotated variables."""
    rng = np.random.default_rng(seed)
    cross, values = normal.cross_covariance(), np.empty(slices)
    for i in range(slices):
        a, b = (haar_frame(rng, width, min(dim, width)) for width in normal.widths)
        singular = np.linalg.svd(a @ cross @ b.T, compute_uv=False)
        values[i] = -0.5 * np.log1p(-(singular**2)).sum()
    return values.mean(), values.std(ddof=1) / math.sqrt(slices)


@pytest.mark.parametrize(("dims", "dim"), [((5, 5), 2), ((5, 5), 4), ((6, 3), 2), ((3, 6), 4), ((6, 3), 1)])
def test_sliced_agrees_with_explicit_frames(dims, dim):
    normal = Normal(information=1.7, dims=dims, seed=1)
    mean, error = brute_force(normal, dim, 3000, seed=2)
    mine = normal.sliced(dim=dim, slices=20_000)
    assert abs(mine.value - mean) < 4 * math.hypot(error, mine.stderr)


def test_monte_carlo_meets_the_quadrature_at_one_dimension():
    values = per_slice(0.3, (6, 4), 1, 40_000, np.random.default_rng(0))
    assert abs(values.mean() - one_dimensional(0.3, 6).value) < 4 * values.std() / 200


def test_slices_as_wide_as_the_variables_have_all_the_information():
    assert Normal(information=2, dims=5).sliced(dim=5).value == 2
    assert Normal(information=2, dims=5).sliced(dim=5).errors == {}
    assert Normal(information=2, dims=(5, 3)).sliced(dim=9).value == 2
    assert Normal(rho=-0.7).sliced() == Normal(rho=-0.7).mutual_information()


def test_two_wide_slices_share_a_subspace():
    """Two k-dimensional subspaces of d dimensions share 2k-d: S_k = (2k-d) I/d + S_(d-k) at equal ρ."""
    normal = Normal(information=2, dims=5)
    narrow, wide = normal.sliced(dim=1), normal.sliced(dim=4, slices=20_000)
    assert abs(wide.value - (3 * 2 / 5 + narrow.value)) < 4 * wide.stderr


def test_slices_are_those_of_the_seed():
    normal = Normal(information=2, dims=4)
    assert normal.sliced(dim=2, slices=50) == normal.sliced(dim=2, slices=50)
    assert normal.sliced(dim=2, slices=50) != Normal(information=2, dims=4, seed=1).sliced(dim=2, slices=50)


@pytest.mark.parametrize("dims", [1, 3, (4, 2), (2, 5)])
def test_draws_have_the_moments(dims):
    n, normal = 40_000, Normal(information=1.2, dims=dims, seed=4)
    x, y = normal.draw(n, seed=0)
    dx, dy = normal.widths
    assert x.shape == (n, dx)
    assert y.shape == (n, dy)
    assert x.dtype == y.dtype == np.float64
    z = np.hstack([x, y])
    cross = normal.cross_covariance()
    covariance = np.block([[np.eye(dx), cross], [cross.T, np.eye(dy)]])
    assert np.abs(z.mean(axis=0)).max() < 4.5 / math.sqrt(n)
    assert np.abs(np.cov(z.T) - covariance).max() < 4.5 * math.sqrt(2 / n)
    logdet = np.linalg.slogdet(covariance)[1]
    assert -0.5 * logdet == pytest.approx(normal.mutual_information().value, rel=1e-12)


def test_rotation():
    plain, turned = Normal(rho=0.8, dims=(3, 4), rotate=False), Normal(rho=0.8, dims=(3, 4))
    np.testing.assert_array_equal(plain.cross_covariance(), 0.8 * np.eye(3, 4))
    x, y = plain.draw(100, seed=1)
    turn_x, turn_y = turned.rotations()
    np.testing.assert_allclose(turn_x @ turn_x.T, np.eye(3), atol=1e-14)
    for mine, other in zip(turned.draw(100, seed=1), (x @ turn_x, y @ turn_y), strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-14)
    assert not np.allclose(Normal(rho=0.8, dims=(3, 4), seed=1).rotations()[0], turn_x)
    assert turned.sliced() == plain.sliced()


def test_one_wide_sides_keep_their_sign():
    for seed in range(4):
        x, y = Normal(rho=-0.9, seed=seed).draw(200, seed=seed)
        assert np.corrcoef(x[:, 0], y[:, 0])[0, 1] < -0.8


def test_draws_are_those_of_the_seed_and_leave_the_global_state():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    normal = Normal(rho=0.5, dims=2)
    first, again, other = normal.draw(10, seed=0), normal.draw(10, seed=0), normal.draw(10, seed=1)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_entropies_add_up():
    normal = Normal(information=0.7, dims=(3, 2))
    one = 0.5 * math.log(2 * math.pi * math.e)
    assert normal.entropy("x").value == pytest.approx(3 * one)
    assert normal.entropy("y").value == pytest.approx(2 * one)
    total = normal.entropy("x").value + normal.entropy("y").value - normal.entropy().value
    assert total == pytest.approx(0.7)


def test_it_is_a_value():
    normal = Normal(information=1, dims=[2, 3])
    assert normal == Normal(information=1, dims=(2, 3))
    assert pickle.loads(pickle.dumps(normal)) == normal
    assert hash(normal) == hash(Normal(information=1, dims=(2, 3)))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "exactly one of rho and information"),
        ({"rho": 0.5, "information": 1}, "exactly one of rho and information"),
        ({"rho": 1}, "rho must be a finite number above -1 and below 1"),
        ({"rho": math.nan}, "rho must be a finite number above -1 and below 1"),
        ({"information": -0.1}, "information must be a finite number >= 0"),
        ({"information": math.inf}, "information must be a finite number >= 0"),
        ({"rho": 0.5, "dims": 0}, "dims must be an integer >= 1"),
        ({"rho": 0.5, "dims": (2, 0)}, "dy of dims must be an integer >= 1"),
        ({"rho": 0.5, "dims": (1, 2, 3)}, r"one width or \(dx, dy\)"),
        ({"rho": 0.5, "seed": -1}, "seed of the rotations"),
    ],
)
def test_refuses(settings, says):
    with pytest.raises(ValueError, match=says):
        Normal(**settings)


def test_refuses_when_asked():
    normal = Normal(rho=0.5, dims=3)
    with pytest.raises(ValueError, match="n must be an integer >= 1; got 0"):
        normal.draw(0)
    with pytest.raises(ValueError, match="dim of a slice"):
        normal.sliced(dim=0)
    with pytest.raises(ValueError, match="slices must be an integer >= 2"):
        normal.sliced(dim=2, slices=1)
    with pytest.raises(ValueError, match="'x', 'y' or 'xy'; got 'z'"):
        normal.entropy("z")
