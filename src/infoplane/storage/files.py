"""Files that appear whole or not at all, and the right to write one."""

import contextlib
import json
import os
import socket
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

PART = ".part"  # the ending of a file that was never finished


def write_whole(path: Path, data: bytes) -> None:
    """Write aside, flush to disk, rename: `path` always holds its old bytes or all the new ones."""
    make_folder(path.parent)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}{PART}")
    try:
        with open(aside, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """`folder` and those above it; the names of new ones are durable."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable, where the file system can."""
    with contextlib.suppress(OSError):  # some network file systems refuse it; the bytes are safe already
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def write_tensors(path: Path, tensors: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> None:
    """A safetensors file, whole, with `header` as JSON in its metadata."""
    # save_file has no fsync, and its newer versions make files that only their owner can read
    metadata = {"infoplane": json.dumps(header, ensure_ascii=False)}
    write_whole(path, save(dict(tensors), metadata=metadata))


def read_header(path: Path) -> tuple[dict[str, Any], dict[str, tuple[int, ...]]]:
    """Header and shapes of a file of `write_tensors`; reads no tensor."""
    with _opened(path) as file:
        metadata = file.metadata() or {}
        if "infoplane" not in metadata:
            raise ValueError(f"{path} is a safetensors file, but not one that infoplane wrote")
        return json.loads(metadata["infoplane"]), {
            key: tuple(file.get_slice(key).get_shape())
            for key in file.keys()  # noqa: SIM118  (not a dict)
        }


def read_tensor(path: Path, key: str) -> np.ndarray:
    """One array of a safetensors file, the others left unread."""
    with _opened(path) as file:
        return file.get_tensor(key)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="numpy") as file:
            yield file
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error}); delete it and record it again") from error


@contextlib.contextmanager
def exclusive(path: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the right to write `path`; the system takes it back when the process ends, however it ends.

    Raises
    ------
    ValueError
        When another writer, be it a thread of this process, has held it for all of `wait` seconds.
    """
    make_folder(path.parent)
    lock = FileLock(path.with_name(f".{path.name}.lock"), thread_local=False)
    # a file of its own: where locks are mandatory, nobody else can read the one that is locked
    holder = path.with_name(f".{path.name}.holder")
    try:
        held = lock.acquire(timeout=wait, poll_interval=0.01)
    except Timeout:
        raise ValueError(f"{_said(holder)} is writing {path}; wait until it is done, or stop it") from None
    with held:
        holder.write_bytes(f"process {os.getpid()} on {socket.gethostname()}".encode())
        try:
            yield
        finally:
            holder.unlink(missing_ok=True)


def _said(holder: Path) -> str:
    with contextlib.suppress(OSError):  # it may have let go meanwhile
        return holder.read_bytes().decode(errors="replace") or "another process"
    return "another process"
