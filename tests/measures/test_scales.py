"""Few columns in a large unit are named where distances or projections hardly see the others."""

import numpy as np
import pytest

from infoplane import (
    CKA,
    HSIC,
    KSG,
    DiffusionEntropy,
    DiffusionInformation,
    KDEBounds,
    MatrixRenyi,
    Prepared,
    RelativeNoise,
    Sample,
    Sliced,
    kernels,
    labels,
)
from infoplane.measures._scales import loud_columns
from infoplane.prepare import pca, standardise

LOUD = "1 of 2 columns of x vary so much more than the others"
OF_LABELS = [
    HSIC(),
    HSIC(form="cca"),
    CKA(),
    CKA(kernel_x=kernels.Laplace()),
    CKA(kernel_x=kernels.Gaussian(kernels.Neighbours(10))),
    MatrixRenyi(alpha=2),
    DiffusionInformation(),
    KDEBounds(RelativeNoise(0.3)),
    Sliced(KSG(k=5), directions=40),
]


@pytest.mark.parametrize("measure", OF_LABELS, ids=repr)
def test_the_label_of_a_quiet_column(measure):
    """It hangs on the second column, whose sign it is."""
    x = np.random.default_rng(0).normal(size=(400, 2))
    y = labels(x[:, 1] > 0)
    seen, lost = measure(x, y), measure(x * [1e4, 1.0], y)
    assert "vary so much" not in seen.note
    assert lost.value < seen.value / 5
    assert LOUD in lost.note
    mended = Prepared(measure, x=standardise)(x * [1e4, 1.0], y)
    assert "vary so much" not in mended.note
    assert abs(mended.value - seen.value) < 0.1 * seen.value


@pytest.mark.parametrize("kernel", [kernels.Gaussian(), kernels.Laplace(), kernels.NeighbourGraph(10)])
def test_entropy_of_a_loud_column_is_that_of_it_alone(kernel):
    x = np.random.default_rng(0).normal(size=(200, 2)) * [1e6, 1.0]
    estimate, alone = DiffusionEntropy(kernel)(x), DiffusionEntropy(kernel)(x[:, :1])
    assert abs(estimate.value - alone.value) < 1e-3
    assert LOUD in estimate.note
    assert alone.note == ""
    assert DiffusionEntropy(kernel)(standardise(x)).note == ""


def test_clusters_of_a_loud_reference():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 200, 2))
    assert "columns of y vary so much" in DiffusionInformation(classes=3)(x, y * [1e4, 1.0]).note
    assert "vary so much" not in DiffusionInformation(classes=3)(x, y).note


def test_what_is_meant_to_hang_on_units_is_not_noted():
    x = np.random.default_rng(0).normal(size=(200, 2)) * [1e4, 1.0]
    y = labels(x[:, 1] > 0)
    linear = kernels.Linear()
    for measure in (CKA(linear), HSIC(linear), KDEBounds(noise=1.0)):
        assert "vary so much" not in measure(x, y).note
    assert "vary so much" not in MatrixRenyi(alpha=2, kernel=linear)(x).note


@pytest.mark.parametrize("n", [20, 200, 2000])
def test_columns_of_like_units_are_not_noted(n):
    for seed in range(30):
        rng = np.random.default_rng(seed)
        for width in (2, 3, 10, 50):
            units = rng.uniform(1, 4, width)
            normal, heavy = rng.normal(size=(n, width)), rng.standard_t(2, size=(n, width))
            sparse = (normal - 1).clip(0)
            log_normal = np.exp(normal)
            hardly = normal * np.append(np.ones(width - 1), 1e-6 if width > 2 else 1.0)  # a unit nearly dead
            for values in (normal, heavy, sparse, log_normal, hardly):
                assert loud_columns(Sample(units * values)) == ""


def test_principal_components_are_not_noted():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(500, 3)) * [100, 1, 0.01] @ rng.normal(size=(3, 6)) + 1e-6 * rng.normal(
        size=(500, 6)
    )
    for dim in (2, 3, 6):
        components = pca(dim)(x)
        assert components.values[:, 0].std() > 30 * components.values[:, 1].std()
        assert loud_columns(components) == ""


def test_an_outlier_makes_no_column_loud():
    x = np.random.default_rng(0).normal(size=(500, 3))
    x[7, 1] = 1e6
    assert loud_columns(Sample(x)) == ""
    x[:, 0] *= 1e8
    assert loud_columns(Sample(x)).startswith("1 of 3 columns")


@pytest.mark.parametrize("unit", [1e-300, 1e-3, 1.0, 1e116, 1e290])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_unit_of_all_does_not_matter(unit, dtype):
    x = np.random.default_rng(0).normal(size=(100, 5)) * [1.0, 1e3, 1.0, 1e3, 0.0]
    if dtype == np.float64:
        x = unit * x
    assert loud_columns(Sample(x.astype(dtype))).startswith("2 of 5 columns of x vary so much more")
    assert loud_columns(Sample(x[::-1].astype(dtype)), Sample(x, "y")).count("2 of 5 columns") == 2


def test_columns_ten_times_as_loud_and_no_less():
    """Of two columns with the same values in another order, which have like spreads."""
    column = np.random.default_rng(0).normal(size=1000)
    other = column[np.random.default_rng(1).permutation(1000)]
    spread = (np.partition(column, (100, 899))[[100, 899]] @ [-1, 1]) / 2.563 / column.std()
    least = 10 * max(1, 1 / spread)
    assert loud_columns(Sample(np.column_stack([column, 0.99 * least * other]))) == ""
    assert loud_columns(Sample(np.column_stack([column, 1.01 * least * other]))) != ""
