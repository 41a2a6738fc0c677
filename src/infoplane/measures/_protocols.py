"""What is plugged into measures, for type checkers; what comes is looked at when a measure is made."""

from typing import Any, Protocol

import numpy as np

from infoplane.estimate import Estimate
from infoplane.kernels import Gram
from infoplane.sample import Sample


class Entropy(Protocol):
    """A measure of one variable, whose estimate is kept with the variable."""

    def __call__(self, x: Any, /) -> Estimate: ...

    def __hash__(self) -> int: ...


class Dependence(Protocol):
    """A measure of two variables."""

    def __call__(self, x: Any, y: Any, /) -> Estimate: ...


class Kernel(Protocol):
    """A setting that makes the matrix between all rows of a sample."""

    def gram(self, x: Sample, /) -> Gram: ...


class Rule(Protocol):
    """A setting that cuts (n, d) values into bins: (n, d) codes, and a clause for the note."""

    def codes(self, values: np.ndarray, /) -> tuple[np.ndarray, str]: ...


class Step(Protocol):
    """A setting that makes one variable of another, of the same name."""

    def __call__(self, x: Sample, /) -> Sample: ...
