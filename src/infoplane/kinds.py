"""What a variable is, said outright: labels or quantities."""

from typing import Any

import numpy as np

from infoplane.given import as_given, as_rows, encoded, home_of, is_one_hot
from infoplane.sample import Sample


def labels(y: Any, name: str = "y") -> Sample:
    """A sample of labels: one column of anything that can be told apart, or one-hot rows.

    Parameters
    ----------
    y : array-like or Sample
        (n,) or (n, 1) numbers, booleans or strings, or (n, classes) rows of a single 1 among zeros.
    name : str
        The name of the sample, where `y` is none.

    Raises
    ------
    ValueError
        For a matrix that is not one-hot, or NaN among the labels.

    Examples
    --------
    >>> from infoplane import labels
    >>> labels([0.0, 1.0, 1.0])
    Sample(y: 3 labels of 2 classes)
    >>> labels([[1, 0], [0, 1], [0, 1]], name="target")
    Sample(target: 3 labels of 2 classes)
    """
    if isinstance(y, Sample):
        return y.said() if y.is_labels else labels(y.values, y.name).at(y.home)
    array = as_given(y, name)
    if array.ndim == 2 and array.shape[1] > 1:
        if not is_one_hot(array):
            raise ValueError(
                f"labels({name}) takes one column or one-hot rows; got shape {array.shape} with rows that do "
                "not hold a single 1 among zeros"
            )
        array = array.argmax(axis=1)
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise ValueError(f"labels({name}) contains NaN; give the missing labels a class or drop their rows")
    codes, classes = encoded(array)
    return Sample.of(codes, name, classes, home_of(y))


def continuous(x: Any, name: str = "x") -> Sample:
    """A sample of quantities, integers and booleans included.

    Parameters
    ----------
    x : array-like or Sample
        (n,) or (n, d) numbers or booleans.
    name : str
        The name of the sample, where `x` is none.

    Raises
    ------
    ValueError
        For strings, and for what is no array of one or two dimensions.

    Examples
    --------
    >>> from infoplane import continuous
    >>> continuous([3, 1, 2], name="counts")
    Sample(counts: 3 × 1, float64)
    """
    if isinstance(x, Sample):
        return continuous(np.asarray(x.classes)[x.values], x.name).at(x.home) if x.is_labels else x.said()
    array = as_given(x, name)
    if array.dtype.kind in "US":
        raise ValueError(f"continuous({name}) wants numbers; got strings. Use labels({name})")
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    return Sample.of(as_rows(array, name), name, home=home_of(x))
