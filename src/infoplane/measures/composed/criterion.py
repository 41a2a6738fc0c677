"""A function of the user's own as a measure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from infoplane.estimate import Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._series import series_note
from infoplane.sample import Sample
from infoplane.settings import able, one_of


@dataclass(frozen=True)
class Criterion:
    """Any function of two arrays, under a name.

    Parameters
    ----------
    name : str
        Stands for the function in the rows: change it when the function changes.
    f : callable
        ``f(x, y) -> float`` on arrays: (n, d) numbers, or (n,) labels as they were given.
    unit : str
        ``"nats"`` or ``""``.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If the function returns anything but one number.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import Criterion
    >>> correlation = Criterion("r", lambda x, y: np.corrcoef(x[:, 0], y[:, 0])[0, 1])
    >>> round(correlation([0.0, 1.0, 2.0], [0.0, 2.0, 4.0]).value, 3)
    1.0
    """

    name: str
    f: Callable[[np.ndarray, np.ndarray], float] = field(compare=False, repr=False)
    unit: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"Criterion(name=) must be a word for the rows; got {self.name!r}")
        able(self.f, "__call__", "Criterion(f=)", "a function of two arrays")
        one_of(self.unit, "Criterion(unit=)", ("", "nats"))

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = _check.pair(x, y)
        value = np.asarray(self.f(_plain(x), _plain(y)))
        if value.size != 1 or value.dtype.kind not in "fiub":
            raise ValueError(f"criterion {self.name!r} must return one number; it returned {value!r}")
        note = _notes.join_notes([_notes.by_type(x, y), series_note(x, y)])
        return Estimate(float(value.reshape(())), unit=self.unit, note=note)


def _plain(x: Sample) -> np.ndarray:
    return np.asarray(x.classes)[x.values] if x.is_labels else x.values
