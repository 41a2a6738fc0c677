"""A dataset as the array that PyGlow calls ``evaluated_dynamics``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from infoplane.results import check_schema
from infoplane.results.schema import DIMS

if TYPE_CHECKING:
    import xarray as xr

FILL = {"note": "", "frame": 0}  # NaN in the others


def pyglow_array(
    ds: "xr.Dataset", evaluators: Sequence[tuple[str, str]], layers: Sequence[str] | None = None
) -> Float[np.ndarray, "N E L 2"]:
    """The planes of one model as PyGlow documents them, to go on with scripts made for that package.

    Parameters
    ----------
    ds : xarray.Dataset
        Estimates of one run on one split: ``ds.sel(run=["seed-0"], split=["test"])`` of several.
    evaluators : sequence of (str, str)
        Per evaluator, its quantity of the input and its quantity of the target:
        ``[("HSIC(X;T)", "HSIC(T;Y)"), ("CKA(X;T)", "CKA(T;Y)")]``. A quantity of a layer and the network's
        output is found at that layer.
    layers : sequence of str, optional
        Which, in this order; by default all single ones.

    Returns
    -------
    ndarray
        (N, E, L, 2): steps (with the one before training, if it was recorded), evaluators, layers, and the
        quantities of the input and of the target. NaN where there is no estimate.

    Raises
    ------
    ValueError
        For several runs or splits, and for names that are not there.

    Examples
    --------
    ::

        planes = pyglow_array(ds.sel(run=["plain-seed-0"]), [("HSIC(X;T)", "HSIC(T;Y)")])
        x, y = planes[:, 0, 2].T  # the third layer's way on the plane of the first evaluator
    """
    check_schema(ds)
    for dim in ("run", "split"):
        if ds.sizes[dim] != 1:
            there = ", ".join(map(repr, ds[dim].values.tolist()))
            raise ValueError(f"PyGlow's array is of one {dim}; select it: ds.sel({dim}=[...]) of {there}")
    beside = at_layers(ds)
    _check(beside, "quantity", [name for pair in evaluators for name in pair])
    chosen = list(beside["layer"].values) if layers is None else list(layers)
    _check(beside, "layer", chosen)
    values = beside["value"].isel(run=0, split=0).sel(layer=chosen).transpose("step", "layer", "quantity")
    planes = [values.sel(quantity=list(pair)).values for pair in evaluators]
    return np.stack(planes, axis=1)


def at_layers(ds: "xr.Dataset") -> "xr.Dataset":
    """With what is of a layer and the output (``"conv|output"``) at the layer itself; without metrics."""
    ds = ds.drop_dims(["metric_step", "metric"], errors="ignore")
    layers = [str(layer) for layer in ds["layer"].values if "|" not in str(layer)]
    alone = ds.sel(layer=layers)
    of_output = ds["of"] == "layer, output"
    measured = ds["value"].isel(quantity=of_output.values).notnull().any([d for d in DIMS if d != "layer"])
    outputs = {str(layer).rpartition("|")[2] for layer in ds["layer"].values[measured.values]}
    if len(outputs) != 1:
        return alone
    pairs = ds.reindex(layer=[f"{layer}|{next(iter(outputs))}" for layer in layers], fill_value=FILL)
    return alone.where(~of_output, pairs.assign_coords(layer=layers))


def _check(ds: "xr.Dataset", dim: str, wanted: Sequence[str]) -> None:
    there = [str(name) for name in ds[dim].values]
    missing = [name for name in wanted if name not in there]
    if missing:
        raise ValueError(
            f"no {dim} {', '.join(map(repr, missing))} in the dataset; there is {', '.join(there)}"
        )
