"""The same numbers with every BLAS kernel: nothing random hangs on what a library is free to choose."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from infoplane import (
    HSIC,
    KSG,
    Binned,
    CanonicalPairs,
    DiffusionEntropy,
    DiffusionInformation,
    Extrapolated,
    Sample,
    Sliced,
    SlicedPCA,
    bins,
    known,
    prepare,
    spectra,
)
from infoplane.measures._scores import canonical, whitened_scores

HERE = Path(__file__)
KERNELS = ("Prescott", "Haswell", "SkylakeX", "Zen")
NORMAL = known.Normal(rho=0.5, dims=5)
CELLS = Binned(bins.FixedWidth(0.5))


def turned_by_a_product():
    """Rows whose last digits depend on the kernel of the product that made them."""
    return NORMAL.draw(400, seed=1)


def four_corners():
    """All directions have the same variance, so that the axes of largest variance are anybody's choice."""
    return np.repeat(np.eye(4) - 0.25, 30, axis=0)


def standardised_pair():
    """Two standardised columns: the components have entries that are equal but for rounding."""
    x = np.random.default_rng(0).normal(size=(200, 2)) @ [[1.0, 0.6], [0.0, 0.8]]
    return (x - x.mean(axis=0)) / x.std(axis=0)


def many_islands():
    """More groups of rows without a way between them than clusters are asked for."""
    rng = np.random.default_rng(0)
    return 100 * rng.normal(size=(30, 3))[np.arange(600) % 30] + rng.normal(size=(600, 3))


def wide_and_long():
    return known.Normal(rho=0.5, dims=8).draw(2500, seed=2)[0]


def directions_of_copies(x):
    """All canonical correlations are 1, so that their directions are anybody's choice."""
    white = whitened_scores(Sample(x))
    return canonical(white, white)[1]


def few_among_many():
    """More columns than rows, of which few are independent."""
    x = np.random.default_rng(3).normal(size=(40, 6))
    return np.repeat(x, 20, axis=1)


# name -> the numbers, and how far rounding may take them
NUMBERS = {
    "labelled": (lambda: known.catalogue()["labelled normal 5+labels"].mutual_information().value, 1e-12),
    "labelled, sliced": (lambda: known.catalogue()["labelled normal 5+labels"].sliced().value, 1e-12),
    "normal": (lambda: np.concatenate(NORMAL.draw(50, seed=0)), 1e-12),
    "pca": (lambda: prepare.pca(2)(standardised_pair()).values, 1e-12),
    "pca, equal variances": (lambda: prepare.pca(4)(four_corners()).values, 1e-12),
    "pca, leading": (lambda: SlicedPCA(Sliced(KSG(), 9), 2)(*turned_by_a_product()).value, 1e-9),
    "pca, leading of equal": (lambda: SlicedPCA(CELLS, 2)(four_corners(), np.arange(120) // 30).value, 1e-9),
    "pairs": (lambda: CanonicalPairs(CELLS)(*turned_by_a_product()).value, 1e-9),
    "pairs, single columns": (
        lambda: CanonicalPairs(KSG(k=3))(*known.Normal(rho=0.6).draw(300, seed=0)).value,
        1e-12,
    ),
    "pairs, copies": (lambda: directions_of_copies(turned_by_a_product()[0]), 1e-9),
    "white, wide": (lambda: whitened_scores(Sample(few_among_many())).values, 1e-7),
    "clusters": (lambda: spectra.clusters(many_islands(), 10).codes, 0),
    "extrapolated": (lambda: Extrapolated(KSG(), parts=3)(*NORMAL.draw(600, seed=4)).value, 1e-9),
    "diffusion": (
        lambda: DiffusionInformation()(turned_by_a_product()[0], np.arange(400) % 3).value,
        1e-9,
    ),
    "probes": (lambda: DiffusionEntropy(spectrum="stochastic")(wide_and_long()).value, 1e-5),
    "median of many": (lambda: HSIC()(wide_and_long(), np.arange(2500) % 2).value, 1e-9),
}


def numbers(kernel):
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel}
    ran = subprocess.run([sys.executable, HERE], env=environment, capture_output=True, text=True, check=False)
    if ran.returncode == -signal.SIGILL:
        return None  # instructions that this processor does not have
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def by_kernel():
    sys.path.insert(0, str(HERE.parent))
    try:
        from other_kernel import other_kernel
    finally:
        sys.path.remove(str(HERE.parent))
    if not other_kernel():
        pytest.skip("this BLAS has one kernel only")
    found = {kernel: numbers(kernel) for kernel in KERNELS}
    found = {kernel: of_kernel for kernel, of_kernel in found.items() if of_kernel is not None}
    assert len(found) > 1, f"of {KERNELS} this processor runs {', '.join(found)} only"
    return found


@pytest.mark.parametrize("name", NUMBERS)
def test_every_kernel_gives_the_same(by_kernel, name):
    first, *others = ((kernel, np.array(found[name])) for kernel, found in by_kernel.items())
    for kernel, other in others:
        np.testing.assert_allclose(other, first[1], rtol=0, atol=NUMBERS[name][1], err_msg=kernel)


if __name__ == "__main__":
    json.dump({name: np.asarray(make()).tolist() for name, (make, _) in NUMBERS.items()}, sys.stdout)
