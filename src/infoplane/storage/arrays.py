"""Whatever holds numbers, as arrays that can be stored: one row per sample, and a digest of the bytes."""

import hashlib
from typing import Any

import numpy as np

from infoplane.given import plain
from infoplane.sample import Sample


def as_array(values: Any, name: str) -> np.ndarray:
    """A numpy array of numbers, booleans or strings, from anything array-like; half precision as float32.

    Raises
    ------
    ValueError
        For values that are missing (masked, None, NA) and for what is no array of these.
    """
    if getattr(getattr(values, "dtype", None), "name", "") == "bfloat16":  # of JAX
        values = np.asarray(values).astype(np.float32)
    array = plain(values, name)
    return array.astype(np.float32) if array.dtype == np.float16 else array


def as_rows(values: Any, name: str) -> np.ndarray:
    """Numbers as (n, width), the dtype kept: what belongs to one sample is flattened."""
    array = as_array(values, name)
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
        return values.but(name=name, classes=_as_text(values.classes)).at(None)
    array = as_array(values, name)
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8")
    return Sample(array.reshape(len(array), -1) if array.ndim > 2 and array.size else array, name)


def _as_text(classes: tuple | None) -> tuple | None:
    """Classes that JSON can hold: bytes as strings."""
    if classes is None:
        return None
    return tuple(one.decode() if isinstance(one, bytes) else one for one in classes)


def as_ids(values: Any, name: str) -> np.ndarray:
    """Ids of samples: (n,) integers or strings."""
    array = as_array(values, name)
    if array.ndim != 1 or array.dtype.kind not in "iuU":
        raise ValueError(
            f"{name} must be one column of integers or strings, one id per sample; got {array.dtype} "
            f"of shape {array.shape}"
        )
    if array.dtype == np.uint64 and (array > np.iinfo(np.int64).max).any():
        raise ValueError(f"{name} must be ids below 2**63; got {array.max()}: give them as strings")
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
