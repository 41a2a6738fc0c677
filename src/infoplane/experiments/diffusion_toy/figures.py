"""The figures of the experiment `diffusion-toy`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoplane.experiments.diffusion_toy.report import (
    PUBLISHED,
    PUBLISHED_CORRUPTED,
    PUBLISHED_WIDE,
    Tables,
)
from infoplane.experiments.shared.figures import save_for_page
from infoplane.experiments.shared.tables import IN_BITS, Row, values_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = {  # study -> title, name of x, scale of x
    "split": ("one blob becomes two", "distance of the centres", "symlog"),
    "clusters": ("clusters", "number", "log"),
    "tree": ("branches of a tree", "number", "log"),
    "sphere": ("a sphere of radius 5", "dimension", "log"),
    "cube": ("a cube, unit variance", "dimension", "log"),
    "noise": ("noise on a circle of radius 10", "deviation of the noise", "symlog"),
    "training": ("classes draw apart and shrink", "progress", "linear"),
    "t": ("ten clusters, more steps", "t", "linear"),
    "σ": ("ten clusters, any σ", "σ", "log"),
}
INFORMATIONS = {
    "corruption": ("blobs apart, 20 columns", "labels replaced at random", "linear"),
    "width": ("blobs near, other columns noise", "columns", "log"),
    "width, turned": ("blobs near, turned", "columns", "log"),
    "width, apart": ("blobs apart, other columns noise", "columns", "log"),
}
LINEAR_UP_TO = {"split": 1.0, "noise": 0.1}
SIGMAS = ("σ = 0.5", "σ = 1", "σ = 2", "σ = 5", "σ = 10")


def draw(made: Tables, into: Path) -> None:
    """Leave ``entropy`` and ``information`` as .pdf and .png, of what there is."""
    figures = {}
    if made.curves:
        figures["entropy"] = draw_entropies(made.curves)
    if made.informations:
        figures["information"] = draw_informations(made)
    for name, figure in figures.items():
        save_for_page(figure, into / name, "pdf")


def draw_entropies(curves: Sequence[Row]) -> "Figure":
    """A panel per study, a line per kernel; absolute bandwidths from dark to bright, rules in colours."""
    import matplotlib
    from matplotlib.figure import Figure

    from infoplane.plots import style

    with matplotlib.rc_context(style.RC | {"figure.constrained_layout.h_pad": 0.07}):
        figure = Figure(figsize=(style.PAGE, 7.0), layout="constrained")
        axes = figure.subplots(3, 3)
        for ax, (study, (title, name, scale)) in zip(axes.flat, PANELS.items(), strict=True):
            own = [row for row in curves if row["study"] == study]
            for measure in values_in(own, "measure"):
                if "t = 10" not in measure or study == "σ":
                    _line(ax, [row for row in own if row["measure"] == measure], measure)
            _axis(ax, own, scale, LINEAR_UP_TO.get(study, 1.0))
            ax.set_title(title)
            ax.set_xlabel(name)
            if study == "clusters" and own:
                x = np.array(sorted({float(row["x"]) for row in own}))
                ax.plot(x, np.log(x), color="black", lw=0.8, ls=":", label="ln(number)")
            if own:
                ax.axhline(np.log(int(own[0]["n"])), color=style.GREY, lw=0.6, ls=":")
        for ax in axes[:, 0]:
            ax.set_ylabel("DSE [nats]")
        axes[2, 2].legend(loc="upper right")
        _common_legend(figure, [*axes.flat[:-1]], "outside lower center", 6)
    return figure


def draw_informations(made: Tables) -> "Figure":
    """Information against corruption and width beside the truth, and the time it takes."""
    import matplotlib
    from matplotlib.figure import Figure

    from infoplane.plots import style

    with matplotlib.rc_context(style.RC | {"figure.constrained_layout.h_pad": 0.07}):
        figure = Figure(figsize=(style.PAGE, 4.6), layout="constrained")
        axes = figure.subplots(2, 3)
        for ax, (study, (title, name, scale)) in zip(axes.flat, INFORMATIONS.items(), strict=False):
            own = [row for row in made.informations if row["study"] == study]
            for measure in values_in(own, "measure"):
                lines = [row for row in own if row["measure"] == measure]
                _line(ax, lines, measure, IN_BITS)
            _axis(ax, own, scale)
            _truth(ax, own)
            _published(ax, study)
            ax.set_title(title)
            ax.set_xlabel(name)
        for measure in values_in(made.times, "measure"):
            lines = [row for row in made.times if row["measure"] == measure]
            at = [[float(row[key]) for row in lines] for key in ("columns", "seconds")]
            axes[1, 1].plot(*at, ms=2.5, **_look(measure))
        axes[1, 1].set_xscale("log")
        axes[1, 1].set_yscale("log")
        axes[1, 1].set_title("time, blobs near")
        axes[1, 1].set_xlabel("columns")
        axes[1, 1].set_ylabel("processor time [s]")
        for ax in axes[:, 0]:
            ax.set_ylabel("information [bits]")
        axes[1, 2].set_axis_off()
        _common_legend(axes[1, 2], [*axes.flat], "center", 1)
    return figure


def _line(ax: "Axes", own: Sequence[Row], name: str, unit: float = 1.0) -> None:
    x, mean, sd = (np.array([float(row[key] or "nan") for row in own]) for key in ("x", "mean", "sd"))
    look = _look(name)
    ax.plot(x, unit * mean, ms=2.5, label=name, **look)
    ax.fill_between(x, unit * (mean - sd), unit * (mean + sd), color=look["color"], alpha=0.2, lw=0)


def _look(name: str) -> dict[str, Any]:
    import matplotlib

    from infoplane.plots import style

    name = name.removeprefix("DSMI, ")
    if name in SIGMAS:
        shade = matplotlib.colormaps["Greys"](0.35 + 0.6 * SIGMAS.index(name) / (len(SIGMAS) - 1))
        return {"color": shade, "marker": "", "lw": 0.7 + 0.2 * SIGMAS.index(name)}
    known = ("median", "median / 4", "per √d", "10th neighbour", "KSG", "binned")
    if name not in known:
        place = ("DSE", "DSE, t = 10", "DSMI").index(name)
        return {"color": "black", "marker": style.MARKERS[place], "ls": style.DASHES[place]}
    return {"color": style.COLOURS[known.index(name)], "marker": style.MARKERS[known.index(name)]}


def _axis(ax: "Axes", own: Sequence[Row], scale: str, linear: float = 1.0) -> None:
    if scale == "symlog":
        ax.set_xscale("symlog", linthresh=linear, linscale=0.5)
    else:
        ax.set_xscale(scale)
    at = list(dict.fromkeys(row["x"] for row in own))
    whole = all(float(x).is_integer() for x in at)
    if len(at) <= 10 and (scale != "linear" or whole) and max(map(float, at), default=0) <= 100:
        ax.set_xticks([float(x) for x in at], labels=at)
        ax.set_xticks([], minor=True)


def _truth(ax: "Axes", own: Sequence[Row]) -> None:
    one = [row for row in own if row["measure"] == own[0]["measure"]]
    true = [IN_BITS * float(row["truth"]) for row in one]
    ax.plot([float(row["x"]) for row in one], true, color="black", lw=0.8, ls=":", label="truth")


def _published(ax: "Axes", study: str) -> None:
    near, corrupted, wide = (one["DSMI"] for one in (PUBLISHED, PUBLISHED_CORRUPTED, PUBLISHED_WIDE))
    at = {"corruption": ([0, 1], [near, corrupted]), "width": ([20, 20_000], [near, wide])}.get(study)
    if at is not None:
        ax.plot(*at, "*", color="black", ms=6, label="published DSMI,\ndata not stated")


def _common_legend(where: Any, axes: Sequence["Axes"], place: str, columns: int) -> None:
    found: dict[str, Any] = {}
    for ax in axes:
        for handle, text in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(text, handle)
    where.legend(list(found.values()), list(found), loc=place, ncols=columns)
