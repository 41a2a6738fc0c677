"""Where a type decides what a variable is, and its values speak against that."""

import pickle
import re

import numpy as np
import pytest

from infoplane import Sample, continuous, labels


def drawn(high, n, seed=0):
    """Integers below `high`, of which all occur where there are enough."""
    values = np.random.default_rng(seed).integers(high, size=n)
    values[: min(high, n)] = np.arange(min(high, n))
    return values


IN_DOUBT = {
    "a quantity in integers": (drawn(200, 2000), r"200 distinct integers of x .* labels: continuous\(x\)"),
    "pixels": (drawn(256, 60_000).astype(np.uint8)[:, None], "256 distinct integers of x"),
    "integers, few rows of each": (drawn(50, 400), "50 distinct integers"),
    "rows by number": (np.arange(8), "8 distinct integers"),
    "strings that all differ": ([f"id {i}" for i in range(50)], "each of the 50 rows of x has a string of"),
    "a word for no value": (np.array(["a", np.nan, "a"]), "x has a class 'nan': leave out rows"),
    "another word": (["a", "None", "a", "b"], "x has a class 'None'"),
    "0.0 and 1.0": (drawn(2, 50).astype(float), r"2 distinct whole numbers of x .*: labels\(x\)"),
    "class ids of float32": (drawn(10, 200).astype(np.float32)[:, None], "10 distinct whole numbers"),
    "a hundred class ids": (drawn(100, 2000).astype(np.float16), "100 distinct whole numbers"),
    "signs": (np.array([-1.0, 1.0, 1.0]), "2 distinct whole numbers"),
    "one-hot rows of floats": (
        np.eye(4)[drawn(4, 50)],
        r"one-hot rows of x are taken for quantities: labels",
    ),
}
CLEAR = {
    "ten classes": drawn(10, 100),
    "ten classes of a small probe": drawn(10, 30),
    "a hundred classes": drawn(100, 1000)[:, None],
    "pixels of few levels": drawn(100, 5000).astype(np.uint8),
    "signs": np.array([-1, 1, 1]),
    "booleans": np.array([True, False]),
    "words": ["cat", "dog", "cat"],
    "many words": np.char.add("w", drawn(500, 1000).astype(str)),
    "counts in floats": drawn(200, 2000).astype(float),
    "hundreds": drawn(10, 500) * 100.0,
    "ones alone": np.ones(9),
    "binary rows": (np.random.default_rng(0).random((50, 6)) < 0.5).astype(float),
    "an identity": np.eye(5),
    "whole at first": np.append(np.zeros(100), 0.5),
    "rows that are whole at first": np.vstack([np.eye(2)[np.zeros(100, int)], [[0.5, 0.5]]]),
    "NaN": np.array([0.0, 1.0, np.nan, 1.0]),
    "normal": np.random.default_rng(0).normal(size=5),
}


@pytest.mark.parametrize(("values", "says"), IN_DOUBT.values(), ids=IN_DOUBT)
def test_what_a_type_decided_against_the_values_is_in_doubt(values, says):
    sample = Sample(values)
    assert re.search(says, sample.doubt)
    told = labels if sample.is_labels else continuous
    assert told(values).doubt == told(sample).doubt == ""
    assert told(sample).said() is told(sample)
    assert told(sample).classes == sample.classes


@pytest.mark.parametrize("values", CLEAR.values(), ids=CLEAR)
def test_ordinary_labels_and_quantities_are_clear(values):
    assert Sample(values).doubt == ""


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [3, 30, 3000])
def test_no_draw_of_numbers_or_classes_is_in_doubt(n, seed):
    rng = np.random.default_rng(seed)
    for values in (rng.normal(size=n), rng.exponential(size=(n, 3)), rng.uniform(size=n).astype(np.float16)):
        assert Sample(values).doubt == ""
    for classes in (2, 3, 10):
        assert Sample(rng.integers(min(classes, n - 1), size=n)).doubt == ""


def test_a_doubt_stays_with_the_variable():
    torch = pytest.importorskip("torch")
    sample = Sample(np.arange(20), "{id}")
    assert "the 20 distinct integers of {id} " in sample.doubt
    assert "integers of target " in sample.renamed("target").doubt
    for other in (
        sample.take(np.arange(5)),
        sample.at(Sample(torch.zeros(3)).home),
        pickle.loads(pickle.dumps(sample)),
    ):
        assert other.doubt == sample.doubt
