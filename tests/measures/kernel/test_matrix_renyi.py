import math
from dataclasses import dataclass

import numpy as np
import pytest

from infoplane import DegenerateData, MatrixRenyi, Plugin, kernels
from infoplane.kernels import Gram
from infoplane.measures.kernel import matrix_renyi

pytestmark = pytest.mark.portable

ORDERS = [0.5, 1, 1.01, 2, 3]


def gaussian(x, sigma):
    return np.exp(-((x[:, None] - x[None]) ** 2).sum(axis=-1) / (2 * sigma**2)) / len(x)


def entropy(matrix, alpha):
    values = np.linalg.eigvalsh(matrix / np.trace(matrix))
    values = values[values > 1e-13]
    return -(values * np.log(values)).sum() if alpha == 1 else np.log((values**alpha).sum()) / (1 - alpha)


@pytest.mark.parametrize("alpha", ORDERS)
def test_by_definition(alpha):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    y = np.tanh(x[:, :2])
    measure = MatrixRenyi(alpha, kernels.Gaussian(0.7))
    a, b = gaussian(x, 0.7), gaussian(y, 0.7)
    assert measure(x).value == pytest.approx(entropy(a, alpha), abs=1e-5 if alpha < 1 else 1e-10)
    expected = entropy(a, alpha) + entropy(b, alpha) - entropy(a * b, alpha)
    assert measure(x, y).value == pytest.approx(expected, abs=1e-5 if alpha < 1 else 1e-10)


@pytest.mark.parametrize("alpha", ORDERS)
def test_entropy_of_far_clusters_is_renyi_s_of_their_sizes(alpha):
    t = np.repeat([0.0, 100.0, 300.0], [10, 20, 30])
    p = np.array([1, 2, 3]) / 6
    expected = -(p * np.log(p)).sum() if alpha == 1 else math.log((p**alpha).sum()) / (1 - alpha)
    assert MatrixRenyi(alpha, kernels.Gaussian(1.0))(t).value == pytest.approx(expected, abs=1e-9)


def test_information_of_clusters_and_labels_at_order_one_is_shannon_s():
    rng = np.random.default_rng(0)
    cluster, y = rng.integers(0, 3, size=(2, 200))
    y = np.where(rng.random(200) < 0.7, cluster, y)
    measure = MatrixRenyi(1, kernels.Gaussian(1.0))
    assert measure(100.0 * cluster, y).value == pytest.approx(Plugin()(cluster, y).value, abs=1e-9)
    assert measure(100.0 * cluster, 50.0 * y).value == pytest.approx(Plugin()(cluster, y).value, abs=1e-9)


P = np.array([1, 2, 3]) / 6
FAR = np.repeat([0.0, 100.0, 300.0], [10, 20, 30])


@pytest.mark.parametrize("beyond", [1e-3, -1e-3, 1e-6, -1e-6, 1e-9, 1e-13, -1e-13, 2.0**-52])
def test_order_one_is_the_limit(beyond):
    """Of known eigenvalues, by the first terms in α - 1: the entropy, and half the variance of ln p."""
    shannon = -(P * np.log(P)).sum()
    second = (P * np.log(P) ** 2).sum() - shannon**2
    third = (P * (np.log(P) + shannon) ** 3).sum()
    expected = shannon - beyond * second / 2 - beyond**2 * third / 6
    value = MatrixRenyi(1 + beyond, kernels.Gaussian(1.0))(FAR).value
    assert value == pytest.approx(expected, abs=1e-13 + abs(beyond) ** 3)


@pytest.mark.parametrize("alpha", [20, 1500, 1e5, 1e300, 10**300])
def test_large_orders_go_to_the_min_entropy(alpha):
    """The largest eigenvalue is 1/2."""
    order = float(alpha)
    rest = math.log1p((2 / 3) ** order + (1 / 3) ** order)
    expected = order / (order - 1) * math.log(2) - rest / (order - 1)
    assert MatrixRenyi(alpha, kernels.Gaussian(1.0))(FAR).value == pytest.approx(expected, rel=1e-12)
    same = MatrixRenyi(alpha, kernels.Gaussian(1.0))(FAR, FAR).value
    assert same == pytest.approx(expected, rel=1e-12)


def test_the_entropy_falls_with_the_order_without_a_jump():
    x = np.random.default_rng(0).normal(size=(150, 2))
    orders = (
        0.3,
        0.899999,
        0.900001,
        0.99,
        1 - 1e-9,
        1,
        1 + 1e-9,
        1.01,
        1.099999,
        1.100001,
        1.999999,
        2,
        3,
        1e3,
    )
    found = np.array([MatrixRenyi(alpha, kernels.Gaussian(1.0))(x).value for alpha in orders])
    assert (np.diff(found) < 1e-13).all()
    near = np.diff(orders) < 1e-5
    assert (-np.diff(found)[near] < 1e-4).all()


def test_all_orders_but_two_are_capped(monkeypatch):
    monkeypatch.setattr(kernels.matrix, "WHOLE_BYTES", 8 * 40**2)
    x = np.random.default_rng(0).normal(size=(50, 2))
    kernel = kernels.Gaussian(1.0)
    assert np.isfinite(MatrixRenyi(2, kernel)(x, x**2).value)
    for alpha in (1, 1.01):
        with pytest.raises(ValueError, match=r"'x' of 50 rows .* Instead, take MatrixRenyi\(alpha=2\)"):
            MatrixRenyi(alpha, kernel)(x)


def test_order_two_needs_no_eigenvalues(monkeypatch):
    x = np.random.default_rng(0).normal(size=(50, 2))
    monkeypatch.setattr(matrix_renyi, "_spectrum", None)
    assert np.isfinite(MatrixRenyi(2)(x, x**2).value)


@pytest.mark.parametrize("alpha", [1.01, 2])
def test_blocks_change_nothing(alpha, monkeypatch):
    x = np.random.default_rng(0).normal(size=(50, 2))
    whole = MatrixRenyi(alpha)(x, x[:, :1]).value
    monkeypatch.setattr(matrix_renyi, "EDGE", 7)
    monkeypatch.setattr(matrix_renyi, "upper", lambda n: kernels.matrix.upper(n, 7))
    assert MatrixRenyi(alpha)(x, x[:, :1]).value == pytest.approx(whole, abs=1e-12)


@pytest.mark.parametrize("alpha", [1, 2])
def test_limits_of_the_bandwidth(alpha):
    x = np.random.default_rng(0).normal(size=(60, 2))
    identity = MatrixRenyi(alpha, kernels.Gaussian(1e-6))(x)
    assert identity.value == pytest.approx(math.log(60))
    assert identity.note == "the kernel sees hardly two rows of x as alike: its entropy is nearly ln n"
    wide = MatrixRenyi(alpha, kernels.Gaussian(1e3))(x)
    assert wide.value == pytest.approx(0, abs=1e-3)
    assert wide.note == ""
    blind = MatrixRenyi(alpha, kernels.Gaussian(1e8))(x)
    assert blind.value == pytest.approx(0, abs=1e-13)
    assert blind.note == "the kernel sees all rows of x as alike but for rounding: its bandwidth is too large"


def test_a_kernel_whose_diagonal_is_not_one():
    """Cosines: three directions, orthogonal, of any lengths."""
    x = np.eye(3)[np.arange(30) % 3] * np.arange(1, 31)[:, None]
    assert MatrixRenyi(1, kernels.Linear())(x).value == pytest.approx(math.log(3))
    x[4] = 0
    with pytest.raises(DegenerateData, match="a row of 'x' has no length under this kernel"):
        MatrixRenyi(1, kernels.Linear())(x)


@dataclass(frozen=True)
class Reversed:
    """No kernel: the more alike, the less."""

    def gram(self, x):
        n = len(x)
        return Gram((x.values,), lambda a, b: np.ones((n, n)), matrix=2 * np.eye(n) - np.ones((n, n)))


def test_a_matrix_with_negative_eigenvalues_has_no_entropy():
    with pytest.raises(DegenerateData, match=r"has an eigenvalue of -0.8, so it has no entropy"):
        MatrixRenyi(1, Reversed())(np.arange(10.0))


def test_tensors():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), np.arange(40) % 2
    for alpha in (1, 1.01, 2):
        ours = MatrixRenyi(alpha)(torch.from_numpy(x), torch.from_numpy(y))
        assert ours.value == pytest.approx(MatrixRenyi(alpha)(x, y).value, abs=1e-12)


def test_a_dead_column_of_a_tensor_and_labels_on_the_host():
    torch = pytest.importorskip("torch")
    x, y = np.insert(np.random.default_rng(0).normal(size=(40, 3)), 1, 5.0, axis=1), np.arange(40) % 2
    expected = MatrixRenyi()(x, y)
    for labels in (y, torch.from_numpy(y)):
        ours = MatrixRenyi()(torch.from_numpy(x), labels)
        assert ours.value == pytest.approx(expected.value, abs=1e-12)
        assert ours.note == expected.note


@pytest.mark.parametrize(
    "wrong", [{"alpha": 0}, {"alpha": math.inf}, {"kernel": 5.0}, {"kernel": kernels.Gaussian}]
)
def test_settings_that_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must be a finite number above 0|takes a kernel"):
        MatrixRenyi(**wrong)
