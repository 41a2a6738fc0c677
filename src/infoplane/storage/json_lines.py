"""JSON lines that survive a crash: whole lines only, one writer at a time."""

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from infoplane.storage.arrays import as_array
from infoplane.storage.files import exclusive, sync_folder

WANTED = "must be made of numbers, strings, lists and dicts"


def plain(value: Any, where: str = "value", finite: bool = False) -> Any:
    """The same as JSON has it: numpy and torch values as numbers and lists, NaN and infinities as None.

    Parameters
    ----------
    value : Any
        Numbers, strings, None, arrays, paths, and lists, tuples and dicts of them.
    where : str
        What `value` is called in a message.
    finite : bool
        Refuse NaN and infinities instead.

    Raises
    ------
    ValueError
        For anything else.
    """
    if isinstance(value, Mapping):
        items = {str(key): plain(item, f"{where}[{key!r}]", finite) for key, item in value.items()}
        if len(items) < len(value):
            raise ValueError(f"{where} has keys that are the same as strings: {list(value)!r:.200}")
        return items
    if isinstance(value, list | tuple):
        return [plain(item, f"{where}[{i}]", finite) for i, item in enumerate(value)]
    if isinstance(value, np.generic | np.ndarray) or hasattr(value, "detach") or hasattr(value, "__array__"):
        array = _as_array(value, where)
        if array.dtype.kind == "f" and array.dtype.itemsize > 8:
            array = array.astype(np.float64)
        if array.dtype.kind in "fiubU":
            return plain(array.tolist(), where, finite)
    if isinstance(value, float) and not math.isfinite(value):
        if finite:
            raise ValueError(f"{where} is {value}, which JSON cannot hold: give it as a string, or None")
        return None
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise ValueError(f"{where} {WANTED}; got {type(value).__name__}")


def _as_array(value: Any, where: str) -> np.ndarray:
    try:
        return as_array(value, where)
    except ValueError as error:
        raise ValueError(f"{where} {WANTED}; {error}") from error


def line(row: Mapping[str, Any]) -> bytes:
    """`row` as it stands in a file, its end included."""
    return json.dumps(plain(row, "row"), ensure_ascii=False, allow_nan=False).encode() + b"\n"


def read(path: Path) -> list[dict[str, Any]]:
    """All rows of a file; none if it isn't there. A torn last line is left out.

    Raises
    ------
    ValueError
        Naming the file and the line, for any other line that is no JSON object.
    """
    return list(each(path))


def each(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of `read` one by one, for files whose rows should not be in memory all at once."""
    if not path.exists():
        return
    with open(path, "rb") as file:
        for number, text in enumerate(file, start=1):
            row = _parsed(text)
            if row is not None:
                yield row
            elif text.endswith(b"\n") and text.strip():
                raise ValueError(
                    f"{path}, line {number} is not a JSON object: mend or delete it; got {text[:80]!r}"
                )


def _parsed(text: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(text)
    except ValueError:  # covers broken UTF-8 too
        return None
    return row if isinstance(row, dict) else None


@contextmanager
def appending(path: Path, wait: float = 0.0) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """The right to append to a file, as a function that takes one row.

    A row is on disk when the function returns. If it can't be written whole, nothing of it stays.

    Parameters
    ----------
    path : Path
    wait : float
        Seconds to wait for another writer.

    Raises
    ------
    ValueError
        When another writer holds the file.
    """
    with exclusive(path, wait):
        new = not path.exists()
        with open(path, "a+b", buffering=0) as file:
            if new:
                sync_folder(path.parent)
            _end_whole(file)

            def append(row: Mapping[str, Any]) -> None:
                whole = os.fstat(file.fileno()).st_size
                try:
                    _write(file, line(row))
                except BaseException:
                    os.ftruncate(file.fileno(), whole)
                    raise

            yield append


def _write(file: Any, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())


def _end_whole(file: Any) -> None:
    """Cut a torn last line; end a whole one that only lacks its newline."""
    size = os.fstat(file.fileno()).st_size
    tail, start = b"", size
    while start and b"\n" not in tail:
        start = max(0, start - 65536)
        file.seek(start)
        tail = file.read(size - start)
    last = tail.rpartition(b"\n")[2]
    if last and _parsed(last) is not None:
        _write(file, b"\n")
    elif last:
        os.ftruncate(file.fileno(), size - len(last))
