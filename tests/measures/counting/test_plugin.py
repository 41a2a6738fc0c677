import math
import tracemalloc

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from infoplane import DegenerateData, Permuted, Plugin, known, labels


@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_gives_the_same(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 6, size=200) * 7
    y = np.array(["red", "green", "blue"])[(x + rng.integers(0, 2, size=200)) % 3]
    assert Plugin()(x, y).value == pytest.approx(mutual_info_score(x, y), abs=1e-12)


def test_known():
    assert Plugin()([0, 0, 1, 1], [0, 1, 0, 1]).value == pytest.approx(0, abs=1e-15)
    assert Plugin()(np.arange(8), np.arange(8)).value == pytest.approx(math.log(8))
    skewed = np.repeat([True, False], [1, 3])
    assert Plugin()(skewed, skewed).value == pytest.approx(math.log(4) - 0.75 * math.log(3))


def test_bias_of_independent_labels_is_that_of_the_docstring():
    rng = np.random.default_rng(0)
    values = [Plugin()(rng.integers(0, 5, 500), rng.integers(0, 4, 500)).value for _ in range(400)]
    expected = (20 - 5 - 4 + 1) / (2 * 500)
    assert abs(np.mean(values) - expected) < 4 * np.std(values) / 20


def test_one_hot():
    assert Plugin()(labels(np.eye(3)[[0, 1, 2]]), [0, 1, 2]).value == pytest.approx(math.log(3))


def test_continuous_sides_are_refused():
    with pytest.raises(ValueError, match=r"Plugin is of labels; 'y' is continuous. Use KSG\(\)"):
        Plugin()([0, 1], [0.0, 1.0])


def test_memory_is_that_of_the_pairs_that_occur():
    n = 50_000  # all pairs of labels would be ten gigabytes
    tracemalloc.start()
    estimate = Plugin()(np.arange(n), np.arange(n) // 2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert estimate.value == pytest.approx(math.log(n // 2), abs=1e-9)
    assert peak < 100e6


@pytest.mark.parametrize("n", [10, 33, 500])
def test_never_below_zero(n):
    """Every pair once."""
    assert Plugin()(np.repeat([0, 1], n), np.tile(np.arange(n), 2)).value == 0


def test_the_part_of_chance_is_named():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 20, size=(2, 300))
    estimate = Plugin()(x, y)
    values = Permuted(Plugin(), times=200).null(x, y)
    part = float(estimate.note.removeprefix("chance alone makes ").split()[0])
    assert part == pytest.approx(values.mean(), abs=4 * values.std() / np.sqrt(200) + 0.005)
    assert estimate.note.endswith("of it: take fewer classes or more samples")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("classes", "n"), [(2, 40), (3, 100), (10, 2000), (10, 100_000)])
def test_labels_in_order_have_no_note(seed, classes, n):
    """Dependent ones, whose information is well above what chance makes of so many classes."""
    assert Plugin()(*known.SymmetricChannel(classes, flip=0.2).draw(n, seed)).note == ""


def test_independent_labels_of_many_samples_have_no_note():
    x, y = np.random.default_rng(0).integers(0, 5, size=(2, 2000))
    assert Plugin()(x, y).note == ""


def test_labels_that_chance_alone_fills_are_refused():
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 5000, 500), rng.integers(0, 3, 500)
    said = (
        r"500 samples in \d+ cells of 'x' and 3 of 'y' can't tell dependent from independent.*fewer classes"
    )
    with pytest.raises(DegenerateData, match=said):
        Plugin()(x, y)
    unrefused = Plugin(most_chance=1)(x, y)
    assert unrefused.value == pytest.approx(mutual_info_score(x, y), abs=1e-12)
    assert "chance alone makes 1.06 of it" in unrefused.note


def test_labels_of_which_one_determines_the_other_are_kept():
    ids = labels(np.arange(1000), "x")
    estimate = Plugin()(ids, labels(ids.values // 2))
    assert estimate.value == pytest.approx(math.log(500))
    assert estimate.note == (
        "chance alone makes 6.21 of it: take fewer classes or more samples; it is at the entropy of y, the "
        "most there is"
    )
    assert Plugin()(ids.values % 7, ids.values % 7).note == "it is at the entropy of x, the most there is"


@pytest.mark.parametrize("wrong", [0, -0.1, 1.1, np.nan, "0.9", True, None])
def test_shares_that_are_refused(wrong):
    with pytest.raises(ValueError, match="most_chance of Plugin must be a finite number"):
        Plugin(wrong)
