"""CKA: its definition, what it is blind to, and what the unbiased form is for."""

import numpy as np
import pytest

from infoplane import CKA, HSIC, DegenerateData, Sample, kernels, labels

pytestmark = pytest.mark.portable

LINEAR = kernels.Linear()
FIVE = kernels.Gaussian(5.0)


def golden():
    rng = np.random.RandomState(0)
    x = rng.randn(50, 4)
    return x, x[:, :2] + 0.1 * rng.randn(50, 2)


def test_golden_number():
    assert CKA(FIVE, FIVE, unbiased=False)(*golden()).value == pytest.approx(0.844894, abs=6e-7)


@pytest.mark.parametrize(("unbiased", "form"), [(True, "unbiased"), (False, "biased")])
def test_by_the_definition(unbiased, form):
    x, y = golden()
    hsic = HSIC(FIVE, kernels.Gaussian(1.0), form)
    of_x, of_y = HSIC(FIVE, FIVE, form)(x, x), HSIC(kernels.Gaussian(1.0), kernels.Gaussian(1.0), form)(y, y)
    expected = hsic(x, y).value / np.sqrt(of_x.value * of_y.value)
    assert CKA(FIVE, kernels.Gaussian(1.0), unbiased)(x, y).value == pytest.approx(expected, rel=1e-12)


def test_linear_biased_is_the_ratio_of_norms():
    x, y = golden()
    a, b = x - x.mean(axis=0), y - y.mean(axis=0)
    expected = np.linalg.norm(a.T @ b) ** 2 / (np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b))
    assert CKA(LINEAR, LINEAR, unbiased=False)(x, y).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("unbiased", [True, False])
@pytest.mark.parametrize("kernel", [LINEAR, kernels.Gaussian()])
@pytest.mark.parametrize("scale", [1e-120, 3.0, 1e120])
def test_blind_to_rotation_scale_and_place(kernel, unbiased, scale):
    x, y = golden()
    turned = scale * (x @ np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0] + 5)
    measure = CKA(kernel, kernel, unbiased)
    assert measure(x, turned).value == pytest.approx(1, abs=1e-9)
    assert measure(y, turned).value == pytest.approx(measure(y, x).value, abs=1e-9)


def test_of_many_columns_only_the_unbiased_form_tells():
    rng = np.random.default_rng(0)
    drawn = [rng.normal(size=(2, 20, 2000)) for _ in range(40)]
    for kernel in (LINEAR, kernels.Gaussian()):
        biased = [CKA(kernel, kernel, unbiased=False)(x, y).value for x, y in drawn]
        unbiased = [CKA(kernel, kernel)(x, y).value for x, y in drawn]
        assert min(biased) > 0.9
        assert abs(np.mean(unbiased)) < 4 * np.std(unbiased, ddof=1) / np.sqrt(40)


def test_labels():
    y = np.arange(40) % 2
    assert CKA()(y, y).value == pytest.approx(1, rel=1e-12)
    x = 20.0 * y + np.random.default_rng(0).normal(size=40)
    assert CKA(kernels.Gaussian(5.0))(x, y).value > 0.9


def test_what_has_no_norm():
    x, _ = golden()
    with pytest.raises(DegenerateData, match="y is constant, so CKA is 0/0"):
        CKA()(x, np.ones(50))
    with pytest.raises(DegenerateData, match="the kernel of 'x' finds all pairs of rows equally similar"):
        CKA(kernels.Gaussian(1e-9))(x, x)
    with pytest.raises(DegenerateData, match="the kernel of 'input' finds all pairs"):
        CKA(kernels.Gaussian(1e12))(Sample(x, "input"), x)
    with pytest.raises(DegenerateData, match="the kernel of 'y' finds all pairs"):
        CKA(FIVE, kernels.Gaussian(1e8))(x, x)  # but for rounding
    assert CKA(kernels.Gaussian(1e-9), FIVE, unbiased=False)(x, x).value > 0  # the identity, centred


def test_refuses():
    with pytest.raises(ValueError, match="kernel_x takes a kernel"):
        CKA("gaussian")
    with pytest.raises(ValueError, match="unbiased must be True or False"):
        CKA(unbiased="yes")
    with pytest.raises(ValueError, match=r"Use CKA\(unbiased=False\), or more samples"):
        CKA()([0.0, 1.0, 2.0], [1.0, 2.0, 0.5])


@pytest.mark.parametrize("unbiased", [True, False])
@pytest.mark.parametrize("sigma", [1e4, 1e5, 1e6])
def test_wide_bandwidths_go_to_linear_kernels(sigma, unbiased):
    x, y = golden()
    wide = CKA(kernels.Gaussian(sigma), kernels.Gaussian(sigma), unbiased)(x, y)
    assert wide.value == pytest.approx(CKA(LINEAR, LINEAR, unbiased)(x, y).value, rel=1e-4)
    assert wide.note == ""


@pytest.mark.parametrize("kernel", [LINEAR, kernels.Gaussian(), kernels.Laplace()])
@pytest.mark.parametrize("far", [1e4, -1e8])
def test_a_place_far_from_zero_costs_no_digits(kernel, far):
    """Of values that float64 has at both places, float32 ones and whole numbers among them."""
    rng = np.random.default_rng(0)
    x, y = golden()
    fine, pixels = np.round(x * 2**20) / 2**20, rng.integers(0, 256, size=(50, 6)) * 1.0
    narrow = np.round(x * 2**9).astype(np.float32) / 2**9
    for values in (fine, pixels, narrow):
        moved = (values + np.float64(far)).astype(values.dtype if abs(far) < 1e5 else float)
        np.testing.assert_array_equal(moved - np.float64(far), values)
        expected = CKA(kernel, kernel)(values, y).value
        assert CKA(kernel, kernel)(moved, y).value == pytest.approx(expected, rel=1e-10)


def test_labels_that_each_occur_once():
    """To the kernel of labels all are equally unlike, so that it can't tell dependent from independent."""
    x, y = np.random.default_rng(0).normal(size=30), labels(np.arange(30), "y")
    for measure in (HSIC(), HSIC(form="biased"), CKA(unbiased=False)):
        assert "every label of y occurs once: continuous(y) if its values" in measure(x, y).note
        assert "occurs once" not in measure(x, labels(np.arange(30) // 2, "y")).note
    with pytest.raises(DegenerateData, match=r"every label of 'y' occurs once, .* say continuous\(y\)"):
        CKA()(x, y)
