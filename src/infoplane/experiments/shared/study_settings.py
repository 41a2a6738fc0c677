"""The settings of a study: what most of them check, and their file beside the rows."""

import json
from pathlib import Path
from typing import Any

from infoplane.settings import differences, integer, to_json
from infoplane.storage.files import write_whole

SETTINGS = "settings.json"


def recorded(settings: Any, name: str) -> dict[str, Any]:
    """The settings of the study `name` as its files and runs have them."""
    return {"experiment": name, **to_json(settings)}


def keep(settings: Any, name: str, into: Path) -> None:
    """Write the settings of the study `name` down, or raise ValueError unless those there are the same."""
    wanted, path = recorded(settings, name), into / SETTINGS
    if not path.exists():
        write_whole(path, (json.dumps(wanted, indent=2) + "\n").encode())
        return
    differ = differences(read(path), wanted)
    if differ:
        raise ValueError(
            f"{path} is of another study: {'; '.join(differ)}. Take another folder, or the settings there"
        )


def read(path: Path) -> dict[str, Any]:
    """What the file says.

    Raises
    ------
    ValueError
        If there is none, or it is damaged.
    """
    try:
        there = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"there is no {path}") from error
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    if not isinstance(there, dict):
        raise ValueError(f"{path} is damaged: it holds no settings")
    return there


def at_least(settings: Any, **lows: int) -> None:
    """Raise ValueError unless a setting is None or an integer from what is said for it on."""
    for name, low in lows.items():
        if getattr(settings, name) is not None:
            integer(getattr(settings, name), name, low)


def different(settings: Any, **lows: int) -> None:
    """Raise ValueError unless a setting is one or more different numbers from what is said for it on."""
    for name, low in lows.items():
        values = getattr(settings, name)
        several = isinstance(values, list | tuple) and values
        if not several or len({integer(one, f"each of {name}", low) for one in values}) < len(values):
            raise ValueError(f"{name} must be one or more different numbers from {low} on; got {values}")
