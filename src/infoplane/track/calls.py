"""What a model calls in one forward pass, and which of its calls can be recorded."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch

from infoplane.runs.variables import problem_of_name
from infoplane.track.batches import call
from infoplane.track.undisturbed import hooked, untouched

OUTPUT = "output"  # the layer name of what the model returns
SILENT = "is never called as a module when the model runs in evaluation mode"
WRAPPERS = {"_orig_mod", "_checkpoint_wrapped_module"}  # attributes that stand between a module and its name
PARALLEL = (
    torch.nn.DataParallel,
    torch.nn.parallel.DistributedDataParallel,
    torch.optim.swa_utils.AveragedModel,
)


@dataclass(frozen=True)
class Call:
    """One call of one module.

    Attributes
    ----------
    name : str
        The layer's name: the module's, with ``#1``, ``#2`` when it is called more than once.
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
    """

    name: str
    module: str
    path: str
    turn: int
    kind: str
    width: int
    problem: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """Tells calls apart, whatever they are named."""
        return self.path, self.turn


@dataclass(frozen=True)
class Census:
    """Every call of a forward pass in the order of its end, and every module that was not called.

    Attributes
    ----------
    calls : tuple of Call
        The last one is what the model returns, under the name ``output``.
    returned : frozenset of (str, int)
        Path and turn of the calls whose very output the model returns.
    aliases : dict
        Further names of a module that sits in several places, and the path it is called under.
    silent : tuple of Call
        One for each module that was not called; that is its problem.
    """

    calls: tuple[Call, ...]
    returned: frozenset[tuple[str, int]]
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
        if isinstance(module, torch.jit.ScriptModule):  # takes no hooks
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
        Call(name, name, path, 0, type(modules[path]).__name__, 0, SILENT)
        for path, name in names.items()
        if path not in fired
    ]
    return Census(tuple(calls), returned, aliases, tuple(silent))


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
) -> tuple[list[Call], frozenset[tuple[str, int]]]:
    """The calls for one batch, and which of them gave the tensor that the model returned."""
    seen: list[tuple[str, object, int | None]] = []  # outputs are kept, so that identity means something

    def see(path: str, module: torch.nn.Module, output: object) -> None:
        seen.append((path, output, version(output)))

    with hooked(model, list(names), see):
        result = call(model, x, 0, size)
    total = Counter(path for path, *_ in seen)
    turns: Counter[str] = Counter()
    calls, returned = [], set()
    for path, output, then in seen:
        same = output is result and then == version(result)
        many = total[path] > 1 or (names[path] == OUTPUT and not same)
        label = names[path] + (f"#{turns[path] + 1}" if many else "")
        kind = type(modules[path]).__name__
        one = Call(label, names[path], path, turns[path], kind, *_width_and_problem(output, size))
        turns[path] += 1
        calls.append(one)
        if same:
            returned.add(one.key)
    calls.append(Call(OUTPUT, OUTPUT, "", 0, type(model).__name__, *_width_and_problem(result, size)))
    return calls, frozenset(returned)


def _width_and_problem(output: object, size: int) -> tuple[int, str]:
    problem = problem_of(output, size)
    return output[0].numel() if isinstance(output, torch.Tensor) and not problem else 0, problem


def version(output: object) -> int | None:
    """A number that grows when a tensor is written to in place."""
    if not isinstance(output, torch.Tensor) or output.is_inference():  # a frozen part's isn't counted
        return None
    return output._version


def problem_of(output: object, rows: int) -> str:
    """Why an output can't be recorded; "" when it can."""
    if not isinstance(output, torch.Tensor):
        return f"returns {_article(type(output).__name__)}, not a tensor"
    if output.is_nested or output.layout != torch.strided or output.is_complex() or output.is_quantized:
        return f"returns a tensor of {output.layout}, {output.dtype}, not of plain real numbers"
    if output.ndim == 0 or output.shape[0] != rows:
        return f"returns shape {tuple(output.shape)}, whose first dimension isn't the batch's {rows}"
    return "" if output.numel() else f"returns shape {tuple(output.shape)}: no numbers"


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'AEIOUaeiou' else 'a'} {word}"


def _agreed(calls: list[Call], fewer_rows: list[Call]) -> list[Call]:
    """The calls of the first list; a difference from the second is a problem."""
    other = {one.key: one for one in fewer_rows}
    agreed = []
    for one in calls:
        twin = other.get(one.key)
        problem = one.problem
        if not problem and (twin is None or twin.name != one.name):
            problem = "is called a different number of times for different batches"
        elif not problem and twin is not None and (twin.problem or twin.width != one.width):
            problem = twin.problem or "has a width that depends on the size of the batch"
        agreed.append(replace(one, problem=problem))
    return agreed


def _nameable(calls: list[Call]) -> list[Call]:
    """The calls; a name that no layer can have, or that an earlier call has, is a problem."""
    names: set[str] = set()
    checked = []
    for one in calls:
        own = (
            one.path and one.name in names
        )  # what the model returns may be called like the layer that gave it
        twice = "has the name of another call: rename the module" if own else ""
        checked.append(replace(one, problem=problem_of_name(one.name) or twice or one.problem))
        names.add(one.name)
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
