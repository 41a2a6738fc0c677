"""Every public measure with what it promises of any input."""

from functools import partial
from typing import Any

import fuzz_kernel_oracles as matrices
import fuzz_oracles as sums
from fuzz_promises import (
    Subject,
    averaged,
    binned,
    covariance,
    fall_in_classes,
    from_class_entropies,
    from_entropies,
    kde_of_labels,
    log_n,
    minus_one,
    neighbours_least,
    neighbours_most,
    normal_pair,
    nothing,
    of_alive,
    of_labels,
    of_ranks,
    one,
    relative_kde,
    within_classes,
)

from infoplane import (
    CKA,
    HSIC,
    KSG,
    Binned,
    CanonicalPairs,
    Criterion,
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
    Plugin,
    Prepared,
    RelativeNoise,
    Sliced,
    SlicedPCA,
    UntilError,
    WeightedKozachenkoLeonenko,
    WithinClass,
    bins,
)
from infoplane.kernels import Gaussian, Laplace, Linear, Median, Neighbours
from infoplane.prepare import copula, jitter, pca, standardise

NEIGHBOURS = ("mirrored", "columns", "doubled")
RANKS = ("columns", "doubled", "stretched")


def ksg(k: int) -> dict[str, Any]:
    low, high = partial(neighbours_least, k), partial(neighbours_most, k)
    return {"low": low, "high": high, "unmoved": NEIGHBOURS}


COPULA = {"unmoved": (*RANKS, "mirrored"), "close": 1e-6}
ENTROPY = {"unmoved": ("mirrored", "columns"), "symmetric": False, "information": False}
KERNEL = {"close": 1e-7}
SIMILARITY = {"information": False, "close": 1e-7}
SPECTRUM = {"low": nothing, "high": log_n, "symmetric": False, "information": False, "close": 1e-6}
LAPLACE = partial(matrices.laplace, bandwidth=2.0)


SUBJECTS: dict[str, Subject] = {
    "KSG": Subject(KSG(3), oracle=of_alive(partial(sums.ksg, k=3)), **ksg(3)),
    "KSG, k=1": Subject(KSG(1), oracle=of_alive(partial(sums.ksg, k=1)), **ksg(1)),
    "KSG, labels": Subject(KSG(3), "xy", of_alive(partial(sums.ross, k=3)), unmoved=NEIGHBOURS),
    "MixedKSG": Subject(MixedKSG(3), oracle=of_alive(partial(sums.mixed, k=3)), unmoved=NEIGHBOURS, takes=4),
    "MixedKSG, labels": Subject(MixedKSG(2), "xy", of_alive(partial(sums.mixed, k=2)), unmoved=NEIGHBOURS),
    "KozachenkoLeonenko": Subject(
        KozachenkoLeonenko(3),
        "x",
        partial(sums.entropy, k=3),
        **ENTROPY,
    ),
    "KozachenkoLeonenko, Euclidean": Subject(
        KozachenkoLeonenko(2, "euclidean"),
        "x",
        partial(sums.entropy, k=2, metric="euclidean"),
        **ENTROPY,
    ),
    "WeightedKozachenkoLeonenko": Subject(
        WeightedKozachenkoLeonenko(5),
        "x",
        partial(sums.weighted_entropy, k=5),
        **ENTROPY,
        close=1e-7,
    ),
    "FromEntropy": Subject(
        FromEntropy(KozachenkoLeonenko(3)), "xt", partial(from_entropies, 3), unmoved=NEIGHBOURS
    ),
    "FromEntropy, labels": Subject(
        FromEntropy(KozachenkoLeonenko(2)), "xy", partial(from_class_entropies, 2), unmoved=NEIGHBOURS
    ),
    "Plugin": Subject(
        Plugin(),
        "yz",
        lambda y, z: sums.cells_information(y.tolist(), z.tolist()),
        nothing,
        of_labels,
        takes=2,
    ),
    "Criterion": Subject(Criterion("covariance", covariance), oracle=covariance, information=False),
    "Binned, fixed width": Subject(
        Binned(bins.FixedWidth(0.5)),
        "xt",
        partial(binned, partial(sums.fixed_cells, width=0.5)),
        nothing,
        log_n,
    ),
    "Binned, adaptive": Subject(
        Binned(bins.Adaptive(5)),
        "xy",
        partial(binned, partial(sums.adaptive_cells, bins=5)),
        nothing,
        of_labels,
        unmoved=("columns", "doubled"),
    ),
    "Binned, equal counts": Subject(
        Binned(bins.EqualCount(4)),
        "xt",
        partial(binned, partial(sums.count_cells, bins=4)),
        nothing,
        log_n,
        unmoved=RANKS,
        takes=2,
    ),
    "Binned entropy": Subject(
        Binned(bins.Rows()),
        "x",
        of_alive(lambda x: sums.cells_entropy([tuple(row) for row in x.tolist()])),
        nothing,
        log_n,
        unmoved=(*RANKS, "mirrored"),
        takes=2,
    ),
    "KDEBounds": Subject(
        KDEBounds(RelativeNoise(0.5)),
        "x",
        partial(relative_kde, 0.5, 1),
        nothing,
        log_n,
        unmoved=NEIGHBOURS,
        close=1e-8,
    ),
    "KDEBounds, lower": Subject(
        KDEBounds(0.25, "lower"), "x", of_alive(lambda x: sums.kde(x, 0.5, 2)), nothing, log_n, close=1e-7
    ),
    "KDEBounds, labels": Subject(
        KDEBounds(0.25), "xy", of_alive(partial(kde_of_labels, 0.5)), high=of_labels, close=1e-7
    ),
    "GaussianCopula": Subject(GaussianCopula(), "xt", of_alive(sums.copula), **COPULA),
    "GaussianCopula, labels": Subject(GaussianCopula(), "xy", of_alive(sums.copula), **COPULA),
    "CanonicalPairs": Subject(CanonicalPairs(KSG(3)), "xt"),
    "CanonicalPairs, normal": Subject(
        CanonicalPairs(Criterion("normal", normal_pair)),
        "xt",
        of_alive(matrices.canonical_normal),
        nothing,
        **COPULA,
    ),
    "HSIC": Subject(HSIC(), "xt", partial(matrices.hsic, form="unbiased"), unmoved=NEIGHBOURS, **KERNEL),
    "HSIC, labels": Subject(
        HSIC(form="biased"),
        "xy",
        partial(matrices.hsic, form="biased"),
        nothing,
        unmoved=NEIGHBOURS,
        **KERNEL,
    ),
    "HSIC, pyglow": Subject(
        HSIC(Laplace(2.0), Laplace(2.0), "pyglow"),
        "xt",
        partial(matrices.hsic, form="pyglow", kernel=LAPLACE),
        nothing,
        unmoved=("mirrored", "columns"),
        **KERNEL,
    ),
    "HSIC, cca": Subject(
        HSIC(form="cca", ridge=0.01),
        "xt",
        partial(matrices.hsic_cca, ridge=0.01),
        nothing,
        lambda *arrays: len(arrays[0]) - 1.0,
        unmoved=NEIGHBOURS,
        **KERNEL,
    ),
    "HSIC, linear": Subject(HSIC(Linear(), Linear(), "biased"), "xt", matrices.hsic_linear, nothing),
    "HSIC, own bandwidths": Subject(
        HSIC(Gaussian(Neighbours(2)), Gaussian(Median(0.5, distinct=True)), "biased"),
        "xt",
        **KERNEL,
        symmetric=False,
    ),
    "CKA": Subject(CKA(), "xt", matrices.cka, minus_one, one, unmoved=NEIGHBOURS, **SIMILARITY),
    "CKA, labels": Subject(
        CKA(unbiased=False),
        "xy",
        partial(matrices.cka, kind=matrices.biased),
        nothing,
        one,
        unmoved=NEIGHBOURS,
        **SIMILARITY,
    ),
    "CKA, linear": Subject(
        CKA(Linear(), Linear(), unbiased=False), "xt", None, nothing, one, unmoved=NEIGHBOURS, **SIMILARITY
    ),
    "MatrixRenyi": Subject(
        MatrixRenyi(),
        "xt",
        of_alive(partial(matrices.renyi, alpha=1.01)),
        high=log_n,
        unmoved=NEIGHBOURS,
        close=1e-5,
    ),
    "MatrixRenyi, labels": Subject(
        MatrixRenyi(2),
        "xy",
        of_alive(partial(matrices.renyi, alpha=2)),
        high=log_n,
        unmoved=NEIGHBOURS,
        close=1e-7,
    ),
    "MatrixRenyi entropy": Subject(
        MatrixRenyi(1),
        "x",
        of_alive(lambda x: matrices.renyi(x, None, 1)),
        nothing,
        log_n,
        unmoved=NEIGHBOURS,
        close=1e-6,
    ),
    "DiffusionEntropy": Subject(DiffusionEntropy(), "x", matrices.diffusion, unmoved=NEIGHBOURS, **SPECTRUM),
    "DiffusionEntropy, entries": Subject(
        DiffusionEntropy(alpha=0.5, over="entries"),
        "x",
        partial(matrices.diffusion, alpha=0.5, over="entries"),
        nothing,
        lambda x: 2 * log_n(x),
        unmoved=NEIGHBOURS,
        information=False,
        close=1e-6,
    ),
    "DiffusionInformation": Subject(DiffusionInformation(), "xy", high=log_n),
    "DiffusionInformation, clusters": Subject(
        DiffusionInformation(classes=3), "xt", high=log_n, symmetric=False
    ),
    "DiffusionInformation, unmatched": Subject(
        DiffusionInformation(Binned(bins.FixedWidth(0.5)), matched=False), "xy", fall_in_classes, nothing
    ),
    "Sliced": Subject(
        Sliced(KSG(3), directions=12), "xt", partial(averaged, partial(sums.ksg, k=3), 12), symmetric=False
    ),
    "Sliced, labels": Subject(
        Sliced(GaussianCopula(), directions=12),
        "xy",
        partial(averaged, sums.copula, 12),
        symmetric=False,
        close=1e-6,
    ),
    "Sliced, dim=2": Subject(Sliced(MixedKSG(3), directions=12, dim=2, seed=1), "xt", symmetric=False),
    "Sliced, until an error": Subject(
        Sliced(KSG(3), directions=UntilError(atol=0.05, cap=120)), "xt", symmetric=False
    ),
    "SlicedPCA": Subject(SlicedPCA(KSG(3)), "xt"),
    "WithinClass": Subject(
        WithinClass(KSG(2)),
        "xty",
        partial(within_classes, of_alive(partial(sums.ksg, k=2)), 3),
        unmoved=NEIGHBOURS,
        information=False,
    ),
    "Extrapolated": Subject(Extrapolated(KSG(2), parts=3, times=2), "xt", information=False, symmetric=False),
    "Permuted": Subject(
        Permuted(KSG(3), times=3), "xt", of_alive(partial(sums.ksg, k=3)), unmoved=NEIGHBOURS
    ),
    "Permuted, labels": Subject(
        Permuted(HSIC(), times=3), "xy", partial(matrices.hsic, form="unbiased"), unmoved=NEIGHBOURS, **KERNEL
    ),
    "Prepared, copula": Subject(
        Prepared(KSG(3), copula, copula), "xt", partial(of_ranks, partial(sums.ksg, k=3)), unmoved=RANKS
    ),
    "Prepared, standardise": Subject(Prepared(KSG(3), standardise, standardise), "xt"),
    "Prepared, jitter": Subject(Prepared(KSG(3), jitter(), jitter()), "xt", ordered=True),
    "Prepared, pca": Subject(Prepared(MixedKSG(2), pca(1)), "xy", symmetric=False),
}
