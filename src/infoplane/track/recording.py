"""One pass of a probe through a model: every wanted activation, copied as it is made."""

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from infoplane.track.batches import bounds, call
from infoplane.track.calls import Call
from infoplane.track.outputs import part_of, problem_of
from infoplane.track.undisturbed import hooked, untouched


def record(
    model: torch.nn.Module, calls: Sequence[Call], x: Any, rows: int, batch_size: int
) -> dict[str, np.ndarray]:
    """The activations of these calls for every row of `x`, in the order of `calls`.

    The outputs are copied to the CPU inside the hook, so that nothing which happens to them later (an
    in-place ReLU, say) shows. Half precision becomes float32, other dtypes are kept.

    Returns
    -------
    dict of ndarray
        Layer name -> (rows, width).

    Raises
    ------
    ValueError
        When a module is not called as often as it was when the layers were chosen, or returns something
        that is no tensor, or has another width or first dimension; so for parts of what it returns.
    """
    sheets = _Sheets(calls, rows)
    paths = list(dict.fromkeys(one.path for one in calls if one.path))
    with untouched(model), hooked(model, paths, sheets.see):
        for start, stop in bounds(rows, batch_size):
            sheets.turn_to(start, stop)
            sheets.see("", model, call(model, x, start, stop))
            sheets.check_batch()
    return {one.name: sheets.arrays[one.name] for one in calls}


class _Sheets:
    """One array per layer, filled batch by batch."""

    def __init__(self, calls: Sequence[Call], rows: int) -> None:
        self.calls: dict[tuple[str, int], list[Call]] = {}
        for one in calls:
            self.calls.setdefault((one.path, one.turn), []).append(one)
        self.rows = rows
        self.arrays: dict[str, np.ndarray] = {}
        self.turns: Counter[str] = Counter()
        self.start = self.stop = 0

    def turn_to(self, start: int, stop: int) -> None:
        self.start, self.stop = start, stop
        self.turns.clear()

    def see(self, path: str, module: torch.nn.Module, output: object) -> None:
        wanted = self.calls.get((path, self.turns[path]), [])
        self.turns[path] += 1
        for one in wanted:
            self._write(one, part_of(output, one.part) if one.part else output)

    def _write(self, one: Call, output: object) -> None:
        problem = problem_of(output, self.stop - self.start)
        if problem or not isinstance(output, torch.Tensor):
            raise ValueError(f"layer {one.name!r} ({one.kind}) {problem}")
        flat = output.detach().reshape(len(output), -1)
        if one.name not in self.arrays:
            dtype = torch.float32 if flat.is_floating_point() and flat.itemsize < 4 else flat.dtype
            self.arrays[one.name] = torch.empty((self.rows, flat.shape[1]), dtype=dtype, device="cpu").numpy()
        array = self.arrays[one.name]
        if flat.shape[1] != array.shape[1]:
            raise ValueError(
                f"layer {one.name!r} ({one.kind}) gives {flat.shape[1]} numbers per sample for {self._where} "
                f"and {array.shape[1]} before: pad the inputs to one length"
            )
        torch.from_numpy(array)[self.start : self.stop].copy_(flat)

    @property
    def _where(self) -> str:
        return f"rows {self.start} to {self.stop - 1} of the probe"

    def check_batch(self) -> None:
        for one in itertools.chain.from_iterable(self.calls.values()):
            if self.turns[one.path] <= one.turn:
                raise ValueError(
                    f"layer {one.name!r} ({one.kind}) ran when the tracker was made, but isn't called for "
                    f"{self._where}: if the model has changed, make a new Tracker"
                )
