"""What may be logged: single numbers under names."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from infoplane.storage.arrays import as_array


def as_metrics(metrics: Mapping[str, Any]) -> dict[str, bool | int | float | None]:
    """Metrics as JSON has them; NaN stays, None is one that isn't there.

    Raises
    ------
    ValueError
        For anything but one number, or a metric that is called like the step of its row.
    """
    if "step" in metrics:
        raise ValueError("a metric can't be called 'step', which its row has: log it under another name")
    return {name: _number(value, name) for name, value in metrics.items()}


def _number(value: Any, name: str) -> bool | int | float | None:
    if value is None:
        return None
    got = " ".join(repr(value).split())
    said = f"metric {name!r} must be one number; got {got:.100}. Give None where there is none"
    try:
        array = as_array(value, name)
    except ValueError as error:
        raise ValueError(said) from error
    if array.size != 1 or array.dtype.kind not in "fiub":
        raise ValueError(said)
    one = array.reshape(-1)[0]
    return float(one) if isinstance(one, np.longdouble) else one.item()
