"""Layers side by side: within a run, over steps, and between runs."""

import re

import numpy as np
import pytest

from infoplane import CKA, HSIC, KSG, Ask, Layer, Probe, Run, Sliced, evaluate, layer_matrix
from infoplane.evaluation import pairs_of_layers as similarity
from infoplane.kernels import Gaussian

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 5))
WIDE, DEEP = np.tanh(X @ rng.normal(size=(5, 6))), np.maximum(X @ rng.normal(size=(5, 3)), 0)


def made(path, scale=1.0, x=X, **probe):
    run = Run(path).create({"scale": scale})
    run.set_probe(Probe(x, **probe))
    run.record(0, {"wide": X @ np.ones((5, 2)), "deep": DEEP[:, :2]})
    run.record(7, {"wide": scale * WIDE, "deep": DEEP})
    return run


@pytest.fixture
def run(tmp_path):
    return made(tmp_path / "one")


@pytest.mark.parametrize("held", [2**30, 0])
def test_within_a_run(run, held, monkeypatch):
    monkeypatch.setattr(similarity, "HELD_BYTES", held)
    matrix = layer_matrix(CKA(), run)
    assert matrix.dims == ("layer", "other_layer")
    np.testing.assert_allclose(matrix.values, matrix.values.T, rtol=1e-12)
    np.testing.assert_allclose(np.diag(matrix), 1)
    expected = CKA()(WIDE, DEEP).value
    assert matrix.sel(layer="wide", other_layer="deep").item() == pytest.approx(expected, rel=1e-12)
    assert matrix.attrs == {
        "measure": repr(CKA()),
        "unit": "",
        "run": "one",
        "other_run": "one",
        "step": 7,
        "other_step": 7,
        "split": "probe",
    }


def test_to_the_first_snapshot_as_evaluate_has_it(run):
    matrix = layer_matrix(CKA(), run, other_step=0)
    asked = {"CKA": Ask(CKA(), of=(Layer("wide"), Layer("wide", at="first")))}
    ds = evaluate(run, asked, progress=False)
    value = ds["value"].sel(step=7).values.item()
    assert matrix.sel(layer="wide", other_layer="wide").item() == pytest.approx(value, rel=1e-12)


def test_between_runs(run, tmp_path):
    other = made(tmp_path / "two", scale=9.0)
    matrix = layer_matrix(CKA(), run, str(other.path))
    np.testing.assert_allclose(np.diag(matrix), 1)  # which see no scale
    assert matrix.attrs["other_run"] == "two"
    raw = layer_matrix(HSIC(form="biased"), run, other)
    np.testing.assert_allclose(raw.values, layer_matrix(HSIC(form="biased"), run).values, rtol=1e-9)


def test_pairs_without_an_estimate_are_nan_and_say_why(run):
    run.record(9, {"dead": np.zeros((40, 2)), "wide": WIDE})
    matrix = layer_matrix(CKA(), run)
    assert np.isnan(matrix.sel(layer="dead")).all()
    assert matrix["note"].sel(layer="dead", other_layer="wide").item() == (
        "layer:dead is constant, so CKA is 0/0; leave it out"
    )
    assert np.isfinite(matrix.sel(layer="wide", other_layer="wide"))


def test_other_samples_are_refused(run, tmp_path):
    for name, x, rows in (("x", X + 1, None), ("rows", X, np.arange(40) + 1), ("n", X[:30], None)):
        other = Run(tmp_path / name).create({})
        other.set_probe(Probe(x, rows=rows))
        other.record(0, {"wide": x})
        with pytest.raises(ValueError, match="row i of both runs must be the same sample"):
            layer_matrix(CKA(), run, other)


def test_what_is_missing_is_said(run, tmp_path):
    bare = Run(tmp_path / "bare").create({})
    with pytest.raises(ValueError, match="no single split"):
        layer_matrix(CKA(), bare)
    bare.set_probe(Probe(X))
    with pytest.raises(ValueError, match="no snapshots"):
        layer_matrix(CKA(), bare)
    with pytest.raises(ValueError, match="3"):
        layer_matrix(CKA(), run, step=3)
    with pytest.raises(ValueError, match="no split 'test'"):
        layer_matrix(CKA(), run, split="test")


def test_notes_tell_the_sides_apart(run, tmp_path):
    """A ' marks layers of the other snapshot; one snapshot beside itself has one variable a layer."""
    bandwidth = r"bandwidth \S+ of ([^;]+)"
    other = made(tmp_path / "two", scale=9.0)
    for beside, mark in ({"other": other}, "'"), ({"other_step": 0}, "'"), ({}, ""):
        notes = layer_matrix(HSIC(), run, **beside)["note"]
        for name, other_name in (("wide", "deep"), ("wide", "wide")):
            note = notes.sel(layer=name, other_layer=other_name).item()
            sides = dict.fromkeys([f"layer:{name}", f"layer:{other_name}{mark}"])
            assert list(dict.fromkeys(re.findall(bandwidth, note))) == list(sides)


def test_a_snapshot_beside_itself_makes_each_matrix_once(run, monkeypatch):
    made_of = []
    whole = Gaussian.gram
    monkeypatch.setattr(Gaussian, "gram", lambda kernel, x: made_of.append(x.name) or whole(kernel, x))
    layer_matrix(CKA(), run)
    assert sorted(made_of) == ["layer:deep", "layer:wide"]


def test_random_settings_do_not_join_the_layers_of_two_runs(run, tmp_path):
    """Layers of one name have directions and noise of their own, by whichever run they are."""
    twin = made(tmp_path / "twin")
    sliced = layer_matrix(Sliced(KSG(k=3), directions=20), run, twin).sel(layer="wide", other_layer="wide")
    by_name = Sliced(KSG(k=3), directions=20)(
        *(run.sample("probe", "layer:wide", 7).renamed(name) for name in ("layer:wide", "layer:wide'"))
    )
    assert sliced.item() == by_name.value
