"""What a user gives as a variable, as an array of one or two dimensions."""

from typing import Any

import numpy as np
from array_api_compat import array_namespace


def home_of(values: Any) -> Any:
    """Namespace and device of a tensor; None for what is, or becomes, numpy."""
    return (array_namespace(values), values.device) if hasattr(values, "detach") else None


def as_given(values: Any, name: str) -> np.ndarray:
    """A fresh array of one or two dimensions."""
    if hasattr(values, "detach"):  # torch; bfloat16 has no numpy counterpart
        values = values.detach().cpu()
        values = (values.float() if str(values.dtype) == "torch.bfloat16" else values).numpy()
    array = np.array(values, order="C")  # sums round by how rows lie in memory
    if array.dtype.kind == "O" and array.size and all(isinstance(value, str) for value in array.flat):
        array = array.astype(str)  # a column of pandas
    if array.dtype.kind not in "fiubUS":
        raise ValueError(
            f"{name!r} must hold numbers, booleans or strings; got dtype {array.dtype}"
            + (" (rows of different lengths?)" if array.dtype.kind == "O" else "")
        )
    if array.ndim not in (1, 2):
        raise ValueError(
            f"{name!r} must have shape (n,) or (n, d); got {array.shape}. Flatten what belongs to one "
            "sample: x.reshape(len(x), -1)"
        )
    if array.size == 0:
        raise ValueError(f"{name!r} is empty: shape {array.shape}")
    return array


def as_rows(array: np.ndarray, name: str) -> np.ndarray:
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        raise ValueError(f"{name!r} is {array.dtype}; measures compute in float64: x.astype(float)")
    return array.reshape(len(array), -1)


def encoded(array: np.ndarray) -> tuple[np.ndarray, tuple]:
    classes, codes = np.unique(array.ravel(), return_inverse=True)
    return codes.astype(np.intp), tuple(classes.tolist())
