from dataclasses import replace

import numpy as np
import pytest

from infoplane import Sample, spectra
from infoplane.measures.kernel import diffusion_information

UNIFORM = np.random.RandomState(0).uniform(0, 1, (300, 16))

# what dse-dsmi 1.1 returns of UNIFORM, in bits
PUBLISHED = {
    "diffusion": ({}, 0.15535877260958708),
    "t=2": ({"t": 2}, 0.00025512),
    "sigma": ({"sigma": 0.5}, 8.066568546056553),
    "sigma, t=2": ({"sigma": 0.5, "t": 2}, 7.606528185302041),
    "sigma, t=5": ({"sigma": 0.5, "t": 5}, 3.806490093763268),
    "entries": ({"form": "entries"}, 16.45762853576825),
    "entries, sigma": ({"form": "entries", "sigma": 0.5}, 14.380877487524058),
    "classic": ({"form": "classic"}, 8.228818690496333),
    "gaussian": ({"form": "gaussian"}, 0.15531943381049795),
    "gaussian, sigma": ({"form": "gaussian", "sigma": 0.5}, 8.119397948021291),
    "anisotropic": ({"form": "anisotropic"}, 0.15535877260958708),
    "knn": ({"form": "knn"}, 7.8356178952947495),
    "knn=5": ({"form": "knn", "knn": 5}, 7.848561901655838),
}


@pytest.mark.parametrize(("settings", "published"), PUBLISHED.values(), ids=PUBLISHED)
def test_entropies_of_dse_dsmi(settings, published):
    assert spectra.dse_dsmi(**settings)(UNIFORM).in_bits().value == pytest.approx(published, abs=1e-6)


# the same of three blobs and their labels; with subsets drawn at random
INFORMATION = {
    "diffusion": ({}, 1.518033307769199),
    "t=2": ({"t": 2}, 1.4797904038607146),
    "sigma": ({"sigma": 2}, 0.6463636467862639),
    "entries": ({"form": "entries"}, -0.8131),
    "classic": ({"form": "classic"}, -3.8809),
    "gaussian": ({"form": "gaussian"}, 1.514625478151034),
    "knn": ({"form": "knn"}, -0.1090),
}


@pytest.mark.parametrize(("settings", "published"), INFORMATION.values(), ids=INFORMATION)
def test_information_of_dse_dsmi(settings, published):
    """Within 3 errors of the difference. Theirs is of 5 subsets, the same for all classes of one size."""
    from sklearn.datasets import make_blobs

    x, y = make_blobs(300, centers=3, n_features=8, cluster_std=1, random_state=0)
    measure = replace(spectra.dse_dsmi("information", **settings), repetitions=15)
    ours = measure(x, y).in_bits()
    of_rows = diffusion_information._of_rows(measure.entropy, Sample(x))
    rng = np.random.default_rng(0)
    subsets = [of_rows(rng.permutation(300)[:100]).in_bits().value for _ in range(15)]
    theirs = np.std(subsets, ddof=1) / np.sqrt(5)
    assert abs(ours.value - published) < 3 * np.hypot(ours.errors["subsets"], theirs)


def test_dse_dsmi_refuses_what_it_has_not():
    with pytest.raises(ValueError, match="its form one of diffusion, entries"):
        spectra.dse_dsmi("information", "chebyshev")
    with pytest.raises(ValueError, match="bins of MinMax"):
        spectra.dse_dsmi(form="classic", bins=0)
