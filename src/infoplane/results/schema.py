"""What a dataset of results must be: docs/schema.md."""

import numpy as np
import xarray as xr

DIMS = ("run", "split", "step", "layer", "quantity")
SCHEMA = 1  # docs/schema.md
COORDS = {  # name: (dimensions, kinds of dtype)
    "run": (("run",), "UO"),
    "split": (("split",), "UO"),
    "step": (("step",), "i"),
    "layer": (("layer",), "UO"),
    "quantity": (("quantity",), "UO"),
    "unit": (("quantity",), "UO"),
    "measure": (("quantity",), "UO"),
    "of": (("quantity",), "UO"),
}
_VARIABLES = {
    "value": (DIMS, "f"),
    "stderr": (DIMS, "f"),
    "note": (DIMS, "UO"),
    "n": (DIMS, "f"),
}
_OPTIONAL = {
    "slices": ((*DIMS, "slice"), "f"),
    "frame": (DIMS, "i"),
    "metric_value": (("run", "metric_step", "metric"), "f"),
    "metric_step": (("metric_step",), "i"),
    "metric": (("metric",), "UO"),
}
_TOGETHER = (("slices", "frame"), ("metric_value", "metric_step", "metric"))


def check_schema(ds: xr.Dataset) -> None:
    """Refuse a dataset that is not what `load` returns, as docs/schema.md has it.

    Further variables, and dimensions in another order, are allowed.

    Parameters
    ----------
    ds : xarray.Dataset

    Raises
    ------
    ValueError
        Naming the dimension, coordinate, variable or attribute that is wrong, and what was wanted.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, evaluate
    >>> from infoplane.results import check_schema
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/checked").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"I(X;T)": Ask(KSG(k=3)), "I(T;Y)": Ask(KSG(k=3), of=("layer", "target"))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> check_schema(ds)
    >>> check_schema(ds.sel(step=0))
    Traceback (most recent call last):
    ValueError: the dataset has no dimension 'step' (it has ...); a selection keeps it when it is a list: ...
    """
    for dim in DIMS:
        if dim not in ds.dims:
            raise ValueError(
                f"the dataset has no dimension {dim!r} (it has {', '.join(map(str, ds.dims)) or 'none'}); "
                f"a selection keeps it when it is a list: ds.sel({dim}=[...])"
            )
    required = COORDS | _VARIABLES | dict.fromkeys(error_names(ds), (DIMS, "f"))
    for name, (dims, kinds) in required.items():
        _check_array(ds, name, dims, kinds)
    for names in _TOGETHER:
        if any(name in ds for name in names):
            for name in names:
                _check_array(ds, name, *_OPTIONAL[name])
    for dim in (*DIMS, *(name for name in ("metric_step", "metric") if name in ds)):
        values = ds[dim].values
        if len(np.unique(values.astype(str))) < len(values):
            raise ValueError(f"coordinate {dim!r} holds a value twice: {values.tolist()}")
    for name in ("step", "metric_step"):
        if name in ds and (np.diff(ds[name].values) < 0).any():
            raise ValueError(f"coordinate {name!r} must rise; got {ds[name].values.tolist()}")
    if not isinstance(ds.attrs.get("step"), str):
        raise ValueError(f"ds.attrs['step'] must say what a step is ('epoch'); got {ds.attrs.get('step')!r}")


def error_names(ds: xr.Dataset) -> list[str]:
    """The variables that hold one source of error each."""
    return [str(name) for name in ds.data_vars if str(name).startswith("error_")]


def _check_array(ds: xr.Dataset, name: str, dims: tuple[str, ...], kinds: str) -> None:
    wanted = f"{name!r} with dimensions ({', '.join(dims)}) and dtype kind {' or '.join(kinds)}"
    if name not in ds.variables:
        raise ValueError(f"the dataset has no variable {wanted}")
    array = ds[name]
    if set(array.dims) != set(dims) or array.dtype.kind not in kinds:
        came = f"dimensions ({', '.join(map(str, array.dims))}) and dtype {array.dtype}"
        raise ValueError(f"the dataset must have {wanted}; got {came}")
