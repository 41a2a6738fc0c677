import math
from dataclasses import dataclass

import numpy as np
import pytest

from infoplane import DegenerateData, Estimate, FromEntropy, KozachenkoLeonenko, Sample, known, labels

H = KozachenkoLeonenko(k=3)


def test_npeet_gives_the_same_on_labels():
    """Its ``micd``, k=3, which takes the absolute value of a number that is positive here."""
    x = np.random.RandomState(0).randn(50, 4)
    assert FromEntropy(H)(x, labels(x[:, 0] > 0)).value == pytest.approx(0.529537, abs=6e-7)


def test_it_is_the_sum_of_three_entropies():
    x, y = known.Normal(information=1, dims=(2, 3)).draw(200, seed=0)
    parts = H(x).value + H(y).value - H(np.hstack([x, y])).value
    assert FromEntropy(H)(x, y).value == pytest.approx(parts, abs=1e-13)
    assert FromEntropy(H)(y, x).value == pytest.approx(parts, abs=1e-13)


def test_it_is_the_entropy_less_the_mean_of_the_classes():
    t, y = known.LabelledNormal(means=((0, 0), (1, 1), (3, 0)), probabilities=(0.5, 0.3, 0.2)).draw(
        300, seed=0
    )
    given = sum((y == c).mean() * H(t[y == c]).value for c in range(3))
    assert FromEntropy(H)(t, y).value == pytest.approx(H(t).value - given, abs=1e-13)
    assert FromEntropy(H)(labels(y), t).value == pytest.approx(H(t).value - given, abs=1e-13)


@pytest.mark.parametrize(
    ("truth", "bias"),
    [
        (known.Normal(rho=0.8), 0.02),
        (known.Normal(information=1, dims=2), 0.1),
        (known.LabelledNormal(means=(-1, 1)), 0.01),
    ],
    ids=repr,
)
def test_known(truth, bias):
    values = [FromEntropy(H)(*truth.draw(1500, seed)).value for seed in range(8)]
    error = np.std(values, ddof=1) / math.sqrt(8)
    assert abs(np.mean(values) - truth.mutual_information().value) < 4 * error + bias


def test_it_may_be_negative():
    rng = np.random.default_rng(0)
    values = [FromEntropy(H)(rng.normal(size=100), rng.integers(0, 2, size=100)).value for _ in range(40)]
    assert min(values) < 0 < max(values)


def test_a_class_too_small_is_named():
    t, y = np.random.default_rng(0).normal(size=30), np.array(["a"] * 27 + ["b"] * 3)
    with pytest.raises(DegenerateData, match=r"class 'b' of 'y' \(3 samples\): more than 3 samples"):
        FromEntropy(H)(t, y)


def test_a_unit_dead_in_one_class_is_named():
    t, y = np.random.default_rng(0).normal(size=(30, 2)), np.repeat([0, 1], 15)
    t[y == 1, 0] = 0
    with pytest.raises(
        DegenerateData, match=r"class 1 of 'y' \(15 samples\): 1 of 2 columns of x are constant"
    ):
        FromEntropy(H)(t, y)


def test_dead_columns_change_nothing_and_are_named():
    x, y = known.Normal(rho=0.5).draw(100, seed=0)
    estimate = FromEntropy(H)(np.column_stack([x, np.ones(100)]), y)
    assert estimate.value == FromEntropy(H)(x, y).value
    assert estimate.note == "1 of 2 columns of x are constant"


ASKED: list[str] = []


@dataclass(frozen=True)
class Spread:
    """An entropy of someone else's."""

    def __call__(self, x):
        ASKED.append(x.name)
        return Estimate(float(np.log(x.values.std())), unit="bits", note="rough")


def test_any_entropy_will_do_and_is_asked_once_per_variable():
    ASKED.clear()
    x = Sample(np.random.default_rng(0).normal(size=50), "input")
    for name in ("layer:a", "layer:b"):
        estimate = FromEntropy(Spread())(x, Sample(2 * x.values, name))
    assert estimate.unit == "bits"
    assert estimate.note == "rough"
    assert ASKED == ["input", "layer:a", "input|layer:a", "layer:b", "input|layer:b"]


def test_what_is_no_entropy_is_refused_at_once():
    with pytest.raises(ValueError, match=r"FromEntropy\(entropy=\) takes a measure with its settings"):
        FromEntropy(KozachenkoLeonenko)


def test_labels_of_single_members():
    with pytest.raises(DegenerateData, match=r"occurs once, so no class has an entropy; .*continuous\(y\)"):
        FromEntropy(KozachenkoLeonenko(k=3))(np.random.default_rng(0).normal(size=20), np.arange(20))
