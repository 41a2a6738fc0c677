"""Weighted sums of estimates that keep errors by source, slices and notes."""

from collections.abc import Callable, Sequence
from math import fsum, hypot

import numpy as np
from tqdm import tqdm

from infoplane.estimate import DegenerateData, Estimate, Slices, TooFewSamples, mean_error
from infoplane.measures import _notes
from infoplane.sample import Sample

Weighted = Sequence[tuple[float, Estimate]]


def weighted_sum(parts: Weighted, note: str = "") -> Estimate:
    """Σ w·estimate, with `note`.

    Slices along the same directions are added one by one, so that their error and that of later differences
    is a paired one; a part without slices adds its value to each. Other errors are taken for independent.
    """
    slices = _sum_of_slices(parts)
    errors = {}
    for source in dict.fromkeys(source for _, part in parts for source in part.errors):
        each = [abs(weight) * part.errors.get(source, 0.0) for weight, part in parts]
        if source != "slices":
            errors[source] = hypot(*each)
        elif slices is not None:
            errors[source] = mean_error(slices)
        else:
            errors[source] = fsum(each)
            note = _notes.join_notes([note, "the slice error is an upper bound: the parts' slices differ"])
    if slices is not None:
        slices = Slices(slices.values.astype(np.float32), slices.frame)
    value = fsum(weight * part.value for weight, part in parts)
    return Estimate(value, parts[0][1].unit, errors, note, slices)


def _sum_of_slices(parts: Weighted) -> Slices | None:
    """None where there are no slices, or not as many of each part along the same directions."""
    sliced = [part.slices for _, part in parts if part.slices is not None]
    if len({(len(slices.values), slices.frame) for slices in sliced}) != 1:
        return None
    if any("slices" in part.errors and part.slices is None for _, part in parts):
        return None
    values = np.zeros(len(sliced[0].values))
    for weight, part in parts:
        values += weight * (part.value if part.slices is None else part.slices.values.astype(np.float64))
    return Slices(values, sliced[0].frame)


def permuted_values(
    measure: Callable[[Sample, Sample], Estimate], x: Sample, y: Sample, orders: np.ndarray
) -> np.ndarray:
    """The values of y's rows in each of the orders, of those pairings that have one."""
    values = []
    for order in tqdm(orders, desc="permuting", unit="permutation", delay=2, leave=False):
        try:
            values.append(measure(x, y.take(order)).value)
        except DegenerateData as error:
            if isinstance(error, TooFewSamples):  # of which no pairing has more
                raise
    return np.array(values)


def shared_note(notes: Sequence[str], names: Sequence[str], what: str) -> str:
    """One clause for the notes of parts: theirs if all agree, else how many have one, and the first."""
    noted = [(name, note) for name, note in zip(names, notes, strict=True) if note]
    if not noted:
        return ""
    if len(noted) == len(notes) and len(set(notes)) == 1:
        return notes[0]
    name, note = noted[0]
    return f"in {len(noted)} of {len(notes)} {what}, as in {name}: {note}"
