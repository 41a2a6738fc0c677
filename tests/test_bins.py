import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from infoplane import DegenerateData, bins

RULES = [
    bins.FixedWidth(0.5),
    bins.FixedRange(-2, 1, 7),
    bins.EqualCount(4),
    bins.Adaptive(5),
    bins.Adaptive(5, by="entropy"),
    bins.Rows(),
]
columns = arrays(np.float64, st.tuples(st.integers(1, 40), st.integers(1, 3)), elements=st.floats(-9, 9))


@pytest.mark.parametrize("rule", RULES, ids=repr)
@given(values=columns)
def test_bins_are_intervals(rule, values):
    """Equal values of a column share a bin, and no bin lies on both sides of another."""
    codes, _ = rule.codes(values)
    assert codes.shape == values.shape
    for own, code in zip(values.T, codes.T, strict=True):
        ascending = code[np.argsort(own, kind="stable")]
        assert (np.diff(ascending) >= 0).all()
        for value in np.unique(own):
            assert len(np.unique(code[own == value])) == 1


@pytest.mark.parametrize("rule", [rule for rule in RULES if hasattr(rule, "bins")], ids=repr)
@given(values=columns)
def test_there_are_no_more_bins_than_asked_for(rule, values):
    codes, _ = rule.codes(values)
    assert codes.min() >= 0
    assert codes.max() < rule.bins


def test_fixed_width_is_by_floor():
    codes, clause = bins.FixedWidth(0.5).codes(np.array([[-0.1, 0.0], [0.49, 0.5], [1.2, -0.5]]))
    np.testing.assert_array_equal(codes, [[-1, 0], [0, 1], [2, -1]])
    assert clause == ""


def test_fixed_range_counts_what_lies_outside():
    codes, clause = bins.FixedRange(-1, 1, 4).codes(np.array([[-3.0, -1.0], [-0.5, 0.2], [1.0, 7.0]]))
    np.testing.assert_array_equal(codes, [[0, 0], [1, 2], [3, 3]])
    assert clause == "2 of 6 values lie outside -1 to 1 and count in the outermost bins"


def test_equal_count_is_of_each_column():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(60, 2)) * [1, 100]
    codes, _ = bins.EqualCount(6).codes(values)
    for column in codes.T:
        np.testing.assert_array_equal(np.bincount(column.astype(int)), [10] * 6)
    np.testing.assert_array_equal(bins.EqualCount(6).codes(np.exp(values / 50))[0], codes)


def test_adaptive_edges_are_of_all_columns_at_once():
    values = np.array([[0.0, 8.0], [1.0, 6.0], [2.0, 4.0], [3.0, 0.0]])
    np.testing.assert_array_equal(bins.Adaptive(2).codes(values)[0], [[0, 1], [0, 1], [0, 1], [0, 0]])
    by_entropy, _ = bins.Adaptive(2, by="entropy").codes(values)  # distinct: 0 1 2 3 4 6 8, cut below 3
    np.testing.assert_array_equal(by_entropy, [[0, 1], [0, 1], [0, 1], [1, 0]])
    np.testing.assert_array_equal(
        bins.Adaptive(2).codes(values * 1e300)[0], bins.Adaptive(2).codes(values)[0]
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_a_value_on_an_edge_but_for_rounding_is_above_it(dtype):
    tenths = (np.arange(11) / 10).astype(dtype)[:, None]
    expected = np.arange(11)
    np.testing.assert_array_equal(bins.FixedWidth(0.1).codes(tenths)[0].ravel(), expected)
    np.testing.assert_array_equal(bins.FixedWidth(0.1).codes(-tenths)[0].ravel(), -expected)
    within = np.minimum(expected, 9)
    for rule in (bins.FixedRange(0, 1, 10), bins.Adaptive(10), bins.MinMax(10)):
        np.testing.assert_array_equal(rule.codes(tenths)[0].ravel(), within)
    assert bins.FixedRange(0.3, 0.7, 4).codes(tenths[3:8])[1] == ""  # float32 has less than .7 for it


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_equal_values_are_in_the_same_bins_in_any_type(dtype):
    values = np.random.default_rng(0).normal(size=(500, 2)).astype(dtype)
    values[:11, 0] = np.arange(11) / 10
    for rule in (bins.FixedWidth(0.1), bins.FixedRange(0, 1, 10), bins.Adaptive(10), bins.MinMax(10)):
        for wider in (np.float32, np.float64):
            np.testing.assert_array_equal(rule.codes(values.astype(wider))[0], rule.codes(values)[0])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_whole_numbers_below_an_edge_stay_there(dtype):
    numbers = np.arange(-2048, 2049)[:, None]  # all are float16, of which one is a unit in the last place
    codes = bins.FixedWidth(7).codes(numbers.astype(dtype))[0]
    np.testing.assert_array_equal(codes, numbers // 7)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@given(values=columns)
def test_others_are_where_numpy_puts_them(dtype, values):
    """But for values within a millionth of a bin of an edge, of which the module tells."""
    values = values.astype(dtype)
    edges = np.linspace(values.min(), values.max(), 8)
    rule = bins.FixedRange(float(edges[0]), float(edges[-1]), 7) if edges[0] < edges[-1] else bins.Adaptive(7)
    clear = np.abs(values[..., None] - edges).min(axis=-1) > 2e-6 * max(np.abs(edges).max(), 1e-300)
    expected = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, 6)
    np.testing.assert_array_equal(rule.codes(values)[0][clear], expected[clear])


def test_bins_too_narrow_for_the_values():
    with pytest.raises(DegenerateData, match=r"bins of width 0.01 for values up to 1e\+308 leave the range"):
        bins.FixedWidth(0.01).codes(np.array([[1e308]]))


@pytest.mark.parametrize("width", [0, -1.0, np.inf, np.nan, True, "0.07"])
def test_widths_that_are_refused(width):
    with pytest.raises(ValueError, match="width of FixedWidth must be a finite number above 0"):
        bins.FixedWidth(width)


@pytest.mark.parametrize("rule", [bins.FixedRange, bins.EqualCount, bins.Adaptive])
@pytest.mark.parametrize("count", [0, 2.5, True])
def test_numbers_of_bins_that_are_refused(rule, count):
    with pytest.raises(ValueError, match="must be an integer >= 1"):
        rule(bins=count)


def test_ranges_and_words_that_are_refused():
    for low, high in ((1, 1), (0, np.inf), (2, -2)):
        with pytest.raises(ValueError, match=r"(low|high) of FixedRange.* must be a finite number"):
            bins.FixedRange(low, high)
    with pytest.raises(ValueError, match="must be 'range' or 'entropy'"):
        bins.Adaptive(by="count")


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_bins_of_fixed_width_are_those_of_any_part(kind):
    """A value's bin does not hang on how large others are: entropies of classes count the cells of all."""
    small = (1e-10 * np.random.default_rng(0).normal(size=(30, 1))).astype(kind)
    whole = np.concatenate([small, np.array([[1e6]], kind)])
    rule = bins.FixedWidth(0.5)
    np.testing.assert_array_equal(rule.codes(whole)[0][:30], rule.codes(small)[0])
