"""Rows of estimates as one labelled dataset.

What the dataset holds is written in docs/schema.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import Path

import xarray as xr

from infoplane.questions import Ask
from infoplane.results.dense import dense, describe_quantities, metrics_dataset
from infoplane.results.schema import SCHEMA, check_schema
from infoplane.runs import Run
from infoplane.runs.rows import joined_digest, place_of, row_key
from infoplane.runs.variables import FIRST
from infoplane.settings import canonical


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
        return joined_digest(digest(split, *place) for place in places) if there else None

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
