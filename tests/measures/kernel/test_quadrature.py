import numpy as np
import pytest

from infoplane import DiffusionEntropy, Sample, kernels
from infoplane.measures.kernel._quadrature import quadrature
from infoplane.measures.kernel._scaled import diffusion
from infoplane.measures.kernel._spectra import eigenvalues

pytestmark = pytest.mark.portable

N = 300
RNG = np.random.default_rng(1)
CASES = {
    "near the identity": (RNG.normal(size=(N, 10)), kernels.Gaussian(0.4), 0.0),
    "near rank one": (RNG.normal(size=(N, 5)), kernels.Gaussian(300.0), 0.0),
    "in between": (RNG.normal(size=(N, 10)), kernels.Gaussian(3.0), 1.0),
    "blobs": (RNG.normal(size=(N, 5)) + 8 * RNG.integers(0, 4, size=(N, 1)), kernels.Gaussian(3.0), 0.5),
    "few distinct rows": (np.repeat(RNG.normal(size=(5, 3)), N // 5, axis=0), kernels.Gaussian(0.5), 0.0),
    "negative eigenvalues": (RNG.normal(size=(N, 1)), kernels.Gaussian(kernels.Neighbours(7)), 0.0),
    "a graph": (RNG.normal(size=(N, 4)), kernels.NeighbourGraph(8), 0.0),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_errors_are_honest(case):
    """Against the exact entropy, for t = 1, 2, 3 and 10 seeds: mostly within 2 errors, within 5 always."""
    x, kernel, alpha = case
    gram = kernel.gram(Sample(x))
    exact = eigenvalues(diffusion(gram, alpha))
    found = [quadrature(gram, alpha, 16, 24, np.random.default_rng(seed)) for seed in range(10)]
    for t in (1.0, 2.0, 3.0):
        truth = exact.entropy(t).value
        estimates = [one.entropy(t) for one in found]
        away = np.array([abs(one.value - truth) / one.stderr for one in estimates])
        assert np.mean(away < 2) >= 0.7
        assert away.max() < 5
        assert estimates[0].stderr < max(0.02 * truth, 1e-5)


def test_traces_of_first_powers_are_exact(rng):
    gram = kernels.Gaussian(2.0).gram(Sample(rng.normal(size=(300, 4))))
    found = quadrature(gram, 0.0, 4, 8, np.random.default_rng(0))
    values = eigenvalues(diffusion(gram, 0.0)).moduli
    np.testing.assert_allclose(found.moments, [299, values.sum() - 1, (values**2).sum() - 1], rtol=1e-6)


def test_more_probes_have_a_smaller_error():
    x = np.random.default_rng(0).normal(size=(600, 4))
    few, many = (DiffusionEntropy(spectrum="stochastic", probes=p)(x) for p in (8, 64))
    assert many.stderr < few.stderr
    assert abs(few.value - many.value) < 4 * few.stderr


def test_neither_order_nor_seed_nor_namespace_matter_beyond_the_error():
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).normal(size=(600, 4))
    measure = DiffusionEntropy(spectrum="stochastic")
    first = measure(x)
    assert set(first.errors) == {"probes"}
    assert measure(x[::-1]).value == pytest.approx(first.value, abs=1e-12)
    assert measure(torch.from_numpy(x)).value == pytest.approx(first.value, abs=1e-5)
    other = DiffusionEntropy(spectrum="stochastic", seed=1)(x)
    assert 0 < abs(other.value - first.value) < 4 * np.hypot(first.stderr, other.stderr)


def test_few_rows_are_exact():
    x = np.random.default_rng(0).normal(size=(500, 4))
    assert DiffusionEntropy(spectrum="stochastic")(x) == DiffusionEntropy()(x)
