"""run.json: what a run was made with."""

import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from infoplane.settings import differences
from infoplane.storage.files import exclusive, write_whole
from infoplane.storage.json_lines import plain

FORMAT = 1
SAID = ("settings", "step", "seeds")  # what the caller says; the rest is found out
PACKAGES = ("infoplane", "numpy", "scipy", "numba", "scikit-learn", "safetensors", "torch")


def create(path: Path, settings: Mapping[str, Any], step: str, seeds: int | Sequence[int] | None) -> None:
    """Write run.json, or check that the one that is there says the same."""
    if not isinstance(settings, Mapping):
        raise ValueError(f"settings must be a dict, like {{'lr': 0.1}}, or {{}}; got {settings!r:.100}")
    if not isinstance(step, str) or not step:
        raise ValueError(f"step= says what a step is, like 'epoch'; got {step!r:.100}")
    said = plain({"settings": settings, "step": step, "seeds": _seeds(seeds)}, "run", finite=True)
    with exclusive(path, wait=10):
        if path.exists():
            there = read(path)
            changed = differences({key: there[key] for key in SAID}, said)
            if changed:
                raise ValueError(
                    f"{path.parent} was made with other settings: {'; '.join(changed)}. Use a new folder, or "
                    "the settings that are there"
                )
            return
        made = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        info = {"format": FORMAT, **said, "created": made, "versions": _versions(), "commit": _commit()}
        write_whole(path, json.dumps(info, indent=2, ensure_ascii=False).encode() + b"\n")


def _seeds(seeds: Any) -> Any:
    if seeds is None or _is_integer(seeds):
        return seeds
    several = list(seeds) if isinstance(seeds, Sequence | np.ndarray) and not isinstance(seeds, str) else None
    if several is None or not all(map(_is_integer, several)):
        raise ValueError(f"seeds= takes an integer, several of them, or None; got {seeds!r:.100}")
    return several


def _is_integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def read(path: Path) -> dict[str, Any]:
    """What run.json says.

    Raises
    ------
    ValueError
        If there is none, if it is damaged, or from a later version of infoplane.
    """
    if not path.exists():
        raise ValueError(
            f"{path.parent} is not a run: it has no {path.name}. Begin with Run(...).create(settings)"
        )
    try:
        info = json.loads(path.read_bytes())
        later = info["format"] > FORMAT
        _ = later or [info[key] for key in SAID]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is damaged: {error!r}") from error
    if later:
        raise ValueError(
            f"{path} has format {info['format']}, from a later version of infoplane: update infoplane"
        )
    return info


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def _commit() -> str | None:
    """The commit of the code around the working directory, with ``-dirty`` if it is changed."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    environment = os.environ | {"GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
