"""The studies that are there: each folder with a ``study.py``, read without importing it.

A ``study.py`` has at its top the literals ``NAME`` and ``HELP`` (a line), and below ``Settings``, a frozen
dataclass, and ``run(settings, into, ...)``. It may have

- ``VARIANTS``: commands with other defaults, ``{name: (name of a class of settings, help)}``;
- ``folder(settings)``: where it goes by default, else runs/NAME;
- ``questions(settings)``: what its runs are asked, for ``infoplane measure``;
- ``OPTIONS``: what the command line calls a parameter of ``run``, where it calls it otherwise.
"""

import ast
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from infoplane import experiments

TOLD = ("NAME", "HELP", "VARIANTS")


@dataclass(frozen=True)
class Command:
    """What ``infoplane run`` offers: a study, or a variant of it.

    Parameters
    ----------
    name : str
        On the command line.
    help : str
        One line.
    package : str
        The study's folder in `infoplane.experiments`.
    settings : str
        Name of the class of settings in its ``study.py``.
    """

    name: str
    help: str
    package: str
    settings: str = "Settings"

    def load(self) -> ModuleType:
        """The module ``study.py``."""
        return importlib.import_module(f"{experiments.__name__}.{self.package}.study")


def commands() -> dict[str, Command]:
    """All studies and their variants, by name.

    Raises
    ------
    ValueError
        If a ``study.py`` does not say its name and help, or two have the same name.
    """
    found: dict[str, Command] = {}
    for path in sorted(file for folder in experiments.__path__ for file in Path(folder).glob("*/study.py")):
        told, package = _told(path), path.parent.name
        if not {"NAME", "HELP"} <= told.keys():
            raise ValueError(f"{path} must say NAME and HELP at its top, as strings")
        own = [Command(told["NAME"], told["HELP"], package)]
        own += [Command(name, text, package, kind) for name, (kind, text) in told.get("VARIANTS", {}).items()]
        for one in own:
            if one.name in found:
                raise ValueError(f"{path} has the name {one.name!r}, which {found[one.name].package} has too")
            found[one.name] = one
    return found


def _told(path: Path) -> dict[str, Any]:
    told = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in TOLD:
                told[name] = ast.literal_eval(node.value)
    return told


def study_of(recorded: Mapping[str, Any], where: str) -> tuple[ModuleType, Any]:
    """The study that wrote these settings down, and the settings.

    Parameters
    ----------
    recorded : mapping
        What a run's settings, or the settings file of a study without runs, say.
    where : str
        What to call it in a message.

    Raises
    ------
    ValueError
        If they are of no study, or of a study that has other settings now.
    """
    from infoplane.settings import from_json  # brings numpy, which a help text does without

    there = dict(recorded)
    name = there.pop("experiment", None)
    known = {one.name: one for one in commands().values() if one.settings == "Settings"}
    if name not in known:
        raise ValueError(f"{where} is not of a study ({', '.join(known)}): its settings name {name!r}")
    module = known[name].load()
    return module, from_json(module.Settings, there, where)
