"""What the experiment `mnist-hsic` leaves beside its runs: numbers, their tables, planes and curves."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infoplane.experiments.mnist_hsic.numbers import (
    DIFFERENCE,
    LAST,
    PUBLISHED_PLANES,
    PUBLISHED_TRAINING,
    SINCE,
    WHEN,
    by_network,
    changes,
    planes,
    text,
    training,
    while_training,
)
from infoplane.experiments.mnist_hsic.published_array import at_layers
from infoplane.experiments.shared.figures import save_for_page
from infoplane.experiments.shared.tables import Row, find, table, write_rows
from infoplane.results import save_dataset, save_table
from infoplane.storage.files import write_whole

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

HOWS = {"batches": "as published", "probe": "probe"}
EARLY = "conv"
IN_TABLES = ("HSIC(", "CKA(")  # the criterion of one's own is in changes.csv
ON_THE_PAGE = (
    "plain-plane-as-published",
    "plain-plane-HSIC",
    "plain-epochs-as-published",
    "plain-epochs-HSIC",
)
DECIMALS = 5  # of a change, from where on it is written as a power of ten
METRICS = {
    "train_loss": "loss, training",
    f"train_{LAST}": f"{LAST}, training",
    "train_accuracy": "accuracy, training",
    "val_loss": "loss, validation",
    f"val_{LAST}": f"{LAST}, validation",
    "val_accuracy": "accuracy, validation",
    "val_cross-entropy": "cross-entropy, validation [nats]",
}


def report(ds: "xr.Dataset", into: Path, measure: Any, beside_published: bool) -> None:
    """Save the dataset, its table, training, planes and changes with their tables, and the figures.

    Parameters
    ----------
    ds : xarray.Dataset
        The estimates on the probe, of all runs.
    into : Path
    measure : HSIC
        The one whose means over batches the runs have logged.
    beside_published : bool
        Whether the settings are those of the published numbers.
    """
    save_dataset(ds, into / "dataset.nc")
    save_table(ds, into / "estimates.csv")
    hows = {"batches": while_training(ds, measure), "probe": at_layers(ds)}
    found = {
        "training": training(ds) + (_published_training() if beside_published else []),
        "planes": planes(hows["batches"]) + (_published_planes() if beside_published else []),
        "changes": changes(hows, ds),
    }
    for name, rows in found.items():
        write_rows(rows, list(rows[0]), into / f"{name}.csv")
    write_whole(into / "tables.md", tables(*found.values()).encode())
    draw(hows, ds, into)


def _published_training() -> list[Row]:
    return [
        {"network": "published", "epoch": epoch, "metric": metric, "mean": text(number)}
        for metric, numbers in PUBLISHED_TRAINING.items()
        for epoch, number in numbers.items()
    ]


def _published_planes() -> list[Row]:
    return [
        {"network": "published"}
        | {name: row[name] for name in ("layer", "quantity", "when")}
        | {"mean": text(float(row["value"]))}
        for row in PUBLISHED_PLANES
    ]


def tables(trained: Sequence[Row], drawn: Sequence[Row], changed: Sequence[Row]) -> str:
    """All tables as Markdown, a blank line between them: training, planes, changes, and the answers."""
    networks = [name for name in ("published", "plain", "dropout") if find(trained, {"network": name})]
    parts = [_training_table(trained, networks, metrics) for metrics in ("train_", "val_")]
    parts += [_planes_table(drawn, networks)]
    about_x = [(how, of) for how, of in _measured(changed) if of.endswith("(X;T)")]
    about_y = [(how, of) for how, of in _measured(changed) if not of.endswith("(X;T)")]
    own = [name for name in networks if name != "published"]
    parts += [changes_table(changed, own, about_x, SINCE[:1])]
    parts += [changes_table(changed, own[:1], about_x + about_y, SINCE[1:])]
    every = own + [DIFFERENCE] * bool(find(changed, {"network": DIFFERENCE}))
    parts += [changes_table(changed, every, about_y, SINCE[2:])]
    return "\n".join([*parts, answers(changed)])


def _measured(rows: Sequence[Row]) -> list[tuple[str, str]]:
    kept = [row for row in rows if row["quantity"].startswith(IN_TABLES)]
    return list(dict.fromkeys((row["how"], row["quantity"]) for row in kept))


def _training_table(rows: Sequence[Row], networks: Sequence[str], metrics: str) -> str:
    """A line per epoch, a column per metric and network."""
    columns = [
        (metric, network)
        for metric in METRICS
        for network in networks
        if metric.startswith(metrics) and find(rows, {"metric": metric, "network": network})
    ]
    epochs = sorted({int(row["epoch"]) for row in rows if row["metric"].startswith(metrics)})
    lines = []
    for epoch in epochs:
        own = [{"epoch": str(epoch), "metric": metric, "network": name} for metric, name in columns]
        lines.append([str(epoch), *(_mean(find(rows, where), 3) for where in own)])
    heads = [f"{METRICS[metric]}: {network}" for metric, network in columns]
    return table(["epoch", *heads], lines, 1)


def _planes_table(rows: Sequence[Row], networks: Sequence[str]) -> str:
    """A line per layer and quantity, a column per point of the curve and network."""
    columns = [(when, network) for when in WHEN for network in networks]
    lines = []
    for layer, quantity in dict.fromkeys((row["layer"], row["quantity"]) for row in rows):
        where = {"layer": layer, "quantity": quantity}
        cells = [_mean(find(rows, where | {"when": when, "network": name}), 4) for when, name in columns]
        lines.append([layer, quantity, *cells])
    heads = [f"{when}: {network}" for when, network in columns]
    return table(["layer", "as published", *heads], lines, 2)


def _mean(found: Sequence[Row], digits: int) -> str:
    if not found:
        return ""
    (row,) = found
    number = float(row["mean"])
    if not row.get("sd"):  # published
        return f"{number:.2f}" if number == round(number, 2) else f"{number:g}"
    sd = float(row["sd"])
    return f"{number:.{digits}f}" + ("" if math.isnan(sd) else f" ± {sd:.{digits}f}")


def changes_table(
    rows: Sequence[Row],
    networks: Sequence[str],
    quantities: Sequence[tuple[str, str]],
    sinces: Sequence[str],
) -> str:
    """Change ± standard error over seeds; bold where the 95 % interval leaves out 0."""
    layers = list(dict.fromkeys(row["layer"] for row in rows if row["layer"]))
    lines = []
    for how, quantity in quantities:
        for network in networks:
            for since in sinces:
                where = {"how": how, "quantity": quantity, "network": network, "since": since}
                cells = [_change(find(rows, where | {"layer": layer})) for layer in layers]
                lines.append([f"{quantity}, {HOWS[how]}", network, since, *cells])
    return table(["change of", "network", "since", *layers], lines, 3)


def _change(found: Sequence[Row]) -> str:
    if not found:
        return ""
    (row,) = found
    change, error = float(row["change"]), float(row["stderr"])
    known = error > 0
    smallest = error if known else abs(change)
    digits = 1 - math.floor(math.log10(smallest)) if smallest else 0
    form = f".{max(0, digits)}f" if digits <= DECIMALS else ".1e"
    said = f"{change:+{form}}" + (f" ± {error:{form}}" if known else "")
    said = said.replace("-", "−")
    return f"**{said}**" if row["verdict"] in ("falls", "rises") else said


def answers(rows: Sequence[Row]) -> str:
    """What becomes of the notebook's three claims, in words: a line per claim, way of measuring, quantity."""
    lines: list[str] = []
    for how, quantity in _measured(rows):
        where = {"how": how, "quantity": quantity}
        name = f"{quantity}, {HOWS[how]}"
        plain = find(rows, where | {"network": "plain"})
        if not plain:
            continue
        if quantity.endswith("(X;T)"):
            early = find(plain, {"layer": EARLY, "since": SINCE[0]})
            lines += [f"- early layers, {name}: {_said(row)} in {EARLY}\n" for row in early]
        rising, falling = _layers(plain, SINCE[1], "rises"), _layers(plain, SINCE[2], "falls")
        both = [layer for layer in rising if layer in falling and layer.startswith("hidden")]
        lines.append(f"- later layers, {name}: rises, then falls in {', '.join(both) or 'none'}\n")
    for how, quantity in _measured(rows):
        if not quantity.endswith("(X;T)"):
            lines.append(f"- after the peak, {quantity}, {HOWS[how]}: {_generalises(rows, how, quantity)}\n")
    for row in find(rows, {"quantity": "val_accuracy", "since": SINCE[2]}):
        lines.append(f"- after the peak, validation accuracy, {row['network']}: {_said(row)}\n")
    return "".join(lines)


def _said(row: Row) -> str:
    return f"{row['verdict'] or 'unknown'} ({_change([row])})"


def _layers(rows: Sequence[Row], since: str, verdict: str) -> list[str]:
    return [row["layer"] for row in find(rows, {"since": since, "verdict": verdict})]


def _generalises(rows: Sequence[Row], how: str, quantity: str) -> str:
    said = []
    for network in ("plain", "dropout", DIFFERENCE):
        own = find(rows, {"how": how, "quantity": quantity, "network": network})
        if own:
            verb = "falls more without than with dropout" if network == DIFFERENCE else f"{network} falls"
            said.append(f"{verb} in {', '.join(_layers(own, SINCE[2], 'falls')) or 'none'}")
    return "; ".join(said)


def draw(hows: "dict[str, xr.Dataset]", ds: "xr.Dataset", into: Path) -> None:
    """Save every picture, the few of the page for it too."""
    from infoplane import plots

    for name, make in pictures(hows, ds).items():
        if name in ON_THE_PAGE:
            save_for_page(make(), into / "plots" / name, "pdf")
        else:
            plots.save(make(), into / "plots" / f"{name}.pdf")


def pictures(hows: "dict[str, xr.Dataset]", ds: "xr.Dataset") -> "dict[str, Callable[[], Figure]]":
    """Planes of all layers and curves against the epoch, of each network and each way of measuring."""
    from infoplane import plots

    made: dict[str, Callable[[], Figure]] = {}
    for network, runs in by_network(ds).items():
        batches, probe = (one.sel(run=runs) for one in hows.values())
        planes_of = {
            "as-published": (batches, "HSIC(X;T)", "HSIC(T;Ŷ)"),
            "HSIC": (probe, "HSIC(X;T)", "HSIC(T;Y)"),
            "HSIC-output": (probe, "HSIC(X;T)", "HSIC(T;Ŷ)"),
            "CKA": (probe, "CKA(X;T)", "CKA(T;Y)"),
        }
        for name, (one, x, y) in planes_of.items():
            made[f"{network}-plane-{name}"] = partial(plots.plane, one, x, y)
        made[f"{network}-epochs-as-published"] = partial(plots.trajectories, batches)
        for name in ("HSIC", "CKA", "r"):
            own = [str(of) for of in probe["quantity"].values if str(of).startswith(f"{name}(")]
            made[f"{network}-epochs-{name}"] = partial(plots.trajectories, probe, own)
    logged = ds.sel(metric=[name for name in METRICS if name in ds["metric"]])
    return made | {"curves": partial(plots.curves, logged)}
