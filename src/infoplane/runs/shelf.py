"""The shelf of a run: what is dear to compute, a file each, checked when it is read, made anew if damaged."""

import threading
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from infoplane.keeping import Header, Key, Tensors
from infoplane.storage.arrays import digest
from infoplane.storage.files import read_header, read_tensor, write_tensors

T = TypeVar("T")


@dataclass(frozen=True)
class RunShelf:
    """What was derived from one variable of a run: an `infoplane.keeping.Shelf`.

    Parameters
    ----------
    run : Path
        The folder of the run.
    digest : str
        Digest of the variable, in the run's headers.
    """

    run: Path
    digest: str

    def path(self, key: Key) -> Path:
        """Where the entry of this folder and these settings lies."""
        folder, settings = key
        return self.run / folder / f"{self.digest}-{zlib.crc32(settings.encode()):08x}.safetensors"

    def entries(self, folder: str) -> list[Path]:
        """Those of all settings."""
        return sorted((self.run / folder).glob(f"{self.digest}-*.safetensors"))

    def get(self, key: Key, read: Callable[[Tensors, Header], T | None]) -> T | None:
        """What `read` makes of the entry; None where there is none, or with a warning where it is no good."""
        path = self.path(key)
        if not path.is_file():
            return None
        try:
            tensors, header = read_entry(path)
            if header.get("settings") != key[1]:
                raise ValueError(f"it was made by {header.get('settings')!r}, not {key[1]!r}")
            return read(tensors, header)
        except Exception as error:  # damaged bytes raise anything
            _warn_once(path, f"{path} is of no use, and what it should hold is made anew: {error!r}")
            return None

    def put(self, key: Key, tensors: Tensors, header: Header) -> None:
        """Write the entry whole; with a warning, and without the entry, where the disk refuses it."""
        path = self.path(key)
        try:
            if not self.run.is_dir():
                raise FileNotFoundError(f"{self.run} is gone")
            write_entry(path, tensors, {**header, "settings": key[1]})
        except OSError as error:
            _warn_once(
                path.parent, f"{path.parent} keeps nothing, so that all is made again next time: {error}"
            )


def write_entry(path: Path, tensors: Tensors, header: Header) -> None:
    """A safetensors file, whole, with a digest of each tensor."""
    digests = {name: digest(array) for name, array in tensors.items()}
    write_tensors(path, tensors, {**header, "digests": digests})


def read_entry(path: Path) -> tuple[Tensors, Header]:
    """Tensors and header of a file; ValueError if the tensors aren't those that were written."""
    header, shapes = read_header(path)
    tensors = {name: read_tensor(path, name) for name in shapes}
    digests = header.get("digests")  # the first entries have none
    if digests is not None and digests != {name: digest(array) for name, array in tensors.items()}:
        raise ValueError(f"{path} is damaged: its tensors differ from what was written; delete it")
    return tensors, header


_warned: set[Path] = set()
_lock = threading.Lock()


def _warn_once(path: Path, message: str) -> None:
    """One warning for each file or folder, in this process."""
    with _lock:
        known = path in _warned
        _warned.add(path)
    if not known:
        warnings.warn(message, stacklevel=2)
