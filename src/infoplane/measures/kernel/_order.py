"""An order of rows by what they hold, so that nothing random depends on the order they came in."""

import numpy as np
from jaxtyping import Int

from infoplane.directions import row_places
from infoplane.sample import Sample


def content_order(x: Sample) -> Int[np.ndarray, " n"]:
    """The rows of a variable in the order of their values; equal ones as they come."""

    def make() -> np.ndarray:
        return np.argsort(x.values if x.is_labels else row_places(x.values), kind="stable")

    return x.derived("content order", make)
