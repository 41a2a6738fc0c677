"""What is random belongs to what rows hold: an order of them, whichever they came in, and a number."""

import zlib

import numpy as np
from jaxtyping import Int

from infoplane.directions import row_places
from infoplane.sample import Sample

UNIT = 3**0.5 * 1e-6  # of a column's largest value: no fraction of small integers lies between two units


def places(x: Sample) -> Int[np.ndarray, " n"]:
    """Where each row stands by its values, equal rows where the first of them does; of labels their codes."""
    return x.values if x.is_labels else x.derived("row places", lambda: row_places(x.values))


def times(*samples: Sample) -> Int[np.ndarray, " n"]:
    """How often each row occurs, of several samples together with the rows beside it."""
    of = places(samples[0])
    if len(samples) > 1:
        beside = np.stack([places(sample) for sample in samples], axis=1)
        of = np.unique(beside, axis=0, return_inverse=True)[1].ravel()
    return np.bincount(of)[of]


def in_order(x: Sample) -> Sample:
    """The rows in the order of their values, for what rounds by the order that they stand in; made once.

    Numbers that hang on rounding are then the same in any order: small eigenvalues, ties of distances.
    """
    return x.derived(
        "in order", lambda: Sample.of(x.values[content_order(x)], x.name, x.classes, home=x.home)
    )


def content_order(*samples: Sample) -> Int[np.ndarray, " n"]:
    """The rows in the order of their values, of labels after all numbers; equal ones as they come."""
    keys = sorted(samples, key=lambda sample: sample.is_labels)
    return np.lexsort([places(sample) for sample in reversed(keys)])


def leading_digits(values: np.ndarray, exponents: np.ndarray) -> int:
    """A number for columns, ``ldexp(values, exponents)``, that the last digits of their values don't move."""
    largest = np.abs(values).max(axis=0)
    largest[largest == 0] = 1.0
    parts = np.rint(values / largest / UNIT), np.rint((np.log2(largest) + exponents) / UNIT)
    return zlib.crc32(np.vstack(parts).astype("<i4").tobytes())
