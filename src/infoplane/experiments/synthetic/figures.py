"""The figures of the experiment `synthetic`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoplane.experiments.shared.tables import Row, number, values_in
from infoplane.experiments.synthetic.report import DIMS, GOOD, PUBLISHED, SLICES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = (1, 2, 6, 10)  # columns, as in the published Figure 1
LOOKS = ("KSG", "KL", "WKL", "S₁", "S₂", "S₁, 1-NN")


def draw(about: Sequence[Row], means: Sequence[Row], into: Path) -> None:
    """Leave ``figure1`` and ``figure2`` as .pdf and .png, once a rerun of some dimension is complete."""
    from infoplane import plots

    if not about:
        return
    for name, figure in (("figure1", draw_estimates(about, means)), ("figure2", draw_correlations(about))):
        for ending in ("pdf", "png"):
            plots.save(figure, into / f"{name}.{ending}")


def draw_estimates(about: Sequence[Row], means: Sequence[Row]) -> "Figure":
    """Estimates against the true information, whole above and slices below, a column per dimension."""
    import matplotlib
    from matplotlib.figure import Figure

    from infoplane.plots import style

    dims = list(dict.fromkeys(row["dim"] for row in means))
    shown = [dim for dim in dims if int(dim) in PANELS] or dims[: len(PANELS)]
    with matplotlib.rc_context(style.RC):
        figure = Figure(figsize=(style.PAGE, 4.2), layout="constrained")
        grid = figure.subplots(2, len(shown), squeeze=False)
        for column, dim in enumerate(shown):
            for ax, sliced in zip(grid[:, column], (False, True), strict=True):
                own = [row for row in means if row["dim"] == dim and (row["estimator"] in SLICES) == sliced]
                _draw_panel(ax, own, {row["estimator"]: row["mean"] for row in about if row["dim"] == dim})
            grid[0, column].set_title(f"{dim} column{'s' * (int(dim) > 1)}")
            grid[1, column].set_xlabel("true I(X;Y) [nats]")
        grid[0, 0].set_ylabel("I(X;Y), estimate [nats]")
        grid[1, 0].set_ylabel("sliced information [nats]")
    return figure


def _draw_panel(ax: "Axes", own: Sequence[Row], correlated: Mapping[str, str]) -> None:
    from infoplane.plots import style

    if not own:
        ax.set_axis_off()
        return
    top = max(float(row["truth"]) for row in own)
    low, high = -0.35 * top, 1.6 * top
    for i, name in enumerate(values_in(own, "estimator")):
        x, y, sd, true = (
            np.array([float(row[key] or "nan") for row in own if row["estimator"] == name])
            for key in ("information", "mean", "sd", "truth")
        )
        if i == 0 or name == "S₂":
            label = f"{name}, exact" if name in SLICES else "truth"
            ax.plot(x, true, lw=0.8, ls=style.DASHES[i > 0], color="black", label=label, zorder=1)
        outside = int(((y < low) | (y > high)).sum())
        label = f"{name}: {number(correlated[name], 3)}" + (f" ({outside} outside)" if outside else "")
        color, marker = style.COLOURS[_place(name)], style.MARKERS[_place(name)]
        error = np.nan_to_num(sd)  # of one rerun there is none
        ax.errorbar(x, y, error, fmt=marker, ms=2.2, mew=0, color=color, elinewidth=0.5, label=label)
    ax.set_ylim(low, high)
    ax.legend(loc="upper left", handlelength=1.2, fontsize=5.5, labelspacing=0.25)


def _place(name: str) -> int:
    return LOOKS.index(name)


def draw_correlations(about: Sequence[Row]) -> "Figure":
    """Correlation with the true information against the number of columns, published points beside ours."""
    import matplotlib
    from matplotlib.figure import Figure

    from infoplane.plots import style

    with matplotlib.rc_context(style.RC):
        figure = Figure(figsize=(style.PAGE, 3.2), layout="constrained")
        ax = figure.subplots()
        for name in values_in(about, "estimator"):
            look: dict[str, Any] = {
                "color": style.COLOURS[_place(name)],
                "marker": style.MARKERS[_place(name)],
            }
            dim, mean, sd = (
                np.array([float(row[key] or "nan") for row in about if row["estimator"] == name])
                for key in ("dim", "mean", "sd")
            )
            ax.plot(dim, mean, ms=3, label=name, **look)
            ax.fill_between(dim, mean - sd, mean + sd, color=look["color"], alpha=0.2, lw=0)
            if name in PUBLISHED:
                label = "published MI" if name == "WKL" else "published SMI"
                theirs = PUBLISHED[name]
                ax.plot(
                    list(theirs), list(theirs.values()), ms=4, mfc="none", ls=":", lw=0.8, label=label, **look
                )
        ax.axhline(GOOD, color=style.GREY, lw=0.6)
        ax.set_xscale("log")
        ax.set_xticks(DIMS, labels=map(str, DIMS))
        ax.set_xticks([], minor=True)
        ax.set_xlabel("columns of X and of Y")
        ax.set_ylabel("correlation with the true I(X;Y)")
        ax.legend(loc="lower left", ncols=2)
    return figure
