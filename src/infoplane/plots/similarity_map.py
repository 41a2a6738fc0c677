"""How alike layers are, pair by pair, as a map."""

from typing import Any

import matplotlib
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from infoplane.plots import style

WRITTEN = 12  # layers on a side, up to which the values stand in the cells


def layer_similarity(matrix: xr.DataArray, axes: Any = None) -> Figure:
    """A map of a measure between all pairs of layers.

    Colours go from 0, or the lowest value below it, to 1, or the highest value above it, so that maps of CKA
    can be compared. Pairs without an estimate stay empty.

    Parameters
    ----------
    matrix : xarray.DataArray
        From `infoplane.layer_matrix`: dims (layer, other_layer).
    axes : matplotlib Axes, optional
        To draw into.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        For anything else than such a matrix.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import CKA, Probe, Run, layer_matrix, plots
    >>> x = np.random.default_rng(0).normal(size=(50, 4))
    >>> run = Run("runs/similar").create({})
    >>> run.set_probe(Probe(x))
    >>> run.record(0, {"wide": x, "narrow": x[:, :2]}, rows=np.arange(50))
    >>> figure = plots.layer_similarity(layer_matrix(CKA(), run))
    >>> figure.axes[0].get_xlabel()
    'similar, step 0'
    """
    if not isinstance(matrix, xr.DataArray) or matrix.dims != ("layer", "other_layer"):
        raise ValueError(
            "layer_similarity draws what layer_matrix returns, with dims (layer, other_layer); got "
            f"{getattr(matrix, 'dims', type(matrix).__name__)!r}"
        )
    values = np.asarray(matrix.values, dtype=float)
    finite = values[np.isfinite(values)]
    low, high = min(0.0, finite.min(initial=0.0)), max(1.0, finite.max(initial=1.0))
    rows, columns = values.shape
    with matplotlib.rc_context(style.RC):
        size = (style.COLUMN, 0.5 + style.COLUMN * 0.7 * max(rows, 2) / max(columns, 2), 0.2)
        figure, (ax,) = style.panels(1, 1, size, axes)
        image = ax.imshow(values, vmin=low, vmax=high, cmap=style.STEPS_MAP, interpolation="nearest")
        ax.set_xticks(range(columns), [style.short(str(name)) for name in matrix["other_layer"].values])
        ax.set_yticks(range(rows), [style.short(str(name)) for name in matrix["layer"].values])
        ax.tick_params(axis="x", rotation=90 if columns > 4 else 0)
        if max(rows, columns) <= WRITTEN:
            for i, j in np.argwhere(np.isfinite(values)):
                dark = values[i, j] < (low + high) / 2
                colour = "white" if dark else "black"
                ax.text(j, i, f"{values[i, j]:.2f}", ha="center", va="center", color=colour, fontsize=6)
        ax.set_xlabel(_side(matrix, "other_"))
        ax.set_ylabel(_side(matrix, ""))
        bar = figure.colorbar(image, ax=ax, shrink=0.8)
        what = matrix.attrs.get("measure", "")
        bar.set_label(what if len(what) < 40 else what.split("(")[0])
    return figure


def _side(matrix: xr.DataArray, prefix: str) -> str:
    """Run and step of the rows or columns."""
    told = matrix.attrs
    if f"{prefix}run" not in told:
        return "layer"
    return f"{told[f'{prefix}run']}, step {told[f'{prefix}step']}"
