"""How a probe lies on disk: input, target and ids of every split, and what tells them apart."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from infoplane.runs.probe import Probe
from infoplane.storage.arrays import digest, some, storable
from infoplane.storage.files import read_header, read_tensor, write_tensors


@dataclass(frozen=True)
class ProbeHeader:
    """What is known of one split of a probe without reading its arrays.

    Parameters
    ----------
    n : int
        Number of samples.
    as_input : str or None
        The layer that stands for X, when it is one.
    classes : dict of str to tuple
        What the codes stand for, of those of ``"input"`` and ``"target"`` that are labels.
    digests : dict of str to str
        Digests of those of ``"input"``, ``"target"`` and ``"rows"`` that there are.
    doubts : dict of str to str
        What speaks against a choice that a type made for one of them; no part of what tells probes apart.
    """

    n: int
    as_input: str | None
    classes: dict[str, tuple]
    digests: dict[str, str]
    doubts: dict[str, str] = field(default_factory=dict, compare=False)


def write(path: Path, probes: Mapping[str, Probe], fixed: bool) -> None:
    """Store `probes`, unless the same are there; when `fixed`, others are refused."""
    tensors: dict[str, np.ndarray] = {}
    headers: dict[str, ProbeHeader] = {}
    for split, probe in probes.items():
        arrays, headers[split] = _packed(probe)
        tensors |= {f"{split}/{key}": array for key, array in arrays.items()}
    there = read(path) if path.exists() else {}
    splits = {split: asdict(header) for split, header in headers.items()}
    if splits == {split: asdict(header) for split, header in there.items()}:
        return
    if fixed and there != headers:
        changed = [split for split in there | headers if there.get(split) != headers.get(split)]
        raise ValueError(
            f"{path.parent} has snapshots of another probe (splits that differ: {some(changed)}): take the "
            "probe they were made with, discard them with discard_after(-1), or use a new folder"
        )
    write_tensors(path, tensors, {"format": 1, "splits": splits})


def _packed(probe: Probe) -> tuple[dict[str, np.ndarray], ProbeHeader]:
    arrays, classes, doubts = {}, {}, {}
    for name, sample in (("input", probe.input()), ("target", probe.target())):
        if sample is None:
            continue
        if sample.doubt:
            doubts[name] = sample.doubt
        if sample.classes is not None:
            classes[name] = sample.classes
            arrays[name] = sample.values.astype("<i8")
        else:
            arrays[name] = storable(sample.values)
    rows = probe.rows
    if rows.dtype.kind == "U":  # safetensors has no strings: one column of code points per letter
        rows = storable(rows).view("<u4").reshape(len(rows), -1)
    arrays["rows"] = storable(rows)
    # the same codes under other names are other data
    digests = {name: digest(array, classes.get(name, ())) for name, array in arrays.items()}
    as_input = probe.as_input if isinstance(probe.as_input, str) else None
    return arrays, ProbeHeader(len(probe), as_input, classes, digests, doubts)


def read(path: Path) -> dict[str, ProbeHeader]:
    """The header of every split; ValueError if there is no probe."""
    if not path.exists():
        raise ValueError(f"{path.parent} has no probe yet: Run(...).set_probe(Probe(x, y))")
    header, _ = read_header(path)
    return {split: _header(stored) for split, stored in header["splits"].items()}


def _header(stored: dict[str, Any]) -> ProbeHeader:
    return ProbeHeader(**stored | {"classes": {key: tuple(v) for key, v in stored["classes"].items()}})


def read_rows(path: Path, split: str) -> np.ndarray:
    """The ids of a split's samples, integers or strings."""
    rows = read_tensor(path, f"{split}/rows")
    return rows if rows.ndim == 1 else np.ascontiguousarray(rows).view(f"<U{rows.shape[1]}").ravel()


def check_rows(rows: np.ndarray, probe: np.ndarray) -> None:
    """ValueError unless `rows` are the probe's ids in the probe's order."""
    if rows.dtype.kind != probe.dtype.kind:
        kinds = {"U": "strings", "i": "integers"}
        raise ValueError(f"rows are {kinds[rows.dtype.kind]}; the probe's ids are {kinds[probe.dtype.kind]}")
    if np.array_equal(rows, probe):
        return
    if len(rows) == len(probe) and np.array_equal(np.sort(rows), np.sort(probe)):
        first = int(np.flatnonzero(rows != probe)[0])
        raise ValueError(
            f"rows are the probe's ids, permuted (first at position {first}: got {rows[first]}, the probe "
            f"has {probe[first]}): bring the arrays into the probe's order; was the data loader shuffling?"
        )
    missing, extra = np.setdiff1d(probe, rows), np.setdiff1d(rows, probe)
    said = f"missing: {some(missing) or 'none'}; not in the probe: {some(extra) or 'none'}"
    raise ValueError(f"rows must be the probe's {len(probe)} ids; got {len(rows)}; {said}")
