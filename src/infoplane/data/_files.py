"""The raw files of a data set: found in a folder, or downloaded, and checked."""

import gzip
import hashlib
import os
import tarfile
import zlib
from pathlib import Path

import pooch

from infoplane.data._sources import Source

FOLDER = "INFOPLANE_DATA"
DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)


def raw_files(source: Source) -> dict[str, bytes]:
    """The unpacked bytes of every file of `source`, by name, each with the right checksum.

    Raises
    ------
    FileNotFoundError
        If they are neither in the folder nor to be downloaded.
    ValueError
        If a file is not the one wanted.
    """
    folder = os.environ.get(FOLDER)
    if folder:
        paths = {name: _find(Path(folder) / source.name, name) for name in source.sha256}
        if all(paths.values()):
            try:
                return {name: _read(path, source.sha256[name]) for name, path in paths.items() if path}
            except ValueError as error:
                raise ValueError(
                    f"{error}. Put the canonical file in its place, or unset {FOLDER}"
                ) from error
    return _downloaded(source, folder)


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _read(path: Path, sha256: str) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except DAMAGED as error:
            raise _damaged(path, error) from error
    _check(content, sha256, str(path))
    return content


def _check(content: bytes, sha256: str, where: str) -> None:
    came = hashlib.sha256(content).hexdigest()
    if came != sha256:
        raise ValueError(
            f"{where} is not the file wanted: its {len(content)} unpacked bytes should have sha256 {sha256}, "
            f"they have {came}"
        )


def _downloaded(source: Source, folder: str | None) -> dict[str, bytes]:
    """From the cache, or from the network by way of it; what proves wrong does not stay there."""
    cache = Path(pooch.os_cache("infoplane")) / source.name
    found: dict[str, bytes] = {}
    for url in source.urls:
        name = url.rsplit("/", 1)[1]
        try:
            pooch.retrieve(url, known_hash=None, fname=name, path=cache, progressbar=True)
        except OSError as error:  # requests' errors are among them
            raise FileNotFoundError(_absent(source, folder, cache, url, error)) from error
        try:
            found |= _unpacked(cache / name, source.sha256)
        except ValueError as error:
            (cache / name).unlink(missing_ok=True)
            raise ValueError(
                f"{error}. It was removed from the cache: try again to download it again"
            ) from error
    return found


def _unpacked(path: Path, wanted: dict[str, str]) -> dict[str, bytes]:
    if path.name.endswith(".tar.gz"):
        return _members(path, wanted)
    return {path.stem: _read(path, wanted[path.stem])}


def _members(path: Path, wanted: dict[str, str]) -> dict[str, bytes]:
    found = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = member.name.rsplit("/", 1)[-1]
                stream = archive.extractfile(member) if name in wanted else None
                if stream is not None:
                    found[name] = stream.read()
    except (tarfile.TarError, *DAMAGED) as error:
        raise _damaged(path, error) from error
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ValueError(f"{path} does not hold {', '.join(missing)}")
    for name, content in found.items():
        _check(content, wanted[name], f"{name} in {path}")
    return found


def _damaged(path: Path, error: Exception) -> ValueError:
    return ValueError(f"{path} cannot be unpacked ({error}): it is damaged or incomplete")


def _absent(source: Source, folder: str | None, cache: Path, url: str, error: Exception) -> str:
    if folder:
        missing = [name for name in source.sha256 if not _find(Path(folder) / source.name, name)]
        looked = f"{Path(folder) / source.name} (from {FOLDER}) lacks {', '.join(missing)}"
    else:
        looked = f"{FOLDER} is not set"
    wanted = ", ".join(f"{source.name}/{name}" for name in source.sha256)
    return (
        f"{source.name} is not on this machine and could not be downloaded: {looked}, the cache {cache} is "
        f"not complete, and {url} gave {type(error).__name__}: {error}. Either set {FOLDER} to a folder that "
        f"holds {wanted} (plain or .gz), or run once with a network"
    )
