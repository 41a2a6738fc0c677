"""What the words of several commands stand for."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

from cyclopts import Parameter

Many = Parameter(consume_multiple=True)


def from_file(reference: str, taker: str = "--questions") -> Any:
    """What ``FILE.py:NAME`` names; ValueError saying what `taker` takes, or what the file defines."""
    path, _, name = reference.rpartition(":")
    if not path.endswith(".py") or not name or not Path(path).is_file():
        raise ValueError(f"{taker} takes FILE.py:NAME with an existing file; got {reference!r}")
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    assert spec is not None and spec.loader is not None  # noqa: PT018  (a .py file has both)
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(spec.name, module)  # where dataclasses look up annotations that are strings
    spec.loader.exec_module(module)
    if not hasattr(module, name):
        defined = ", ".join(own for own in vars(module) if not own.startswith("_"))
        raise ValueError(f"{path} has no {name!r}; it defines {defined}")
    return getattr(module, name)
