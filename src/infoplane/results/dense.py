"""Rows as arrays on labelled dimensions."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from infoplane.questions import Ask
from infoplane.results.schema import DIMS
from infoplane.runs.variables import FIRST, layer_in
from infoplane.settings import canonical_json


def describe_quantities(
    named: list[tuple[str, dict]], questions: Mapping[str, Ask] | None
) -> dict[str, dict]:
    """What each quantity is: unit, settings of the measure, variables; refused when it is two things."""
    about: dict[str, dict] = {}
    for name, row in named:
        of = [_any_layer(word) for word in row["of"]] if questions is None else questions[name].words
        new = {"unit": row["unit"], "measure": row["settings"], "of": ", ".join(of)}
        new["key"], new["known"] = canonical_json(row["measure"]), row["value"] is not None
        old = about.setdefault(name, new)
        if new["known"] and not old["known"]:  # data that admit no estimate tell no unit
            old |= {"unit": new["unit"], "known": True}
        for what in ("key", "of", *["unit"] * new["known"]):
            if old[what] != new[what]:
                shown = "measure" if what == "key" else what
                raise ValueError(
                    f"the quantity {name!r} stands for two things, {shown} {old[shown]!r} and {new[shown]!r}"
                    + (f" ({old['key']} and {new['key']})" if old["measure"] == new["measure"] else "")
                    + "; load(runs, questions) picks what you mean, or give them different names"
                )
    if questions is None:
        return about
    blank = {
        n: {"unit": "", "measure": repr(a.measure), "of": ", ".join(a.words)} for n, a in questions.items()
    }
    return {name: about.get(name, blank[name]) for name in questions}


def _any_layer(word: str) -> str:
    return word if layer_in(word) is None else "layer" + FIRST * word.endswith(FIRST)


def dense(
    named: list[tuple[int, str, dict]], runs: list[str], coords: dict[str, list], about: dict[str, dict]
) -> xr.Dataset:
    """Rows, each with the place of its run and the name of its quantity, on the union of coordinates."""
    labels = {"run": runs, **coords, "quantity": list(about)}
    shape = tuple(len(labels[dim]) for dim in DIMS)
    index = {dim: {label: i for i, label in enumerate(labels[dim])} for dim in DIMS}
    sources = sorted({source for _, _, row in named for source in row.get("errors") or {}})
    numbers = ("value", "stderr", *(f"error_{source}" for source in sources), "n")
    out = {name: np.full(shape, np.nan) for name in numbers}
    notes = np.full(shape, "", dtype=object)
    width = max((len(row.get("slices", ())) for _, _, row in named), default=0)
    slices, frame = np.full((*shape, width), np.nan, np.float32), np.zeros(shape, np.int32)
    for i, name, row in named:
        at = (i, *(index[dim][row[dim]] for dim in ("split", "step", "layer")), index["quantity"][name])
        errors = {source: _number(error) for source, error in (row.get("errors") or {}).items()}
        out["value"][at], out["n"][at] = _number(row["value"]), _number(row.get("n"))
        out["stderr"][at] = math.hypot(*errors.values()) if errors else math.nan
        for source, error in errors.items():
            out[f"error_{source}"][at] = error
        notes[at] = row.get("note") or ""
        if len(row.get("slices", ())):
            slices[at][: len(row["slices"])] = row["slices"]
            frame[at] = row.get("frame") or 1
    variables: dict[str, Any] = {name: (DIMS, array) for name, array in out.items()}
    variables["note"] = (DIMS, notes.astype(str))
    if width:
        variables |= {"slices": ((*DIMS, "slice"), slices), "frame": (DIMS, frame)}
    coordinates: dict[str, Any] = {dim: (dim, _labels(labels[dim], dim)) for dim in DIMS}
    for what in ("unit", "measure", "of"):
        coordinates[what] = ("quantity", _labels([entry[what] for entry in about.values()], what))
    return xr.Dataset(variables, coordinates)


def _labels(values: list, dim: str) -> np.ndarray:
    return np.array(values, dtype=np.int64 if dim in ("step", "metric_step") else str)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def metrics_dataset(logged: list[list[dict]], runs: list[str]) -> xr.Dataset:
    """What each run logged, as ``metric_value(run, metric_step, metric)``; empty if nothing."""
    metrics = list(dict.fromkeys(key for rows in logged for row in rows for key in row if key != "step"))
    steps = sorted({row["step"] for rows in logged for row in rows})
    if not metrics:
        return xr.Dataset()
    values = np.full((len(runs), len(steps), len(metrics)), np.nan)
    at_step, at_metric = ({label: i for i, label in enumerate(labels)} for labels in (steps, metrics))
    for i, rows in enumerate(logged):
        for row in rows:
            for metric in row.keys() - {"step"}:
                values[i, at_step[row["step"]], at_metric[metric]] = _number(row[metric])
    coords = {
        "run": runs,
        "metric_step": _labels(steps, "metric_step"),
        "metric": _labels(metrics, "metric"),
    }
    return xr.Dataset({"metric_value": (("run", "metric_step", "metric"), values)}, coords)
