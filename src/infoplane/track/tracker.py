"""`Tracker`: snapshots of a model's layers on one fixed probe, while it trains."""

import os
import sys
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch

from infoplane.runs import Probe, Run
from infoplane.runs.metrics import as_metrics
from infoplane.runs.probe import splits_of
from infoplane.runs.snapshots import check_step
from infoplane.settings import integer
from infoplane.storage.arrays import as_rows, digest
from infoplane.track.calls import Census, census, unwrap
from infoplane.track.recording import record
from infoplane.track.schedule import Schedule, due
from infoplane.track.selection import choices, select


class Tracker:
    """Records what the layers of a model make of a probe into a run, whenever a step is due.

    A snapshot is one pass of the whole probe, in its order, with the weights as they are: evaluation mode, no
    gradients, autocast off, transformers layer by layer as in training (padded places hold what the layer
    makes of them, where PyTorch's fast path would put zeros). The pass leaves no trace: hooks are there only
    while it lasts, and the mode of each module, buffers, gradients and the random state of torch, numpy and
    Python are afterwards what they were, so that a tracked training run ends with the weights of an untracked
    one. (State that a model's ``forward`` keeps outside its buffers is beyond reach.)

    Parameters
    ----------
    model : torch.nn.Module
        `torch.compile`, `DataParallel`, `DistributedDataParallel` and `AveragedModel` are unwrapped.
    probe : Probe or dict of Probe
        The samples; several under the names of their splits, ``{"train": ..., "test": ...}``. A tuple `x` is
        passed to the model as ``*args``, a dict as ``**kwargs``, moved to the parameters' device and, where
        floating point, cast to their dtype.
    layers : iterable of str, optional
        Names of modules as in ``model.named_modules()``, globs (``"block.*"``) and ``"output"``, which is
        what the model returns. A module called twice gives ``name#1`` and ``name#2``, which can be named too.
        Of a tuple or list ``name[0]`` is the first part, of a dict or dataclass ``name[key]``, of what lies
        deeper ``name[1][0]``; a glob may stand before the brackets, and parts are taken by such words alone.
        What a function like ``F.relu`` gives has no name: let it pass through an ``nn.Identity``.
        None takes every module with parameters of its own and every activation module, and ``output``
        unless the last of them returns that very tensor; it writes `describe` to stderr.
    at : iterable of int, or callable, optional
        The steps that are recorded, or a function ``step -> bool``; all that are given if None.
    into : Run or path
        Created here, unless it is there already. What it holds is kept.
    batch_size : int
        Rows of the probe per forward pass, at most.
    settings : dict, optional
        The run's settings, to be found in its ``run.json``.
    step : str
        What a step is: ``"epoch"``, or an optimiser step.

    Raises
    ------
    ValueError
        For a name that is unknown, a layer or part that is never called or is no tensor of real numbers with
        the batch in its first dimension, lazy modules without weights, and settings that differ from the
        run's.

    Examples
    --------
    ::

        tracker = Tracker(model, probe=Probe(x, y), at=log_spaced(50), into=Run("runs/mine"))
        tracker.step(0)  # before training
        for epoch in range(1, 51):
            ...
            tracker.step(epoch, train_loss=loss)
    """

    def __init__(
        self,
        model: torch.nn.Module,
        probe: Probe | Mapping[str, Probe],
        layers: Iterable[str] | None = None,
        at: Schedule = None,
        *,
        into: Run | str | os.PathLike[str],
        batch_size: int = 1000,
        settings: Mapping[str, Any] | None = None,
        step: str = "epoch",
    ) -> None:
        integer(batch_size, "batch_size", 1)
        self.model = unwrap(model)
        self.probes = splits_of(probe)
        self.run = into if isinstance(into, Run) else Run(into)
        self.batch_size = batch_size
        self._due = due(at)
        self._begun = False
        first = next(iter(self.probes.values()))
        seen = census(self.model, first.x, len(first))
        self._selection = select(self.model, seen, layers)
        self._check_input_layer(seen)
        if settings is not None or not (self.run.path / "run.json").exists():
            self.run.create({} if settings is None else settings, step=step)
        self.run.set_probe(self.probes)
        if layers is None or self._selection.left_out:
            sys.stderr.write(self.describe() + "\n")

    def _check_input_layer(self, seen: Census) -> None:
        for probe in self.probes.values():
            if isinstance(probe.as_input, str) and probe.as_input not in self.layers:
                raise ValueError(
                    f"the probe's as_input names the layer {probe.as_input!r}, which isn't recorded: only "
                    f"{', '.join(self.layers)}. {choices(seen, probe.as_input)}"
                )

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the recorded layers, in firing order."""
        return tuple(one.name for one in self._selection.calls)

    def describe(self) -> str:
        """The recorded layers with class and width, and what was left out and why."""
        calls, output = self._selection.calls, self._selection.output
        wide = max(len("layer"), *(len(one.name) for one in calls))
        kinds = max(len("class"), *(len(one.kind) for one in calls))
        sizes = ", ".join(f"{name}: {len(probe)}" for name, probe in self.probes.items())
        numbers = sum(one.width for one in calls) * sum(map(len, self.probes.values()))
        lines = [
            f"{type(self.model).__name__}: layers recorded for every sample of the probe ({sizes}), "
            f"about {4e-6 * numbers:.2g} MB per snapshot",
            f"  {'layer':<{wide}}  {'class':<{kinds}}  {'width':>8}",
        ]
        for one in calls:
            mark = "  what the model returns" if one.name == output else ""
            lines.append(f"  {one.name:<{wide}}  {one.kind:<{kinds}}  {one.width:>8}{mark}")
        reasons: dict[str, list[str]] = {}
        for name, why in self._selection.left_out:
            reasons.setdefault(why, []).append(name)
        lines += [f"  left out: {', '.join(names)}: {why}" for why, names in reasons.items()]
        return "\n".join(lines)

    def step(self, step: int, /, **metrics: Any) -> bool:
        """Record a snapshot if `step` is due, and log the metrics if there are any.

        A snapshot that is there already, from a run that is being resumed, is written again only if the
        activations differ.

        Parameters
        ----------
        step : int
            How many steps the model has trained: 0 is before training.
        **metrics : float
            Numbers or tensors of one element. ``epoch=`` may stand beside steps that are something else.

        Returns
        -------
        bool
            Whether a snapshot was written.

        Raises
        ------
        ValueError
            For a step that is no integer from 0 to 2147483647, or a metric that is not one number; nothing
            is recorded then.

        Warns
        -----
        UserWarning
            When the first step given isn't 0, the schedule wants 0, and the run has no snapshot of it.
        """
        check_step(step)
        step, numbers = int(step), as_metrics(metrics)
        if not self._begun:
            self._begun = True
            self._warn_without_start(step)
        recorded = self._due(step) and self._record(step)
        if metrics:  # after the snapshot: a step that is repeated after a crash in between is logged once
            self.run.log(step, **numbers)
        return recorded

    def _warn_without_start(self, step: int) -> None:
        if step and self._due(0) and 0 not in self.run.steps:
            warnings.warn(
                f"the first step given is {step}: the model before training was not recorded. Call "
                "tracker.step(0) before the loop, or leave 0 out of at=",
                UserWarning,
                stacklevel=3,
            )

    def _record(self, step: int) -> bool:
        calls, output = self._selection.calls, self._selection.output
        splits = {
            split: record(self.model, calls, probe.x, len(probe), self.batch_size)
            for split, probe in self.probes.items()
        }
        if self._is_there(step, splits):
            return False
        self.run.save_snapshot(step, splits, output=output)
        return True

    def _is_there(self, step: int, splits: dict[str, dict[str, np.ndarray]]) -> bool:
        """Whether the run has a snapshot of this step with the same bytes, by their digests."""
        if step not in self.run.steps:
            return False
        there = self.run.snapshot(step)
        layers = {split: tuple(names) for split, names in there.layers.items()}
        if layers != {split: tuple(arrays) for split, arrays in splits.items()}:
            return False
        if there.output != self._selection.output or not all(there.aligned.values()):
            return False
        return all(
            there.digests[f"{split}/{name}"] == digest(as_rows(array, name))
            for split, arrays in splits.items()
            for name, array in arrays.items()
        )

    def __repr__(self) -> str:
        return f"Tracker({type(self.model).__name__}: {', '.join(self.layers)} -> {self.run.path})"
