"""What may go into a snapshot."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from infoplane.runs._probe_file import check_rows
from infoplane.runs.outline import Outline
from infoplane.runs.snapshots import check_step
from infoplane.runs.variables import problem_of_name
from infoplane.storage.arrays import as_ids, as_rows

Arrays = dict[str, dict[str, np.ndarray]]  # split -> layer -> (n, width)


def check(step: int, arrays: Arrays, output: str | None) -> None:
    check_step(step)
    if not arrays or not all(arrays.values()):
        raise ValueError(
            f"a snapshot needs at least one layer per split; got {dict.fromkeys(arrays, 'none')}"
        )
    if output is not None and not any(output in layers for layers in arrays.values()):
        names = sorted({name for layers in arrays.values() for name in layers})
        raise ValueError(f"output must be one of the layers, {', '.join(names)}; got {output!r}")


def of_splits(layers: Any) -> Mapping[str, Any]:
    if not isinstance(layers, Mapping):
        raise ValueError(f"layers must be {{split: {{name: array}}}}; got {layers!r:.100}")
    return layers


def rows_of(layers: Mapping[str, Any], n: int, split: str) -> dict[str, np.ndarray]:
    """The layers as rows, one per sample of the probe."""
    if not isinstance(layers, Mapping):
        raise ValueError(f"layers must be {{name: array}}; got {layers!r:.100}")
    arrays = {}
    for name, values in layers.items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"layers must be named by strings; got {name!r}")
        problem = problem_of_name(name)
        if problem:
            raise ValueError(f"layer {name!r} {problem}")
        arrays[name] = as_rows(values, name)
        if len(arrays[name]) != n:
            raise ValueError(
                f"layer {name!r} must have one row per sample of the probe's split {split!r}, {n}; got "
                f"{len(arrays[name])}"
            )
    return arrays


def check_ids(rows: Any, probe: np.ndarray) -> None:
    check_rows(as_ids(rows, "rows"), probe)


def merged(
    outline: Outline, step: int, parts: Arrays, output: str | None, aligned: bool
) -> tuple[Arrays, str | None, dict[str, bool]]:
    """`parts` beside what the snapshot already has: arrays, output, and which splits are aligned."""
    known = dict.fromkeys(parts, aligned)
    check_step(step)
    if step not in outline.steps:
        return parts, output, known
    there = outline.snapshot(step)
    arrays: Arrays = {}
    for split, names in there.layers.items():
        new = parts.get(split, {})
        kept = {name: outline.layer(step, split, name) for name in names if name not in new}
        arrays[split] = {name: new[name] if name in new else kept[name] for name in names} | new
        known[split] = known.get(split, True) and (there.aligned[split] or not kept)
    output = there.output if output is None else output
    return parts | arrays, output, known
