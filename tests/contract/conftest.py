"""The cases of the contract: a new measure gets a line in `CASES`; a test refuses public ones without."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from infoplane import (
    KSG,
    CanonicalPairs,
    Criterion,
    Extrapolated,
    FromEntropy,
    GaussianCopula,
    KozachenkoLeonenko,
    MixedKSG,
    Plugin,
    Prepared,
    Sample,
    Sliced,
    SlicedPCA,
    UntilError,
    WeightedKozachenkoLeonenko,
    WithinClass,
)
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
    "CanonicalPairs": Case(CanonicalPairs(KSG(k=3)), neighbours=1, enough=6),
    "WithinClass": Case(WithinClass(KSG(k=3)), ("numbers", "numbers", "labels")),
    "Extrapolated": Case(Extrapolated(KSG(k=3), parts=4, times=2), neighbours=15, symmetric="within error"),
    "Extrapolated, labels": Case(
        Extrapolated(MixedKSG(k=2), parts=3, times=2, seed=1), ("numbers", "labels"), symmetric="within error"
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
