import math

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from infoplane import Plugin, labels


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
