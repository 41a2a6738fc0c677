"""Spectra and clusters in files, and on the shelf of a run."""

import zlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from infoplane import (
    KSG,
    Ask,
    DiffusionEntropy,
    DiffusionInformation,
    Layer,
    Probe,
    Run,
    evaluate,
    kernels,
    spectra,
)
from infoplane.measures.kernel import diffusion_entropy
from infoplane.runs import shelf
from infoplane.storage.files import write_tensors

X = np.random.RandomState(0).uniform(0, 1, (40, 3))


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


def test_clusters_outlast_the_process(tmp_path):
    y = np.random.default_rng(0).normal(size=(50, 3))
    kept = spectra.clusters(y, 3)
    spectra.save(kept, tmp_path / "clusters.safetensors")
    again = spectra.load(tmp_path / "clusters.safetensors")
    np.testing.assert_array_equal(again.codes, kept.codes)
    assert (again.data, again.settings) == (kept.data, kept.settings)


def test_other_files_are_refused(tmp_path):
    write_tensors(tmp_path / "other.safetensors", {"a": np.ones(2)}, {"kind": "probe"})
    with pytest.raises(ValueError, match="holds neither a spectrum nor clusters"):
        spectra.load(tmp_path / "other.safetensors")


def test_spectra_and_clusters_are_kept_in_the_run(tmp_path, monkeypatch):
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


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path / "run").create({}, step="epoch", seeds=[0])
    run.set_probe(Probe(X))
    for step in (0, 1):
        run.save_snapshot(step, {"probe": {"fc1": np.tanh((1 + step) * X[:, :2])}})
    return run


def entropies(run, t, executor=None):
    """Of the layer at both steps, by a spectrum that lies on the shelf or is made."""
    ds = evaluate(run, {"S(T)": Ask(DiffusionEntropy(t=t), of=("layer",))}, executor, progress=False)
    return ds.value.values.ravel()


def expected(t):
    return [DiffusionEntropy(t=t)(np.tanh((1 + step) * X[:, :2])).value for step in (0, 1)]


def test_a_file_of_other_data_is_made_anew(run):
    entropies(run, 1)
    path = sorted(run.path.glob("spectra/*"))[0]
    spectra.save(spectra.spectrum(X), path)
    with pytest.warns(UserWarning, match=f"{path.name} is of no use.*other data"):
        assert list(entropies(run, 2)) == expected(2)
    assert len(spectra.of_run(run, "probe", "layer:fc1", 0)) == 1
    assert list(entropies(run, 3)) == expected(3)


def test_a_damaged_spectrum_ends_no_evaluation(run):
    entropies(run, 1)
    path = sorted(run.path.glob("spectra/*"))[0]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match="is damaged"):
        [spectra.of_run(run, "probe", "layer:fc1", step) for step in (0, 1)]
    mutual = {"D(T;X)": Ask(DiffusionInformation(classes=3), of=("layer", "input"))}
    evaluate(run, mutual, progress=False)  # needs no spectrum, and says nothing
    with pytest.warns(UserWarning, match=path.name):
        assert list(entropies(run, 2)) == expected(2)
    assert all(spectra.of_run(run, "probe", "layer:fc1", step) for step in (0, 1))


def test_raised_numbers_make_spectra_anew(run, monkeypatch):
    entropies(run, 1)
    kept = spectra.spectrum(X)
    spectra.save(kept, run.path / "own.safetensors")
    monkeypatch.setattr(DiffusionEntropy, "numbers", DiffusionEntropy.numbers + 1)
    assert spectra.of_run(run, "probe", "layer:fc1", 0) == []
    with pytest.raises(ValueError, match="other numbers; make it anew"):
        spectra.load(run.path / "own.safetensors")
    made, real = [], diffusion_entropy.eigenvalues
    monkeypatch.setattr(diffusion_entropy, "eigenvalues", lambda matrix: made.append(1) or real(matrix))
    entropies(run, 2)
    assert len(made) == 2
    entropies(run, 3)
    assert len(made) == 2
    assert len(spectra.of_run(run, "probe", "layer:fc1", 0)) == 1


def test_raised_numbers_make_clusters_anew(run, monkeypatch):
    asked = {"D": Ask(DiffusionInformation(classes=3), of=("layer", "input"))}
    evaluate(run, asked, progress=False)
    monkeypatch.setattr(DiffusionInformation, "numbers", DiffusionInformation.numbers + 1)
    assert spectra.of_run(run, "probe", "input") == []
    evaluate(run, asked, progress=False)
    assert len(spectra.of_run(run, "probe", "input")) == 1


def test_files_of_before_are_read(run, monkeypatch):
    """Without numbers and digests of tensors, as the first version wrote them."""
    monkeypatch.setattr(DiffusionEntropy, "numbers", 1)
    for step in (0, 1):
        made = spectra.spectrum(np.tanh((1 + step) * X[:, :2]))
        digest = run.digest("probe", "layer:fc1", step)
        name = f"{digest}-{zlib.crc32(made.settings.encode()):08x}.safetensors"
        header = {"settings": made.settings, "data": made.data, "kind": "Eigenvalues"}
        write_tensors(run.path / "spectra" / name, {"moduli": made.eigenvalues}, header)
    monkeypatch.setattr(diffusion_entropy, "eigenvalues", None)  # not made again
    entropies(run, 2)
    assert len(spectra.of_run(run, "probe", "layer:fc1", 1)) == 1


def test_measures_that_need_none_read_none(run, monkeypatch):
    entropies(run, 1)
    read, real = [], shelf.read_entry
    monkeypatch.setattr(shelf, "read_entry", lambda path: read.append(path) or real(path))
    evaluate(run, {"I": Ask(KSG(), of=("layer", "input"))}, progress=False)
    entropies(run, 1)  # measured already
    other = DiffusionEntropy(kernels.Gaussian(1.0))
    evaluate(run, {"S": Ask(other, of=("layer",))}, progress=False)
    assert not read
    entropies(run, 2)
    assert len(read) == 2


def test_processes_share_the_shelf(run):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert list(entropies(run, 1, pool)) == expected(1)
    files = {path: path.stat().st_mtime_ns for path in run.path.glob("spectra/*")}
    assert len(files) == 2
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert list(entropies(run, 2, pool)) == expected(2)
    assert files == {path: path.stat().st_mtime_ns for path in run.path.glob("spectra/*")}
