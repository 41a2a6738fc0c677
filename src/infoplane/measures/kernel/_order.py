"""An order of rows by what they hold, so that nothing random depends on the order they came in."""

import numpy as np
from jaxtyping import Int

from infoplane.directions import distinct_rows
from infoplane.sample import Sample


def content_order(x: Sample) -> Int[np.ndarray, " n"]:
    """The rows of a variable in the order of their values; equal ones as they come."""

    def make() -> np.ndarray:
        values = x.values.astype(np.float64)
        places = values if x.is_labels else distinct_rows(values)[1]
        return np.argsort(values[:, 0] if places is None else places, kind="stable")

    return x.derived("content order", make)
