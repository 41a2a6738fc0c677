"""The numbers behind the tables of `mnist-hsic`: training, planes and changes, as rows of text."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from infoplane.experiments.mnist_hsic.training import OF_BATCHES
from infoplane.experiments.shared.change import change
from infoplane.experiments.shared.tables import Row, find, read_published, values_by
from infoplane.results.dense import dense
from infoplane.results.schema import SCHEMA

if TYPE_CHECKING:
    import xarray as xr

LAST = "accuracy of the last batch"
PUBLISHED_ROWS = read_published(__file__)
# by the epochs 1 to 7: mean loss, and the accuracy of the last batch alone
PUBLISHED_TRAINING = values_by(find(PUBLISHED_ROWS, {"layer": ""}), "quantity", "when")
PUBLISHED_PLANES = [row for row in PUBLISHED_ROWS if row["layer"]]  # at `WHEN`
WHEN = ("first", "highest", "last")
SINCE = ("whole", "to the peak", "from the peak")
DIFFERENCE = "plain - dropout"


def text(number: float) -> str:
    return f"{number:.6g}"


def while_training(ds: "xr.Dataset", measure: Any) -> "xr.Dataset":
    """The means over batches, which a run logged as metrics, as a dataset like `ds`."""
    logged = ds["metric_value"].transpose("run", "metric_step", "metric")
    said = f"mean over the batches of an epoch, while the weights move, of {measure!r}"
    quantities = {"HSIC(X;T)": "input, layer", "HSIC(T;Ŷ)": "layer, output"}
    start, named = OF_BATCHES.split("{}")[0], []
    layers: dict[str, None] = {}
    for metric in map(str, ds["metric"].values):
        if not metric.startswith(start):
            continue
        quantity, _, layer = metric.removeprefix(start).partition(" ")
        layers[layer] = None
        for (run, step), value in np.ndenumerate(logged.sel(metric=metric).values):
            epoch = int(ds["metric_step"].values[step])
            if np.isfinite(value):
                row = {"split": "train", "step": epoch, "layer": layer, "value": value}
                named.append((run, quantity, row))
    steps = sorted({row["step"] for _, _, row in named})
    about = {name: {"unit": "", "measure": said, "of": of} for name, of in quantities.items()}
    coords = {"split": ["train"], "step": steps, "layer": list(layers)}
    out = dense(named, [str(run) for run in ds["run"].values], coords, about)
    return out.assign_attrs(step=ds.attrs["step"], schema=SCHEMA)


def by_network(ds: "xr.Dataset") -> dict[str, list[str]]:
    """The runs of each network."""
    runs: dict[str, list[str]] = {}
    for run in map(str, ds["run"].values):
        runs.setdefault(run.partition("-seed-")[0], []).append(run)
    return runs


def training(ds: "xr.Dataset") -> list[Row]:
    """Loss and accuracy of each epoch: mean and standard deviation over seeds."""
    rows = []
    logged = ds["metric_value"].transpose("run", "metric_step", "metric")
    metrics = [name for name in map(str, ds["metric"].values) if name.startswith(("train_", "val_"))]
    for network, runs in by_network(ds).items():
        for metric in metrics:
            values = logged.sel(run=runs, metric=metric).values
            for epoch, own in zip(ds["metric_step"].values, values.T, strict=True):
                if np.isfinite(own).any():
                    where = {"network": network, "epoch": str(epoch), "metric": metric}
                    rows.append(where | _spread(own))
    return rows


def planes(batches: "xr.Dataset") -> list[Row]:
    """Where the planes drawn as PyGlow draws them begin, are highest, and end."""
    rows = []
    for network, runs in by_network(batches).items():
        for layer, quantity, values in _curves(batches.sel(run=runs)):
            for when, own in zip(WHEN, (values[:, 0], values.max(axis=1), values[:, -1]), strict=True):
                where = {"network": network, "layer": layer, "quantity": quantity, "when": when}
                rows.append(where | _spread(own))
    return rows


def _spread(own: np.ndarray) -> Row:
    sd = own.std(ddof=1) if len(own) > 1 else math.nan
    return {"mean": text(own.mean()), "sd": text(sd), "seeds": str(len(own))}


def changes(hows: "dict[str, xr.Dataset]", ds: "xr.Dataset") -> list[Row]:
    """By how much each quantity of each layer changes, with its error over seeds.

    Over the whole of training, to the peak, and from the peak on. A seed's peak is where the mean of the
    *other* seeds is highest, so that no noise is taken for a rise or a fall. Last, the validation accuracy.

    Parameters
    ----------
    hows : dict of Dataset
        The same runs measured in different ways.
    ds : Dataset
        The one that has the metrics.
    """
    rows = []
    for how, one in hows.items():
        for layer, quantity, _ in _curves(one):
            if (layer, quantity[-5:]) != ("output", "(T;Ŷ)"):  # the output and itself
                rows += _of_networks(one, {"how": how, "layer": layer, "quantity": quantity})
    return rows + _of_networks(_accuracy(ds), {"how": "", "layer": "", "quantity": "val_accuracy"})


def _curves(ds: "xr.Dataset") -> "Iterator[tuple[str, str, np.ndarray]]":
    """Layer, quantity and values (run, step), where every run has them at every step."""
    for quantity in map(str, ds["quantity"].values):
        for layer in map(str, ds["layer"].values):
            one = ds["value"].isel(split=0).sel(layer=layer, quantity=quantity).transpose("run", "step")
            if one.notnull().all():
                yield layer, quantity, one.values


def _accuracy(ds: "xr.Dataset") -> "xr.Dataset":
    """Validation accuracy in the place of an estimate."""
    one = ds["metric_value"].sel(metric="val_accuracy").drop_vars("metric")
    one = one.rename(metric_step="step").expand_dims(layer=[""], quantity=["val_accuracy"], split=["val"])
    return one.to_dataset(name="value")


def _of_networks(ds: "xr.Dataset", where: Row) -> list[Row]:
    one = ds["value"].isel(split=0).sel(layer=where["layer"], quantity=where["quantity"])
    moved: dict[str, dict[str, dict[str, float]]] = {}
    rows = []
    for network, runs in by_network(ds).items():
        values = one.sel(run=runs).transpose("run", "step").values
        first, last, top = values[:, 0], values[:, -1], values[np.arange(len(runs)), peaks(values)]
        for since, before, after in zip(SINCE, (first, first, top), (last, top, last), strict=True):
            rows.append({**where, "network": network, "since": since} | difference(before, after))
            seeds = [run.partition("-seed-")[2] for run in runs]
            moved.setdefault(since, {})[network] = dict(zip(seeds, after - before, strict=True))
    for since, own in moved.items():
        if {"plain", "dropout"} <= own.keys():
            both = [seed for seed in own["plain"] if seed in own["dropout"]]
            sides = [np.array([own[name][seed] for seed in both]) for name in ("dropout", "plain")]
            if both:
                rows.append({**where, "network": DIFFERENCE, "since": since} | difference(*sides))
    return rows


def peaks(values: np.ndarray) -> np.ndarray:
    """The step where the mean of the other runs is highest, for each run of (run, step); of one, its own."""
    others = values.sum(axis=0) - values if len(values) > 1 else values
    return others.argmax(axis=1)


def difference(before: np.ndarray, after: np.ndarray) -> Row:
    """What changed from the one to the other, as cells of a row."""
    found = change(before, after)
    numbers = {
        "from": found.before,
        "to": found.last,
        "change": found.mean,
        "stderr": found.stderr,
        "interval": found.interval,
    }
    cells = {name: text(number) for name, number in numbers.items()}
    return cells | {"seeds": str(found.seeds), "verdict": found.verdict}
