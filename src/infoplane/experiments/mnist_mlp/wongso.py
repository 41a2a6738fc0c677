"""The published S₁(T;Y) of the SMI-DNN notebooks beside ours: table and figure."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from infoplane.estimate import Slices, mean_error
from infoplane.experiments.shared.tables import read_published, table, values_by, write_rows
from infoplane.storage.files import write_whole

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

LAYERS = ("flatten", "hidden1", "hidden2", "hidden3", "hidden4", "logits")
# nats, one seed, |.| of every slice, in the order of `LAYERS`
PUBLISHED = {
    int(epoch): tuple(own[layer] for layer in LAYERS)
    for epoch, own in values_by(read_published(__file__), "epoch", "layer").items()
}
COLUMNS = ("epoch", "layer", "published", "abs", "signed", "signed_stderr", "negative_slices")


def compare(ds: "xr.Dataset") -> list[dict]:
    """One row per published number: theirs, ours with abs() per slice as theirs, and ours as it is.

    The standard errors are those of the slices; the mean is over runs where there are several.
    """
    one = ds.isel(split=0).sel(quantity="S₁(T;Y)")
    rows = []
    for epoch, published in PUBLISHED.items():
        for layer, number in zip(LAYERS, published, strict=True):
            here = one.sel(step=epoch, layer=layer)
            slices = here.slices.values.astype(np.float64)
            error = mean_error(Slices(slices.mean(axis=0), int(here.frame.values[0])))
            numbers = (number, np.abs(slices).mean(), slices.mean(), error, (slices < 0).mean())
            rows.append(dict(zip(COLUMNS, (epoch, layer, *numbers), strict=True)))
    return rows


def write(ds: "xr.Dataset", into: Path) -> None:
    """Leave ``comparison.csv``, ``comparison.md`` and ``plots/comparison.pdf`` and ``.png``."""
    from infoplane import plots

    rows = compare(ds)
    texts = [{k: f"{v:.5f}" if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    write_rows(texts, COLUMNS, into / "comparison.csv")
    write_whole(into / "comparison.md", markdown(rows).encode())
    figure = draw(rows)
    for suffix in ("pdf", "png"):
        plots.save(figure, into / "plots" / f"comparison.{suffix}")


def markdown(rows: list[dict]) -> str:
    """The comparison as a table: a line per epoch and kind of number, a column per layer."""
    lines = []
    for epoch in PUBLISHED:
        own = {row["layer"]: row for row in rows if row["epoch"] == epoch}
        for title, key in (("published", "published"), ("ours, abs", "abs"), ("ours, signed", "signed")):
            cells = [f"{own[layer][key]:.3f}" for layer in LAYERS]
            lines.append([str(epoch) if key == "published" else "", title, *cells])
    return table(["epoch", "S₁(T;Y), nats", *LAYERS], lines, labels=2)


def draw(rows: list[dict]) -> "Figure":
    """Published points on our trajectories, a panel per layer."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.8, 3.6), layout="constrained")
    for i, (ax, layer) in enumerate(zip(figure.subplots(2, 3, sharex=True).flat, LAYERS, strict=True)):
        own = [row for row in rows if row["layer"] == layer]
        epochs = [row["epoch"] for row in own]
        ax.errorbar(
            epochs,
            [row["signed"] for row in own],
            [row["signed_stderr"] for row in own],
            color="#0072B2",
            marker="o",
            ms=3,
            lw=1.2,
            label="ours, signed ± 1 slice error",
        )
        ax.plot(
            epochs, [row["abs"] for row in own], color="#0072B2", ls=":", lw=1.2, label="ours, abs per slice"
        )
        ax.plot(
            epochs,
            [row["published"] for row in own],
            "s",
            color="#D55E00",
            ms=4,
            mfc="none",
            label="published",
        )
        ax.set_title(layer, fontsize=9)
        ax.set_ylim(0, 1.12 * max(row[key] for row in own for key in ("published", "abs")))
        ax.tick_params(labelsize=7)
        ax.spines[["top", "right"]].set_visible(False)
        if i >= 3:
            ax.set_xlabel("epoch", fontsize=8)
        if i % 3 == 0:
            ax.set_ylabel("S₁(T;Y) [nats]", fontsize=8)
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    return figure
