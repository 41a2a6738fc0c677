"""Mutual information of two label variables."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from infoplane.estimate import Estimate
from infoplane.measures import _check


@dataclass(frozen=True)
class Plugin:
    r"""Mutual information of labels with labels from their frequencies, in nats.

    .. math:: I = \sum_{ab} p_{ab} \ln \frac{p_{ab}}{p_a p_b}

    Returns
    -------
    Estimate
        Non-negative, and too large by about (cells - rows - columns + 1) / 2n for n samples (Miller 1955).

    Raises
    ------
    ValueError
        If a variable is continuous, or rows differ in number.

    Examples
    --------
    >>> from infoplane import Plugin
    >>> round(Plugin()(["a", "a", "b", "b"], [0, 0, 1, 1]).value, 4)
    0.6931
    """

    numbers: ClassVar[int] = 1

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = _check.pair(x, y)
        for side in (x, y):
            if not side.is_labels:
                raise ValueError(
                    f"Plugin is of labels; {side.name!r} is continuous. Use KSG() for continuous variables, "
                    f"or labels({side.name}) if its values name classes"
                )
        nothing = _check.no_information(x, y)
        if nothing is not None:
            return nothing
        cells = np.bincount(x.values * len(y.classes or ()) + y.values)
        return Estimate(_entropy(np.bincount(x.values)) + _entropy(np.bincount(y.values)) - _entropy(cells))


def _entropy(counts: np.ndarray) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum())
