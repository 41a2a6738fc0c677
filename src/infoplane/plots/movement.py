"""Which layers move at all."""

import numpy as np
import xarray as xr

from infoplane.results import check_schema
from infoplane.results.differences import changes, measured, part, pick

MOVED = 2.0  # standard errors


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

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Ask, Probe, Run, Sliced, evaluate, plots
    >>> x, y = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2
    >>> run = Run("runs/unmoved").create({})
    >>> run.set_probe(Probe(x, y))
    >>> for step in (0, 1, 2):
    ...     run.record(step, {"fc1": x + step * y[:, None]}, rows=np.arange(60))
    >>> asked = {"S₁(T;Y)": Ask(Sliced(KSG(k=3), directions=60), of=("layer", "target"))}
    >>> ds = evaluate(run, asked, progress=False)
    >>> plots.unmoved(ds, "S₁(T;Y)")
    []
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
