"""Whatever comes in is read for what it is or refused by name: nothing missing is measured."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from infoplane import Probe, Run, labels
from infoplane.runs.metrics import as_metrics

X = np.arange(8.0).reshape(4, 2)
HIDDEN = np.ma.masked_array(X, np.eye(4, 2, k=-1, dtype=bool))  # rows 1 and 2
NULLS = pd.array([0, 1, None, 1], dtype="Int64")
MISSING = {
    "masked": (np.ma.masked_array([0, 1, 1, 0], [0, 0, 1, 0]), 2),
    "masked floats": (HIDDEN, 1),
    "None": ([0, 1, None, 1], 2),
    "None among strings": (["a", None, "b", "a"], 1),
    "NaN among strings": (["a", "b", "a", np.nan], 3),
    "NA": (NULLS, 2),
    "category": (pd.Categorical(["a", None, "a", "b"]), 1),
    "series": (pd.Series([0.5, 1.5, 2.5, None]), 3),
}


@pytest.mark.parametrize("kind", MISSING)
def test_missing_targets(kind):
    y, first = MISSING[kind]
    with pytest.raises(ValueError, match=rf"'target' has missing values .*first: row {first}\); leave"):
        Probe(X, y)


def test_targets_of_nan():
    for y in ([0.5, 1.5, np.nan, 2.5], np.where(X == 4, np.nan, X)):
        with pytest.raises(ValueError, match=r"y has NaN in 1 of 4 samples \(first: row 2\).* leave these"):
            Probe(X, y)
    assert Probe(np.where(X == 4, np.nan, X), [0.5, 1.5, np.inf, 2.5]).target().width == 1


@pytest.mark.parametrize(
    "y", [NULLS.fillna(0), np.ma.masked_array([0, 1, 0, 1]), pd.Series([0, 1, 0, 1], [3, 2, 1, 0])]
)
def test_whole_targets_are_what_they_hold(y):
    assert Probe(X, y).target().values.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("x", [HIDDEN, (X, HIDDEN), {"a": {"b": HIDDEN}}, pd.DataFrame({"a": NULLS})])
def test_missing_inputs(x):
    for settings in ({}, {"as_input": X}):
        with pytest.raises(ValueError, match=r"'x' has missing values .* of 4 rows"):
            Probe(x, **settings)


def test_missing_in_what_x_is_for_measures():
    for given in (HIDDEN, lambda x: HIDDEN, [[1.0, None]] * 4, NULLS):
        with pytest.raises(ValueError, match="'input' has missing values"):
            Probe(X, as_input=given).input()


def test_numbers_of_pandas_are_numbers():
    frame = pd.DataFrame(X, columns=["a", "b"], index=[0.5, 1.5, 2.5, 3.5])
    assert Probe(frame).input().values.tolist() == X.tolist()
    assert Probe(frame["b"].astype("Float64")).input().values.tolist() == X[:, 1:].tolist()
    with pytest.raises(ValueError, match="columns of 'target' that hold no numbers: 'b'"):
        Probe(X, frame.assign(b="x"))


def test_what_is_sparse():
    with pytest.raises(ValueError, match=r"'input' is sparse \(csr_matrix\); give input.toarray\(\)"):
        Probe(csr_matrix(X))


def test_rows_of_different_lengths_may_be_fed_to_a_model():
    probe = Probe([[1], [2, 3], [4], [5]], as_input=X)
    assert len(probe) == 4
    assert repr(probe).startswith("Probe(4 samples of rows of different lengths")
    with pytest.raises(ValueError, match="X for measures can't be told from x"):
        Probe([[1], [2, 3]])


@pytest.mark.parametrize(
    "y", [np.array([b"a", b"\xc3\xbc", b"a", b"a"]), labels(np.array([b"a", b"\xc3\xbc", b"a", b"a"]))]
)
def test_bytes_are_strings(tmp_path, y):
    run = Run(tmp_path).create({})
    run.set_probe(Probe(X, y))
    target = run.sample("probe", "target")
    assert (target.classes, target.values.tolist()) == (("a", "ü"), [0, 1, 0, 0])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.ma.masked_array([0, 1, 2, 3], [1, 0, 0, 0]), "'rows' has missing values"),
        (["a", None, "b", "c"], "'rows' has missing values"),
        (NULLS, "'rows' has missing values"),
        (np.array([2**63, 1, 2, 3], np.uint64), r"below 2\*\*63; got 9223372036854775808"),
    ],
)
def test_ids(rows, said):
    with pytest.raises(ValueError, match=said):
        Probe(X, rows=rows)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ({"a": HIDDEN}, r"'a' has missing values .* in 2 of 4 rows \(first: row 1\)"),
        ({"a": [[1.0, None]] * 4}, "'a' has missing values"),
        ({"a": None}, "'a' has missing values"),
        ({"a": csr_matrix(X)}, r"'a' is sparse .*toarray\(\)"),
        ({"a": ["x"] * 4}, "real numbers of at most 64 bits; got <U1"),
        (X, r"layers must be \{name: array\}; got array"),
        ([("a", X)], r"layers must be \{name: array\}; got \[\('a'"),
        (None, r"layers must be \{name: array\}; got None"),
    ],
)
def test_layers(run, layers, said):
    with pytest.raises(ValueError, match=said):
        run.record(0, layers, split="test")
    with pytest.raises(ValueError, match=said):
        run.save_snapshot(0, {"test": layers})
    assert run.steps == ()


def test_layers_of_no_splits(run):
    with pytest.raises(ValueError, match=r"layers must be \{split: \{name: array\}\}; got array"):
        run.save_snapshot(0, X)
    with pytest.raises(ValueError, match="aligned must be True or False; got 'no'"):
        run.save_snapshot(0, {"test": {"a": X}}, aligned="no")


def test_nan_of_a_layer_is_kept(run):
    values = np.where(X > 4, np.nan, X)
    run.record(0, {"a": values, "b": np.ma.masked_array(values), "c": pd.DataFrame(X)}, split="test")
    np.testing.assert_array_equal(run.layer(0, "test", "a"), values)
    np.testing.assert_array_equal(run.layer(0, "test", "b"), values)
    np.testing.assert_array_equal(run.layer(0, "test", "c"), X)


@pytest.mark.parametrize(
    "value",
    [np.ma.masked, np.ma.masked_array([1.0], [True]), pd.NA, pd.NaT, "0.3", 1j, b"1", 2**70, [1, 2], print],
)
def test_metrics_that_are_no_number(run, value):
    with pytest.raises(ValueError, match=r"metric 'loss' must be one number; got .*Give None where there is"):
        run.log(0, loss=value)
    assert run.metrics() == []


def test_metrics():
    given = {"a": np.longdouble("0.5"), "b": Decimal("0.5"), "c": np.float16(0.5), "d": np.int8(3), "e": True}
    assert as_metrics(given | {"none": None}) == {
        "a": 0.5,
        "b": 0.5,
        "c": 0.5,
        "d": 3,
        "e": True,
        "none": None,
    }
    assert np.isnan(as_metrics({"nan": np.float32("nan")})["nan"])
    with pytest.raises(ValueError, match="can't be called 'step'"):
        as_metrics({"step": 3})


@pytest.mark.parametrize("step", ["0", 0.0, 1.5, True, None, -1])
def test_steps_that_are_read(run, step):
    run.record(0, {"a": X}, split="test")
    with pytest.raises(ValueError, match="step must be an integer >= 0; got"):
        run.snapshot(step)
    if step != -1:
        with pytest.raises(ValueError, match="step of discard_after must be an integer >= -1; got"):
            run.discard_after(step)
    assert run.snapshot(np.int64(0)).step == 0


def test_words_and_splits_that_are_no_strings(run):
    for word in (None, 3, ["input"]):
        with pytest.raises(ValueError, match="a variable of a run is 'input', 'target' or"):
            run.sample("test", word, 0)
    with pytest.raises(ValueError, match=r"no split \['test'\]; it has test"):
        run.sample(["test"], "input")


@pytest.mark.parametrize("probe", [{"a": X}, None, X, [Probe(X)], (X, [0, 1, 0, 1]), "x", {1: Probe(X)}])
def test_probes(run, probe):
    with pytest.raises(ValueError, match=r"probe= takes Probe\(x, y\) or .* without '/'; got"):
        run.set_probe(probe)


@pytest.mark.parametrize(
    ("settings", "more", "said"),
    [
        (None, {}, "settings must be a dict, like {'lr': 0.1}, or {}; got None"),
        ([("lr", 0.1)], {}, r"settings must be a dict, .*; got \[\("),
        ({"a": np.ma.masked_array([1.0, 2], [1, 0])}, {}, r"\['a'\] must be made of .*has missing values"),
        ({"a": np.ma.masked}, {}, r"\['a'\] must be made of numbers, .*has missing values"),
        ({"a": pd.NA}, {}, "must be made of numbers, strings, lists and dicts; got NAType"),
        ({"a": {1: "x", "1": "y"}}, {}, r"\['a'\] has keys that are the same as strings: \[1, '1'\]"),
        ({}, {"step": 3}, "step= says what a step is, like 'epoch'; got 3"),
        ({}, {"step": ""}, "step= says what a step is"),
        ({}, {"seeds": "1"}, "seeds= takes an integer, several of them, or None; got '1'"),
        ({}, {"seeds": 1.5}, "seeds= takes an integer, .*; got 1.5"),
        ({}, {"seeds": [1, None]}, "seeds= takes an integer, .*; got"),
    ],
)
def test_settings(tmp_path, settings, more, said):
    with pytest.raises(ValueError, match=said):
        Run(tmp_path / "run").create(settings, **more)
    assert not (tmp_path / "run").exists()


def test_seeds_and_wide_floats(tmp_path):
    for seeds in (range(3), (0, 1, 2), np.arange(3)):
        run = Run(tmp_path).create({"lr": np.longdouble("0.5")}, seeds=seeds)
    assert run.info["seeds"] == [0, 1, 2]
    assert run.settings == {"lr": 0.5}


@pytest.mark.parametrize("path", [None, 3, b"run"])
def test_paths(path):
    with pytest.raises(ValueError, match=r"Run\(path\) takes the path of a folder; got"):
        Run(path)
