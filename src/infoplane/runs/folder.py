"""A run: one folder that can be measured again, elsewhere, later, and after a crash."""

import html
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from infoplane.runs import _info, _probe_file, _record, snapshots
from infoplane.runs._summary import summary
from infoplane.runs.metrics import as_metrics
from infoplane.runs.outline import PROBE, SNAPSHOTS, Outline
from infoplane.runs.probe import Probe, splits_of
from infoplane.runs.snapshots import Snapshot
from infoplane.runs.variables import load
from infoplane.sample import Sample
from infoplane.settings import integer, switch
from infoplane.storage import json_lines
from infoplane.storage.files import PART, exclusive, read_tensor, write_whole

ESTIMATES = "estimates.jsonl"
WAIT = 10.0  # seconds for another thread or process to log its row


@dataclass(frozen=True, init=False, repr=False)
class Run:
    """A handle on the folder of a run. It holds the path and nothing else; nothing is read until asked for.

    Parameters
    ----------
    path : str or path
        The folder; `create` makes it.

    Examples
    --------
    >>> run = Run("runs/mlp-0").create({"lr": 0.1})
    >>> run.set_probe({"test": Probe(np.eye(4), [0, 1, 0, 1])})
    >>> run.record(0, {"hidden": np.ones((4, 2))}, rows=range(4), split="test")
    >>> run.snapshot(0)
    Snapshot(step 0; test: hidden 2)
    """

    path: Path

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not isinstance(path, str | os.PathLike):
            raise ValueError(f"Run(path) takes the path of a folder; got {path!r:.100}")
        object.__setattr__(self, "path", Path(path))

    def create(
        self, settings: Mapping[str, Any], *, step: str = "epoch", seeds: int | Sequence[int] | None = None
    ) -> "Run":
        """Write ``run.json``, with versions and the git commit; the same settings again are fine.

        Parameters
        ----------
        settings : mapping
            Whatever it takes to repeat the run; numbers, strings, lists and dicts.
        step : str
            What a step is: ``"epoch"``, ``"optimiser step"`` ...
        seeds : int or sequence of int, optional

        Raises
        ------
        ValueError
            Listing the differences, if the folder was made with other settings; or for settings that JSON
            can't hold.
        """
        _info.create(self.path / "run.json", settings, step, seeds)
        return self

    @property
    def info(self) -> dict[str, Any]:
        """``run.json``: settings, step, seeds, created, versions, commit; ValueError if this is no run."""
        return _info.read(self.path / "run.json")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings given to `create`, as JSON holds them."""
        return self.info["settings"]

    def set_probe(self, probe: Probe | Mapping[str, Probe]) -> None:
        """Store the probe of every split; one alone is the split ``"probe"``.

        Raises
        ------
        ValueError
            For another probe than the one the snapshots were made with, or a split with ``/`` in its name.
        """
        probes = splits_of(probe)
        _ = self.info  # a folder that is no run is refused
        _probe_file.write(self.path / PROBE, probes, fixed=bool(self.steps))

    def outline(self) -> Outline:
        """Steps, probe and snapshots' headers as they are now, each read once."""
        return Outline(self.path)

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits of the probe; none before `set_probe`."""
        return tuple(self.outline().probe)

    def probe_header(self, split: str) -> _probe_file.ProbeHeader:
        """Size, classes and digests of a split; reads no array."""
        return self.outline().header(split)

    def probe_arrays(self, split: str) -> dict[str, np.ndarray]:
        """``"input"`` and ``"target"``, those that there are, and ``"rows"``.

        Numbers are (n, width), labels (n,) codes into the header's `classes`, ids (n,).
        """
        there = self.probe_header(split).digests
        arrays = {name: read_tensor(self.path / PROBE, f"{split}/{name}") for name in there if name != "rows"}
        return arrays | {"rows": _probe_file.read_rows(self.path / PROBE, split)}

    def save_snapshot(
        self,
        step: int,
        layers: Mapping[str, Mapping[str, Any]],
        output: str | None = None,
        aligned: bool = True,
    ) -> None:
        """Store all layers of all splits at one step: the file appears whole or not at all.

        Parameters
        ----------
        step : int
            From 0 to 2147483647. A snapshot that is there is replaced.
        layers : mapping of split to mapping of layer to array
            (n, ...) arrays in the order in which the layers fired; stored as (n, width).
        output : str, optional
            The layer that is the network's output.
        aligned : bool
            Whether the rows are known to be the probe's, in its order.

        Raises
        ------
        ValueError
            For lengths that differ from the probe's, unknown splits, arrays without rows of numbers, or a
            layer with ``|`` in its name or ``@first`` at its end, which mean something in results.
        """
        switch(aligned, "aligned")
        arrays = {split: self._rows(split, parts) for split, parts in _record.of_splits(layers).items()}
        _record.check(step, arrays, output)
        snapshots.write(self.path / SNAPSHOTS, int(step), arrays, output, dict.fromkeys(arrays, aligned))

    def record(
        self,
        step: int,
        layers: Mapping[str, Any],
        rows: Any = None,
        split: str = "probe",
        output: str | None = None,
    ) -> None:
        """Add layers to a snapshot, from any framework.

        Parameters
        ----------
        step : int
            From 0 to 2147483647. Splits and layers that the snapshot already has stay, or are replaced by
            name.
        layers : mapping of layer to array
            (n, ...) arrays, one row per sample of the probe, in the probe's order.
        rows : array-like, optional
            (n,) ids of the rows, to be checked against the probe's. Without them what is measured is marked
            as of unverified alignment.
        split : str
            Split of the probe.
        output : str, optional
            The layer that is the network's output.

        Raises
        ------
        ValueError
            Saying which ids differ from the probe's, or that they are permuted; and as `save_snapshot` does.
        """
        parts = {split: self._rows(split, layers)}
        if rows is not None:
            _record.check_ids(rows, _probe_file.read_rows(self.path / PROBE, split))
        arrays, output, aligned = _record.merged(self.outline(), step, parts, output, rows is not None)
        _record.check(step, arrays, output)
        snapshots.write(self.path / SNAPSHOTS, int(step), arrays, output, aligned)

    def _rows(self, split: str, layers: Mapping[str, Any]) -> dict[str, np.ndarray]:
        return _record.rows_of(layers, self.probe_header(split).n, split)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that have a snapshot, ascending."""
        return snapshots.steps(self.path / SNAPSHOTS)

    def snapshot(self, step: int) -> Snapshot:
        """What is in a snapshot; reads no array. ValueError listing the steps if it isn't there."""
        return snapshots.read(self.path / SNAPSHOTS, step)

    def layer(self, step: int, split: str, name: str) -> np.ndarray:
        """One layer, (n, width), the others left unread; ValueError listing the choices."""
        return self.outline().layer(step, split, name)

    def sample(self, split: str, word: str, step: int | None = None) -> Sample:
        """A variable for measures, named by its word; what is dear to derive from it is kept in the run.

        Parameters
        ----------
        split : str
        word : str
            ``"input"``, ``"target"`` or ``"layer:NAME"``.
        step : int, optional
            Needed for layers, and for an input that is one.

        Raises
        ------
        ValueError
            For what isn't there, listing what is.

        Notes
        -----
        A layer is quantities, integers and booleans too: `labels` says otherwise. The probe's input and
        target are what they were when the probe was set.
        """
        return load(self.outline().place(split, word, step), word)

    def digest(self, split: str, word: str, step: int | None = None) -> str:
        """Digest of what `sample` would give; reads no array."""
        return self.outline().place(split, word, step).digest

    def log(self, step: int, **metrics: Any) -> None:
        """Append a row to ``metrics.jsonl``; NaN and infinities become null.

        Parameters
        ----------
        step : int
        **metrics : float
            ``train_loss=0.3, epoch=1.5`` ...; arrays and tensors of one element are fine.

        Raises
        ------
        ValueError
            For a step that is no integer from 0 to 2147483647, or a metric that is not one number or is
            called ``step``.
        """
        snapshots.check_step(step)
        numbers = as_metrics(metrics)
        with self.appending("metrics.jsonl", wait=WAIT) as append:
            append({"step": int(step), **numbers})

    def metrics(self) -> list[dict[str, Any]]:
        """The rows of ``metrics.jsonl``, as they came."""
        return json_lines.read(self.path / "metrics.jsonl")

    def rows(self) -> list[dict[str, Any]]:
        """The rows of ``estimates.jsonl``, as they came."""
        return list(self.each_row())

    def each_row(self) -> Iterator[dict[str, Any]]:
        """The same one by one: 100,000 rows with their slices are gigabytes."""
        return json_lines.each(self.path / ESTIMATES)

    def appending(
        self, name: str, wait: float = 0.0
    ) -> AbstractContextManager[Callable[[Mapping[str, Any]], None]]:
        """The only right to append rows to a file of the run, as a context manager giving a function.

        Raises
        ------
        ValueError
            When another writer has held the file for `wait` seconds.
        """
        _ = self.info  # a folder that is no run is refused
        return json_lines.appending(self.path / name, wait)

    def discard_after(self, step: int) -> None:
        """Drop snapshots and metrics later than `step`, and files never finished; estimates stay.

        For training that goes on from a checkpoint; ``-1`` drops all.
        """
        integer(step, "step of discard_after", -1)
        for late in self.steps:
            if late > step:
                snapshots.file(self.path / SNAPSHOTS, late).unlink()
        metrics = self.path / "metrics.jsonl"
        if metrics.exists():
            with exclusive(metrics, WAIT):
                rows = self.metrics()
                kept = [row for row in rows if row["step"] <= step]
                if len(kept) < len(rows):
                    write_whole(metrics, b"".join(map(json_lines.line, kept)))
        for part in (*self.path.glob(f".*{PART}"), *self.path.glob(f"*/.*{PART}")):
            part.unlink(missing_ok=True)

    def __repr__(self) -> str:
        return f"Run({self.path}: {'; '.join(summary(self.path))})"

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in summary(self.path))
        return f"<b>Run</b> <code>{html.escape(str(self.path))}</code><ul>{lines}</ul>"
