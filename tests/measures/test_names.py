"""Two variables of one name, in notes and refusals."""

import numpy as np
import pytest

from infoplane import KSG, Binned, DegenerateData, FromEntropy, KozachenkoLeonenko, continuous, labels
from infoplane.measures import _check

X, Y = np.random.default_rng(0).normal(size=(2, 60))


def test_notes_say_which_of_two_it_is():
    x, y = continuous(X), continuous(np.column_stack([Y, np.ones(60)]))
    assert KSG(k=3)(x, y).note == "1 of 2 columns of x' are constant"
    assert KSG(k=3)(y, x).note == "1 of 2 columns of x are constant"
    assert KSG(k=3)(x, continuous(np.ones(60))).note == "x' is constant, so the information is 0"


def test_refusals_say_which_of_two_it_is():
    x, ids = continuous(X), labels(np.arange(60), "x")
    with pytest.raises(DegenerateData, match='every label of "x\'" occurs once'):
        Binned()(x, ids)


def test_names_that_differ_stay_and_so_does_one_sample_given_twice():
    x, y = continuous(X), continuous(Y, "y")
    assert _check.pair(x, y) == (x, y)
    assert _check.pair(x, x) == (x, x)
    assert [side.name for side in _check.told_apart(x, x, continuous(Y, "x'"))] == ["x", "x'", "x''"]
    again = _check.pair(x, continuous(X))[1]
    assert again.name == "x'"
    other = continuous(Y)
    assert _check.pair(x, other)[1] is _check.pair(x, other)[1]  # what is derived from it is derived once


def test_a_name_moves_no_number():
    x, y = continuous(X), continuous(X + Y)
    for measure in (KSG(k=3), Binned(), FromEntropy(KozachenkoLeonenko(k=3))):
        assert measure(x, y).value == measure(x, y.renamed("y")).value
