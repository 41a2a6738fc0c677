"""What the experiment `ib-net` leaves beside its runs: changes over training, their table, the planes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoplane.experiments.shared.change import change
from infoplane.experiments.shared.figures import save_for_page
from infoplane.experiments.shared.tables import IN_BITS, Row, find, table, write_rows
from infoplane.results import save_dataset, save_table
from infoplane.storage.files import write_whole

if TYPE_CHECKING:
    import xarray as xr

FITTED = 0.95  # accuracy on the training inputs from which on an epoch is after fitting
ESTIMATES = {  # what a plane is drawn of, and how the page calls it
    "I_width": "bins of fixed width",
    "I_range": "bins from -1 to 1",
    "I_σ": "kernel density bound",
}
WHICH = ("network", "layer", "quantity", "since")
NUMBERS = ("before", "last", "change", "stderr", "interval")
COLUMNS = (*WHICH, "seeds", *NUMBERS, "verdict")


def report(ds: "xr.Dataset", into: Path) -> None:
    """Save the dataset (nats), its table, the changes over training (bits), and the planes.

    Parameters
    ----------
    ds : xarray.Dataset
        The estimates of all seeds.
    into : Path
    """
    save_dataset(ds, into / "dataset.nc")
    save_table(ds, into / "estimates.csv")
    rows = changes(ds)
    write_rows(rows, COLUMNS, into / "changes.csv")
    write_whole(into / "changes.md", f"{changes_table(rows)}\n{verdicts(rows)}".encode())
    draw(ds, into)


def changes(ds: "xr.Dataset") -> list[Row]:
    """By how much each quantity of each layer changes, in bits: since the first epoch, and since fitting.

    Since fitting is since the first snapshot at which the network of a seed is right on 95 % of its training
    inputs; seeds that never are have no part in it. The standard error is that over seeds; the verdict is by
    the 95 % interval of Student's t.
    """
    rows = []
    bits = ds["value"].isel(split=0).transpose("quantity", "layer", "run", "step") * IN_BITS
    for quantity in ds["quantity"].values:
        for layer in ds["layer"].values:
            values = bits.sel(quantity=quantity, layer=layer).values
            network, _, name = str(layer).partition(".")
            starts = {"first epoch": np.zeros(len(values), dtype=int), "fitted": fitted(ds, network)}
            for since, start in starts.items():
                runs = np.flatnonzero(start >= 0)
                if len(runs):
                    ends = values[runs, start[runs]], values[runs, -1]
                    rows.append(_row((network, name, str(quantity), since), *ends))
    return rows + _accuracies(ds)


def _accuracies(ds: "xr.Dataset") -> list[Row]:
    names = [str(name) for name in ds["metric"].values if str(name).endswith("_accuracy")]
    ends = ds["metric_value"].sel(metric_step=ds["step"].values[[0, -1]]).transpose("metric_step", "run", ...)
    rows = []
    for name in names:
        network, split, _ = name.split("_")
        rows.append(_row((network, "", f"{split} accuracy", "first epoch"), *ends.sel(metric=name).values))
    return rows


def fitted(ds: "xr.Dataset", network: str) -> np.ndarray:
    """The place of the first step after fitting, in each run; -1 where there is none."""
    accuracy = ds["metric_value"].sel(metric=f"{network}_train_accuracy", metric_step=ds["step"].values)
    there = accuracy.transpose("run", "metric_step").values >= FITTED
    return np.where(there.any(axis=1), there.argmax(axis=1), -1)


def _row(which: tuple[str, ...], before: np.ndarray, last: np.ndarray) -> Row:
    found = change(before, last)
    numbers = (found.before, found.last, found.mean, found.stderr, found.interval)
    cells = (*which, str(found.seeds), *(f"{number:.4f}" for number in numbers), found.verdict)
    return dict(zip(COLUMNS, cells, strict=True))


def changes_table(rows: Sequence[Row], since: str = "fitted") -> str:
    """The changes of I(X;T) as Markdown: a line per network and layer, a column per estimate."""
    heads = [f"{what}, {name}(X;T)" for name, what in ESTIMATES.items()]
    lines = []
    for network, layer in dict.fromkeys((row["network"], row["layer"]) for row in rows if row["layer"]):
        where = {"network": network, "layer": layer, "since": since}
        cells = [_cell(find(rows, where | {"quantity": f"{name}(X;T)"})) for name in ESTIMATES]
        lines.append([network, layer, *cells])
    return table(["network", "layer", *heads], lines, labels=2)


def verdicts(rows: Sequence[Row], since: str = "fitted") -> str:
    """The same in words: a line per network and estimate."""
    lines = []
    for network in dict.fromkeys(row["network"] for row in rows):
        for name, what in ESTIMATES.items():
            kept = find(rows, {"network": network, "since": since, "quantity": f"{name}(X;T)"})
            parts = [
                f"{verdict} in {', '.join(layers)}"
                for verdict in ("falls", "rises")
                if (layers := [row["layer"] for row in kept if row["verdict"] == verdict])
            ]
            lines.append(f"- {network}, {what}: {'; '.join(parts) or 'neither falls nor rises'}\n")
    return "".join(lines)


def _cell(found: Sequence[Row]) -> str:
    if not found:
        return ""  # no seed was fitted
    (row,) = found
    if row["stderr"] == "nan":
        return f"{float(row['change']):+.2f}".replace("-", "−")
    text = f"{float(row['change']):+.2f} ± {float(row['stderr']):.2f}".replace("-", "−")
    return f"**{text}**" if row["verdict"] != "neither" else text


def draw(ds: "xr.Dataset", into: Path) -> None:
    """The planes: a row per network, a column per estimate; thin lines are seeds, thick ones their mean."""
    import matplotlib
    from matplotlib.figure import Figure

    from infoplane.plots import style

    layers = dict.fromkeys(str(layer).partition(".")[::2] for layer in ds["layer"].values)
    networks = list(dict.fromkeys(network for network, _ in layers))
    with matplotlib.rc_context(style.RC):
        figure = Figure(figsize=(style.PAGE, 0.7 + 2.1 * len(networks)), layout="constrained")
        grid = figure.subplots(len(networks), len(ESTIMATES), sharex=True, sharey=True, squeeze=False)
        for axes, network in zip(grid, networks, strict=True):
            own = [layer for of, layer in layers if of == network]
            for ax, name in zip(axes, ESTIMATES, strict=True):
                _plane(ax, ds.isel(split=0), (network, own), name)
        for ax in grid[-1]:
            ax.set_xlabel("I(X;T) [bits]")
        for ax in grid[:, 0]:
            ax.set_ylabel("I(T;Y) [bits]")
        handles, texts = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, texts, loc="outside lower center", ncols=len(texts))
        save_for_page(figure, into / "plots" / "ib-net", "pdf", "svg")


def _plane(ax: Any, ds: "xr.Dataset", layers: tuple[str, Iterable[str]], name: str) -> None:
    from infoplane.plots import style

    network, own = layers
    for i, layer in enumerate(own):
        look = style.identity(i) | {"marker": ""}
        x, y = (
            ds["value"].sel(layer=f"{network}.{layer}", quantity=f"{name}({of})").transpose("run", "step")
            * IN_BITS
            for of in ("X;T", "T;Y")
        )
        for seed in range(ds.sizes["run"]):
            ax.plot(x.values[seed], y.values[seed], lw=0.4, alpha=0.5, **look)
        ax.plot(x.mean("run").values, y.mean("run").values, lw=1.3, label=layer, **look)
        ends = {"color": look["color"], "marker": "o", "ls": "", "ms": 3.5, "zorder": 3}
        ax.plot(*(side.mean("run").values[:1] for side in (x, y)), mfc="white", **ends)
        ax.plot(*(side.mean("run").values[-1:] for side in (x, y)), **ends)
    ax.set_title(f"{network}: {ESTIMATES[name]}")
    ax.set_xlim(-0.2, 12.4)
    ax.set_ylim(-0.03, 1.05)
