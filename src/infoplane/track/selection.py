"""Which calls of a model are recorded: what was named, or what has parameters or is an activation."""

import difflib
import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import torch

from infoplane.runs.variables import problem_of_name
from infoplane.track.calls import OUTPUT, SILENT, Call, Census

ACTIVATIONS = tuple(
    kind
    for kind in vars(torch.nn.modules.activation).values()
    if isinstance(kind, type) and kind.__module__ == torch.nn.modules.activation.__name__
)
CONTAINERS = ("ModuleList", "ModuleDict", "ParameterList", "ParameterDict")  # never called, by design
SHOWN = 40  # names in a message


@dataclass(frozen=True)
class Selection:
    """The calls to record, in firing order.

    Attributes
    ----------
    calls : tuple of Call
    output : str or None
        The layer that is what the model returns.
    left_out : tuple of (str, str)
        What would have been taken but can't be: its name, and why.
    """

    calls: tuple[Call, ...]
    output: str | None
    left_out: tuple[tuple[str, str], ...] = ()


def select(model: torch.nn.Module, seen: Census, layers: Iterable[str] | None) -> Selection:
    """The default selection for None, else what the names and globs in `layers` say.

    Raises
    ------
    ValueError
        For a name that is unknown, never called or not recordable, and when nothing is left.
    """
    wanted = _default(model, seen) if layers is None else _named(seen, _patterns(layers))
    fine = tuple(one for one in wanted if not one.problem)
    left_out = tuple((one.name, f"{one.kind} {one.problem}") for one in wanted if one.problem)
    if not fine:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out) or "layers=[] names none"
        raise ValueError(f"no layer of the model can be recorded: {reasons}. {choices(seen)}")
    output = [one.name for one in fine if not one.path or one.key in seen.returned]
    several = sum(not one.path for one in fine) > 1  # parts of what the model returns: none is all of it
    return Selection(fine, output[-1] if output and not several else None, left_out)


def _patterns(layers: Any) -> list[str]:
    if isinstance(layers, str):
        return [layers]
    names = list(layers) if isinstance(layers, Iterable) else [layers]
    if not all(isinstance(name, str) for name in names):
        raise ValueError(f"layers= takes names of modules, like ['fc1', 'block.*']; got {layers!r:.100}")
    return names


def _default(model: torch.nn.Module, seen: Census) -> list[Call]:
    paths = {path for path, module in model.named_modules() if path and _is_layer(module)}
    wanted = [one for one in seen.calls if one.path in paths and not one.part]
    if not any(one.key in seen.returned for one in wanted):
        wanted.append(seen.calls[-1])
    return wanted + [one for one in seen.silent if one.path in paths and one.kind not in CONTAINERS]


def _is_layer(module: torch.nn.Module) -> bool:
    own = any(True for _ in module.parameters(recurse=False))
    return own or isinstance(module, ACTIVATIONS) or torch.nn.utils.parametrize.is_parametrized(module)


def _named(seen: Census, patterns: list[str]) -> list[Call]:
    aliased = [
        replace(one, name=alias + rest, module=alias, problem=problem_of_name(alias + rest) or one.problem)
        for alias, path in seen.aliases.items()
        for one in (*seen.calls, *seen.silent)
        if one.path == path
        for rest in [one.name.removeprefix(one.module)]  # its turn and part
    ]
    every = [*seen.calls, *seen.silent]
    chosen: dict[tuple[str, int, str], Call] = {}
    for pattern in patterns:
        hits = _exact(every + aliased, pattern)
        for one in hits:
            if one.problem:
                raise ValueError(f"layer {one.name!r} ({one.kind}) {one.problem}. {choices(seen, pattern)}")
        hits = hits or _matching_parts(every, pattern) or _matching_parts(aliased, pattern)
        hits = hits or _matching(every, pattern) or _matching(aliased, pattern)
        if not hits:
            raise ValueError(f"the model has no layer {pattern!r}. {choices(seen, pattern)}")
        for one in hits:
            chosen.setdefault(one.key, one)
    order = {one.key: place for place, one in enumerate(every)}
    return sorted(chosen.values(), key=lambda one: order[one.key])


def _exact(calls: list[Call], name: str) -> list[Call]:
    """The calls of this name, with or without ``#1``: a module before a part, then the model's own."""
    if name == OUTPUT:  # a submodule of that name has it only if the model returns what it gave
        return [one for one in calls if one.name == OUTPUT][:1]
    named = [one for one in calls if name in (one.name, one.general) and (one.path or one.part)]
    whole = [one for one in named if not one.part]
    return whole or [one for one in named if not one.path] or named


def _matching(calls: list[Call], pattern: str) -> list[Call]:
    """The calls of modules (not the model's own) whose name, with or without ``#1``, matches a glob."""
    return [
        one
        for one in calls
        if one.path
        and not one.part
        and not (one.problem == SILENT and one.kind in CONTAINERS)
        and (fnmatch.fnmatchcase(one.name, pattern) or fnmatch.fnmatchcase(one.module, pattern))
    ]


def _matching_parts(calls: list[Call], pattern: str) -> list[Call]:
    """The parts with this word at the end, ``[0]``, of modules whose name matches the glob before it."""
    return [
        one
        for one in calls
        if one.path
        and one.part
        and pattern.endswith(one.part)
        and any(
            fnmatch.fnmatchcase(name, pattern.removesuffix(one.part))
            for name in (one.name.removesuffix(one.part), one.module)
        )
    ]


def choices(seen: Census, wanted: str = "") -> str:
    """The names that can be recorded, closest first."""
    names = list(dict.fromkeys(one.name for one in seen.calls if not one.problem))
    close = difflib.get_close_matches(wanted, names, n=5, cutoff=0.4)
    names = close + [name for name in names if name not in close]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"Choices: {', '.join(names[:SHOWN])}{more}" if names else "There are no others"
