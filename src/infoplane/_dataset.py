"""The dataset of results as a thing of its own: made of rows, its schema, its file, its table."""

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from infoplane.questions import FIRST, Ask, canonical
from infoplane.runs._files import write_whole

DIMS = ("run", "split", "step", "layer", "quantity")
SCHEMA = 1  # docs/schema.md
_COORDS = {  # name: (dimensions, kinds of dtype)
    "run": (("run",), "UO"),
    "split": (("split",), "UO"),
    "step": (("step",), "i"),
    "layer": (("layer",), "UO"),
    "quantity": (("quantity",), "UO"),
    "unit": (("quantity",), "UO"),
    "measure": (("quantity",), "UO"),
    "of": (("quantity",), "UO"),
}
_VARIABLES = {
    "value": (DIMS, "f"),
    "stderr": (DIMS, "f"),
    "note": (DIMS, "UO"),
    "n": (DIMS, "f"),
}
_OPTIONAL = {
    "slices": ((*DIMS, "slice"), "f"),
    "frame": (DIMS, "i"),
    "metric_value": (("run", "metric_step", "metric"), "f"),
    "metric_step": (("metric_step",), "i"),
    "metric": (("metric",), "UO"),
}
_TOGETHER = (("slices", "frame"), ("metric_value", "metric_step", "metric"))


def check_schema(ds: xr.Dataset) -> None:
    """Refuse a dataset that is not what `load` returns, as docs/schema.md has it.

    Further variables, and dimensions in another order, are allowed.

    Raises
    ------
    ValueError
        Naming the dimension, coordinate, variable or attribute that is wrong, and what was wanted.
    """
    for dim in DIMS:
        if dim not in ds.dims:
            raise ValueError(
                f"the dataset has no dimension {dim!r} (it has {', '.join(map(str, ds.dims)) or 'none'}); "
                f"a selection keeps it when it is a list: ds.sel({dim}=[...])"
            )
    required = _COORDS | _VARIABLES | dict.fromkeys(error_names(ds), (DIMS, "f"))
    for name, (dims, kinds) in required.items():
        _check_array(ds, name, dims, kinds)
    for names in _TOGETHER:
        if any(name in ds for name in names):
            for name in names:
                _check_array(ds, name, *_OPTIONAL[name])
    for dim in (*DIMS, *(name for name in ("metric_step", "metric") if name in ds)):
        values = ds[dim].values
        if len(np.unique(values.astype(str))) < len(values):
            raise ValueError(f"coordinate {dim!r} holds a value twice: {values.tolist()}")
    for name in ("step", "metric_step"):
        if name in ds and (np.diff(ds[name].values) < 0).any():
            raise ValueError(f"coordinate {name!r} must rise; got {ds[name].values.tolist()}")
    if not isinstance(ds.attrs.get("step"), str):
        raise ValueError(f"ds.attrs['step'] must say what a step is ('epoch'); got {ds.attrs.get('step')!r}")


def error_names(ds: xr.Dataset) -> list[str]:
    """The variables that hold one source of error each."""
    return [str(name) for name in ds.data_vars if str(name).startswith("error_")]


def _check_array(ds: xr.Dataset, name: str, dims: tuple[str, ...], kinds: str) -> None:
    wanted = f"{name!r} with dimensions ({', '.join(dims)}) and dtype kind {' or '.join(kinds)}"
    if name not in ds.variables:
        raise ValueError(f"the dataset has no variable {wanted}")
    array = ds[name]
    if set(array.dims) != set(dims) or array.dtype.kind not in kinds:
        came = f"dimensions ({', '.join(map(str, array.dims))}) and dtype {array.dtype}"
        raise ValueError(f"the dataset must have {wanted}; got {came}")


def describe_quantities(
    named: list[tuple[str, dict]], questions: Mapping[str, Ask] | None
) -> dict[str, dict]:
    """What each quantity is: unit, settings of the measure, variables; refused when it is two things."""
    about: dict[str, dict] = {}
    for name, row in named:
        of = [_any_layer(word) for word in row["of"]] if questions is None else questions[name].words
        new = {"unit": row["unit"], "measure": row["settings"], "of": ", ".join(of)}
        new["key"], new["known"] = canonical(row["measure"]), row["value"] is not None
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
    return "layer" + FIRST * word.endswith(FIRST) if word.startswith("layer:") else word


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
    width = max((len(row.get("slices") or ()) for _, _, row in named), default=0)
    slices, frame = np.full((*shape, width), np.nan, np.float32), np.zeros(shape, np.int32)
    for i, name, row in named:
        at = (i, *(index[dim][row[dim]] for dim in ("split", "step", "layer")), index["quantity"][name])
        errors = {source: _number(error) for source, error in (row.get("errors") or {}).items()}
        out["value"][at], out["n"][at] = _number(row["value"]), _number(row.get("n"))
        out["stderr"][at] = math.hypot(*errors.values()) if errors else math.nan
        for source, error in errors.items():
            out[f"error_{source}"][at] = error
        notes[at] = row.get("note") or ""
        if row.get("slices"):
            slices[at][: len(row["slices"])] = np.array(row["slices"], np.float32)  # null is NaN
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


def save_dataset(ds: xr.Dataset, path: str | Path) -> Path:
    """Write the dataset as netCDF 3, whole or not at all; an existing file is replaced.

    Raises
    ------
    ValueError
        If `ds` does not keep to the schema, or holds no estimate.
    """
    check_schema(ds)
    if 0 in ds["value"].shape:  # netCDF 3 has no empty dimensions
        raise ValueError("the dataset holds no estimate, so there is nothing to save; see infoplane.evaluate")
    write_whole(Path(path), bytes(ds.to_netcdf(engine="scipy")))
    return Path(path)


def open_dataset(path: str | Path) -> xr.Dataset:
    """Read what `save_dataset` wrote, into memory, with the dtypes of the schema.

    Raises
    ------
    ValueError
        If the file holds something else.
    """
    try:
        with xr.open_dataset(path, engine="scipy") as file:
            ds = file.load()
    except TypeError as error:
        raise ValueError(f"{path} is not a netCDF 3 file, as save_dataset writes them") from error
    for name, array in ds.variables.items():  # netCDF 3 has neither strings nor 64-bit integers
        if array.dtype.kind == "O":
            ds[name] = (array.dims, array.values.astype(str))
        elif name in ("step", "metric_step"):
            ds[name] = (array.dims, array.values.astype(np.int64))
    ds = ds.set_coords([name for name in _COORDS if name in ds])
    ds.attrs = {key: value.item() if hasattr(value, "item") else value for key, value in ds.attrs.items()}
    check_schema(ds)
    return ds


def save_table(ds: xr.Dataset, path: str | Path) -> Path:
    """Write a tidy CSV: one row per estimate, without the slices; NaN is an empty field.

    Columns: run, split, step, layer, quantity, of, measure, value, unit, stderr, one ``error_<source>``
    each, n, note. UTF-8; whole or not at all.

    Raises
    ------
    ValueError
        If `ds` does not keep to the schema.
    """
    check_schema(ds)
    ds = ds.transpose(*DIMS, ...)
    numbers = {name: ds[name].values for name in ("value", "stderr", *error_names(ds), "n")}
    notes = ds["note"].values
    of_quantity = {name: ds[name].values for name in ("of", "measure", "unit")}
    there = np.isfinite(numbers["value"]) | np.isfinite(numbers["n"]) | (notes != "")
    errors = error_names(ds)
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow([*DIMS, "of", "measure", "value", "unit", "stderr", *errors, "n", "note"])
    for place in np.argwhere(there):
        at, quantity = tuple(place), place[-1]
        of, measure, unit = (of_quantity[name][quantity] for name in ("of", "measure", "unit"))
        value, stderr, *rest = (_cell(array[at]) for array in numbers.values())
        where = [ds[dim].values[i] for dim, i in zip(DIMS, place, strict=True)]
        table.writerow([*where, of, measure, value, unit, stderr, *rest, notes[at]])
    write_whole(Path(path), file.getvalue().encode())
    return Path(path)


def _cell(number: float) -> str:
    if np.isnan(number):
        return ""
    return str(int(number)) if float(number).is_integer() else repr(float(number))
