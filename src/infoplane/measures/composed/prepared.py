"""A measure of variables that first go through steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from infoplane.estimate import Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._protocols import Step
from infoplane.measures.composed.prepare import jitter, pca
from infoplane.sample import Sample
from infoplane.settings import check_measure


@dataclass(frozen=True)
class Prepared:
    """A measure of variables that first go through steps.

    Parameters
    ----------
    measure : measure
        What is measured in the end.
    x, y : step or sequence of steps
        From `infoplane.prepare`, or any frozen dataclass that maps a `Sample` to a `Sample` of the same name.

    Returns
    -------
    Estimate
        The measure's.

    Raises
    ------
    ValueError
        If a step that needs numbers is given labels.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, Prepared
    >>> from infoplane.prepare import copula
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=500)
    >>> y = x + rng.normal(size=500)
    >>> measure = Prepared(KSG(k=5), x=copula, y=copula)
    >>> bool(np.isclose(measure(x, y).value, measure(np.exp(x), y).value))
    True
    """

    numbers: ClassVar[int] = 1
    measure: Callable[..., Estimate]
    x: Step | Sequence[Step] = ()
    y: Step | Sequence[Step] = ()

    def __post_init__(self) -> None:
        check_measure(self.measure, "Prepared(measure=)")
        for side in ("x", "y"):
            steps = getattr(self, side)
            several = tuple(steps) if isinstance(steps, list | tuple) else (steps,)
            if any(not callable(step) or isinstance(step, type) or step in (jitter, pca) for step in several):
                raise ValueError(f"Prepared({side}=) takes steps like copula or jitter(1e-3); got {steps!r}")
            object.__setattr__(self, side, several)

    def __call__(self, x: Any, *y: Any) -> Estimate:
        sides = zip((x, *y), _check.names_of((x, *y)), strict=True)
        samples = [side if isinstance(side, Sample) else Sample(side, name) for side, name in sides]
        first, *rest = _check.told_apart(*samples, alike=True)  # before the steps: noise belongs to names
        estimate = self.measure(_after(first, self.x), *(_after(side, self.y) for side in rest))
        changed = [*([first] if self.x else []), *(rest if self.y else [])]
        rounded = _notes.rounded(*changed)  # which steps leave constant
        return replace(estimate, note=_notes.join_notes([estimate.note, rounded])) if rounded else estimate


def _after(x: Sample, steps: Any) -> Sample:
    """`x` after `steps`, kept with the sample, so that a fixed input is prepared once."""
    for step in steps:
        x = x.derived(step, partial(step, x))
    return x
