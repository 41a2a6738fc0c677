"""Every layer of a run beside every layer of the same or another run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from infoplane.estimate import Estimate
from infoplane.evaluation.cells import Batch, Cell, Result
from infoplane.evaluation.engine import run_batches
from infoplane.runs import Run
from infoplane.runs.variables import load, word_of
from infoplane.sample import Sample
from infoplane.settings import check_measure

MARK = "'"  # of a layer of the other snapshot, in notes, and for directions and noise of its own
HELD_BYTES = 2**30  # of n × n matrices that the samples of one side may keep, else they are read anew


def layer_matrix(
    measure: Any,
    run: Run | str | Path,
    other: Run | str | Path | None = None,
    step: int | None = None,
    other_step: int | None = None,
    split: str | None = None,
) -> xr.DataArray:
    """A measure between all pairs of layers: within a snapshot, between snapshots or between runs.

    Parameters
    ----------
    measure : measure
        A measure of two variables, such as ``CKA()``.
    run, other : Run or path
        `other` is `run` where it is left out. Both must have recorded the same samples.
    step, other_step : int, optional
        The last snapshot of each run where they are left out; ``run.steps[0]`` is the first.
    split : str, optional
        Needed where the probe has several.

    Returns
    -------
    xarray.DataArray
        (layer, other_layer), for `plots.layer_similarity`; NaN where the data admit no estimate. The
        coordinate ``note`` has the notes, in which layers of another snapshot have a ' behind their names;
        `attrs` the measure, its unit, runs, steps and split.

    Raises
    ------
    ValueError
        If the runs were recorded on other samples, or for a run, step or split that isn't there.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import CKA, Probe, Run, layer_matrix
    >>> x = np.random.default_rng(0).normal(size=(50, 4))
    >>> run = Run("runs/pairs").create({})
    >>> run.set_probe(Probe(x))
    >>> run.record(0, {"wide": x, "narrow": x[:, :2]}, rows=np.arange(50))
    >>> layer_matrix(CKA(), run).round(6).sel(layer="wide", other_layer="wide").item()
    1.0
    """
    check_measure(measure, "layer_matrix", variables=2)
    run, other = (one if isinstance(one, Run) else Run(one) for one in (run, run if other is None else other))
    split = _split(run, split)
    _same_samples(run, other, split)
    left, right = _Side(run, split, step), _Side(other, split, other_step)
    found = _all_pairs(measure, left, right)
    pairs = [[found[name, other_name] for other_name in right.names] for name in left.names]
    return xr.DataArray(
        np.array([[one.value for one in row] for row in pairs]),
        dims=("layer", "other_layer"),
        coords={
            "layer": left.names,
            "other_layer": right.names,
            "note": (("layer", "other_layer"), [[one.note for one in row] for row in pairs]),
        },
        name="value",
        attrs={
            "measure": repr(measure),
            "unit": next((one.unit for row in pairs for one in row if np.isfinite(one.value)), ""),
            "run": run.path.name,
            "other_run": other.path.name,
            "step": left.step,
            "other_step": right.step,
            "split": split,
        },
    )


class _Side:
    """The layers of one snapshot, read when they are asked for."""

    def __init__(self, run: Run, split: str, step: int | None) -> None:
        self.run, self.split, self._outline = run, split, run.outline()
        if not self._outline.steps:
            raise ValueError(
                f"{run.path} has no snapshots to compare; record some with a Tracker or Run.record"
            )
        self.step = self._outline.steps[-1] if step is None else step
        self.names = list(self._outline.snapshot(self.step).layers.get(split, ()))
        if not self.names:
            raise ValueError(f"step {self.step} of {run.path} holds no layers of split {split!r}")

    def sample(self, name: str, mark: str = "") -> Sample:
        """A layer, with a mark behind its name where layers of the other side have the same."""
        word = word_of(name)
        return load(self._outline.place(self.split, word, self.step), word + mark)

    def is_same(self, other: "_Side") -> bool:
        return (self.run.path, self.step) == (other.run.path, other.step)


@dataclass(frozen=True)
class _Row:
    """One layer of the left side, beside those of the right one, which may be held already.

    A layer of one snapshot beside itself is one sample, so that what is derived from it is derived once.
    """

    left: _Side
    right: _Side
    held: Mapping[str, Sample]

    def __call__(self, word: str) -> Sample:
        side, _, name = word.partition(":")
        if side == "left" and not self.left.is_same(self.right):
            return self.left.sample(name)
        return self.held.get(name) or self.of_right(name)

    def of_right(self, name: str) -> Sample:
        return self.right.sample(name, "" if self.left.is_same(self.right) else MARK)

    def fixed(self, word: str) -> None:
        """Nothing: what is to be shared is held."""

    def __str__(self) -> str:
        return f"{self.left.run.path}, step {self.left.step}, and {self.right.run.path}, {self.right.step}"


def _all_pairs(measure: Any, left: _Side, right: _Side) -> dict[tuple[str, str], Estimate]:
    hold = 8 * left.run.probe_header(left.split).n ** 2 * len(right.names) <= HELD_BYTES
    row = _Row(left, right, {})
    if hold:
        row = replace(row, held={name: row.of_right(name) for name in right.names})
    batches = []
    for name in left.names:
        pairs = [(name, other) for other in right.names]
        # without room for all, each pair is read anew
        for shared in [pairs] if hold else [[pair] for pair in pairs]:
            batches.append(Batch(row, tuple(_cell(measure, *pair) for pair in shared)))
    found: dict[tuple[str, str], Estimate] = {}

    def keep(_: _Row, cell: Cell, result: Result) -> None:
        found[cell.key["pair"]] = result.estimate

    run_batches(batches, keep, doing="comparing layers")
    return found


def _cell(measure: Any, name: str, other: str) -> Cell:
    return Cell(f"{name}, {other}", {"pair": (name, other)}, measure, (f"left:{name}", f"right:{other}"))


def _split(run: Run, split: str | None) -> str:
    if split is not None:
        return split
    if len(run.splits) != 1:
        raise ValueError(f"{run.path} has no single split: say split=, one of {', '.join(run.splits)}")
    return run.splits[0]


def _same_samples(run: Run, other: Run, split: str) -> None:
    one, two = run.probe_header(split), other.probe_header(split)
    names = ["rows", "input"] if one.as_input is None and two.as_input is None else ["rows"]
    differ = [name for name in names if one.digests.get(name) != two.digests.get(name)]
    if one.n != two.n or differ:
        raise ValueError(
            f"row i of both runs must be the same sample: split {split!r} of {run.path} and {other.path} "
            f"differ in {', '.join(differ) or 'length'}; set the same Probe for both"
        )
