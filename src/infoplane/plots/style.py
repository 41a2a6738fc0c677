"""How figures look, those of studies too: sizes, colours, axes of steps, labels in two sizes."""

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation, Text

COLUMN, PAGE = 3.4, 7.0  # inches: one column and the full width of a two-column paper
# Okabe & Ito (2008), distinguishable with any colour vision; without their yellow, too pale for a line
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS, DASHES = "osD^vP*", ("-", "--", "-.", ":")
STEPS_MAP = "cividis"
GREY = "0.45"
RC: dict[Any, Any] = {
    "font.size": 7,
    "axes.titlesize": 7.5,
    "axes.labelsize": 8,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlepad": 3.0,
    "axes.formatter.useoffset": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.1,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
    "pdf.fonttype": 42,  # TrueType, which journals ask for
    "ps.fonttype": 42,
    "svg.hashsalt": "infoplane",
    "savefig.dpi": 300,
}
SMALL = 5.0  # points, for the settings of a measure
CHARACTER = 0.57 / 72  # inches per character and point, about


class _Picture(Figure):
    """A figure that notebooks show although pyplot knows nothing of it."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        with matplotlib.rc_context(RC):
            self.savefig(file, format="png", dpi=200)
        return file.getvalue()


def panels(count: int, columns: int, size: Sequence[float], axes: Any = None) -> tuple[Figure, list[Axes]]:
    """A new figure with this many axes, or the axes given.

    `size` is the figure's width, a panel's height, and the height of what stands around all panels.
    """
    if axes is not None:
        given = list(np.ravel(np.asarray(axes, dtype=object)))
        if len(given) != count:
            raise ValueError(f"this plot needs {count} axes; got {len(given)}")
        return given[0].get_figure(root=True), given
    rows = -(-count // columns)
    width, height, around = size
    figure = _Picture(figsize=(width, height * rows + around), layout="constrained")
    inner: Any = figure.subfigures()  # its common labels stay clear of the figure's legends
    return figure, [inner.add_subplot(rows, columns, i + 1) for i in range(count)]


def identity(i: int) -> dict[str, Any]:
    """Colour, dash and marker of the i-th line; 28 before they repeat."""
    n = len(COLOURS)
    return {"color": COLOURS[i % n], "ls": DASHES[i // n % 4], "marker": MARKERS[(i + i // n) % len(MARKERS)]}


def logarithmic(steps: np.ndarray) -> bool:
    """Whether steps crowd towards the start, as snapshots spaced logarithmically do."""
    return len(steps) > 3 and bool(np.median(steps) - steps[0] < 0.3 * (steps[-1] - steps[0]))


def threshold(steps: np.ndarray) -> float:
    """The first positive step: from there the scale is logarithmic, below it linear down to step 0."""
    return float(steps[steps > 0].min())


def step_norm(steps: np.ndarray) -> Normalize:
    """The scale of colours of these steps, logarithmic where they are."""
    low, high = float(steps[0]), float(max(steps[-1], steps[0] + 1))
    if logarithmic(steps):
        return SymLogNorm(threshold(steps), linscale=0.5, vmin=low, vmax=high)
    return Normalize(low, high)


def step_ticks(steps: np.ndarray, most: int = 8) -> list[int]:
    """Few round steps among or between the measured ones, the first and the last always."""
    first, last = int(steps[0]), int(steps[-1])
    if not logarithmic(steps):
        return sorted(
            {int(steps[i]) for i in np.linspace(0, len(steps) - 1, min(5, most)).round().astype(int)}
        )
    low = threshold(steps)
    exponents = range(int(np.log10(low)), int(np.log10(last)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        # neighbours closer than a factor 1.5 would print over each other
        between = [
            f * 10**e for e in exponents for f in factors if low <= f * 10**e and f * 10**e * 1.5 < last
        ]
        if len(between) <= most - 2:
            break
    every = -(-len(between) // (most - 2))
    return [first, *(tick for tick in between[::every] if first < tick), last]


def step_axis(ax: Axes, steps: np.ndarray, name: str, most: int = 8) -> None:
    """Steps on the x axis: its scale, its ticks, and its name."""
    if logarithmic(steps):
        ax.set_xscale("symlog", linthresh=threshold(steps), linscale=0.5)
    ticks = step_ticks(steps, most)
    ax.set_xticks(ticks, labels=step_texts(ticks))
    ax.set_xticks([], minor=True)
    ax.set_xlabel(name)


def step_texts(ticks: Sequence[int]) -> list[str]:
    """What stands at the ticks: from 10,000 on as powers of ten."""
    return [str(tick) if tick < 10_000 else _power(tick) for tick in ticks]


def _power(tick: int) -> str:
    exponent = int(np.floor(np.log10(tick)))
    factor = f"{tick / 10**exponent:.2g}"
    return f"$10^{{{exponent}}}$" if factor == "1" else f"${factor}{{\\cdot}}10^{{{exponent}}}$"


def name_with_unit(ds: xr.Dataset, quantity: str) -> str:
    """A quantity as an axis calls it."""
    unit = str(ds["unit"].sel(quantity=quantity).values)
    return f"{quantity} [{unit}]" if unit else quantity


def settings_of(ds: xr.Dataset, quantity: str) -> str:
    """The measure of a quantity with its settings."""
    return str(ds["measure"].sel(quantity=quantity).values)


def two_sizes(label: Text, text: str, small: str, room: float, upright: bool = False) -> None:
    """A label with a second part in small type under it, wrapped to `room` inches."""
    lines = textwrap.wrap(small, max(20, int(room / CHARACTER / SMALL)), break_long_words=True)
    blank = int(np.ceil(len(lines) * SMALL * 1.2 / (float(label.get_fontsize()) * 1.2)))  # for the layout
    label.set_text(text + "\n " * blank)
    under = 1 / (1 + blank)
    at, align = ((under, 0.5), ("left", "center")) if upright else ((0.5, 1 - under), ("center", "top"))
    note = Annotation(
        "\n".join(lines),
        at,
        xytext=(1.5, 0) if upright else (0, 0),
        xycoords=label,
        textcoords="offset points",
        ha=align[0],
        va=align[1],
        rotation=90 if upright else 0,
        fontsize=SMALL,
        color=GREY,
        multialignment="center",
        annotation_clip=False,
    )
    figure = label.get_figure(root=False)
    assert figure is not None
    figure.add_artist(note)


def short(name: str, most: int = 26) -> str:
    """A layer's name that fits over a panel: the end tells more than the start."""
    return name if len(name) <= most else "…" + name[-most + 1 :]


def legend_columns(texts: Sequence[str], width: float) -> int:
    """How many entries of a legend stand side by side in `width` inches."""
    longest = max(map(len, texts), default=1)
    return max(1, min(len(texts), int(width / (0.42 + longest * CHARACTER * RC["legend.fontsize"]))))


def legend(
    figure: Figure, handles: Sequence[Any], texts: Sequence[str], where: str, columns: int = 1
) -> None:
    """A legend above ("upper") or below ("lower") all panels."""
    if handles:
        place: Any = f"outside {where} center"
        figure.legend(handles, texts, loc=place, ncols=columns, handlelength=2.0)


def layer_legend(figure: Figure, looks: Mapping[str, Mapping[str, Any]], width: float) -> None:
    """The layers above all panels."""
    texts = [short(layer) for layer in looks]
    handles = [Line2D([], [], ms=3.5, **look) for look in looks.values()]
    legend(figure, handles, texts, "upper", legend_columns(texts, width))


def legend_height(entries: int, columns: int) -> float:
    """In inches."""
    return 0.14 * -(-entries // columns) + 0.06 if entries else 0.0
