"""Neither the order of the rows nor how they lie in memory shows in a number, an error or a note."""

import re

import numpy as np
import pytest

from infoplane import (
    CKA,
    HSIC,
    KSG,
    DiffusionEntropy,
    DiffusionInformation,
    Extrapolated,
    MatrixRenyi,
    Permuted,
    Prepared,
    Sliced,
    SlicedPCA,
    WithinClass,
    kernels,
    prepare,
)

NUMBERS, BOTH = ("numbers",), ("numbers", "numbers")
# what hangs most on rounding: (measure, of what, rows)
DELICATE = {
    "small eigenvalues": (MatrixRenyi(0.5), BOTH, 60),
    "small eigenvalues of a walk": (DiffusionEntropy(t=0.5), NUMBERS, 60),
    "probes": (DiffusionEntropy(spectrum="stochastic"), NUMBERS, 520),
    "probes within classes": (
        DiffusionInformation(DiffusionEntropy(spectrum="stochastic"), repetitions=2),
        ("numbers", "labels"),
        1600,
    ),
    "entries": (DiffusionEntropy(kernels.Laplace(), over="entries"), NUMBERS, 60),
    "own bandwidths": (DiffusionEntropy(kernels.Gaussian(kernels.Neighbours(3))), NUMBERS, 60),
    "a graph": (DiffusionEntropy(kernels.NeighbourGraph(5), matrix="adjacency"), NUMBERS, 60),
    "a one-sided graph": (
        DiffusionEntropy(kernels.NeighbourGraph(5, symmetric=False), matrix="adjacency"),
        NUMBERS,
        60,
    ),
    "clusters": (DiffusionInformation(), BOTH, 200),
    "clusters of many": (DiffusionInformation(classes=3, repetitions=2), BOTH, 1050),
    "leading components": (SlicedPCA(Sliced(KSG(k=3), directions=10), dim=2), BOTH, 640),
    "components": (Prepared(KSG(k=3), x=prepare.pca(2)), BOTH, 640),
    "linear": (CKA(kernels.Linear(), kernels.Linear()), BOTH, 60),
    "solved": (HSIC(form="cca"), BOTH, 60),
    "permuted rows of a matrix": (Permuted(HSIC(), times=5), BOTH, 60),
    "parts": (Extrapolated(CKA(unbiased=False), parts=3, times=2), BOTH, 60),
    "classes": (WithinClass(HSIC()), ("numbers", "numbers", "labels"), 60),
}
DATA = {
    "any": lambda values: values,
    "quantised": lambda values: values.round(1),  # of tied distances, which differ by rounding
    "narrow": lambda values: values.astype(np.float32),
    "far": lambda values: values + 1e4,
    "repeated": lambda values: np.concatenate([values, values[:20]])[: len(values)],
}


def each(change, arrays):
    return [change(array) if array.dtype.kind == "f" else array for array in arrays]


def layouts(arrays):
    """The same values, otherwise in memory."""
    yield each(np.asfortranarray, arrays)
    yield each(lambda values: np.repeat(np.repeat(values, 2, axis=0), 3, axis=1)[::2, ::3], arrays)
    yield each(lambda values: np.ascontiguousarray(values[:, ::-1])[:, ::-1], arrays)
    yield [np.ascontiguousarray(array[::-1])[::-1] for array in arrays]
    yield each(np.float64, arrays)


def orders(arrays):
    n = len(arrays[0])
    for order in (np.arange(n)[::-1], *np.random.default_rng(7).permuted([np.arange(n)] * 2, axis=1)):
        yield [array[order] for array in arrays]


def found(measure, arrays):
    """The number and what is said of it; of a refusal only what is."""
    try:
        estimate = measure(*arrays)
    except ValueError as refusal:
        return {}, str(refusal)
    return {"value": estimate.value, **estimate.errors}, estimate.note


def check_same(measure, arrays, others):
    expected, said = found(measure, arrays)
    for other in others:
        numbers, note = found(measure, other)
        assert re.sub(r"row \d+", "row", note) == re.sub(r"row \d+", "row", said)
        assert numbers.keys() == expected.keys()
        for name, number in numbers.items():
            assert abs(number - expected[name]) <= 1e-12 * max(1, abs(expected[name])), name


def spoilt(case, data, n=60):
    return each(DATA[data], case.draw(n))


@pytest.mark.parametrize("data", DATA)
def test_order(case, data):
    arrays = spoilt(case, data)
    check_same(case.measure, arrays, orders(arrays))


@pytest.mark.parametrize("data", DATA)
def test_layout(case, data):
    arrays = spoilt(case, data)
    check_same(case.measure, arrays, layouts(arrays))


@pytest.mark.portable  # what hangs most on rounding; the others hold once
@pytest.mark.parametrize("data", ["any", "quantised", "repeated"])
@pytest.mark.parametrize(("measure", "of", "n"), DELICATE.values(), ids=DELICATE)
def test_delicate(measure, of, n, data, all_cases):
    case = type(all_cases["KSG"])(measure, of)
    arrays = spoilt(case, data, n)
    check_same(measure, arrays, [*orders(arrays), *layouts(arrays)])
