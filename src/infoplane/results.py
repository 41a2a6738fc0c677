"""Rows of estimates as one labelled dataset, and differences within it.

What the dataset holds is written in docs/schema.md.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
import xarray as xr

from infoplane._dataset import (
    SCHEMA,
    check_schema,
    dense,
    describe_quantities,
    error_names,
    metrics_dataset,
    open_dataset,
    save_dataset,
    save_table,
)
from infoplane.estimate import Slices, mean_error
from infoplane.questions import FIRST, Ask, canonical, row_key
from infoplane.runs import Run

__all__ = [
    "check_schema",
    "data_digest",
    "load",
    "open_dataset",
    "paired_difference",
    "save_dataset",
    "save_table",
]


def data_digest(run: Run, split: str, step: int, of_words: Sequence[str]) -> str:
    """One digest of all variables that an estimate was made of.

    Parameters
    ----------
    run : Run
        Where the variables are.
    split : str
        Split of the probe.
    step : int
        The snapshot measured.
    of_words : sequence of str
        ``of`` as it stands in a row: ``"input"``, ``"target"``, ``"layer:NAME"``, ``"layer:NAME@first"``.
        The last is taken from the run's first step.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    return _joined(run.digest(split, *place_of(run, step, word)) for word in of_words)


def place_of(run: Run, step: int, word: str) -> tuple[str, int]:
    """The word that the run knows, and the step it is taken from."""
    return (word.removesuffix(FIRST), run.steps[0]) if word.endswith(FIRST) else (word, step)


def _joined(digests: Iterable[str]) -> str:
    return hashlib.blake2b("\n".join(digests).encode(), digest_size=8).hexdigest()


def load(
    runs: Run | str | Path | Iterable[Run | str | Path], questions: Mapping[str, Ask] | None = None
) -> xr.Dataset:
    """The estimates of these runs, dense and labelled.

    Parameters
    ----------
    runs : Run or path, or iterable of them
        All of them stand on the dimension ``run``, also those without estimates.
    questions : dict of str to Ask, optional
        Exactly these quantities under these names, whatever they were called when measured. Without it:
        every quantity in the runs, by the name in its rows.

    Returns
    -------
    xarray.Dataset
        Dimensions (run, split, step, layer, quantity), the union over runs; NaN where there is no estimate.
        ``value`` in the unit of ``unit(quantity)``, ``stderr``, ``error_<source>``, ``note``, ``n``; with
        sliced measures ``slices`` and ``frame``; with metrics ``metric_value(run, metric_step, metric)``.

    Raises
    ------
    ValueError
        If one quantity name stands for two measures, for two choices of variables or for two units, if the
        runs differ in what a step is, if a run is given twice, or none.

    Notes
    -----
    Of rows with the same key the last counts; under two names they are two quantities. A row whose variables
    are no longer in the run as they were when it was measured is stale and left out.
    """
    folders = as_runs(runs)
    names = run_names(folders)
    named = [
        (i, name, row)
        for i, run in enumerate(folders)
        for row in _fresh_rows(run)
        for name in _names_of(row, run, questions)
    ]
    about = describe_quantities([(name, row) for _, name, row in named], questions)
    ds = dense(named, names, _coordinates(folders, [(i, row) for i, _, row in named]), about)
    ds.attrs = {"step": _meaning_of_step(folders), "schema": SCHEMA}
    ds = ds.merge(metrics_dataset([run.metrics() for run in folders], names))
    check_schema(ds)
    return ds


def as_runs(runs: Run | str | Path | Iterable[Run | str | Path]) -> list[Run]:
    """One run or several, as a list; ValueError for none, and for one that is given twice."""
    several = [runs] if isinstance(runs, Run | str | Path) else list(runs)
    if not several:
        raise ValueError("no runs were given; give a Run, a path, or several of them")
    found = [run if isinstance(run, Run) else Run(run) for run in several]
    paths = [run.path.resolve() for run in found]
    for path in paths:
        if paths.count(path) > 1:
            raise ValueError(f"the run {str(path)!r} was given twice; give each run once")
    return found


def run_names(runs: Sequence[Run]) -> list[str]:
    """The shortest tails of the runs' paths that tell them apart."""
    parts = [run.path.resolve().parts for run in runs]
    depth = next(depth for depth in count(1) if len({path[-depth:] for path in parts}) == len(parts))
    return ["/".join(path[-depth:]) for path in parts]


def _fresh_rows(run: Run) -> list[dict]:
    """The rows whose data are still there, of each key and name the last, in the order of measuring."""
    steps, splits = set(run.steps), set(run.splits)
    snapshot, header, digest = cache(run.snapshot), cache(run.probe_header), cache(run.digest)

    def is_there(split: str, word: str, at: int) -> bool:
        whose = header(split).as_input if word == "input" else None
        layer = word.removeprefix("layer:") if word.startswith("layer:") else whose
        return word in header(split).digests if layer is None else f"{split}/{layer}" in snapshot(at).digests

    @cache
    def current(split: str, step: int, words: tuple[str, ...]) -> str | None:
        places = [place_of(run, step, word) for word in words]
        there = all(is_there(split, *place) for place in places)
        return _joined(digest(split, *place) for place in places) if there else None

    known: dict[tuple, dict] = {}
    for row in run.rows():
        at = row["split"], row["step"]
        if at[0] in splits and at[1] in steps and row["data"] == current(*at, tuple(row["of"])):
            key = (row["quantity"], *row_key(row))
            known.pop(key, None)
            known[key] = row
    return list(known.values())


def _names_of(row: dict, run: Run, questions: Mapping[str, Ask] | None) -> list[str]:
    """The quantities that this row is an estimate of."""
    if questions is None:
        return [row["quantity"]]
    measure = canonical(row["measure"])
    return [
        name
        for name, ask in questions.items()
        if canonical(ask.measure) == measure and _is_of(row, run, ask.words)
    ]


def _is_of(row: dict, run: Run, words: Sequence[str]) -> bool:
    def same(came: str, word: str) -> bool:
        if word == "layer":
            return came.startswith("layer:") and not came.endswith(FIRST)
        if word == "output":
            return came == f"layer:{run.snapshot(row['step']).output}"
        return came == word

    return len(row["of"]) == len(words) and all(map(same, row["of"], words))


def _coordinates(runs: list[Run], rows: list[tuple[int, dict]]) -> dict[str, list]:
    """The union of splits, steps and layers; layers in firing order, pairs of layers behind."""
    splits = dict.fromkeys(split for run in runs for split in run.splits)
    place: dict[str, int] = {}
    last: dict[tuple[int, str], int] = {}
    for i, row in rows:
        last[i, row["split"]] = max(row["step"], last.get((i, row["split"]), 0))
    for (i, split), step in sorted(last.items()):
        for name in runs[i].snapshot(step).layers.get(split, ()):
            place.setdefault(name, len(place))

    def order(layer: str) -> tuple:
        parts = [layer] if layer in place else layer.split("|")
        return (
            layer == "input|target",
            len(parts),
            [place.get(part.removesuffix(FIRST), len(place)) for part in parts],
            layer,
        )

    measured = {row["split"] for _, row in rows}
    return {
        "split": [split for split in splits if split in measured],
        "step": sorted({row["step"] for _, row in rows}),
        "layer": sorted({row["layer"] for _, row in rows}, key=order),
    }


def _meaning_of_step(runs: list[Run]) -> str:
    meanings = list(dict.fromkeys(str(run.info.get("step", "step")) for run in runs))
    if len(meanings) > 1:
        raise ValueError(
            f"the runs count their steps differently: {', '.join(meanings)}; load those apart that differ"
        )
    return meanings[0] if meanings else "step"


def paired_difference(later: xr.Dataset, earlier: xr.Dataset) -> xr.Dataset:
    """``later - earlier`` with the error of the difference.

    Estimates along the same directions err together, so that their difference is known better than either.

    Parameters
    ----------
    later, earlier : xarray.Dataset
        Selections of what `load` returns that have the same labels on every dimension they share, such as
        ``ds`` and ``ds.sel(step=0)``, or ``ds.sel(run="a")`` and ``ds.sel(run="b")``.

    Returns
    -------
    xarray.Dataset
        ``value`` and ``stderr``. Where both have slices along the same directions, the error is the
        standard error of the mean of the slices' differences, and other sources of error are added to it (a
        side with more slices, such as `UntilError` draws, is paired in those that it shares);
        elsewhere it is the root sum of squares of both errors.

    Raises
    ------
    ValueError
        If a shared dimension has different labels, or the units differ.
    """
    if not np.array_equal(np.unique(later["unit"]), np.unique(earlier["unit"])):
        units = f"{np.unique(later['unit']).tolist()} and {np.unique(earlier['unit']).tolist()}"
        raise ValueError(f"only quantities of one unit can be subtracted; got {units}")
    try:
        xr.align(later, earlier, join="exact")
    except ValueError as error:
        raise ValueError(
            f"paired_difference wants the same labels on every shared dimension: {error}; "
            "select single labels on one side, such as ds.sel(step=0)"
        ) from None
    value = later["value"] - earlier["value"]
    apart = ((later["stderr"] ** 2 + earlier["stderr"] ** 2) ** 0.5).transpose(*value.dims)
    out = xr.Dataset({"value": value, "stderr": apart})
    if "slices" not in later or "slices" not in earlier:
        return out
    others = [
        side[name].fillna(0) ** 2
        for side in (later, earlier)
        for name in error_names(side)
        if name != "error_slices"
    ]
    paired = (xr.zeros_like(value) + np.sqrt(sum(others, start=xr.DataArray(0.0)))).transpose(*value.dims)
    a, m, b, k = (
        part.broadcast_like(value).transpose(*value.dims, ...).values
        for side in (later, earlier)
        for part in (side["slices"], side["frame"])
    )
    errors = np.array([_slice_error(a[at], int(m[at]), b[at], int(k[at])) for at in np.ndindex(value.shape)])
    total = np.hypot(paired, errors.reshape(value.shape))
    out["stderr"] = xr.where(np.isfinite(total), total, apart)
    return out


def _slice_error(later: np.ndarray, frame: int, earlier: np.ndarray, other_frame: int) -> float:
    """Standard error of the difference of means; NaN where the slices do not belong together.

    A longer side, drawn until its error was small, begins with the directions of the shorter one. With a
    share s = m / M of its slices in common the difference is that of m pairs, (ā - s b̄), less the rest's
    (1 - s) b̄, which is independent.
    """
    if frame == 0 or frame != other_frame:
        return math.nan
    a, b = sorted(
        (part[: len(part) - int(np.isnan(part[::-1]).argmin())] for part in (later, earlier)), key=len
    )
    common = len(a) / len(b)
    paired = mean_error(Slices(a, frame) - Slices(common * b[: len(a)], frame))
    rest = mean_error(Slices(b[len(a) :], frame)) if common < 1 else 0.0
    return math.hypot(paired, (1 - common) * rest)
