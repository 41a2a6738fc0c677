"""How kernels are compiled: without the GIL, and kept on disk where there is a place for it."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """`kernel` as machine code that releases the GIL."""
    try:
        return njit(nogil=True, cache=True)(kernel)
    except RuntimeError:  # neither the package nor the home can be written to: each process compiles anew
        return njit(nogil=True)(kernel)
