"""The dataset of results as a file and as a table."""

import csv
import io
from pathlib import Path

import numpy as np
import xarray as xr

from infoplane.results.schema import COORDS, DIMS, check_schema, error_names
from infoplane.runs.snapshots import LAST_STEP
from infoplane.storage.files import write_whole


def save_dataset(ds: xr.Dataset, path: str | Path) -> Path:
    """Write the dataset as netCDF 3, whole or not at all; an existing file is replaced.

    Parameters
    ----------
    ds : xarray.Dataset
        From `infoplane.load`.
    path : str or Path
        An existing file is replaced, a missing folder made.

    Returns
    -------
    Path
        Where it is now.

    Raises
    ------
    ValueError
        If `ds` does not keep to the schema, holds no estimate, or steps above 2147483647.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, evaluate
    >>> from infoplane.results import open_dataset, save_dataset
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/saved").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"I(X;T)": Ask(KSG(k=3)), "I(T;Y)": Ask(KSG(k=3), of=("layer", "target"))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> open_dataset(save_dataset(ds, "results.nc"))["value"].equals(ds["value"])
    True
    """
    check_schema(ds)
    if 0 in ds["value"].shape:  # netCDF 3 has no empty dimensions
        raise ValueError("the dataset holds no estimate, so there is nothing to save; see infoplane.evaluate")
    for name in ("step", "metric_step"):
        if name in ds and ds[name].max() > LAST_STEP:
            raise ValueError(
                f"{name} goes up to {ds[name].max().item()}, and netCDF 3 ends at {LAST_STEP}: save a "
                "selection, or divide the coordinate"
            )
    write_whole(Path(path), bytes(ds.to_netcdf(engine="scipy")))
    return Path(path)


def open_dataset(path: str | Path) -> xr.Dataset:
    """Read what `save_dataset` wrote, into memory, with the dtypes of the schema.

    Parameters
    ----------
    path : str or Path
        A file of `save_dataset`.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    ValueError
        If the file holds something else.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, evaluate
    >>> from infoplane.results import open_dataset, save_dataset
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/opened").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"I(X;T)": Ask(KSG(k=3)), "I(T;Y)": Ask(KSG(k=3), of=("layer", "target"))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> open_dataset(save_dataset(ds, "results.nc")).attrs["step"]
    'epoch'
    """
    try:
        with xr.open_dataset(path, engine="scipy") as file:
            ds = file.load()
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{path} is not a netCDF 3 file, as save_dataset writes them, or not a whole one"
        ) from error
    for name, array in ds.variables.items():  # netCDF 3 has neither strings nor 64-bit integers
        if array.dtype.kind == "O":
            ds[name] = (array.dims, array.values.astype(str))
        elif name in ("step", "metric_step"):
            ds[name] = (array.dims, array.values.astype(np.int64))
    ds = ds.set_coords([name for name in COORDS if name in ds])
    ds.attrs = {key: value.item() if hasattr(value, "item") else value for key, value in ds.attrs.items()}
    check_schema(ds)
    return ds


def save_table(ds: xr.Dataset, path: str | Path) -> Path:
    """Write a tidy CSV: one row per estimate, without the slices; NaN is an empty field.

    Columns: run, split, step, layer, quantity, of, measure, value, unit, stderr, one ``error_<source>``
    each, n, note. UTF-8; whole or not at all.

    Parameters
    ----------
    ds : xarray.Dataset
        From `infoplane.load`.
    path : str or Path
        An existing file is replaced, a missing folder made.

    Returns
    -------
    Path
        Where it is now.

    Raises
    ------
    ValueError
        If `ds` does not keep to the schema.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, evaluate
    >>> from infoplane.results import save_table
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/tabled").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"I(X;T)": Ask(KSG(k=3)), "I(T;Y)": Ask(KSG(k=3), of=("layer", "target"))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> table = save_table(ds, "results.csv").read_text(encoding="utf-8").splitlines()
    >>> table[0]
    'run,split,step,layer,quantity,of,measure,value,unit,stderr,n,note'
    >>> len(table)  # and a row per estimate
    7
    """
    check_schema(ds)
    ds = ds.transpose(*DIMS, ...)
    numbers = {name: ds[name].values for name in ("value", "stderr", *error_names(ds), "n")}
    notes = ds["note"].values
    of_quantity = {name: ds[name].values for name in ("of", "measure", "unit")}
    there = np.isfinite(numbers["value"]) | np.isfinite(numbers["n"]) | (notes != "")
    errors = error_names(ds)
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow([*DIMS, "of", "measure", "value", "unit", "stderr", *errors, "n", "note"])
    for place in np.argwhere(there):
        at, quantity = tuple(place), place[-1]
        of, measure, unit = (of_quantity[name][quantity] for name in ("of", "measure", "unit"))
        value, stderr, *rest = (_cell(array[at]) for array in numbers.values())
        where = [ds[dim].values[i] for dim, i in zip(DIMS, place, strict=True)]
        table.writerow([*where, of, measure, value, unit, stderr, *rest, notes[at]])
    write_whole(Path(path), file.getvalue().encode())
    return Path(path)


def _cell(number: float) -> str:
    if np.isnan(number):
        return ""
    return str(int(number)) if float(number).is_integer() else repr(float(number))
