"""An order of rows by what they hold, so that nothing random depends on the order they came in."""

import numpy as np
from jaxtyping import Int

from infoplane.directions import row_places
from infoplane.sample import Sample


def places(x: Sample) -> Int[np.ndarray, " n"]:
    """Where each row stands by its values, equal rows where the first of them does; of labels their codes."""
    return x.values if x.is_labels else x.derived("row places", lambda: row_places(x.values))


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
