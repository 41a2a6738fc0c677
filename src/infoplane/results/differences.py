"""Differences within a dataset, and means over its runs, with their errors."""

import math
from collections.abc import Iterable

import numpy as np
import xarray as xr
from jaxtyping import Float

from infoplane.estimate import Slices, mean_error
from infoplane.results.schema import error_names


def paired_difference(later: xr.Dataset, earlier: xr.Dataset) -> xr.Dataset:
    """``later - earlier`` with the error of the difference.

    Estimates along the same directions err together, so that their difference is known better than either.

    Parameters
    ----------
    later, earlier : xarray.Dataset
        Selections of what `load` returns that have the same labels on every dimension they share, such as
        ``ds`` and ``ds.sel(step=0)``, or ``ds.sel(run="a")`` and ``ds.sel(run="b")``.

    Returns
    -------
    xarray.Dataset
        ``value`` and ``stderr``. Where both have slices along the same directions, the error is the
        standard error of the mean of the slices' differences, and other sources of error are added to it (a
        side with more slices, such as `UntilError` draws, is paired in those that it shares);
        elsewhere it is the root sum of squares of both errors.

    Raises
    ------
    ValueError
        If a shared dimension has different labels, or the units differ.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, Sliced, evaluate
    >>> from infoplane.results import paired_difference
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/paired").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"S₁(X;T)": Ask(Sliced(KSG(k=3), directions=60))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> change = paired_difference(ds.sel(step=2), ds.sel(step=1))
    >>> bool(change["stderr"] < ds["stderr"].sel(step=2))  # along the same directions
    True
    """
    if not np.array_equal(np.unique(later["unit"]), np.unique(earlier["unit"])):
        units = f"{np.unique(later['unit']).tolist()} and {np.unique(earlier['unit']).tolist()}"
        raise ValueError(f"only quantities of one unit can be subtracted; got {units}")
    try:
        xr.align(later, earlier, join="exact")
    except ValueError as error:
        raise ValueError(
            f"paired_difference wants the same labels on every shared dimension: {error}; "
            "select single labels on one side, such as ds.sel(step=0)"
        ) from None
    value = later["value"] - earlier["value"]
    apart = ((later["stderr"] ** 2 + earlier["stderr"] ** 2) ** 0.5).transpose(*value.dims)
    out = xr.Dataset({"value": value, "stderr": apart})
    if "slices" not in later or "slices" not in earlier:
        return out
    others = [
        side[name].fillna(0) ** 2
        for side in (later, earlier)
        for name in error_names(side)
        if name != "error_slices"
    ]
    paired = (xr.zeros_like(value) + np.sqrt(sum(others, start=xr.DataArray(0.0)))).transpose(*value.dims)
    a, m, b, k = (
        part.broadcast_like(value).transpose(*value.dims, ...).values
        for side in (later, earlier)
        for part in (side["slices"], side["frame"])
    )
    errors = np.array([_slice_error(a[at], int(m[at]), b[at], int(k[at])) for at in np.ndindex(value.shape)])
    total = np.hypot(paired, errors.reshape(value.shape))
    out["stderr"] = xr.where(np.isfinite(total), total, apart)
    return out


def _slice_error(later: np.ndarray, frame: int, earlier: np.ndarray, other_frame: int) -> float:
    """Standard error of the difference of means; NaN where the slices do not belong together.

    A longer side, drawn until its error was small, begins with the directions of the shorter one. With a
    share s = m / M of its slices in common the difference is that of m pairs, (ā - s b̄), less the rest's
    (1 - s) b̄, which is independent.
    """
    if frame == 0 or frame != other_frame:
        return math.nan
    a, b = sorted(
        (part[: len(part) - int(np.isnan(part[::-1]).argmin())] for part in (later, earlier)), key=len
    )
    common = len(a) / len(b)
    paired = mean_error(Slices(a, frame) - Slices(common * b[: len(a)], frame))
    rest = mean_error(Slices(b[len(a) :], frame)) if common < 1 else 0.0
    return math.hypot(paired, (1 - common) * rest)


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
