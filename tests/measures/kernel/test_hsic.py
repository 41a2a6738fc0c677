"""HSIC: its definition, figures of other code, and what it must not see."""

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from infoplane import CKA, HSIC, DegenerateData, Permuted, Sample, continuous, kernels, known, labels
from infoplane.kernels import matrix
from infoplane.measures.kernel import _grams

pytestmark = pytest.mark.portable

FIVE = kernels.Gaussian(5.0)
LINEAR = kernels.Linear()


def golden():
    rng = np.random.RandomState(0)
    x = rng.randn(50, 4)
    return x, x[:, :2] + 0.1 * rng.randn(50, 2)


def trace(k, m):
    h = np.eye(len(k)) - 1 / len(k)
    return np.trace(k @ h @ m @ h)


def unbiased(k, m):
    """Song et al. (2012), eq. (5), as it stands there."""
    n = len(k)
    k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
    one = np.ones(n)
    rest = one @ k @ one * (one @ m @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * one @ k @ m @ one
    return (np.trace(k @ m) + rest) / (n * (n - 3))


def gaussian(x, sigma):
    return np.exp(-cdist(x, x, "sqeuclidean") / (2 * sigma**2))


@pytest.mark.parametrize(("form", "value"), [("pyglow", 0.191570), ("biased", 0.003910)])
def test_golden_numbers(form, value):
    assert HSIC(FIVE, FIVE, form)(*golden()).value == pytest.approx(value, abs=6e-7)


def test_of_itself_grows_with_the_batch_in_pyglows_form():
    """Four figures of PyGlow's own code, of one draw each: within the spread of draws."""
    for n, value in ((32, 0.233), (64, 0.541), (128, 0.970), (256, 1.775)):
        drawn = [np.random.default_rng([seed, n]).normal(size=(n, 10)) for seed in range(30)]
        ours = [HSIC(FIVE, FIVE, "pyglow")(x, x).value for x in drawn]
        assert abs(np.mean(ours) - value) < 4 * np.std(ours, ddof=1)


@pytest.mark.parametrize("form", ["unbiased", "biased", "pyglow"])
def test_by_the_definition(form):
    x, y = golden()
    k, m = gaussian(x, 1.3), gaussian(y, 0.7)
    expected = {"unbiased": unbiased(k, m), "biased": trace(k, m) / 49**2, "pyglow": trace(k, m) / 49}[form]
    measure = HSIC(kernels.Gaussian(1.3), kernels.Gaussian(0.7), form)
    assert measure(x, y).value == pytest.approx(expected, rel=1e-12)


def test_many_blocks():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1100, 3))
    y = x[:, :1] ** 2 + rng.normal(size=(1100, 1))
    expected = unbiased(gaussian(x, 2.0), gaussian(y, 1.0))
    assert HSIC(kernels.Gaussian(2.0), kernels.Gaussian(1.0))(x, y).value == pytest.approx(
        expected, rel=1e-10
    )


def test_linear_kernels_give_the_norm_of_the_covariances():
    x, y = golden()
    both = np.concatenate([x + 1e3, y - 7], axis=1)
    norm = np.sum(np.cov(both, rowvar=False)[:4, 4:] ** 2)
    assert HSIC(LINEAR, LINEAR, "biased")(both[:, :4], both[:, 4:]).value == pytest.approx(norm, rel=1e-9)


def test_unbiased_of_independent_variables_has_mean_0():
    for measure in (HSIC(), HSIC(kernels.Laplace(), kernels.Gaussian(0.3)), HSIC(LINEAR, LINEAR)):
        values = []
        for seed in range(300):
            rng = np.random.default_rng([1, seed])
            values.append(measure(rng.normal(size=(30, 3)), rng.exponential(size=(30, 2))).value)
        assert abs(np.mean(values)) < 4 * np.std(values, ddof=1) / np.sqrt(300)
    biased = [
        HSIC(form="biased")(*np.random.default_rng([1, seed]).normal(size=(2, 30, 3))).value
        for seed in range(50)
    ]
    assert np.mean(biased) > 20 * np.std(biased, ddof=1) / np.sqrt(50)


def test_labels_by_their_classes():
    x, _ = golden()
    y = np.arange(50) % 3
    expected = unbiased(gaussian(x, 5.0), (y[:, None] == y).astype(float))
    assert HSIC(FIVE)(x, y).value == pytest.approx(expected, rel=1e-11)
    assert HSIC(FIVE, kernels.Delta())(x, y) == HSIC(FIVE)(x, y)
    assert HSIC(kernel_y=FIVE)(y, x).value == pytest.approx(expected, rel=1e-11)
    hot = HSIC(FIVE, LINEAR)(x, continuous(np.eye(3)[y]))  # one-hot rows have the same products
    assert hot.value == pytest.approx(expected, rel=1e-11)
    assert HSIC()(y, labels(y)).value > 0.1
    with pytest.raises(ValueError, match=r"'y' holds labels. Use kernel_y=kernels.Delta\(\)"):
        HSIC(FIVE, FIVE)(x, y)
    with pytest.raises(ValueError, match=r"Use kernel_x=kernels.Delta\(\)"):
        HSIC(LINEAR)(y, x)


def test_the_cca_form_of_linear_kernels_is_the_sum_of_squared_canonical_correlations():
    x, y = known.Normal(rho=0.6, dims=(3, 2)).draw(300, seed=0)
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    correlations = np.linalg.svd(np.linalg.qr(x)[0].T @ np.linalg.qr(y)[0], compute_uv=False)
    measure = HSIC(LINEAR, LINEAR, "cca", ridge=1e-9)
    for scale in (1, 2.0**10):
        close = measure(x * scale, y).value
        assert close == pytest.approx(np.sum(correlations**2), rel=1e-5)


def test_the_cca_form_by_its_definition():
    x, y = golden()
    h = np.eye(50) - 1 / 50
    r = [
        h @ k @ h @ np.linalg.inv(h @ k @ h + 50 * 0.01 * np.eye(50))
        for k in (gaussian(x, 5), gaussian(y, 5))
    ]
    assert HSIC(FIVE, FIVE, "cca", 0.01)(x, y).value == pytest.approx(np.trace(r[0] @ r[1]), rel=1e-10)


def test_the_cca_form_is_capped(monkeypatch):
    monkeypatch.setattr(matrix, "WHOLE_BYTES", 8 * 8 * 40**2)
    said = r"form 'cca' for 'x' of 50 rows .* up to 40 rows. Instead, take form='unbiased', or fewer rows"
    with pytest.raises(ValueError, match=said):
        HSIC(form="cca")(*golden())


def test_matrices_that_are_too_large_to_keep_give_the_same(monkeypatch):
    x, y = golden()
    expected = HSIC()(x, y).value
    sample = Sample(x)
    monkeypatch.setattr(_grams, "KEEP_BYTES", 100)
    assert HSIC()(sample, y).value == pytest.approx(expected, rel=1e-12)
    (side,) = [kept for key, kept in sample._derived.items() if key[0] == "gram"]
    assert side.gram.matrix is None


def test_the_fixed_variable_is_done_once():
    x, y = map(Sample, golden())
    first = HSIC()(x, y)
    kept = x._derived["gram", kernels.Gaussian()].gram.matrix
    assert kept.shape == (50, 50)
    assert HSIC()(x, Sample(golden()[1])).value == first.value
    assert x._derived["gram", kernels.Gaussian()].gram.matrix is kept


def test_permuted_samples_use_the_matrix_of_their_source():
    x, y = map(Sample, golden())
    order = np.random.default_rng(0).permutation(50)
    expected = HSIC()(x, y.values[order]).value
    HSIC()(x, y)
    taken = y.take(order)
    assert HSIC()(x, taken).value == pytest.approx(expected, rel=1e-11)
    assert not [key for key in taken._derived if key[0] in ("gram", "centred")]
    # a part of the rows has a median of its own
    part = order[:30]
    expected = HSIC()(x.values[:30], y.values[part]).value
    assert HSIC()(x.take(np.arange(30)), y.take(part)).value == pytest.approx(expected, rel=1e-11)


def test_wide_bandwidths_keep_their_digits():
    """Entries are 1 - 1e-12, of which only the differences count: as of linear kernels, rescaled."""
    x, y = golden()
    sigma = 1e5
    value = HSIC(kernels.Gaussian(sigma), kernels.Gaussian(sigma), "biased")(x, y).value
    assert value * sigma**4 == pytest.approx(HSIC(LINEAR, LINEAR, "biased")(x, y).value, rel=1e-3)


def test_a_bandwidth_that_rounding_alone_sees_is_noted():
    x, y = golden()
    noted = (
        "by Gaussian(bandwidth=100000000.0) all rows are alike but for rounding: the bandwidth is too large"
    )
    assert HSIC(kernels.Gaussian(1e8), FIVE)(x, y).note == noted
    assert HSIC(kernels.Gaussian(1e5), FIVE)(x, y).note == ""
    assert HSIC(FIVE, FIVE)(np.where(np.arange(50)[:, None] == 7, x, 0), y).note == ""  # all rows but one


@pytest.mark.parametrize("form", ["unbiased", "biased"])
@pytest.mark.parametrize("far", [1e4, 1e6, 1e8])
@pytest.mark.parametrize("place", [0, 23, 49])
def test_a_row_far_from_all_others_leaves_them_their_digits(form, far, place):
    """Of exact fractions; the product of the row with itself leaves the others none."""
    x, y = (np.round(side * 64) / 64 for side in golden())
    x[place] = far
    k, m = (np.array([[Fraction(entry) for entry in row] for row in side]) for side in (x, y))
    k, m = k @ k.T, m @ m.T
    zero = np.eye(50, dtype=int) * Fraction(1)
    if form == "unbiased":
        k, m = k * (1 - zero), m * (1 - zero)
        a, b = k.sum(axis=0), m.sum(axis=0)
        exact = (k * m).sum() + a.sum() * b.sum() / (49 * 48) - 2 * (a * b).sum() / 48
        exact /= 50 * 47
    else:
        a, b = k.sum(axis=0), m.sum(axis=0)
        exact = ((k * m).sum() - 2 * (a * b).sum() / 50 + a.sum() * b.sum() / 2500) / 49**2
    assert HSIC(LINEAR, LINEAR, form)(x, y).value == pytest.approx(float(exact), rel=1e-10)


def test_narrow_bandwidths_are_noted():
    x, y = golden()
    estimate = HSIC(kernels.Gaussian(1e-3), FIVE)(x, y)
    assert estimate.value == pytest.approx(0, abs=1e-4)
    assert estimate.note == (
        "by Gaussian(bandwidth=0.001) hardly a row is similar to another: the bandwidth is too small"
    )
    assert HSIC(FIVE, FIVE)(x, y).note == ""
    assert HSIC(form="biased")(x, y).note == "bandwidth 2.669 of x; bandwidth 2.009 of y"


def test_constants():
    x, _ = golden()
    for form in ("unbiased", "biased", "pyglow", "cca"):
        for constant in (np.ones((50, 2)), ["a"] * 50):
            estimate = HSIC(form=form)(x, constant)
            assert (estimate.value, estimate.note) == (0, "y is constant, so HSIC is 0")


def test_linear_kernels_beyond_float64():
    x, y = golden()
    expected = HSIC(LINEAR, LINEAR)(x, y).value
    for exponent in (-250, 250):
        value = HSIC(LINEAR, LINEAR)(np.ldexp(x, exponent), np.ldexp(y, -exponent)).value
        assert value == pytest.approx(expected, rel=1e-9)
    with pytest.raises(DegenerateData, match=r"'x' and 'y' are so large .* leaves the range of float64"):
        HSIC(LINEAR, LINEAR)(x * 1e200, y * 1e200)


def test_bytes_in_another_order_beside_a_tensor():
    torch = pytest.importorskip("torch")
    x, y = golden()
    swapped = y.astype(y.dtype.newbyteorder())
    assert HSIC()(torch.from_numpy(x), swapped).value == pytest.approx(HSIC()(x, y).value, rel=1e-12)


def test_numpy_beside_a_tensor():
    torch = pytest.importorskip("torch")
    x, y = golden()
    expected = HSIC()(x, y).value
    assert HSIC()(torch.from_numpy(x), y).value == pytest.approx(expected, rel=1e-12)
    assert HSIC()(x, torch.from_numpy(y)).value == pytest.approx(expected, rel=1e-12)
    homes = [
        (Sample(torch.from_numpy(x)).home[0], device)
        for device in (torch.device("cpu", 0), torch.device("cpu"))
    ]
    with pytest.raises(ValueError, match=r"on one device: 'x' is on cpu:0, 'y' on cpu. Move one of them"):
        HSIC()(Sample(x).at(homes[0]), Sample(y, "y").at(homes[1]))
    codes = torch.arange(50) % 3
    assert HSIC()(x, codes).value == pytest.approx(HSIC()(x, codes.numpy()).value, rel=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        lambda: HSIC(form="normalised"),
        lambda: HSIC(kernels.Gaussian),
        lambda: HSIC(kernel_y=5.0),
        lambda: HSIC(ridge=0),
        lambda: HSIC()([0.0, 1.0, 2.0], [1.0, 2.0, 0.5]),
    ],
)
def test_refuses(make):
    with pytest.raises(ValueError, match=r"form must|takes a kernel|ridge must|more than 3 samples"):
        make()


def test_many_rows_take_no_memory_of_their_square():
    rng = np.random.default_rng(0)
    x, y = Sample(rng.normal(size=(6000, 2))), Sample(rng.integers(0, 3, size=6000), "y")
    tracemalloc.start()
    HSIC()(x, y)
    CKA(LINEAR, LINEAR)(x, x.values[:, :1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 6000**2 / 2


def test_what_takes_long_shows_a_bar(monkeypatch):
    shown = []
    monkeypatch.setattr(_grams, "MANY", 1)
    monkeypatch.setattr(_grams, "tqdm", lambda blocks, **said: (shown.append(said["desc"]), blocks)[1])
    HSIC()(*golden())
    Permuted(CKA(), times=2)(*golden())
    assert shown == ["comparing rows", "comparing rows", "comparing rows", "permuting"]
