"""What every public measure promises (the cases are in conftest.py); what it refuses is beside this file."""

import pickle
import re
from dataclasses import FrozenInstanceError, fields, is_dataclass

import numpy as np
import pytest

import infoplane
from infoplane import (
    Criterion,
    DegenerateData,
    Estimate,
    Prepared,
    Sample,
    Sliced,
    continuous,
    labels,
    measures,
)
from infoplane.settings import canonical

pytestmark = pytest.mark.portable


def takes_numbers(case):
    return "numbers" in case.of


def same(one, other, tolerance=1e-12):
    return abs(one.value - other.value) <= tolerance * max(1, abs(one.value))


def test_every_public_measure_is_under_contract(all_cases):
    under = {type(case.measure).__name__ for case in all_cases.values()}
    assert under == {*measures.__all__, "Prepared"}


def test_every_public_measure_is_at_the_top():
    assert {*measures.__all__, "Prepared"} <= set(infoplane.__all__)


def test_settings_are_a_frozen_value(case):
    measure = case.measure
    assert is_dataclass(measure)
    for field in fields(measure):
        with pytest.raises(FrozenInstanceError):
            setattr(measure, field.name, None)
    again = pickle.loads(pickle.dumps(measure))
    assert again == measure
    assert hash(again) == hash(measure)
    assert repr(again) == repr(measure)
    assert canonical(again) == canonical(measure)
    assert not hasattr(measure, "fit")


@pytest.mark.cases(where=lambda case: not isinstance(case.measure, Criterion))
def test_repr_is_the_record(case):
    """Evaluating it gives the measure back."""
    rooms = (infoplane.kernels, infoplane)
    names = {**vars(infoplane.prepare), **vars(infoplane.bins)}
    names |= {name: getattr(room, name) for room in rooms for name in room.__all__}
    assert eval(repr(case.measure), names) == case.measure


def test_same_settings_and_data_same_number(case):
    arrays = case.draw()
    first = case.measure(*arrays)
    again = pickle.loads(pickle.dumps(case.measure))(*arrays)
    assert isinstance(first, Estimate)
    assert first == again
    assert type(first.value) is float
    assert np.isfinite(first.value)
    assert first != case.measure(*case.draw(seed=1))


def test_the_memo_of_samples_changes_no_number(case):
    arrays = case.draw()
    samples = case.samples(*arrays)
    first = case.measure(*samples)
    assert case.measure(*samples) == first
    assert case.measure(*case.samples(*arrays)) == first


def test_input_and_global_random_state_stay_as_they_were(case):
    arrays = case.draw()
    before = [array.copy() for array in arrays]
    state = np.random.get_state()  # noqa: NPY002
    case.measure(*arrays)
    for array, as_it_was in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, as_it_was)
        assert array.flags.writeable
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(state[1], after[1])
    assert state[2:] == after[2:]


@pytest.mark.cases(where=lambda case: case.symmetric == "exactly")
def test_symmetric(case):
    x, y, *given = case.samples(*case.draw())
    swapped = (
        Prepared(case.measure.measure, case.measure.y, case.measure.x)
        if isinstance(case.measure, Prepared)
        else case.measure
    )
    assert same(case.measure(x, y, *given), swapped(y, x, *given))


@pytest.mark.cases(where=lambda case: case.symmetric == "within error")
def test_symmetric_within_error(case):
    x, y = case.draw(200)
    one, other = case.measure(x, y), case.measure(y, x)
    assert abs(one.value - other.value) < 4 * np.hypot(one.stderr, other.stderr)


def test_symmetry_is_declared(all_cases):
    assert {case.symmetric for case in all_cases.values() if len(case.of) > 1} <= {"exactly", "within error"}


def test_order_of_samples_does_not_matter(case):
    arrays = case.draw()
    order = np.random.default_rng(5).permutation(60)
    assert same(case.measure(*arrays), case.measure(*(array[order] for array in arrays)))


@pytest.mark.cases(where=lambda case: "labels" in case.of)
def test_names_of_labels_do_not_matter(case):
    arrays = case.draw()
    words = np.array(["dog", "cat", "ant"])
    renamed = [words[a] if kind == "labels" else a for a, kind in zip(arrays, case.of, strict=True)]
    one_hot = [
        labels(np.eye(3)[a]) if kind == "labels" else a for a, kind in zip(arrays, case.of, strict=True)
    ]
    expected = case.measure(*arrays)
    assert same(case.measure(*renamed), expected)
    assert same(case.measure(*one_hot), expected)


def test_what_a_type_decided_in_doubt_is_said_once(case):
    samples = [side.but(doubt="whether {0} is what it seems") for side in case.samples(*case.draw())]
    note = case.measure(*samples).note
    for side in samples:
        assert note.count(f"whether {side.name} is what it seems") == 1, note
    assert "whether" not in case.measure(*(side.said() for side in samples)).note


@pytest.mark.cases(where=lambda case: len(case.of) > 1)
def test_variables_of_one_name_are_told_apart(case):
    alike = [Sample(array, "v").but(doubt="whether {0} is one") for array in case.draw()]
    note = case.measure(*alike).note
    said = re.findall("whether (v'*) is one", note)
    assert sorted(said) == ["v", "v'", "v''"][: len(alike)]


@pytest.mark.cases(where=takes_numbers)
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_narrow_floats_are_differenced_in_float64(case, dtype):
    narrow = [
        a.astype(dtype) if kind == "numbers" else a for a, kind in zip(case.draw(), case.of, strict=True)
    ]
    wide = [a.astype(np.float64) if a.dtype == dtype else a for a in narrow]
    # slices and standardised columns are sums of products, which round by place
    assert same(case.measure(*narrow), case.measure(*wide), 1e-6)


@pytest.mark.cases(where=lambda case: case.information and "numbers" in case.of)
@pytest.mark.parametrize("exponent", [1000, -1000])
def test_extreme_scales_change_nothing(case, exponent):
    """Scaled by a power of two, which rounds nothing, all variables have the information they had."""
    plain = case.draw()
    scaled = [np.ldexp(side, exponent) if side.dtype.kind == "f" else side for side in plain]
    ours, theirs = case.measure(*plain), case.measure(*scaled)
    # its sub-samples depend on the content of what is measured
    close = 6 * ours.errors["samples"] if "samples" in ours.errors else 1e-9
    assert theirs.value == pytest.approx(ours.value, abs=close)


def test_lists_and_tensors(case):
    torch = pytest.importorskip("torch")
    arrays = case.draw()
    expected = case.measure(*arrays)
    assert case.measure(*(array.tolist() for array in arrays)) == expected
    # kernels compute where the tensors are
    assert same(case.measure(*map(torch.from_numpy, arrays)), expected)
    tracked = [
        torch.from_numpy(a).requires_grad_() if a.dtype.kind == "f" else torch.from_numpy(a) for a in arrays
    ]
    assert same(case.measure(*tracked), expected)
    assert case.measure(*(np.asfortranarray(array) for array in arrays)) == expected


@pytest.mark.cases(where=takes_numbers)
def test_tensors_with_a_dead_column(case):
    torch = pytest.importorskip("torch")
    arrays = case.spoilt(lambda x: np.insert(x, 1, 7.0, axis=1))
    tensors = map(torch.from_numpy, arrays)
    try:
        expected = case.measure(*arrays)
    except DegenerateData as refusal:  # of densities
        with pytest.raises(DegenerateData, match=re.escape(str(refusal))):
            case.measure(*tensors)
    else:
        assert same(case.measure(*tensors), expected)


@pytest.mark.cases(where=lambda case: len(case.of) > 1)
def test_tensors_beside_arrays(case):
    """And labels on the host beside numbers on a device, which another index of the processor stands for."""
    torch = pytest.importorskip("torch")
    arrays = case.draw()
    expected = case.measure(*arrays)
    assert same(case.measure(torch.from_numpy(arrays[0]), *arrays[1:]), expected)
    assert same(case.measure(arrays[0], *map(torch.from_numpy, arrays[1:])), expected)
    host, elsewhere = torch.device("cpu"), torch.device("cpu", 0)
    assert host != elsewhere
    spaces = [Sample(torch.from_numpy(array)).home[0] for array in arrays]
    devices = [host if kind == "labels" else elsewhere for kind in case.of]
    apart = [
        sample.at(home)
        for sample, home in zip(case.samples(*arrays), zip(spaces, devices, strict=True), strict=True)
    ]
    assert same(case.measure(*apart), case.measure(*case.samples(*arrays)))


@pytest.mark.cases(where=lambda case: case.information)
def test_constants_have_no_information(case):
    for place, kind in enumerate(case.of[:2]):
        arrays = case.draw()
        arrays[place] = np.full_like(arrays[place], 1) if kind == "labels" else np.full((60, 3), 0.1)
        estimate = case.measure(*arrays)
        assert estimate.value == 0
        assert f"{case.names[place]} is constant, so the information is 0" in estimate.note


@pytest.mark.cases(where=lambda case: case.information and takes_numbers(case))
def test_dead_columns_are_named(case):
    place = case.of.index("numbers")
    estimate = case.measure(*case.spoilt(lambda values: np.insert(values, 1, 0.3, axis=1)))
    width = case.widths[place] + 1
    assert f"1 of {width} columns of {case.names[place]} are constant" in estimate.note
    if not isinstance(case.measure, Sliced):  # another width has other directions
        assert same(estimate, case.measure(*case.draw()))


@pytest.mark.cases(where=takes_numbers)
def test_integers_may_be_said_to_be_quantities(case):
    counts = np.random.default_rng(0).permutation(np.arange(120)).reshape(60, 2)
    said, floats = (case.spoilt(lambda values, make=make: make(counts)) for make in (continuous, np.float64))
    for place, side in enumerate(said):
        if isinstance(side, Sample):
            said[place] = continuous(side.values, case.names[place])  # bare arrays have these names
    assert case.measure(*said) == case.measure(*floats)
