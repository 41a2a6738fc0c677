"""What is dear to derive outlasts the process: a shelf, a codec to store it there, and when it is made."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

import numpy as np

T = TypeVar("T")
Key = tuple[str, str]  # a folder and settings
Tensors = Mapping[str, np.ndarray]
Header = Mapping[str, Any]


class Shelf(Protocol):
    """Where what was derived from one variable is kept."""

    def get(self, key: Key, read: Callable[[Tensors, Header], T | None]) -> T | None:
        """What `read` makes of the entry; None where there is none, or none that is of use."""

    def put(self, key: Key, tensors: Tensors, header: Header) -> None:
        """Keep it if it can be kept; what was there under this key is replaced."""


class Codec(Protocol[T]):
    """Something derived as tensors and a header of JSON, and back; `numbers` is its maker's."""

    @property
    def numbers(self) -> int: ...

    def pack(self, made: T) -> tuple[Tensors, Header]:
        """All that `unpack` needs beside settings and digest, which the header has in the end."""

    def unpack(self, tensors: Tensors, header: Header, rows: int | None = None) -> T:
        """What was derived from a variable of so many rows, None for any; ValueError if it is none."""


def kept(shelf: Shelf, key: Key, make: Callable[[], T], codec: Codec[T], data: str, rows: int) -> T:
    """From the shelf, or made and put there.

    Parameters
    ----------
    shelf : Shelf
    key : tuple of str
        A folder, and the settings that it was or will be made by.
    make : callable
    codec : Codec
        An entry by other `numbers` is made anew.
    data : str
        Digest of the variable's values; an entry of others is refused.
    rows : int
        Length of the variable.
    """

    def read(tensors: Tensors, header: Header) -> T | None:
        if header.get("data") != data:
            raise ValueError("it belongs to other data")
        # the first entries did not say their numbers
        return codec.unpack(tensors, header, rows) if header.get("numbers", 1) == codec.numbers else None

    found = shelf.get(key, read)
    if found is None:
        found = make()
        tensors, header = codec.pack(found)
        shelf.put(key, tensors, {**header, "data": data, "numbers": codec.numbers})
    return found
