"""Quantities against the step."""

from collections.abc import Iterable
from typing import Any

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, NullLocator

from infoplane.plots import style
from infoplane.results import check_schema
from infoplane.results.differences import level_error, mean_over_runs, measured, part, pick, sources


def trajectories(
    ds: xr.Dataset,
    quantities: Iterable[str] | None = None,
    log: bool = False,
    split: str | None = None,
    axes: Any = None,
) -> Figure:
    """Each quantity against the step, a panel per quantity (and split), a colour per layer.

    Every run is a thin line with its points, their mean a thick one, with a band of one standard error of
    the mean: of the estimates, and with several runs over runs. The band is about the level; changes along
    a line are known better (`infoplane.results.paired_difference`).

    Parameters
    ----------
    ds : xarray.Dataset
        From `infoplane.load`.
    quantities : iterable of str, optional
        Which, in this order; by default all.
    log : bool
        The quantity on a logarithmic axis; linear about 0 if there are values below or at 0. The step's
        axis is logarithmic, with step 0 on it, whenever the snapshots are spaced so.
    split : str, optional
        One split; by default a row of panels for each.
    axes : matplotlib Axes or array of them, optional
        To draw into: as many as there are panels; ``layout="constrained"`` makes room for the legends.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        For an unknown label, a dataset without estimates, or the wrong number of axes.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, evaluate, plots
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/trajectories").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"I(X;T)": Ask(KSG(k=3)), "I(T;Y)": Ask(KSG(k=3), of=("layer", "target"))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> figure = plots.trajectories(ds, "I(T;Y)")
    >>> len(figure.axes)
    1
    """
    check_schema(ds)
    names = [quantities] if isinstance(quantities, str) else quantities
    asked, splits = pick(ds, "quantity", names), pick(ds, "split", split)
    layers = pick(ds, "layer", None)
    cells = [(s, q) for q in asked for s in splits if any(measured(ds, [q], s, layer) for layer in layers)]
    if not cells:
        raise ValueError(
            f"no estimate of {', '.join(asked) or 'anything'} in the dataset; see infoplane.evaluate"
        )
    shown = [layer for layer in layers if any(measured(ds, [q], s, layer) for s, q in cells)]
    looks = {layer: style.identity(i) for i, layer in enumerate(shown)}
    entries = _explanations([part(ds, q, s, a) for s, q in cells for a in shown if measured(ds, [q], s, a)])
    with matplotlib.rc_context(style.RC):
        columns = len({name for name, _ in cells})
        size = _size(columns, shown, len(entries))
        figure, grid = style.panels(len(cells), columns, size, axes)
        for ax, (name, quantity) in zip(grid, cells, strict=True):
            for layer in shown:
                if measured(ds, [quantity], name, layer):
                    _line(ax, part(ds, quantity, name, layer), looks[layer])
            _dress(ax, ds, quantity, log)
            text = style.name_with_unit(ds, quantity)
            style.two_sizes(ax.yaxis.label, text, style.settings_of(ds, quantity), size[1], upright=True)
            if axes is None and ax in grid[:-columns]:
                ax.set_xlabel("")  # the panel below says it
            ax.set_title(name if len(splits) > 1 else "")
        style.layer_legend(figure, looks, size[0])
        style.legend(figure, [handle for _, handle in entries], [text for text, _ in entries], "lower")
    return figure


def _size(columns: int, layers: list[str], entries: int) -> tuple[float, float, float]:
    """Sizes of the figure: width, height of a panel, height of the legends."""
    width = style.COLUMN if columns == 1 else style.PAGE
    above = style.legend_height(len(layers), style.legend_columns(layers, width))
    return width, 1.75, above + style.legend_height(entries, 1)


def _line(ax: Axes, one: xr.Dataset, look: dict[str, Any]) -> None:
    steps, mean = one["step"].values, mean_over_runs(one)["value"].values
    many = one.sizes["run"] > 1
    if many:
        for run in one["value"].values:
            ax.plot(steps, run, lw=0.4, ms=1.2, alpha=0.5, **look)
    error = level_error(one)
    ax.fill_between(steps, mean - error, mean + error, color=look["color"], alpha=0.2, lw=0)
    ax.plot(steps, mean, lw=1.2, ms=2.4, **look)


def _dress(ax: Axes, ds: xr.Dataset, quantity: str, log: bool) -> None:
    one = ds["value"].sel(quantity=quantity)
    there = one.notnull().any([dim for dim in one.dims if dim != "step"]).values
    style.step_axis(ax, ds["step"].values[there], ds.attrs["step"])
    values = one.values[np.isfinite(one.values)]
    if log and (values > 0).all():
        ax.set_yscale("log")
        ratio = values.max() / values.min()
        digits = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8) if ratio < 4 else (1, 2, 3, 5) if ratio < 30 else (1,)
        ax.yaxis.set_major_locator(LogLocator(subs=digits))
        ax.yaxis.set_minor_locator(NullLocator())
    elif log:
        sizes = np.abs(values[values != 0])
        # what lies within the errors of 0 has no logarithm worth looking at
        errors = ds["stderr"].sel(quantity=quantity).values
        known = errors[np.isfinite(errors) & (errors > 0)]
        linear = np.median(known) if len(known) else np.quantile(sizes, 0.1) if len(sizes) else 1.0
        ax.set_yscale("symlog", linthresh=2 * linear)
    if log:
        ax.yaxis.set_major_formatter("{x:g}")
    if (values <= 0).any():
        ax.axhline(0, color=style.GREY, lw=0.5, zorder=0)


def _explanations(parts: list[xr.Dataset]) -> list[tuple[str, Any]]:
    """What the bands and the thin lines are."""
    out: list[tuple[str, Any]] = []
    runs = max(one.sizes["run"] for one in parts)
    if runs > 1:
        out.append(
            (
                f"each of {runs} runs (thick: their mean)",
                Line2D([], [], color=style.GREY, lw=0.5, marker="o", ms=1.3),
            )
        )
    why = ", ".join(dict.fromkeys(name for one in parts for name in sources(one)))
    if why:
        of = "the mean" if runs > 1 else "the estimate"
        out.append((f"±1 standard error of {of} ({why})", Patch(color=style.GREY, alpha=0.3, lw=0)))
    return out
