"""Prints a BLAS kernel for OPENBLAS_CORETYPE that all such processors run; nothing if there is none."""

import platform
import sys

import scipy.linalg  # noqa: F401  (loads the BLAS to be looked at)
from threadpoolctl import threadpool_info


def other_kernel() -> str:
    """A name that OpenBLAS knows, or "" for another BLAS or another kind of processor."""
    kinds = {info["internal_api"] for info in threadpool_info() if info["user_api"] == "blas"}
    known = kinds == {"openblas"} and platform.machine().lower() in ("x86_64", "amd64")
    return "Prescott" if known else ""


if __name__ == "__main__":
    sys.stdout.write(other_kernel())
