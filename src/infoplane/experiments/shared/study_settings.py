"""The settings of a study in a file beside its rows."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infoplane.storage import json_lines
from infoplane.storage.files import write_whole


def keep(settings: Any, name: str, path: Path) -> None:
    """Write the settings of experiment `name` down, or raise ValueError unless those there are the same."""
    wanted = json_lines.plain({"experiment": name, **asdict(settings)})
    if not path.exists():
        write_whole(path, (json.dumps(wanted, indent=2) + "\n").encode())
        return
    there = json.loads(path.read_text(encoding="utf-8"))
    differ = [
        f"{key} ({there.get(key)!r} there, {wanted.get(key)!r} asked)"
        for key in {**there, **wanted}
        if there.get(key) != wanted.get(key)
    ]
    if differ:
        raise ValueError(
            f"{path} is of another study: {', '.join(differ)}; take another folder, or the settings there"
        )
