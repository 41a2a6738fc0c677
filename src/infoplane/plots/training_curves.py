"""What was logged during training: loss, accuracy, whatever there is."""

import re
from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from infoplane.plots import style
from infoplane.results import check_schema

SETS = {"train": 0, "training": 0, "test": 1, "val": 2, "valid": 2, "validation": 2, "dev": 2, "eval": 2}
_SET = re.compile(
    rf"^(?P<first>{'|'.join(SETS)})[_/.: -](?P<what>.+)$|^(?P<same>.+)[_/.: -](?P<last>{'|'.join(SETS)})$"
)
MANY = 150  # points on a line, from where they are drawn as dots


def curves(ds: xr.Dataset, axes: Any = None) -> Figure:
    """Every logged metric against the step, with all its raw points.

    Metrics that differ in ``train``, ``test`` or ``val`` at the start or end of their names, such as
    ``train_loss`` and ``test_loss``, share a panel. Runs are thin lines, their mean a thick one at the steps
    that all runs have.

    Parameters
    ----------
    ds : xarray.Dataset
        From `infoplane.load`.
    axes : matplotlib Axes or array of them, optional
        To draw into: as many as there are panels; ``layout="constrained"`` makes room for the legends.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If nothing was logged, or for the wrong number of axes.

    Examples
    --------
    >>> from infoplane import Run, load, plots
    >>> run = Run("runs/curves").create({})
    >>> for step in (0, 1, 2):
    ...     run.log(step, train_loss=1 / (1 + step), test_loss=1.1 / (1 + step))
    >>> figure = plots.curves(load(run))
    >>> len(figure.axes)  # train and test share a panel
    1
    """
    check_schema(ds)
    groups = _paired(ds)
    if not groups:
        raise ValueError("the runs have logged no metrics; see Run.log and Tracker.step(step, **metrics)")
    logged = ds["metric_value"].transpose("run", "metric_step", "metric")
    sets = sorted({name for group in groups.values() for name in group}, key=lambda name: SETS.get(name, 9))
    looks = {name: style.identity(i) for i, name in enumerate(sets)}
    with matplotlib.rc_context(style.RC):
        columns = min(len(groups), 2) if len(groups) <= 4 else 4
        width = style.COLUMN if columns <= 2 else style.PAGE
        figure, grid = style.panels(len(groups), columns, (width, 1.8 if columns == 1 else 1.4, 0.2), axes)
        for ax, (what, members) in zip(grid, groups.items(), strict=True):
            for name, metric in members.items():
                _curve(ax, logged.sel(metric=metric), looks[name])
            finite = logged.sel(metric=list(members.values())).notnull().any(["run", "metric"]).values
            style.step_axis(ax, ds["metric_step"].values[finite], ds.attrs["step"], 8 if columns == 1 else 5)
            ax.set_ylabel(what)
        named = [name for name in sets if name]
        handles: list[Any] = [Line2D([], [], ms=3, **looks[name]) for name in named]
        if ds.sizes["run"] > 1:
            handles.append(Line2D([], [], color=style.GREY, lw=0.5, marker="o", ms=1.3))
            named.append(f"each of {ds.sizes['run']} runs (thick: their mean)")
        style.legend(figure, handles, named, "lower", len(named))
    return figure


def _paired(ds: xr.Dataset) -> Mapping[str, Mapping[str, str]]:
    """{what: {set: metric}} of the metrics that have a value; the set is "" when the name tells none."""
    out: dict[str, dict[str, str]] = {}
    for metric in map(str, ds["metric"].values if "metric" in ds else ()):
        if metric == "epoch" or not ds["metric_value"].sel(metric=metric).notnull().any():
            continue  # an epoch stands beside a step, it is no result
        match = _SET.match(metric)
        what = (match["what"] or match["same"]) if match else metric
        out.setdefault(what, {})[(match["first"] or match["last"]) if match else ""] = metric
    return out


def _curve(ax: Axes, one: xr.DataArray, look: dict[str, Any]) -> None:
    steps, values = one["metric_step"].values, one.values
    values = values[np.isfinite(values).any(axis=1)]
    there = np.isfinite(values).any(axis=0)  # other metrics are logged at other steps
    steps, values = steps[there], values[:, there]
    look = {**look, "marker": ","} if len(steps) > MANY else look
    if len(values) > 1:
        for run in values:
            ax.plot(steps, run, lw=0.4, ms=1.2, alpha=0.5, **look)
    ax.plot(steps, values.mean(axis=0), lw=1.2, ms=2.4, **look)
