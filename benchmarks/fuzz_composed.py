"""Measures with random settings inside random others: case i has the same for ever."""

from collections.abc import Callable
from typing import Any

import numpy as np
from fuzz_inputs import SEED
from fuzz_promises import Subject

from infoplane import (
    CKA,
    HSIC,
    KSG,
    Binned,
    CanonicalPairs,
    DiffusionEntropy,
    DiffusionInformation,
    Extrapolated,
    FromEntropy,
    GaussianCopula,
    KDEBounds,
    KozachenkoLeonenko,
    MatrixRenyi,
    MixedKSG,
    Permuted,
    Prepared,
    RelativeNoise,
    Sliced,
    SlicedPCA,
    UntilError,
    WeightedKozachenkoLeonenko,
    WithinClass,
    bins,
)
from infoplane.kernels import Gaussian, Laplace, Linear, Median, Neighbours, PerRootDim
from infoplane.prepare import copula, jitter, pca, standardise

NAMES = ("composed, a", "composed, b", "composed, c")
SURE = 1e-5  # orders below 1 magnify the last digits of small eigenvalues

Rng = np.random.Generator


def neighbours(rng: Rng) -> int:
    return int(rng.choice([1, 2, 3, 5, 12]))


def size(rng: Rng) -> float:
    return float(10 ** rng.uniform(-5, 5))


def kernel(rng: Rng) -> Any:
    bandwidth = [
        size(rng),
        "median",
        Median(float(rng.choice([0.25, 2])), distinct=bool(rng.random() < 0.5)),
        PerRootDim(size(rng)),
    ]
    kinds = [
        Gaussian(bandwidth[rng.integers(4)]),
        Gaussian(Neighbours(neighbours(rng))),
        Laplace(bandwidth[rng.integers(4)]),
        Linear(),
    ]
    return kinds[rng.choice(4, p=[0.5, 0.15, 0.2, 0.15])]


def rule(rng: Rng) -> Any:
    count = int(rng.choice([1, 2, 7, 1000]))
    return [
        bins.FixedWidth(size(rng)),
        bins.FixedRange(-1, 1, count),
        bins.EqualCount(count),
        bins.Adaptive(count, str(rng.choice(["range", "entropy"]))),
        bins.Rows(),
    ][rng.integers(5)]


def noise(rng: Rng) -> Any:
    return RelativeNoise(size(rng)) if rng.random() < 0.5 else size(rng)


def correction(rng: Rng) -> Any:
    return "miller-madow" if rng.random() < 0.3 else None


def diffusion(rng: Rng) -> DiffusionEntropy:
    over, matrix = str(rng.choice(["eigenvalues", "entries"])), str(rng.choice(["diffusion", "adjacency"]))
    if over == "entries":
        return DiffusionEntropy(kernel(rng), float(rng.choice([0, 0.5, 1])), over=over)
    return DiffusionEntropy(
        kernel(rng), float(rng.choice([0, 1])), float(rng.choice([0.5, 1, 8])), matrix=matrix
    )


def renyi(rng: Rng) -> MatrixRenyi:
    return MatrixRenyi(float(rng.choice([0.5, 1, 1.01, 2, 5])), kernel(rng))


OF_ONE: tuple[Callable[[Rng], Any], ...] = (
    lambda rng: KozachenkoLeonenko(neighbours(rng), str(rng.choice(["chebyshev", "euclidean"]))),
    lambda rng: WeightedKozachenkoLeonenko(neighbours(rng), str(rng.choice(["paper", "mutinfo"]))),
    lambda rng: Binned(rule(rng), correction=correction(rng)),
    lambda rng: KDEBounds(noise(rng), str(rng.choice(["upper", "lower"]))),
    renyi,
    diffusion,
)
OF_TWO: tuple[Callable[[Rng], Any], ...] = (
    lambda rng: KSG(neighbours(rng)),
    lambda rng: MixedKSG(neighbours(rng)),
    lambda rng: GaussianCopula(),
    lambda rng: Binned(rule(rng), rule(rng), correction(rng)),
    lambda rng: HSIC(*kernels(rng), str(rng.choice(["unbiased", "biased", "pyglow", "cca"]))),
    lambda rng: CKA(*kernels(rng), bool(rng.random() < 0.5)),
    renyi,
    lambda rng: KDEBounds(noise(rng)),
    lambda rng: FromEntropy(one(rng)),
    lambda rng: DiffusionInformation(one(rng), bool(rng.random() < 0.7), 2, int(rng.integers(2, 6))),
)


def kernels(rng: Rng) -> tuple[Any, Any]:
    return (kernel(rng), kernel(rng)) if rng.random() < 0.5 else (None, None)


def one(rng: Rng) -> Any:
    return OF_ONE[rng.integers(len(OF_ONE))](rng)


def steps(rng: Rng) -> list[Any]:
    every = [standardise, copula, pca(int(rng.integers(1, 4))), jitter(size(rng))]
    return [every[place] for place in rng.choice(4, rng.integers(3), p=[0.4, 0.3, 0.25, 0.05])]


def directions(rng: Rng) -> Any:
    return UntilError(float(size(rng)), cap=20) if rng.random() < 0.2 else int(rng.integers(2, 12))


def two(rng: Rng, depth: int) -> Any:
    """A measure of two variables inside so many others."""
    if depth == 0:
        return OF_TWO[rng.integers(len(OF_TWO))](rng)
    inner = two(rng, depth - 1)
    dim = int(rng.integers(1, 4))
    return [
        lambda: Sliced(inner, directions(rng), dim, int(rng.integers(3))),
        lambda: SlicedPCA(inner, dim),
        lambda: CanonicalPairs(inner),
        lambda: Permuted(inner, int(rng.integers(1, 4))),
        lambda: Prepared(inner, steps(rng), steps(rng)),
        lambda: Extrapolated(inner, 3, 2),
    ][rng.choice(6, p=[0.25, 0.15, 0.15, 0.15, 0.2, 0.1])]()


def composed(i: int, name: str) -> Subject:
    """The measure of case i under one of `NAMES`, and what it is of."""
    rng = np.random.default_rng([SEED, i, NAMES.index(name)])
    depth = int(rng.choice([0, 1, 2], p=[0.4, 0.4, 0.2]))
    kind = rng.random()
    if kind < 0.15:
        measure, of = one(rng), "x"
    elif kind < 0.3:
        measure, of = WithinClass(two(rng, depth)), "xty"
    else:
        measure, of = two(rng, depth), str(rng.choice(["xt", "xt", "xy", "yx"]))
    by_order = "Jitter" in repr(measure)
    return Subject(measure, of, symmetric=False, information=False, ordered=by_order, close=SURE)
