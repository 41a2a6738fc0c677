"""What the experiment `regression` leaves beside its runs: numbers, their tables, a figure."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoplane.experiments.shared.figures import save_for_page
from infoplane.experiments.shared.tables import IN_BITS, Row, find, number, table, write_rows
from infoplane.results import save_dataset, save_table
from infoplane.runs.variables import is_of_no_layer
from infoplane.storage.files import write_whole

if TYPE_CHECKING:
    import xarray as xr

MARKS = (1, 50, 500)  # epochs that the tables show
SHUFFLED = "shuffled I({};Y) [nats]"  # the metric that holds what the asker measured
COLUMNS = ("seed", "split", "epoch", "layer", "estimate", "value")
ASKED: dict[str, Callable[[np.ndarray], Any]] = {
    "mean": np.mean,
    "standard deviation": np.std,
    "smallest": np.min,
    "negative [%]": lambda values: 100 * np.mean(values < 0),
}
OTHERS = (
    "scikit-learn, largest column",
    "scikit-learn, sum of columns",
    "KDE, Scott's bandwidth",
    "KDE, bandwidth 0.1",
    "constant units",
)
FEWER = "as few rows as held out"
COUNTS = ("constant units",)


def report(ds: "xr.Dataset", into: Path, true_information: float) -> None:
    """Save the dataset (nats), its table, the comparison (bits), and the figure.

    Parameters
    ----------
    ds : xarray.Dataset
        The estimates of all seeds.
    into : Path
    true_information : float
        I(X;Y) in nats, drawn as the line that no layer can cross.
    """
    save_dataset(ds, into / "dataset.nc")
    save_table(ds, into / "estimates.csv")
    rows = comparison(ds, true_information)
    write_rows(rows, COLUMNS, into / "comparison.csv")
    write_whole(into / "comparison.md", tables(rows).encode())
    draw(ds, into, true_information)


def comparison(ds: "xr.Dataset", true_information: float) -> list[Row]:
    """The numbers behind the tables, one per row, in bits unless the estimate's name says otherwise."""
    rows = [_row("", "", "", "input", "I(X;Y), true", true_information * IN_BITS)]
    for metric in map(str, ds["metric"].values):
        layer = metric.removeprefix(SHUFFLED.split("{}")[0]).removesuffix(SHUFFLED.split("{}")[1])
        if SHUFFLED.format(layer) != metric:
            continue
        for seed, values in zip(ds["run"].values, ds["metric_value"].sel(metric=metric).values, strict=True):
            bits = values[np.isfinite(values)] * IN_BITS
            rows += [
                _row(seed, "train", "", layer, f"as asked: {what}", f(bits)) for what, f in ASKED.items()
            ]
    epochs = [epoch for epoch in ds["step"].values if epoch in (0, *MARKS, ds["step"].values[-1])]
    kept = ds["value"].sel(step=epochs).transpose("quantity", "split", "step", "layer", "run")
    for at, value in np.ndenumerate(kept.values):
        name, split, epoch, layer, seed = (kept[dim].values[i] for dim, i in zip(kept.dims, at, strict=True))
        if np.isfinite(value):
            scale = IN_BITS if ds["unit"].sel(quantity=name) == "nats" else 1
            rows.append(
                _row(seed, split, epoch, "input" if is_of_no_layer(layer) else layer, name, value * scale)
            )
    return rows


def _row(*cells: Any) -> Row:
    *labels, value = cells
    return dict(zip(COLUMNS, [*map(str, labels), f"{value:.4f}"], strict=True))


def tables(rows: Sequence[Row]) -> str:
    """The comparison as tables of Markdown, a line per layer: means over seeds, their range in brackets."""
    aligned = [row for row in rows if row["estimate"] == "I(T;Y)"]
    layers = list(dict.fromkeys(row["layer"] for row in aligned))
    epochs = list(dict.fromkeys(row["epoch"] for row in aligned))
    last = {"split": "train", "epoch": epochs[-1]}
    when = {f"epoch {epoch}": {"split": "train", "epoch": epoch} for epoch in epochs}
    when |= {f"epoch {epochs[-1]}, held-out": {"split": "test", "epoch": epochs[-1]}}
    names: dict[str, str] = {
        "KSG": "I(T;Y)",
        "KSG, standardised": "I(T;Y), standardised",
        **{name: name for name in OTHERS},
    }
    fewer = {f"epoch {epochs[-1]}, {FEWER}": last | {"estimate": f"I(T;Y), {FEWER}"}}
    parts: list[tuple[str, dict[str, dict[str, str]], bool]] = [
        ("as asked [bits]", {what: {"estimate": f"as asked: {what}"} for what in ASKED}, False),
        ("aligned [bits]", {head: at | {"estimate": "I(T;Y)"} for head, at in when.items()} | fewer, True),
        (
            "aligned, standardised [bits]",
            {head: at | {"estimate": "I(T;Y), standardised"} for head, at in when.items()},
            True,
        ),
        (
            f"epoch {epochs[-1]}, train [bits]",
            {head: last | {"estimate": name} for head, name in names.items()},
            False,
        ),
    ]
    return "\n".join(_table(rows, layers, *part) for part in parts)


def _table(
    rows: Sequence[Row], layers: Sequence[str], corner: str, columns: dict[str, dict[str, str]], ranges: bool
) -> str:
    lines = [
        [layer, *(_cell(rows, {"layer": layer, **where}, ranges) for where in columns.values())]
        for layer in layers
    ]
    return table([corner, *columns], lines, labels=1)


def _cell(rows: Sequence[Row], where: dict[str, str], ranges: bool) -> str:
    found = [float(row["value"]) for row in find(rows, where)]
    if not found:
        return ""
    digits = 0 if where["estimate"].endswith("[%]") else 1 if where["estimate"] in COUNTS else 2
    value = min(found) if where["estimate"].endswith("smallest") else float(np.mean(found))
    texts = [number(one, digits) for one in (value, min(found), max(found))]
    return f"{texts[0]} ({texts[1]}–{texts[2]})" if ranges and len(found) > 1 else texts[0]


def draw(ds: "xr.Dataset", into: Path, true_information: float) -> None:
    """The figure of the page: as asked, aligned by layer on both splits, and the loss."""
    import matplotlib
    from matplotlib.figure import Figure

    from infoplane.plots import style

    with matplotlib.rc_context(style.RC):
        figure = Figure(figsize=(style.PAGE, 4.4), layout="constrained")
        grid = figure.subplots(2, 3)
        _draw_asked(grid[0, 0], ds)
        _draw_loss(grid[1, 0], ds)
        for row, split in enumerate(ds["split"].values):
            for column, quantity in ((1, "I(T;Y)"), (2, "I(T;Y), standardised")):
                _draw_aligned(grid[row, column], ds.sel(split=split, quantity=quantity), true_information)
        for ax in grid[:, 1:].flat[1:]:
            ax.sharey(grid[0, 1])
        handles, texts = grid[0, 1].get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside lower right", ncols=len(texts), columnspacing=1.2)
        save_for_page(figure, into / "plots" / "regression", "pdf", "svg")


def _draw_asked(ax: Any, ds: "xr.Dataset") -> None:
    from infoplane.plots import style

    bits = ds["metric_value"].sel(metric=SHUFFLED.format("output")) * IN_BITS
    for color, values in zip(style.COLOURS, bits.values, strict=False):
        ax.plot(ds["metric_step"].values, values, ".", ms=2, color=color, mew=0, rasterized=True)
    ax.axhline(0, color=style.GREY, lw=0.6)
    negative = 100 * float((bits < 0).sum() / bits.notnull().sum())
    ax.set_title(f"as asked: {negative:.0f} % negative")
    ax.set_xlabel("epoch")
    ax.set_ylabel("I(output;Y), misaligned [bits]")


def _draw_loss(ax: Any, ds: "xr.Dataset") -> None:
    from infoplane.plots import style

    for name, text, look in (("train_loss", "train", "-"), ("test_loss", "held-out", "--")):
        loss = ds["metric_value"].sel(metric=name)
        for color, values in zip(style.COLOURS, loss.values, strict=False):
            ax.plot(ds["metric_step"].values, values, look, lw=0.7, color=color)
        ax.plot([], [], look, lw=0.7, color=style.GREY, label=text)
    ax.set_yscale("log")
    _epochs(ax, ds["step"].values)
    ax.set_title("loss (a colour per seed)")
    ax.set_ylabel("mean squared error")
    ax.legend()


def _draw_aligned(ax: Any, one: "xr.Dataset", true_information: float) -> None:
    from infoplane.plots import style

    layers = [str(layer) for layer in one["layer"].values if one["value"].sel(layer=layer).notnull().any()]
    for i, layer in enumerate(layers):
        values = one["value"].sel(layer=layer).transpose("run", "step").values * IN_BITS
        for seed in values:
            ax.plot(one["step"].values, seed, lw=0.4, alpha=0.5, **(style.identity(i) | {"marker": ""}))
        ax.plot(one["step"].values, values.mean(axis=0), ms=2.5, label=layer, **style.identity(i))
    ax.axhline(true_information * IN_BITS, color="black", lw=0.7, ls=(0, (4, 2)), label="true I(X;Y)")
    _epochs(ax, one["step"].values)
    n = int(np.nanmax(one["n"].values))
    data = {"train": "train", "test": "held-out"}[str(one["split"].values)]
    what = "standardised" if "standardised" in str(one["quantity"].values) else "aligned"
    ax.set_title(f"{data} (n = {n}), {what}")
    ax.set_ylabel("I(T;Y) by KSG [bits]")
    ax.set_ylim(bottom=min(0.0, float(one["value"].min()) * IN_BITS))


def _epochs(ax: Any, steps: np.ndarray) -> None:
    """Linear from 0 to 1, logarithmic from there."""
    last = int(steps[-1])
    ax.set_xscale("symlog", linthresh=1, linscale=0.4)
    ax.set_xticks([tick for tick in (0, 1, 3, 10, 30, 100, 500) if tick <= last])
    ax.set_xticks([], minor=True)
    ax.xaxis.set_major_formatter("{x:.0f}")
    ax.set_xlim(-0.2, last * 1.15)
    ax.set_xlabel("epoch")
