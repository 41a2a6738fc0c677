"""Where training was: model, optimiser and random state in one file, whole or absent, without pickle."""

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from infoplane.runs import Run
from infoplane.settings import integer
from infoplane.storage.files import PART, write_whole
from infoplane.track import random_state
from infoplane.track.calls import unwrap

KEPT = 2


def save_checkpoint(run: Run, step: int, model: torch.nn.Module, optimiser: torch.optim.Optimizer) -> None:
    """Keep what training needs to go on from `step`, in ``checkpoints/`` of the run.

    Weights and buffers, the optimiser's state, and the random state of torch, numpy and Python, so that a run
    that goes on (with its batches shuffled by seed and epoch) ends with the weights of one that was never
    interrupted. Call it last in a step, after `Tracker.step`: whatever is later than the last checkpoint is
    dropped and made again. The last two are kept. A scheduler of the learning rate isn't in it: make it anew,
    with ``last_epoch=step``.

    Parameters
    ----------
    run : Run
    step : int
        How many steps the model has trained.
    model : torch.nn.Module
    optimiser : torch.optim.Optimizer

    Raises
    ------
    ValueError
        For a step that is no integer from 0 on.
    TypeError
        When a state holds something other than tensors, numbers, strings, and lists, tuples, dicts of them.

    Examples
    --------
    >>> import torch
    >>> from infoplane import Run
    >>> from infoplane.track import load_checkpoint, save_checkpoint
    >>> run, model = Run("runs/kept").create({}), torch.nn.Linear(2, 1)
    >>> save_checkpoint(run, 3, model, torch.optim.SGD(model.parameters(), lr=0.1))
    >>> again = torch.nn.Linear(2, 1)
    >>> load_checkpoint(run, again, torch.optim.SGD(again.parameters(), lr=0.1))
    3
    >>> torch.equal(again.weight, model.weight)
    True
    """
    step = integer(step, "step of save_checkpoint", 0)
    tensors: dict[str, torch.Tensor] = {}
    states = {
        "model": unwrap(model).state_dict(),
        "optimiser": optimiser.state_dict(),
        "random": random_state.capture(),
    }
    shape = {name: _flatten(state, name, tensors) for name, state in states.items()}
    header = {"infoplane": json.dumps({"step": step, "state": shape})}
    write_whole(_folder(run) / f"{step:06d}.safetensors", save(tensors, metadata=header))
    for other, path in _checkpoints(run).items():
        if other > step:  # of a training run that this one has replaced
            path.unlink()
    for path in list(_checkpoints(run).values())[:-KEPT]:
        path.unlink()


def load_checkpoint(run: Run, model: torch.nn.Module, optimiser: torch.optim.Optimizer) -> int | None:
    """Put model, optimiser and random state back to the last checkpoint, and the run with them.

    Snapshots and metrics later than it are dropped (`Run.discard_after`): training makes them again. Without
    a checkpoint training begins anew, and all of them are dropped.

    Parameters
    ----------
    run : Run
    model : torch.nn.Module
        As it was when saved, on any device.
    optimiser : torch.optim.Optimizer

    Returns
    -------
    int or None
        The step to go on from; None when there is no checkpoint.

    Raises
    ------
    ValueError
        When the checkpoint doesn't fit the model or the optimiser.

    Warns
    -----
    UserWarning
        When the last file is damaged; the one before it is taken.

    Examples
    --------
    >>> import torch
    >>> from infoplane import Run
    >>> from infoplane.track import load_checkpoint
    >>> run, model = Run("runs/new").create({}), torch.nn.Linear(2, 1)
    >>> load_checkpoint(run, model, torch.optim.SGD(model.parameters(), lr=0.1)) is None
    True
    """
    for unfinished in _folder(run).glob(f".*{PART}"):
        unfinished.unlink()
    for step, path in reversed(_checkpoints(run).items()):
        try:
            states = _read(path)
        except (SafetensorError, json.JSONDecodeError, KeyError, TypeError) as error:
            warnings.warn(f"{path} is damaged ({error}) and is passed over", UserWarning, stacklevel=2)
            continue
        _put(path, "model", unwrap(model).load_state_dict, states["model"])
        _put(path, "optimiser", optimiser.load_state_dict, states["optimiser"])
        random_state.restore(states["random"])
        run.discard_after(step)
        return step
    run.discard_after(-1)
    return None


def _put(path: Path, what: str, load: Callable[[Any], Any], state: Any) -> None:
    try:
        load(state)
    except (RuntimeError, ValueError, KeyError) as error:
        raise ValueError(f"{path} doesn't fit this {what}: {error}") from error


def _folder(run: Run) -> Path:
    return run.path / "checkpoints"


def _checkpoints(run: Run) -> dict[int, Path]:
    """Step -> file, in order."""
    files = {
        int(path.stem): path
        for path in _folder(run).glob("*.safetensors")
        if re.fullmatch(r"\d{6,}", path.stem)
    }
    return dict(sorted(files.items()))


def _read(path: Path) -> dict[str, Any]:
    with safe_open(path, framework="pt", device="cpu") as file:
        states = json.loads(file.metadata()["infoplane"])["state"]
        return {name: _restored(state, file.get_tensor) for name, state in states.items()}


def _flatten(value: Any, path: str, tensors: dict[str, torch.Tensor]) -> Any:
    """`value` as JSON that keeps tuples and keys; its tensors go to `tensors`, each under its own key."""
    if isinstance(value, torch.Tensor):
        key = f"{path} ({len(tensors)})"  # keys with a slash in them can't collide
        tensors[key] = value.detach().to("cpu", copy=True).contiguous()
        return {"tensor": key}
    if isinstance(value, dict):
        pairs = [[key, _flatten(item, f"{path}/{key}", tensors)] for key, item in value.items()]
        return {"dict": pairs}
    if isinstance(value, list | tuple):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_flatten(item, f"{path}/{place}", tensors) for place, item in enumerate(value)]}
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a checkpoint can't hold {path}: {type(value).__name__}, only tensors and plain values")


def _restored(value: Any, tensor: Callable[[str], torch.Tensor]) -> Any:
    if not isinstance(value, dict):
        return value
    if "tensor" in value:
        return tensor(value["tensor"]).clone()  # the file may be mapped into memory
    if "dict" in value:
        return {key: _restored(item, tensor) for key, item in value["dict"]}
    kind = tuple if "tuple" in value else list
    return kind(_restored(item, tensor) for item in value[kind.__name__])
