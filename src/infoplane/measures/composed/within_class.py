"""Information that remains given the label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from infoplane.estimate import DegenerateData, Estimate, TooFewSamples
from infoplane.measures import _check, _notes
from infoplane.measures._check import class_rows
from infoplane.measures._combine import shared_note, weighted_sum
from infoplane.measures._protocols import Dependence
from infoplane.measures._series import series_note
from infoplane.sample import Sample
from infoplane.settings import check_measure

SPELT_OUT = 12  # classes whose sizes the note lists


@dataclass(frozen=True)
class WithinClass:
    r"""Conditional information given a label: what a measure finds within the classes, on average.

    .. math:: I(X;T|Y) = \sum_y p(y)\, I(X;T|Y=y)

    For input, layer and target it is what the layer keeps of the input beyond the label: where T is a
    function of X, I(X;T) = I(T;Y) + I(X;T|Y).

    Parameters
    ----------
    measure : measure
        A measure of two variables, such as ``Sliced(KSG(k=5))``. Called as ``WithinClass(measure)(x, t, y)``,
        and asked as ``Ask(WithinClass(measure), of=("input", "layer", "target"))``.

    Returns
    -------
    Estimate
        In the measure's unit. The note gives the number of samples of each class. Slices of a sliced
        measure, along the same directions in every class, are averaged one by one with the classes' weights.

    Raises
    ------
    ValueError
        If y is not labels, rows differ in number, there are fewer samples than the measure needs, or it
        refuses even the largest class, for anything but its size.
    DegenerateData
        If a class is too small for the measure, or what it raises of a class; the message names the class.

    Notes
    -----
    The bias is that of the classes' sizes, not of all samples: KSG's is larger in ten classes of 100
    than in 1000 samples. The frequencies of the classes are taken for their probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, WithinClass
    >>> rng = np.random.default_rng(0)
    >>> y = rng.integers(0, 2, size=2000)
    >>> x, t = 5 * y + rng.normal(size=(2, 2000))  # share the label and nothing else
    >>> estimate = WithinClass(KSG(k=5))(x, t, y)
    >>> bool(abs(estimate.value) < 0.05)
    True
    >>> estimate.note
    'samples per class of y: 0: 957, 1: 1043'
    """

    numbers: ClassVar[int] = 1
    measure: Dependence

    def __post_init__(self) -> None:
        check_measure(self.measure, "WithinClass(measure=)", variables=2)

    def __call__(self, x: Any, t: Any, y: Any) -> Estimate:
        x, t, y = _check.given_labels(x, t, y)
        nothing = _check.no_information(x, t)
        if nothing is not None:
            return nothing
        every = zip(y.classes or (), class_rows(y), strict=True)
        # a sample taken from another may have lost some of its classes
        classes, rows = zip(*((repr(label), own) for label, own in every if len(own)), strict=True)
        parts = self._parts(x, t, y, classes, rows)
        notes = shared_note([part.note for _, part in parts], classes, "classes")
        return weighted_sum(
            parts,
            _notes.join_notes([_sizes_note(y, classes, rows), _notes.by_type(y), notes, series_note(x, t)]),
        )

    def _parts(
        self, x: Sample, t: Sample, y: Sample, classes: Sequence[str], rows: Sequence[np.ndarray]
    ) -> list[tuple[float, Estimate]]:
        """Share and estimate of each class."""
        found: dict[int, tuple[float, Estimate]] = {}
        for i in sorted(range(len(rows)), key=lambda i: -len(rows[i])):  # what was fine for one is for all
            own = rows[i]
            try:
                found[i] = len(own) / len(y), self.measure(x.take(own), t.take(own))
            except ValueError as error:
                where = f"class {classes[i]} of {y.name!r} ({len(own)} samples)"
                if not found and not _is_of_the_class(error, len(y)):
                    error.add_note(f"refused of {where}, the largest")
                    raise
                raise DegenerateData(
                    f"{where}: {error}; join it with another class or leave it out"
                ) from error
        return [found[i] for i in range(len(rows))]


def _is_of_the_class(error: ValueError, n: int) -> bool:
    """Whether a class is refused for what it holds or its size, where all n samples are not."""
    return isinstance(error, DegenerateData) or (isinstance(error, TooFewSamples) and error.needed <= n)


def _sizes_note(y: Sample, classes: Sequence[str], rows: Sequence[np.ndarray]) -> str:
    sizes = [len(own) for own in rows]
    if len(sizes) > SPELT_OUT:
        return f"{len(sizes)} classes of {y.name} of {min(sizes)} to {max(sizes)} samples"
    each = ", ".join(f"{label}: {size}" for label, size in zip(classes, sizes, strict=True))
    return f"samples per class of {y.name}: {each}"
