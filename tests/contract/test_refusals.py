"""What every public measure refuses, and that any data give a number or a sentence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from infoplane import DegenerateData


def takes_numbers(case):
    return "numbers" in case.of


@pytest.mark.cases(where=takes_numbers)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_non_finite_values_admit_no_estimate(case, bad):
    def put(values):
        values[7, 1] = bad
        return values

    with pytest.raises(DegenerateData, match=r"NaN or infinite values in 1 of 60 rows \(first: row 7\)"):
        case.measure(*case.spoilt(put))


BAD = {
    "objects": lambda values: np.full(values.shape, object()),
    "masked values": lambda values: np.ma.masked_greater(values, 1.0),
    "values that are None": lambda values: np.where(values > 1.0, None, values),
    "a sparse array": csr_array,
    "complex": lambda values: values + 1j,
    "three dimensions": lambda values: values[:, :, None],
    "no columns": lambda values: values[:, :0],
    "no rows": lambda values: values[:0],
    "an integer matrix": lambda values: values.astype(int),
    "one sample": lambda values: values[:1],
    "a number": lambda values: 3.0,
    "nothing": lambda values: None,
}


@pytest.mark.cases(where=takes_numbers)
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_refuses(case, bad):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  (the sentences are tested with the samples)
        case.measure(*case.spoilt(bad))
    assert not isinstance(refusal.value, DegenerateData)
    assert len(str(refusal.value)) > 20


@pytest.mark.cases(where=takes_numbers)
def test_a_range_beyond_float64_is_refused(case):
    def stretch(values):
        return np.sign(values) * 1.5e308

    with pytest.raises(DegenerateData, match="leave the range of float64; divide it by a constant"):
        case.measure(*case.spoilt(stretch))


@pytest.mark.cases(where=lambda case: len(case.of) > 1)
def test_rows_must_match(case):
    *others, last = case.draw()
    said = f"row i of both variables must be the same sample: 'x' has 60 rows, '{case.names[-1]}' has 59"
    with pytest.raises(ValueError, match=said):
        case.measure(*others, last[:-1])


def test_fewest_samples(case):
    with pytest.raises(ValueError, match=r"more than 3 samples|at least 2 samples") as refusal:
        case.measure(*case.draw(case.neighbours))
    assert not isinstance(refusal.value, DegenerateData)
    if "labels" not in case.of:
        assert np.isfinite(case.measure(*case.draw(case.enough or case.neighbours + 1)).value)


@pytest.mark.cases(where=lambda case: case.refuses_labels)
def test_labels_on_every_side_are_refused(case):
    with pytest.raises(ValueError, match="labels"):
        case.measure(*[[0, 1, 1, 0, 2, 2] * 5] * len(case.of))


@pytest.mark.cases(where=lambda case: "labels" in case.of and case.refuses_labels)
def test_single_labels_admit_no_estimate(case):
    arrays = [np.arange(60) if kind == "labels" else a for a, kind in zip(case.draw(), case.of, strict=True)]
    with pytest.raises(DegenerateData) as refusal:
        case.measure(*arrays)
    if "occurs once" in str(refusal.value):  # of whom neighbours are missed has some
        assert ("no class has neighbours" in str(refusal.value)) == ("KSG(" in repr(case.measure))


@st.composite
def variables(draw):
    """Any shapes, dtypes, ties, constants, NaN, magnitudes."""
    n = draw(st.integers(1, 14))
    dtype = draw(st.sampled_from([np.float16, np.float32, np.float64]))
    out = []
    for _ in range(3):
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        values = rng.normal(size=(n, draw(st.integers(1, 3))))
        values = values.round(draw(st.sampled_from([0, 1, 9])))
        if dtype == np.float64:
            values = values * draw(st.sampled_from([1, 1e-150, 1e120]))
        spoiled = draw(st.sampled_from(["", "", "", "constant", "dead", "nan", "labels"]))
        if spoiled == "constant":
            values[:] = values[0]
        elif spoiled == "dead":
            values[:, 0] = 0
        elif spoiled == "nan":
            values[n // 2, 0] = np.nan
        out.append(rng.integers(0, 3, size=n) if spoiled == "labels" else values.astype(dtype))
    return out


@given(arrays=variables())
@settings(max_examples=60)
def test_any_data_give_a_number_or_a_sentence(case, arrays):
    """Never another error, never a warning, never NaN."""
    try:
        value = case.measure(*arrays[: len(case.of)]).value
    except ValueError as refusal:
        value, said = 0.0, str(refusal)
    else:
        said = "a number that is finite"
    assert len(said) > 20
    assert np.isfinite(value)
