"""Parts of the dataset as lines to draw: runs, their mean, and the errors of level and change."""

from collections.abc import Iterable

import numpy as np
import xarray as xr
from jaxtyping import Float

from infoplane.results import check_schema, paired_difference

MOVED = 2.0  # standard errors


def pick(ds: xr.Dataset, dim: str, wanted: str | Iterable[str] | None) -> list[str]:
    """Labels of a dimension: all, or those asked for, which must be there."""
    there = [str(label) for label in ds[dim].values]
    asked = there if wanted is None else [wanted] if isinstance(wanted, str) else list(wanted)
    missing = [label for label in asked if label not in there]
    if missing:
        raise ValueError(
            f"no {dim} {', '.join(map(repr, missing))} in the dataset; there is {', '.join(there)}"
        )
    return asked


def part(ds: xr.Dataset, quantity: str, split: str, layer: str) -> xr.Dataset:
    """One quantity of one layer on (run, step), without the runs that have none of it."""
    one = ds.sel(quantity=quantity, split=split, layer=layer).transpose("run", "step", ...)
    return one.isel(run=np.isfinite(one["value"].values).any(axis=1))


def measured(ds: xr.Dataset, quantities: Iterable[str], split: str, layer: str) -> bool:
    """Whether any point has all of these quantities."""
    one = ds["value"].sel(split=split, layer=layer, quantity=list(quantities))
    return bool(one.notnull().all("quantity").any())


def mean_over_runs(one: xr.Dataset) -> xr.Dataset:
    """Value, error and slices of the mean over runs, on (step,), at the steps that every run has.

    The mean of fewer runs at some steps would jump where nothing changed.
    """
    count = one.sizes["run"]
    errors = [name for name in one.data_vars if name == "stderr" or str(name).startswith("error_")]
    out = {name: (one[name] ** 2).sum("run", skipna=False) ** 0.5 / count for name in errors}
    out["value"] = one["value"].mean("run", skipna=False)
    if "slices" in one:
        # runs share their directions, so that the slices' errors are common to them and don't average out
        out["slices"] = one["slices"].mean("run", skipna=False)
        frame = one["frame"]
        out["frame"] = xr.where(frame.min("run") == frame.max("run"), frame.min("run"), 0).astype(np.int32)
    return xr.Dataset(out)


def level_error(one: xr.Dataset) -> Float[np.ndarray, " step"]:
    """Standard error of the mean over runs at each step: of the estimates, and of the runs if several."""
    mean = mean_over_runs(one)
    zero = mean.assign({name: mean[name] * 0 for name in mean.data_vars if name != "frame"})
    own = paired_difference(mean, zero)["stderr"] if "slices" in mean else mean["stderr"]
    return _root(own.values, _between(one["value"].values))


def changes(one: xr.Dataset) -> tuple[Float[np.ndarray, " step"], Float[np.ndarray, " step"]]:
    """Change of the mean over runs since the first step, and its standard error.

    The error is that of the estimates, paired by `paired_difference`, and with several runs the standard
    error of the runs' changes beside it. Few runs may agree at one step by chance, so that their variance is
    taken no smaller than its mean over the steps.
    """
    mean = mean_over_runs(one)
    finite = np.flatnonzero(np.isfinite(mean["value"].values))
    if not len(finite):
        nothing = np.full(mean.sizes["step"], np.nan)
        return nothing, nothing
    first = finite[0]
    change = paired_difference(mean, mean.isel(step=first))
    values = one["value"].values
    variance = _between(values - values[:, [first]])
    later = variance[finite[1:]]
    if len(later):
        variance = np.where(np.arange(len(variance)) == first, 0.0, np.maximum(variance, later.mean()))
    return change["value"].values, _root(change["stderr"].values, variance)


def _between(values: Float[np.ndarray, "run step"]) -> Float[np.ndarray, " step"]:
    """Variance of the mean over runs, as far as the runs tell; 0 for one run."""
    if len(values) < 2:
        return np.where(np.isfinite(values[0]), 0.0, np.nan)
    return values.var(axis=0, ddof=1) / len(values)


def _root(own: np.ndarray, between: np.ndarray) -> Float[np.ndarray, " step"]:
    """Both errors together; NaN where neither is known."""
    total = np.sqrt(np.where(np.isfinite(own), own**2, 0.0) + between)
    return np.where(np.isfinite(own) | (between > 0), total, np.nan)


def sources(one: xr.Dataset) -> list[str]:
    """What the errors of `changes` and `level_error` come from, in words."""
    own = [str(name).removeprefix("error_") for name in one.data_vars if str(name).startswith("error_")]
    own = [name for name in own if np.isfinite(one[f"error_{name}"].values).any()]
    return own + ["runs"] * (one.sizes["run"] > 1)


def unmoved(ds: xr.Dataset, quantity: str, split: str | None = None) -> list[str]:
    """The layers in which a quantity does not move during training beyond 2 of its standard errors.

    Parameters
    ----------
    ds : xarray.Dataset
        From `infoplane.load`.
    quantity : str
        Its name in the dataset.
    split : str, optional
        One split; without it a layer must be unmoved in all.

    Returns
    -------
    list of str
        Layers whose change since the first step stays within 2 standard errors at every step, where the
        change is that of the mean over runs, and its error has the estimates' (paired) and the runs' part.
        A layer without a known error or with a single step is not among them.

    Raises
    ------
    ValueError
        For an unknown quantity or split.
    """
    check_schema(ds)
    pick(ds, "quantity", quantity)
    splits = pick(ds, "split", split)
    out = []
    for layer in pick(ds, "layer", None):
        parts = [part(ds, quantity, name, layer) for name in splits if measured(ds, [quantity], name, layer)]
        if parts and all(_within_error(one) for one in parts):
            out.append(layer)
    return out


def _within_error(one: xr.Dataset) -> bool:
    change, error = changes(one)
    known = np.isfinite(change) & np.isfinite(error)
    known[: int(np.isfinite(change).argmax()) + 1] = False  # the first step has no change
    return bool(known.any() and (np.abs(change) <= MOVED * error)[known].all())
