"""The cases of the contract: a new measure gets a line in `CASES`; a test refuses public ones without."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

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
    Sample,
    Sliced,
    SlicedPCA,
    UntilError,
    WeightedKozachenkoLeonenko,
    WithinClass,
    bins,
)
from infoplane.kernels import Gaussian, Laplace, Linear, Neighbours, PerRootDim
from infoplane.prepare import copula, standardise


def covariance(x, y):
    """A user's criterion, of labels too."""
    a, b = (np.float64(side.reshape(len(side), -1)[:, 0]) for side in (x, y))
    return float(np.mean((a - a.mean()) * (b - b.mean())))


N = 60


@dataclass(frozen=True)
class Case:
    """A measure, what it is of ("numbers" or "labels" each), and what it promises.

    `symmetric` in the first two: "exactly" up to rounding, "within error", or "not" (of one variable).
    `neighbours`: how many other samples it needs; `enough`: how many, where the columns want more.
    `information`: 0 with a note on constants, dead columns named.
    """

    measure: Any
    of: tuple[str, ...] = ("numbers", "numbers")
    symmetric: str = "exactly"
    neighbours: int = 3
    enough: int = 0
    information: bool = True
    refuses_labels: bool = True
    widths: ClassVar = (3, 2, 1)

    @property
    def names(self):
        """Of bare arrays. A constant among the first two has no information."""
        return ("x", "t", "y") if len(self.of) == 3 else ("x", "y")

    def takes(self, kind):
        return kind in self.of

    def draw(self, n=N, seed=0):
        """Dependent variables: numbers (n, 3), (n, 2) and (n, 1), or three classes (n,)."""
        rng = np.random.default_rng(seed)
        y = np.arange(n) % 3
        out = []
        for kind, width in zip(self.of, self.widths, strict=False):
            values = rng.normal(size=(n, width))
            values[:, 0] += y
            if kind == "labels":  # of every class as many, for those that need neighbours in each
                values = np.where(rng.random(n) < 0.2, rng.integers(0, 3, size=n), y)
            out.append(values)
        return out

    def spoilt(self, change):
        """The drawn variables, the first of numbers changed."""
        arrays = self.draw()
        place = self.of.index("numbers")
        arrays[place] = change(arrays[place])
        return arrays

    def samples(self, *arrays):
        """The variables under other names than bare arrays have."""
        return [
            Sample(array, name) for array, name in zip(arrays, ("input", "layer:é", "target"), strict=False)
        ]


PER_DIM = Gaussian(PerRootDim(0.5))
KERNEL = {"information": False, "refuses_labels": False}
BIASED = {**KERNEL, "neighbours": 1}

CASES = {
    "KSG": Case(KSG(k=3)),
    "KSG, labels": Case(KSG(k=3), ("numbers", "labels")),
    "MixedKSG": Case(MixedKSG(k=3)),
    "MixedKSG, labels": Case(MixedKSG(k=3), ("labels", "numbers")),
    "KozachenkoLeonenko": Case(KozachenkoLeonenko(k=3), ("numbers",), symmetric="not", information=False),
    "KozachenkoLeonenko, Euclidean": Case(
        KozachenkoLeonenko(3, "euclidean"), ("numbers",), symmetric="not", information=False
    ),
    "FromEntropy": Case(FromEntropy(KozachenkoLeonenko(k=3))),
    "FromEntropy, labels": Case(FromEntropy(KozachenkoLeonenko(k=3)), ("numbers", "labels")),
    "Plugin": Case(Plugin(), ("labels", "labels"), neighbours=1, refuses_labels=False),
    "Criterion": Case(
        Criterion("covariance", covariance), neighbours=1, information=False, refuses_labels=False
    ),
    "Sliced": Case(Sliced(KSG(k=3), directions=30), symmetric="within error"),
    "Sliced, labels": Case(Sliced(KSG(k=3), directions=30, seed=2), ("numbers", "labels")),
    "Sliced, dim=2": Case(Sliced(MixedKSG(k=3), directions=30, dim=2), symmetric="within error"),
    "Sliced, until an error": Case(
        Sliced(KSG(k=3), directions=UntilError(atol=0.05, cap=120)), symmetric="within error"
    ),
    "SlicedPCA": Case(SlicedPCA(KSG(k=3), dim=1)),
    "SlicedPCA, labels": Case(SlicedPCA(KSG(k=3), dim=2), ("numbers", "labels")),
    "WeightedKozachenkoLeonenko": Case(
        WeightedKozachenkoLeonenko(k=3), ("numbers",), symmetric="not", information=False
    ),
    "FromEntropy, weighted": Case(FromEntropy(WeightedKozachenkoLeonenko(k=3))),
    "GaussianCopula": Case(GaussianCopula(), neighbours=1, enough=6),
    "GaussianCopula, labels": Case(GaussianCopula(), ("labels", "numbers"), neighbours=1),
    "CanonicalPairs": Case(CanonicalPairs(KSG(k=3)), neighbours=1, enough=12),
    "WithinClass": Case(WithinClass(KSG(k=3)), ("numbers", "numbers", "labels")),
    "Extrapolated": Case(
        # most seeds find that values of 16 rows curve, this one by far not
        Extrapolated(KSG(k=3), parts=4, times=2, seed=2),
        neighbours=15,
        symmetric="within error",
    ),
    "Extrapolated, labels": Case(
        Extrapolated(MixedKSG(k=2), parts=3, times=2, seed=1), ("numbers", "labels"), symmetric="within error"
    ),
    "Binned": Case(Binned(bins.Adaptive(3)), neighbours=1, enough=30),
    "Binned, labels": Case(
        Binned(bins.EqualCount(3), correction="miller-madow"), ("labels", "numbers"), neighbours=1
    ),
    "Binned, fixed width": Case(Binned(bins.FixedWidth(0.5), most_chance=1), neighbours=1, information=False),
    "Binned entropy": Case(
        Binned(bins.Adaptive(4, by="entropy")), ("numbers",), symmetric="not", neighbours=1
    ),
    "KDEBounds": Case(KDEBounds(RelativeNoise(0.5)), ("numbers",), symmetric="not", neighbours=1),
    "KDEBounds, labels": Case(KDEBounds(RelativeNoise(1.0), "lower"), ("numbers", "labels"), neighbours=1),
    "KDEBounds, a variance": Case(KDEBounds(0.1), ("numbers", "labels"), neighbours=1, information=False),
    "MatrixRenyi": Case(MatrixRenyi(), neighbours=1),
    "MatrixRenyi, labels": Case(MatrixRenyi(alpha=2), ("labels", "numbers"), neighbours=1),
    "MatrixRenyi entropy": Case(MatrixRenyi(alpha=1), ("numbers",), symmetric="not", neighbours=1),
    "HSIC": Case(HSIC(), **KERNEL),
    "HSIC, labels": Case(HSIC(), ("numbers", "labels"), **KERNEL),
    "HSIC, biased": Case(HSIC(PER_DIM, PER_DIM, form="biased"), **BIASED),
    "HSIC, pyglow": Case(HSIC(Laplace(5.0), Laplace(5.0), form="pyglow"), **BIASED),
    "HSIC, cca": Case(HSIC(form="cca", ridge=0.01), ("labels", "numbers"), **BIASED),
    "CKA": Case(CKA(Gaussian(Neighbours(3)), Gaussian(Neighbours(3))), **KERNEL),
    "CKA, biased": Case(CKA(Linear(), Linear(), unbiased=False), **BIASED),
    "CKA, labels": Case(CKA(), ("labels", "numbers"), **KERNEL),
    "Permuted": Case(Permuted(KSG(k=3), times=5)),
    "Permuted, labels": Case(Permuted(HSIC(), times=5), ("numbers", "labels"), **KERNEL),
    "DiffusionEntropy": Case(
        DiffusionEntropy(), ("numbers",), symmetric="not", neighbours=1, information=False
    ),
    "DiffusionEntropy, entries": Case(
        DiffusionEntropy(alpha=0.5, over="entries"),
        ("numbers",),
        symmetric="not",
        neighbours=1,
        information=False,
    ),
    "DiffusionInformation": Case(
        DiffusionInformation(), ("numbers", "labels"), neighbours=1, information=False
    ),
    "Prepared": Case(Prepared(KSG(k=3), x=[standardise, copula], y=[standardise, copula])),
    "Prepared entropy": Case(
        Prepared(KozachenkoLeonenko(k=3), x=standardise), ("numbers",), symmetric="not", information=False
    ),
}


def pytest_configure(config):
    config.addinivalue_line("markers", "cases(where): the cases of the contract that a test is of, else all")


def pytest_generate_tests(metafunc):
    """Every test of a `case` runs once for each that its mark wants."""
    if "case" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("cases")
        wanted = mark.kwargs["where"] if mark else lambda case: True
        chosen = {name: case for name, case in CASES.items() if wanted(case)}
        metafunc.parametrize("case", chosen.values(), ids=chosen)


@pytest.fixture(scope="session")
def all_cases():
    return CASES
