"""Some of the random inputs of `make fuzz`, and that it finds what is wrong."""

import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from infoplane import KSG, DegenerateData, Estimate, Plugin, Sample, measures

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))
checks, drawn, subjects, promises = (
    import_module(f"fuzz_{part}") for part in ("checks", "inputs", "measures", "promises")
)

checks.SECONDS = float("inf")  # the first call of a search compiles it; times are for `make fuzz`
CASES = [i for i in range(120) if i % 10 < 5]  # most are small enough for definitions


@pytest.mark.parametrize("name", checks.EVERY)
def test_nothing_is_found(name):
    verdicts = [checks.judge(i, name) for i in CASES[checks.EVERY.index(name) % 2 :: 2]]
    found = [one for one in verdicts if one.outcome == "FOUND" and not one.expected]
    assert not found, f"{found[0]}; python benchmarks/fuzz.py --case {found[0].case}"


def test_every_public_measure_is_fuzzed():
    fuzzed = {type(subject.measure).__name__ for subject in subjects.SUBJECTS.values()}
    assert fuzzed == {*measures.__all__, "Prepared"}


def test_cases_are_told_by_their_number():
    one, other = drawn.inputs.__wrapped__(7), drawn.inputs.__wrapped__(7)
    assert str(one) == str(other)
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name])


def plain(**changes):
    """A case of 30 ordinary rows."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 2))
    arrays = {"x": x, "t": x + rng.normal(size=(30, 2)), "y": rng.integers(0, 3, 30), "z": np.arange(30) % 2}
    words = dict.fromkeys(arrays, "as it is")
    return drawn.Inputs(0, {**arrays, **changes}, words, words)


def of(f, **promised):
    return promises.Subject(f, **{"symmetric": False, "information": False, **promised})


def raises(error):
    def measure(x, y):
        raise error

    return measure


def by_order(x, y):
    return Estimate(float(x.values[0, 0]))


def changing(x, y):
    x.values.flags.writeable = True
    x.values[0] += 1
    return Estimate(0.0)


WRONG = {
    "an error": (of(raises(IndexError("list"))), "IndexError: list"),
    "no name": (of(raises(DegenerateData("it is bad"))), "names no variable"),
    "NaN": (of(lambda x, y: Estimate(np.nan)), "the value is nan"),
    "not a float": (of(lambda x, y: Estimate(np.float64(1))), "the value is np.float64"),
    "a warning": (of(lambda x, y: Estimate(float(np.log(x.values[:1, 0] * 0)[0]))), "RuntimeWarning"),
    "a note": (of(lambda x, y: Estimate(0.0, note="p = nan")), "the note is"),
    "too low": (of(lambda x, y: Estimate(-1.0), low=promises.nothing), "is below"),
    "too high": (of(lambda x, y: Estimate(9.0), high=promises.log_n), "is above"),
    "another value": (of(KSG(3), oracle=lambda x, y: 0.0), "by definition 0.0"),
    "too often refused": (of(raises(ValueError("'input' is odd")), takes=4), "refused what it takes"),
    "refused though defined": (
        of(raises(ValueError("'input' is odd")), oracle=lambda x, y: 0.0),
        ", refused: ",
    ),
    "the order": (of(by_order), "shuffled: "),
    "a changed sample": (of(changing), "again: "),
    "no symmetry": (of(lambda x, y: Estimate(float(x.values.max())), symmetric=True), "swapped: "),
    "a sign": (of(lambda x, y: Estimate(float(x.values.max())), unmoved=("mirrored",)), "mirrored: "),
    "a scale": (of(lambda x, y: Estimate(float(x.values.max())), unmoved=("doubled",)), "doubled: "),
    "classes": (of(lambda y, z: Estimate(float(y.values[0])), of="yz"), "renamed: "),
}


@pytest.mark.parametrize("subject", WRONG, ids=WRONG)
def test_what_is_wrong_is_found(subject):
    """The changes are drawn by the measure's name, so that some name draws each."""
    wrong, said = WRONG[subject]
    found = set()
    for i in range(60):
        try:
            checks.kept(plain(), str(i), wrong)
        except checks.Broken as broken:
            found.add(str(broken))
    assert [one for one in found if said in one], found


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_must_be_refused(bad):
    given = plain()
    given = plain(x=np.where(np.arange(60).reshape(30, 2) == 7, bad, given.arrays["x"]))
    assert checks.kept(given, "KSG", of(KSG(3)))[0] == "refused"
    with pytest.raises(checks.Broken, match="took input, which is not finite or masked"):
        checks.kept(given, "", of(lambda x, y: Estimate(0.0)))


def test_good_measures_keep_their_promises():
    for name in map(str, range(40)):
        ksg = checks.kept(plain(), name, subjects.SUBJECTS["KSG"])
        assert ksg[0] == "by definition"
        assert checks.kept(plain(), name, of(Plugin(), of="yz", symmetric=True))[0] == "plausible"


def test_layouts_hold_the_same_values():
    values = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    for dress in drawn.LAYOUTS.values():
        np.testing.assert_array_equal(Sample(dress(values)).values, values)
