"""What a model calls in one forward pass, and which of its calls can be recorded."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch

from infoplane.runs.variables import problem_of_name
from infoplane.track.batches import call
from infoplane.track.outputs import Glance, glances, problem_of_whole
from infoplane.track.undisturbed import hooked, untouched, version

OUTPUT = "output"  # the layer name of what the model returns
SILENT = "is never called as a module in evaluation mode; an nn.Identity that values pass through is"
SCRIPTED = "is a ScriptModule, whose inside can't be watched: track the module that it was made from"
WRAPPERS = {"_orig_mod", "_checkpoint_wrapped_module"}  # attributes that stand between a module and its name
PARALLEL = (
    torch.nn.DataParallel,
    torch.nn.parallel.DistributedDataParallel,
    torch.optim.swa_utils.AveragedModel,
)


@dataclass(frozen=True)
class Call:
    """One call of one module, or one part of what the call returned.

    Attributes
    ----------
    name : str
        The layer's name: the module's, with ``#1``, ``#2`` when it is called more than once, and the part.
    module : str
        The module's name.
    path : str
        Where the module sits in the model; "" for what the model returns.
    turn : int
        How many calls of the same module came before.
    kind : str
        The module's class.
    width : int
        Numbers per sample.
    problem : str
        Why it can't be recorded; "" when it can.
    part : str
        The word of a part of a tuple, list, mapping or dataclass, like ``[0]``; "" for the whole.
    """

    name: str
    module: str
    path: str
    turn: int
    kind: str
    width: int
    problem: str = ""
    part: str = ""

    @property
    def key(self) -> tuple[str, int, str]:
        """Tells calls and their parts apart, whatever they are named."""
        return self.path, self.turn, self.part

    @property
    def general(self) -> str:
        """The name without ``#1``: that of all calls of the module."""
        return self.module + self.part


@dataclass(frozen=True)
class Census:
    """Every call of a forward pass in the order of its end, and every module that was not called.

    Attributes
    ----------
    calls : tuple of Call
        Each after its parts. The last one is what the model returns, under the name ``output``.
    returned : frozenset of (str, int, str)
        Keys of the calls whose very output the model returns.
    aliases : dict
        Further names of a module that sits in several places, and the path it is called under.
    silent : tuple of Call
        One for each module that was not called; that is its problem.
    """

    calls: tuple[Call, ...]
    returned: frozenset[tuple[str, int, str]]
    aliases: dict[str, str]
    silent: tuple[Call, ...]


def unwrap(model: Any) -> torch.nn.Module:
    """The module inside `torch.compile`, `DataParallel`, `DistributedDataParallel` and `AveragedModel`.

    Raises
    ------
    ValueError
        For something that is no module.
    """
    if not isinstance(model, torch.nn.Module):
        raise ValueError(f"the model must be a torch.nn.Module; got {type(model).__name__}")
    inner = getattr(model, "_orig_mod", None)
    if inner is None and isinstance(model, PARALLEL):
        inner = model.module
    return model if inner is None else unwrap(inner)


def named(model: torch.nn.Module) -> Iterator[tuple[str, str, torch.nn.Module]]:
    """Name, path and module of each submodule, wrappers and parametrizations left out of the names.

    A wrapper of the user's own that has nothing but a child called ``module`` leaves no ``module.`` in them.
    """
    children = [name for name, _ in model.named_children()]
    shell = children == ["module"] and not any(True for _ in model.parameters(recurse=False))
    for path, module in model.named_modules(remove_duplicate=False):
        parts = path.split(".")
        if not path or "parametrizations" in parts or hasattr(module, "_orig_mod"):
            continue
        if shell and len(parts) > 1:
            parts = parts[1:]
        yield ".".join(part for part in parts if part not in WRAPPERS), path, module


def census(model: torch.nn.Module, x: Any, rows: int) -> Census:
    """Watch `model` on the first three rows, and on two: what follows the batch in its first dimension?

    Raises
    ------
    ValueError
        When a lazy module has no weights yet.
    """
    _refuse_lazy(model)
    sizes = sorted({min(rows, 3), min(rows, 2)}, reverse=True)
    names, aliases, modules = _names(model)
    with untouched(model):
        views = [_watch(model, x, size, names, modules) for size in sizes]
    calls, returned = views[0]
    if len(views) > 1:
        calls = _agreed(calls, views[1][0])
        returned &= views[1][1]
    calls = _nameable(calls)
    fired = {one.path for one in calls}
    silent = [
        Call(name, name, path, 0, type(modules[path]).__name__, 0, _silence(modules[path]))
        for path, name in names.items()
        if path not in fired
    ]
    return Census(tuple(calls), returned, aliases, tuple(silent))


def _is_scripted(module: torch.nn.Module) -> bool:
    return isinstance(module, torch.jit.ScriptModule)


def _silence(module: torch.nn.Module) -> str:
    return SCRIPTED if _is_scripted(module) else SILENT


def _names(model: torch.nn.Module) -> tuple[dict[str, str], dict[str, str], dict[str, torch.nn.Module]]:
    """Path -> name of each module once; alias -> path; path -> module."""
    names: dict[str, str] = {}
    aliases: dict[str, str] = {}
    first: dict[int, str] = {}
    modules: dict[str, torch.nn.Module] = {}
    for name, path, module in named(model):
        if id(module) in first:
            aliases[name] = first[id(module)]
        else:
            first[id(module)], names[path], modules[path] = path, name, module
    return names, aliases, modules


def _watch(
    model: torch.nn.Module, x: Any, size: int, names: dict[str, str], modules: dict[str, torch.nn.Module]
) -> tuple[list[Call], frozenset[tuple[str, int, str]]]:
    """The calls for one batch, and which of them gave the tensor that the model returned."""
    # outputs are kept, so that identity means something, but looked at at once: some (of vmap) are gone later
    seen: list[tuple[str, object, int | None, list[Glance]]] = []

    def see(path: str, module: torch.nn.Module, output: object) -> None:
        seen.append((path, output, version(output), glances(output, size)))

    with hooked(model, [path for path in names if not _is_scripted(modules[path])], see):
        result = call(model, x, 0, size)
    total = Counter(path for path, *_ in seen)
    turns: Counter[str] = Counter()
    calls, returned = [], set()
    for path, output, then, found in seen:
        same = output is result and then == version(result)
        many = total[path] > 1 or (names[path] == OUTPUT and not same)
        label = names[path] + (f"#{turns[path] + 1}" if many else "")
        one = Call(label, names[path], path, turns[path], type(modules[path]).__name__, 0)
        turns[path] += 1
        calls += _with_parts(one, output, found)
        if same:
            returned.add(one.key)
    whole = Call(OUTPUT, OUTPUT, "", 0, type(model).__name__, 0)
    return calls + _with_parts(whole, result, glances(result, size)), frozenset(returned)


def _with_parts(one: Call, output: object, seen: list[Glance]) -> list[Call]:
    """The parts of what a call returned, if it is made of some, and the call, each with width and problem."""
    split = [
        replace(one, name=one.name + part.word, part=part.word, width=part.width, problem=part.problem)
        for part in seen
        if part.word
    ]
    width = seen[0].width if seen and not split else 0
    return [*split, replace(one, width=width, problem=problem_of_whole(output, seen, one.name))]


def _agreed(calls: list[Call], fewer_rows: list[Call]) -> list[Call]:
    """The calls of the first list; a difference from the second is a problem."""
    other = {one.key: one for one in fewer_rows}
    agreed = []
    for one in calls:
        twin = other.get(one.key)
        problem = one.problem
        if not problem and (twin is None or twin.name != one.name):
            problem = "is called a different number of times for different batches"
            if one.part:
                problem = "isn't returned for every batch"
        elif not problem and twin is not None and (twin.problem or twin.width != one.width):
            problem = twin.problem or "has a width that depends on the size of the batch"
        agreed.append(replace(one, problem=problem))
    return agreed


def _nameable(calls: list[Call]) -> list[Call]:
    """The calls; a name that no layer can have, or that another call has, is a problem.

    The first of two modules has the name, and any module before a part: names in a model may have brackets.
    What the model returns may be called like the layer that gave it.
    """
    holders: dict[str, Call] = {}
    for one in sorted(calls, key=lambda one: bool(one.part)):
        if one.path:
            holders.setdefault(one.name, one)
    checked = []
    for one in calls:
        holder = holders.get(one.name, one)
        taken = holder is not one if one.path else one.part and not holder.part
        twice = "has the name of another call: rename the module" if taken else ""
        checked.append(replace(one, problem=problem_of_name(one.name) or twice or one.problem))
    return checked


def _refuse_lazy(model: torch.nn.Module) -> None:
    lazy = [
        f"{name or 'the model'} ({type(module).__name__})"
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.modules.lazy.LazyModuleMixin) and module.has_uninitialized_params()  # type: ignore[misc]
    ]
    if lazy:
        raise ValueError(
            f"these lazy modules have no weights yet: {', '.join(lazy)}. Pass one batch through the model "
            "before the optimiser and the Tracker are made"
        )
