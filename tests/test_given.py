"""What users have their data in: read for what it holds, or refused for what it is."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csr_matrix

from infoplane import KSG, Sample, continuous, labels
from infoplane.given import as_given, plain, precision

X = np.array([0.5, 2.0, -1.0, 3.0])
HIDDEN = np.ma.masked_array(np.where([0, 1, 0, 1], -999.0, X), [0, 1, 0, 1])
TEXT = ["a", "b", "a", "c"]

MISSING = {  # what the first missing row is
    "masked array": (HIDDEN, 1),
    "masked rows": (np.ma.masked_array(np.ones((3, 2)), [[0, 0], [0, 0], [0, 1]]), 2),
    "masked integers": (np.ma.masked_array([1, 2, 1], [1, 0, 0]), 0),
    "masked strings": (np.ma.masked_array(TEXT, [0, 0, 1, 0]), 2),
    "masked in a list": ([1.0, np.ma.masked, 2.0], 1),
    "masked arrays in a list": ([np.ma.masked_array([1.0, 2.0]), HIDDEN[:2]], 1),
    "masked, two lists deep": ([[1.0, 2.0], [np.ma.masked, 2.0]], 1),
    "None": ([1.0, None], 1),
    "None among strings": (["a", None], 1),
    "None in a row": ([[1.0, 2.0], [3.0, None]], 1),
    "NaN among strings": (["a", "b", np.nan], 2),
    "NaN among objects that are strings": (np.array([np.nan, "a"], object), 0),
    "NA": ([1, 2, pd.NA], 2),
    "NaT": ([pd.Timestamp("2020"), pd.NaT], 1),
    "series of floats": (pd.Series([1.0, None]), 1),
    "series of strings": (pd.Series(["a", None]), 1),
    "series of objects": (pd.Series(["a", None], dtype=object), 1),
    "category": (pd.Series(["a", "b", None], dtype="category"), 2),
    "Categorical": (pd.Categorical(["a", None]), 1),
    "index": (pd.Index([1.0, None]), 1),
    "frame": (pd.DataFrame({"a": [1.0, 2.0], "b": pd.array([1, None], dtype="Int64")}), 1),
    **{
        dtype: (pd.Series([value, value, None], dtype=dtype), 2)
        for dtype, value in {"Int64": 1, "Float64": 1.5, "boolean": True, "string": "a"}.items()
    },
}
WHOLE = {
    "masked array": (np.ma.masked_array(X), X),
    "list of masked arrays": ([np.ma.masked_array(X)], X[None]),
    "objects that are floats": (X.astype(object), X),
    "objects that are integers": (np.array([3, np.int8(1), True], object), [3, 1, 1]),
    "fractions": ([Fraction(1, 2), 2], [0.5, 2.0]),
    "decimals": (pd.Series([Decimal("0.5"), Decimal(2)]), [0.5, 2.0]),
    "strings": (TEXT, TEXT),
    "variable strings": (np.array(TEXT, np.dtypes.StringDType()), TEXT),
    "objects that are strings": (np.array(TEXT, object), TEXT),
    "series of strings": (pd.Series(TEXT), TEXT),
    "category": (pd.Series(TEXT, dtype="category"), TEXT),
    "Int64": (pd.Series([3, 1], dtype="Int64"), [3, 1]),
    "Float64": (pd.Series([0.5, 1], dtype="Float64"), [0.5, 1.0]),
    "boolean": (pd.Series([True, False], dtype="boolean"), [True, False]),
    "frame of floats and booleans": (pd.DataFrame({"a": X, "b": X > 1}), np.column_stack([X, X > 1])),
    "frame of integers and floats": (pd.DataFrame({"a": [1, 2], "b": [0.5, 1.0]}), [[1, 0.5], [2, 1.0]]),
}
REFUSED = {
    "a sparse matrix": (csr_matrix(X[:, None]), r"'x' is sparse \(csr_matrix\); give x.toarray\(\)"),
    "a sparse array": (coo_array(X[:, None]), r"'x' is sparse \(coo_array\)"),
    "dates": (np.array(["2020-01-01"], "M8[D]"), r"datetime64\[D\]: .*\(x - x.min\(\)\) / np.timedelta64"),
    "spans of time": (np.array([1], "m8[s]"), r"timedelta64\[s\]: give it as numbers"),
    "dates of pandas": (pd.Series(pd.date_range("2020", periods=2)), "datetime64"),
    "periods": (pd.period_range("2020", periods=2, freq="D"), "got objects: Period$"),
    "complex numbers": (np.array([1j, 2]), r"complex128: .*np.column_stack\(\[x.real, x.imag\]\)"),
    "fields": (np.array([(1, 2.0)], [("a", int), ("b", float)]), "structured_to_unstructured"),
    "masked fields": (np.ma.array([(1, 2.0)], dtype=[("a", int), ("b", float)]), "structured_to_unst"),
    "ragged lists": ([[1.0], [1.0, 2.0]], "rows of different lengths; pad or cut them"),
    "ragged objects": (np.array([[1.0], [1.0, 2.0]], object), r"objects: list \(rows of different lengths"),
    "strings and numbers": (["a", 1], "got objects: int, str$"),
    "text in a frame": (pd.DataFrame({"a": X, "b": TEXT}), r"columns of 'x' that hold no numbers: 'b' \("),
    "too many bits": ([2**70, 1], r"more than 64 bits; as quantities: np.array\(x, float\)"),
    "a dict": ({"a": X}, "'x' is a dict of arrays; give one of them"),
    "a data set": (pd.DataFrame({"a": X}).to_xarray(), "'x' is a Dataset of arrays"),
    "a set": ({1.0, 2.0}, "got objects: set$"),
    "a generator": ((x for x in X), "got objects: generator$"),
}


@pytest.mark.parametrize(("values", "first"), MISSING.values(), ids=MISSING)
@pytest.mark.parametrize("door", [as_given, Sample, labels, continuous])
def test_what_is_missing_is_refused(door, values, first):
    with pytest.raises(ValueError, match=rf"'x' has missing values .* \(first: row {first}\); leave these"):
        door(values, "x")


def test_how_many_rows_have_missing_values():
    with pytest.raises(ValueError, match="in 2 of 4 rows"):
        KSG(k=1)(HIDDEN, X)


def test_nan_among_floats_is_for_measures():
    for values in ([np.nan, 1.0], np.array([np.nan, 1.0], object)):
        np.testing.assert_array_equal(as_given(values, "x"), [np.nan, 1.0])


@pytest.mark.parametrize(("values", "expected"), WHOLE.values(), ids=WHOLE)
def test_what_is_whole_is_read(values, expected):
    expected = np.array(expected)
    array = as_given(values, "x")
    np.testing.assert_array_equal(array, expected)
    assert array.dtype.kind == expected.dtype.kind


@pytest.mark.parametrize(("values", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_array_of_numbers_or_strings_is_refused_for_what_it_is(values, says):
    with pytest.raises(ValueError, match=says) as refusal:
        as_given(values, "x")
    assert ("different lengths" in str(refusal.value)) == ("different lengths" in says)


def test_any_shape_is_plain():
    assert plain(np.ones((2, 3, 4)), "x").shape == (2, 3, 4)
    assert plain(X, "x") is X
    assert not np.shares_memory(as_given(X, "x"), X)


def test_tensors_that_are_not_plain():
    torch = pytest.importorskip("torch")
    whole = torch.eye(3)
    refused = {
        r"give x.to_dense\(\)": whole.to_sparse(),
        "nested tensor, of rows of different lengths": torch.nested.as_nested_tensor(
            [torch.ones(2), torch.ones(3)], layout=torch.jagged
        ),
        "without data, on the device 'meta'": torch.empty(3, device="meta"),
        "dtype complex64": torch.ones(3, dtype=torch.complex64),
    }
    for says, tensor in refused.items():
        with pytest.raises(ValueError, match=says):
            as_given(tensor, "x")


@pytest.mark.filterwarnings("ignore")  # torch says that these are young, or old
def test_tensors_with_masks_and_steps():
    torch = pytest.importorskip("torch")
    there = torch.tensor([True, False, True])
    with pytest.raises(ValueError, match=r"'x' has missing values .* 1 of 3 rows \(first: row 1\)"):
        as_given(torch.masked.masked_tensor(torch.ones(3), there), "x")
    np.testing.assert_array_equal(
        as_given(torch.masked.masked_tensor(torch.ones(3), there | ~there), "x"), [1, 1, 1]
    )
    with pytest.raises(ValueError, match=r"quantized tensor; give x.dequantize\(\)"):
        as_given(torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.quint8), "x")


def test_tensors_that_numpy_would_stumble_over():
    torch = pytest.importorskip("torch")
    tracked = torch.tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(as_given([tracked, tracked], "x"), [[1, 2], [1, 2]])
    np.testing.assert_array_equal(as_given(torch.tensor([1 + 2j]).conj().imag, "x"), [-2])
    np.testing.assert_array_equal(as_given(torch.ones(2).to(torch.float8_e4m3fn), "x"), [1, 1])


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("scale", [1.0, 2.0**-300, 2.0**300])
def test_the_type_whose_digits_hold_the_values(kind, scale):
    values = np.random.default_rng(0).normal(size=(200, 3)).astype(kind)
    assert precision(values) == kind
    assert precision(values.astype(np.float64) * scale) == kind
    values[-1, -1] = 0
    assert precision(values.astype(np.float64)) == kind


def test_counts_are_of_the_widest_type():
    assert precision(np.arange(50, dtype=np.float16)) == np.float64
    assert precision(np.array([0.0, 2.0**24 - 1])) == np.float64
    assert precision(np.array([1e8, 1e8 + 8])) == np.float32
    assert precision(np.array([1e8, 1e8 + 1])) == np.float64
    assert precision(np.array([0.5, 1.0])) == np.float16
