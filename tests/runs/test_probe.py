import pickle
import warnings

import numpy as np
import pytest

from infoplane import Probe, continuous, labels


class Tensor:
    """What torch's tensors have that matters here."""

    is_nested = is_quantized = is_meta = False
    layout = "torch.strided"

    def __init__(self, array, dtype=None):
        self.array, self.dtype, self.shape = array, dtype or f"torch.{array.dtype}", array.shape

    def detach(self):
        return self

    def cpu(self):
        return self

    def resolve_neg(self):
        return self

    def float(self):
        return Tensor(self.array.astype(np.float32))

    def numpy(self):
        if self.dtype == "torch.bfloat16":
            raise TypeError("unsupported ScalarType BFloat16")
        return self.array

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("can't call numpy() on a tensor that requires grad")


def test_rows_are_counted_from_zero_unless_given():
    assert Probe(np.ones((3, 2))).rows.tolist() == [0, 1, 2]
    assert Probe(np.ones((3, 2)), rows=["c", "a", "b"]).rows.tolist() == ["c", "a", "b"]


def test_input_is_x_flattened_per_sample():
    probe = Probe(np.arange(24.0).reshape(2, 3, 2, 2))
    assert probe.input().name == "input"
    assert probe.input().values.tolist() == np.arange(24.0).reshape(2, 12).tolist()


@pytest.mark.parametrize(
    ("y", "is_labels", "width"),
    [
        ([0, 1, 0], True, 1),
        (["cat", "dog", "cat"], True, 1),
        ([True, False, True], True, 1),
        (np.array(["cat", "dog", "cat"], dtype=object), True, 1),
        ([0.5, 1.5, 2.5], False, 1),
        (np.ones((3, 2, 2)), False, 4),
        (labels(np.eye(3)), True, 1),
        (continuous([[1, 2], [3, 4], [5, 6]]), False, 2),
    ],
)
def test_target_is_labels_or_numbers(y, is_labels, width):
    target = Probe(np.ones((3, 1)), y).target()
    assert (target.name, target.is_labels, target.width) == ("target", is_labels, width)


def test_without_y_there_is_no_target():
    probe = Probe(np.ones((3, 1)))
    assert probe.target() is None
    assert probe.class_counts is None


@pytest.mark.parametrize("dtype", ["torch.float32", "torch.bfloat16"])
def test_tensors_are_taken_by_what_they_can_do(dtype):
    probe = Probe(Tensor(np.ones((3, 2, 2), np.float32), dtype), Tensor(np.array([0, 1, 0])))
    assert probe.input().values.dtype == np.float32
    assert probe.class_counts == {0: 2, 1: 1}
    assert dtype.removeprefix("torch.") in repr(probe)


class TestAsInput:
    tokens = np.array([[1, 2], [3, 4], [5, 6]])

    def test_array(self):
        sample = Probe(self.tokens, as_input=np.ones((3, 4, 2))).input()
        assert (sample.name, sample.width) == ("input", 8)

    def test_labels(self):
        assert Probe(self.tokens, as_input=[7, 8, 7]).input().classes == (7, 8)

    def test_layer(self):
        probe = Probe(self.tokens, as_input="embedding")
        assert probe.input() is None
        assert "X is layer embedding" in repr(probe)

    def test_function(self):
        probe = Probe(self.tokens, as_input=lambda x: x.mean(axis=1))
        assert probe.input().values.tolist() == [[1.5], [3.5], [5.5]]
        with pytest.raises(ValueError, match="as_input must have one entry per sample of x, 3; got 2"):
            Probe(self.tokens, as_input=lambda x: x[:2].mean(axis=1)).input()

    @pytest.mark.parametrize("x", [tokens, {"ids": tokens}, (np.ones((3, 2)), np.ones(3))])
    def test_is_asked_for_when_x_is_not_one_array_of_floats(self, x):
        with pytest.raises(ValueError, match=r"X for measures can't be told from x .*as_input="):
            Probe(x)


class TestClasses:
    def test_are_counted(self):
        assert Probe(np.ones((4, 1)), ["b", "a", "b", "b"]).class_counts == {"a": 1, "b": 3}

    def test_absent_ones_are_named(self):
        with pytest.warns(UserWarning, match=r"no sample of 2 of the classes 0 to 4: 1, 3\. ") as caught:
            Probe(np.ones((3, 1)), [0, 2, 4])
        assert caught[0].filename == __file__

    def test_an_absent_truth_value_too(self):
        with pytest.warns(UserWarning, match="no sample of 1 of the classes 0 to 1: 0"):
            Probe(np.ones((3, 1)), [True, True, True])

    def test_a_few_of_very_many(self):
        with pytest.warns(
            UserWarning, match=r"of 999999999 of the classes 0 to 1000000000: 1, 2, 3, 4, 5, \.\.\."
        ):
            Probe(np.ones((2, 1)), [0, 10**9])

    @pytest.mark.parametrize(
        "y", [[0, 1, 2], [-1, 1, 1], ["a", "c", "c"], [0.0, 5.0, 7.0], continuous([0, 5, 7])]
    )
    def test_no_warning_otherwise(self, y):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(Probe(np.ones((3, 1)), y)) == 3


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ((np.ones((3, 2)), [0, 1]), {}, "y must have one entry per sample of x, 3; got 2"),
        ((np.ones((3, 2)),), {"rows": [1, 2]}, "rows must have one entry per sample"),
        ((np.ones((3, 2)),), {"rows": [1, 2, 1]}, "these ids repeat: 1"),
        ((np.ones((3, 2)),), {"rows": [1.0, 2.0, 3.0]}, "one column of integers or strings"),
        ((np.ones((3, 2)),), {"as_input": np.ones((2, 2))}, "as_input must have one entry"),
        (((np.ones((3, 2)), np.ones((2, 2))),), {"as_input": "a"}, r"same number of samples.*got \[3, 2\]"),
        (({},), {"as_input": "a"}, "same number of samples"),
        ((np.ones((0, 2)),), {}, "at least 1"),
        ((np.float64(3),), {}, "at least 1"),
        ((np.ones((3, 2)), [[1, 0], [0, 1], [1, 0]]), {}, r"labels\(target\)"),
    ],
)
def test_refusals(arguments, settings, said):
    with pytest.raises(ValueError, match=said):
        Probe(*arguments, **settings)


def test_repr_says_what_there_is():
    x = {"ids": np.zeros((12, 7), int), "mask": (np.ones((12, 7), bool), np.ones(12))}
    probe = Probe(x, np.arange(12), as_input=np.ones((12, 3)))
    assert repr(probe) == (
        "Probe(12 samples of {ids: int64 7, mask: (bool 7, float64 1)}; 12 classes: "
        + ", ".join(f"{i}: 1" for i in range(12))
        + "; X is float64 3)"
    )
    assert repr(Probe(np.ones((2, 3)))) == "Probe(2 samples of float64 3; no y)"
    assert "y of 2 columns" in repr(Probe(np.ones((2, 3)), np.ones((2, 2))))


def test_pickle_keeps_it_and_warns_no_second_time():
    with pytest.warns(UserWarning, match="no sample"):
        probe = Probe(np.ones((2, 3)), [0, 2], rows=["a", "b"])
    again = pickle.loads(pickle.dumps(probe))
    assert repr(again) == repr(probe)
    assert again.rows.tolist() == ["a", "b"]
