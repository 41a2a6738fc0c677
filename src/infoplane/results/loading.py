"""Rows of estimates as one labelled dataset.

What the dataset holds is written in docs/schema.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from infoplane.questions import Ask
from infoplane.results.dense import dense, describe_quantities, metrics_dataset
from infoplane.results.schema import SCHEMA, check_schema
from infoplane.runs import Run
from infoplane.runs.outline import Outline
from infoplane.runs.rows import row_key
from infoplane.runs.variables import BETWEEN, FIRST, is_of_no_layer, layer_in
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
    Among rows with the same key the last counts; under two names they are two quantities. A row whose
    variables are no longer in the run as they were when it was measured is stale and left out.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, evaluate, load
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/loaded").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"I(X;T)": Ask(KSG(k=3)), "I(T;Y)": Ask(KSG(k=3), of=("layer", "target"))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> load(run).identical(ds)
    True
    >>> load(run, {"information": asked["I(T;Y)"]})["quantity"].values.tolist()
    ['information']
    """
    return dataset([Opened(run) for run in as_runs(runs)], questions)


class Opened:
    """A run as it is now, with what is read of it read once: headers, rows, and the rows' keys."""

    def __init__(self, run: Run) -> None:
        # absolute: a worker may have another working directory
        self.run, self.outline = run, Outline(run.path.absolute())

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """As they stand in the file, slices as float32."""
        return [_with_slices(row) for row in self.run.each_row()]

    @cached_property
    def keys(self) -> list[tuple]:
        """The `row_key` of each row."""
        return [row_key(row) for row in self.rows]

    def add(self, row: dict[str, Any]) -> None:
        """A row that has been appended to the file since."""
        self.rows.append(_with_slices(row))
        self.keys.append(row_key(row))


def _with_slices(row: dict[str, Any]) -> dict[str, Any]:
    # an eighth of the list; null is NaN
    return row | {"slices": np.array(row.get("slices") or (), np.float32)}


def dataset(opened: Sequence[Opened], questions: Mapping[str, Ask] | None = None) -> xr.Dataset:
    """What `load` gives, of runs that are open already."""
    names = run_names([one.run for one in opened])
    asked = {name: (canonical(ask.measure), ask.words) for name, ask in (questions or {}).items()}
    named = [
        (i, name, row)
        for i, one in enumerate(opened)
        for row, key in _fresh_rows(one)
        for name in ([row["quantity"]] if questions is None else _names_of(row, key[-1], one.outline, asked))
    ]
    about = describe_quantities([(name, row) for _, name, row in named], questions)
    ds = dense(named, names, _coordinates(opened, [(i, row) for i, _, row in named]), about)
    ds.attrs = {"step": _meaning_of_step(opened), "schema": SCHEMA}
    ds = ds.merge(metrics_dataset([one.run.metrics() for one in opened], names))
    check_schema(ds)
    return ds


def as_runs(runs: Run | str | Path | Iterable[Run | str | Path]) -> list[Run]:
    """One run or several, as a list; ValueError for none, and for one that is given twice."""
    several = [runs] if isinstance(runs, Run | str | Path) else list(runs)
    if not several:
        raise ValueError("no runs were given; give a Run, a path, or several of them")
    found = [run if isinstance(run, Run) else Run(run) for run in several]
    paths = [run.path.resolve() for run in found]
    for path, times in Counter(paths).items():
        if times > 1:
            raise ValueError(f"the run {str(path)!r} was given twice; give each run once")
    return found


def run_names(runs: Sequence[Run]) -> list[str]:
    """The shortest tails of the runs' paths that tell them apart."""
    parts = [run.path.resolve().parts for run in runs]
    depth = next(depth for depth in count(1) if len({path[-depth:] for path in parts}) == len(parts))
    return ["/".join(path[-depth:]) for path in parts]


def _fresh_rows(opened: Opened) -> list[tuple[dict, tuple]]:
    """The rows whose data are still there, of each key and name the last, in the order of measuring."""
    outline = opened.outline
    steps, splits = set(outline.steps), set(outline.probe)

    @cache
    def current(split: str, step: int, words: tuple[str, ...]) -> str | None:
        there = all(outline.has(split, word, step) for word in words)
        return outline.data_digest(split, step, words) if there else None

    known: dict[tuple, tuple[dict, tuple]] = {}
    for row, key in zip(opened.rows, opened.keys, strict=True):
        split, step = row["split"], row["step"]
        if split in splits and step in steps and row["data"] == current(split, step, tuple(row["of"])):
            known.pop((row["quantity"], *key), None)
            known[row["quantity"], *key] = row, key
    return list(known.values())


def _names_of(
    row: dict, measure: str, outline: Outline, asked: Mapping[str, tuple[str, Sequence[str]]]
) -> list[str]:
    """The questions, by settings of the measure and words, that this row answers."""
    return [name for name, (text, words) in asked.items() if text == measure and _is_of(row, outline, words)]


def _is_of(row: dict, outline: Outline, words: Sequence[str]) -> bool:
    def same(came: str, word: str) -> bool:
        if word == "layer":
            return layer_in(came) is not None and not came.endswith(FIRST)
        if word == "output":
            output = outline.snapshot(row["step"]).output
            return output is not None and layer_in(came) == output
        return came == word

    return len(row["of"]) == len(words) and all(map(same, row["of"], words))


def _coordinates(opened: Sequence[Opened], rows: list[tuple[int, dict]]) -> dict[str, list]:
    """The union of splits, steps and layers; layers in firing order, pairs of layers behind."""
    splits = dict.fromkeys(split for one in opened for split in one.outline.probe)
    place: dict[str, int] = {}
    last: dict[tuple[int, str], int] = {}
    for i, row in rows:
        last[i, row["split"]] = max(row["step"], last.get((i, row["split"]), 0))
    for (i, split), step in sorted(last.items()):
        for name in opened[i].outline.snapshot(step).layers.get(split, ()):
            place.setdefault(name, len(place))

    def order(layer: str) -> tuple:
        parts = [layer] if layer in place else layer.split(BETWEEN)
        return (
            layer not in place and is_of_no_layer(layer),
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


def _meaning_of_step(opened: Sequence[Opened]) -> str:
    meanings = list(dict.fromkeys(str(one.run.info.get("step", "step")) for one in opened))
    if len(meanings) > 1:
        raise ValueError(
            f"the runs count their steps differently: {', '.join(meanings)}; load those apart that differ"
        )
    return meanings[0] if meanings else "step"
