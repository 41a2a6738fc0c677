from dataclasses import replace

import numpy as np
import pytest

from infoplane import (
    Ask,
    DiffusionEntropy,
    DiffusionInformation,
    Layer,
    Probe,
    Run,
    Sample,
    evaluate,
    kernels,
    spectra,
)
from infoplane.measures.kernel import diffusion_entropy, diffusion_information

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


@pytest.mark.parametrize("kind", ["exact", "stochastic"])
def test_a_spectrum_outlasts_the_process(kind, tmp_path):
    x = np.random.default_rng(0).normal(size=(520, 3))
    entropy = DiffusionEntropy(kernels.Gaussian(0.8), alpha=1, spectrum=kind)
    kept = spectra.spectrum(x, entropy)
    spectra.save(kept, tmp_path / "input.safetensors")
    again = spectra.load(tmp_path / "input.safetensors")
    for t in (1, 2.5):
        measure = replace(entropy, t=t)
        assert measure(x, spectrum=again) == measure(x)
    if kind == "exact":
        assert again.eigenvalues[-1] == pytest.approx(1)
        np.testing.assert_array_equal(again.eigenvalues, kept.eigenvalues)
    else:
        with pytest.raises(ValueError, match="a stochastic spectrum has no eigenvalues"):
            _ = again.eigenvalues


def test_a_spectrum_belongs_to_data_and_settings():
    x = np.random.default_rng(0).normal(size=(30, 3))
    kept = spectra.spectrum(x)
    assert DiffusionEntropy()(x.copy(), spectrum=kept).value > 0
    with pytest.raises(ValueError, match="this spectrum belongs to other data than 'x' of 30 rows"):
        DiffusionEntropy()(x + 1e-9, spectrum=kept)
    with pytest.raises(
        ValueError, match=r"was made by spectrum\(kernel=Gaussian\(bandwidth='median'\), alpha=0"
    ):
        DiffusionEntropy(alpha=1)(x, spectrum=kept)
    with pytest.raises(
        ValueError, match=r"takes what infoplane.spectra.spectrum\(\.\.\.\) returns; got ndarray"
    ):
        DiffusionEntropy()(x, spectrum=np.ones(30))


def test_entries_have_no_spectrum():
    with pytest.raises(ValueError, match="over='entries' has no spectrum"):
        DiffusionEntropy(over="entries")(UNIFORM, spectrum=spectra.spectrum(UNIFORM))


def test_clusters_outlast_the_process(tmp_path):
    y = np.random.default_rng(0).normal(size=(50, 3))
    kept = spectra.clusters(y, 3)
    spectra.save(kept, tmp_path / "clusters.safetensors")
    again = spectra.load(tmp_path / "clusters.safetensors")
    np.testing.assert_array_equal(again.codes, kept.codes)
    assert (again.data, again.settings) == (kept.data, kept.settings)


def test_other_files_are_refused(tmp_path):
    from infoplane.storage.files import write_tensors

    write_tensors(tmp_path / "other.safetensors", {"a": np.ones(2)}, {"kind": "probe"})
    with pytest.raises(ValueError, match="holds neither a spectrum nor clusters"):
        spectra.load(tmp_path / "other.safetensors")


def test_evaluate_keeps_spectra_and_clusters_in_the_run(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    run = Run(tmp_path / "run").create({}, step="epoch", seeds=[0])
    run.set_probe(Probe(x, np.arange(40) % 2))
    layers = {step: np.tanh(x @ rng.normal(size=(3, 2))) for step in (0, 1)}
    for step, values in layers.items():
        run.save_snapshot(step, {"probe": {"fc1": values}})
    information = DiffusionInformation(classes=3)
    asked = {
        "S(T)": Ask(DiffusionEntropy(t=1), of=("layer",)),
        "D(T;X)": Ask(information, of=("layer", "input")),
        "D(T;T first)": Ask(information, of=("layer", Layer("fc1", at="first"))),
    }
    evaluate(run, asked, progress=False)
    for step, values in layers.items():
        (kept,) = (one for one in spectra.of_run(run, "probe", "layer:fc1", step) if hasattr(one, "found"))
        np.testing.assert_array_equal(kept.eigenvalues, spectra.spectrum(values).eigenvalues)
    (clusters,) = spectra.of_run(run, "probe", "input")
    assert information(layers[1], x, clusters=clusters) == information(layers[1], x)
    assert spectra.of_run(run, "probe", "target") == []
    files = {path: path.stat().st_mtime_ns for path in run.path.glob("spectra/*")}
    assert len(files) == 4  # two spectra, the clusters of the input and of the first layer

    monkeypatch.setattr(diffusion_entropy, "eigenvalues", None)  # not made again
    ds = evaluate(run, {"S(T)": Ask(DiffusionEntropy(t=2), of=("layer",))}, progress=False)
    monkeypatch.undo()
    for step, values in layers.items():
        assert float(ds.value.sel(step=step).squeeze()) == DiffusionEntropy(t=2)(values).value
    assert files == {path: path.stat().st_mtime_ns for path in run.path.glob("spectra/*")}


def test_a_file_of_other_data_is_not_used(tmp_path):
    run = Run(tmp_path / "run").create({}, step="epoch", seeds=[0])
    run.set_probe(Probe(UNIFORM[:40]))
    run.save_snapshot(0, {"probe": {"fc1": UNIFORM[:40, :2]}})
    asked = {"S(T)": Ask(DiffusionEntropy(), of=("layer",))}
    evaluate(run, asked, progress=False)
    (path,) = run.path.glob("spectra/*")
    spectra.save(spectra.spectrum(UNIFORM), path)
    again = {"S(T)": Ask(DiffusionEntropy(t=2), of=("layer",))}
    with pytest.raises(ValueError, match="this spectrum belongs to other data than 'layer:fc1'"):
        evaluate(run, again, progress=False)
