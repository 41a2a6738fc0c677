"""Whatever holds numbers, as arrays that can be stored: one row per sample, and a digest of the bytes."""

import hashlib
from typing import Any

import numpy as np

from infoplane.sample import Sample


def as_array(values: Any) -> np.ndarray:
    """A numpy array of anything array-like; tensors of torch included, half precision as float32."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = (values.float() if "bfloat16" in str(values.dtype) else values).numpy()
    array = np.asarray(values)
    if array.dtype.name in ("float16", "bfloat16"):
        return array.astype(np.float32)
    if array.dtype.kind == "O" and array.size and all(isinstance(value, str) for value in array.flat):
        return array.astype(str)  # a column of pandas
    return array


def as_rows(values: Any, name: str) -> np.ndarray:
    """Numbers as (n, width), the dtype kept: what belongs to one sample is flattened."""
    array = as_array(values)
    if array.dtype.kind not in "fiub" or array.dtype.itemsize > 8:
        raise ValueError(
            f"{name!r} must hold real numbers of at most 64 bits; got {array.dtype}: cast it first"
        )
    if array.ndim == 0 or array.size == 0:
        raise ValueError(f"{name!r} must have one row per sample, shape (n, ...); got shape {array.shape}")
    return storable(array.reshape(len(array), -1))


def as_variable(values: Any, name: str) -> Sample:
    """A sample with this name; more than two dimensions are flattened per sample."""
    if isinstance(values, Sample):
        return values.renamed(name).at(None)
    array = as_array(values)
    return Sample(array.reshape(len(array), -1) if array.ndim > 2 and array.size else array, name)


def as_ids(values: Any, name: str) -> np.ndarray:
    """Ids of samples: (n,) integers or strings."""
    array = as_array(values)
    if array.ndim != 1 or array.dtype.kind not in "iuU":
        raise ValueError(
            f"{name} must be one column of integers or strings, one id per sample; got {array.dtype} "
            f"of shape {array.shape}"
        )
    return array if array.dtype.kind == "U" else array.astype(np.int64)


def storable(array: np.ndarray) -> np.ndarray:
    """Contiguous, little-endian, at most 64 bits and no half precision."""
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))


def digest(array: np.ndarray, classes: tuple = ()) -> str:
    """Sixteen hexadecimal digits for dtype, shape, bytes and classes of a contiguous array."""
    summary = hashlib.blake2b(f"{array.dtype.str}{array.shape}{classes or ''}".encode(), digest_size=8)
    summary.update(array.reshape(-1).view(np.uint8).data)
    return summary.hexdigest()


def some(values: Any, limit: int = 5) -> str:
    """The first few of many values, for a message."""
    values = list(values)
    return ", ".join(map(str, values[:limit])) + (f", ... ({len(values)})" if len(values) > limit else "")
