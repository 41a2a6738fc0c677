"""The information plane: one quantity against another as the steps go by."""

from collections.abc import Iterable
from typing import Any

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from infoplane.plots import style
from infoplane.plots._trajectory import Trajectory, trajectory
from infoplane.results import check_schema
from infoplane.results.differences import measured, pick, sources

CLEAR = 0.08  # of an axis: how far a cross stays from the points
ALONE: dict[str, Any] = {"color": style.GREY, "ls": "-", "marker": "o"}


def plane(
    ds: xr.Dataset,
    x: str | None = None,
    y: str | None = None,
    layers: Iterable[str] | None = None,
    together: bool = False,
    split: str | None = None,
    axes: Any = None,  # a seventh parameter: given axes are an option of every plot
) -> Figure:
    """Trajectories of the layers on the plane of two quantities.

    Each run is a thin line, their mean a line of points coloured by step. The cross beside a trajectory has
    arms of one standard error of the mean's *change* from its first to its last step: the errors of the
    estimates, paired where they share their slices, and with several runs the standard error over runs.

    Parameters
    ----------
    ds : xarray.Dataset
        From `infoplane.load`.
    x, y : str, optional
        Quantities; by default the first that is of the input, and the first that is of the target.
    layers : iterable of str, optional
        Which, in this order; by default all that have both quantities.
    together : bool
        All layers in one panel per split, told apart by colour and marker, instead of one panel each.
    split : str, optional
        One split; by default panels for all.
    axes : matplotlib Axes or array of them, optional
        To draw into: as many as there are panels; ``layout="constrained"`` makes room for the legends.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        For an unknown label, no point that has both quantities, or the wrong number of axes.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, evaluate, plots
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/plane").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"I(X;T)": Ask(KSG(k=3)), "I(T;Y)": Ask(KSG(k=3), of=("layer", "target"))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> figure = plots.plane(ds)
    >>> plots.save(figure, "plane.pdf").exists()
    True
    """
    check_schema(ds)
    x, y = x or _first_of(ds, "input", "x"), y or _first_of(ds, "target", "y")
    pick(ds, "quantity", [x, y])
    asked, splits = pick(ds, "layer", layers), pick(ds, "split", split)
    groups = _groups(ds, (x, y), asked, splits, together)
    steps = _steps(groups)
    columns = _columns(len(groups), len(asked), len(splits), together)
    entries = _explanations(groups, ds.attrs["step"])
    names = list(dict.fromkeys(one.layer for _, many in groups for one in many)) if together else []
    looks = {layer: style.identity(i) for i, layer in enumerate(names)} if len(names) > 1 else {}
    with matplotlib.rc_context(style.RC):
        size = _size(len(groups), columns, names, len(entries))
        figure, grid = style.panels(len(groups), columns, size, axes)
        norm = style.step_norm(steps)
        for ax, (name, many) in zip(grid, groups, strict=True):
            _panel(ax, many, norm, looks)
            titles = [] if together else [style.short(many[0].layer)]
            ax.set_title(" · ".join(titles + [name] * (len(splits) > 1)))
            for axis in (ax.xaxis, ax.yaxis):
                axis.set_major_locator(MaxNLocator(4 if len(groups) == 1 else 2, min_n_ticks=2))
        _labels(ds, grid, (x, y), common=axes is None and len(grid) > 1)
        _step_colours(grid, norm, steps, ds.attrs["step"])
        style.layer_legend(figure, looks, size[0])
        style.legend(figure, [handle for _, handle in entries], [text for text, _ in entries], "lower")
    return figure


def _first_of(ds: xr.Dataset, word: str, axis: str) -> str:
    for name, of in zip(ds["quantity"].values, ds["of"].values, strict=True):
        if word in str(of).split(", "):
            return str(name)
    there = ", ".join(map(repr, ds["quantity"].values.tolist())) or "none"
    raise ValueError(f"no quantity is of the {word}; say which is {axis}: {there}")


Groups = list[tuple[str, list[Trajectory]]]  # per panel: its split, and what is drawn


def _groups(
    ds: xr.Dataset, names: tuple[str, str], layers: list[str], splits: list[str], together: bool
) -> Groups:
    groups: Groups = []
    for split in splits:
        many = [trajectory(ds, *names, split, a) for a in layers if measured(ds, names, split, a)]
        groups += [(split, many)] * bool(many) if together else [(split, [one]) for one in many]
    if not groups:
        both = " and ".join(map(repr, names))
        raise ValueError(f"no point of the dataset has {both}; evaluate both on the same layers")
    return groups


def _steps(groups: Groups) -> np.ndarray:
    every = [one for _, many in groups for one in many]
    there = np.any([np.isfinite(one.runs[..., 0]).any(axis=0) for one in every], axis=0)
    return every[0].x["step"].values[there]


def _columns(count: int, layers: int, splits: int, together: bool) -> int:
    if splits > 1 and not together and 2 < layers <= 5:
        return layers  # a row per split
    return 1 if count == 1 else 2 if count <= 4 else 4


def _size(count: int, columns: int, layers: list[str], entries: int) -> tuple[float, float, float]:
    """Sizes of the figure: width, height of a panel, height of labels and legends."""
    width = style.COLUMN if columns <= 2 else style.PAGE
    above = style.legend_height(len(layers), style.legend_columns(layers, width)) if len(layers) > 1 else 0.0
    return width, 2.2 if count == 1 else 1.35, above + style.legend_height(entries, 1) + 0.4


def _panel(ax: Axes, many: list[Trajectory], norm: Normalize, looks: dict) -> None:
    several = bool(looks)
    for one in many:
        look = looks.get(one.layer, ALONE)
        if len(one.runs) > 1:
            for points in one.runs:
                ax.plot(*points.T, lw=0.45, ms=1.2, alpha=0.55, zorder=1, **look)
        ax.plot(*one.mean.T, lw=0.9, color=look["color"], ls=look["ls"], zorder=2)
        ax.scatter(
            one.mean[:, 0],
            one.mean[:, 1],
            c=one.x["step"].values,
            norm=norm,
            cmap=style.STEPS_MAP,
            marker=look["marker"],
            s=15,
            linewidths=0.7 if several else 0.35,
            edgecolors=look["color"] if several else "white",
            zorder=3,
        )
    _crosses(ax, many, {layer: look["color"] for layer, look in looks.items()})


def _crosses(ax: Axes, many: list[Trajectory], colours: dict[str, str]) -> None:
    """One cross per trajectory, at the nearest free place to its last point."""
    everywhere = np.concatenate([one.runs.reshape(-1, 2) for one in many] + [one.mean for one in many])
    low, high = np.nanmin(everywhere, axis=0), np.nanmax(everywhere, axis=0)
    errors = [np.nan_to_num(one.cross) for one in many]
    # a range below four arms would blow noise up to a picture
    still = high - low <= 1e-9 * np.maximum(1, np.abs(high))  # one point, or all of them alike
    least = np.maximum(4 * np.max(errors, axis=0), np.where(still, 0.2 * np.maximum(0.1, np.abs(high)), 0))
    middle, span = (low + high) / 2, np.maximum(1.25 * (high - low), least)
    low = middle - span / 2
    ax.set_xlim(low[0], low[0] + span[0])
    ax.set_ylim(low[1], low[1] + span[1])
    lines = [points for one in many for points in (*one.runs, one.mean)]
    drawn = np.concatenate([_along(points) for points in lines])
    taken = (drawn[np.isfinite(drawn).all(axis=1)] - low) / span
    for one, error in zip(many, errors, strict=True):
        if not error.any():
            continue
        end = one.mean[np.isfinite(one.mean[:, 0])][-1]
        place = _free_place(taken, (end - low) / span, np.minimum(error / span, 0.3))
        taken = np.concatenate([taken, place + np.outer([-1, 0, 1], error / span)])
        at = low + place * span
        color = colours.get(one.layer, "black")
        bars = ax.errorbar(at[0], at[1], error[1], error[0], color=color, lw=0.9, capsize=1.6, capthick=0.9)
        bars.set_label(f"cross {one.layer}")


def _along(points: np.ndarray) -> np.ndarray:
    """The points of a line, and some between them."""
    between = np.linspace(0, 1, 8, endpoint=False)[:, None, None]
    return np.concatenate([points, *(points[:-1] * (1 - between) + points[1:] * between)])


def _free_place(taken: np.ndarray, end: np.ndarray, arms: np.ndarray) -> np.ndarray:
    """Where in the axes a cross with these arms touches nothing, near `end`; else where it is freest."""
    grid = np.stack(np.meshgrid(np.linspace(0.06, 0.94, 23), np.linspace(0.06, 0.94, 23)), axis=-1).reshape(
        -1, 2
    )
    inside = ((grid - arms > 0.03) & (grid + arms < 0.97)).all(axis=1)
    grid = grid[inside] if inside.any() else grid
    gaps = np.maximum(np.abs(grid[:, None] - taken) - arms, 0)
    free = np.hypot(*np.moveaxis(gaps, -1, 0)).min(axis=1)
    far = np.hypot(*(grid - end).T)
    return grid[np.argmin(np.where(free >= CLEAR, far, 10 - free))]


def _labels(ds: xr.Dataset, grid: list[Axes], names: tuple[str, str], common: bool) -> None:
    """Quantities with unit and settings: on each axes, or once for all panels."""
    inner = grid[0].get_figure(root=False)
    assert inner is not None
    width, height = inner.get_figure(root=True).get_size_inches()
    of_x, of_y = ((style.name_with_unit(ds, name), style.settings_of(ds, name)) for name in names)
    if common:
        size = style.RC["axes.labelsize"]
        style.two_sizes(inner.supxlabel("x", fontsize=size), *of_x, 0.85 * width)
        style.two_sizes(inner.supylabel("y", fontsize=size), *of_y, 0.7 * height, upright=True)
        return
    for ax in grid:
        style.two_sizes(ax.xaxis.label, *of_x, 0.75 * width)
        style.two_sizes(ax.yaxis.label, *of_y, 0.6 * height, upright=True)


def _step_colours(grid: list[Axes], norm: Normalize, steps: np.ndarray, name: str) -> None:
    inner = grid[0].get_figure(root=False)
    assert inner is not None
    bar = inner.colorbar(ScalarMappable(norm, style.STEPS_MAP), ax=grid, aspect=30, pad=0.02, fraction=0.05)
    ticks = style.step_ticks(steps)
    bar.set_ticks(ticks, labels=style.step_texts(ticks))
    bar.ax.minorticks_off()
    bar.outline.set_linewidth(0.4)
    bar.set_label(name)


def _explanations(groups: Groups, step: str) -> list[tuple[str, Line2D]]:
    """What the thin lines and the crosses are."""
    every = [one for _, many in groups for one in many]
    out = []
    runs = max(len(one.runs) for one in every)
    if runs > 1:
        line = Line2D([], [], color=style.GREY, lw=0.5, marker="o", ms=1.3)
        out.append((f"each of {runs} runs (large points: their mean)", line))
    crossed = [one for one in every if np.isfinite(one.cross).any()]
    if crossed:
        why = ", ".join(dict.fromkeys(name for one in crossed for name in sources(one.x) + sources(one.y)))
        spans = {tuple(one.x["step"].values[list(one.span)].tolist()) for one in crossed}
        first, last = spans.pop()
        when = "first to last large point" if spans else f"{step} {first} to {last}"
        cross = Line2D([], [], color="black", lw=0.9, marker="+", ms=7, ls="")
        out.append((f"±1 standard error of the change, {when} ({why})", cross))
    return out
