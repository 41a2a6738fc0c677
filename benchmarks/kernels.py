"""HSIC of 10,000 samples beside the products and exponentials that it can't do without, and its memory.

Run by ``make bench``, on one thread. The bare work is that of the upper halves of both matrices, in the same
blocks; what is added to it are distances, bandwidths, sums, and the sample itself.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from side_by_side import in_turn, machine, peak_memory, table

from infoplane import CKA, HSIC, Permuted, Sample, kernels
from infoplane.kernels.matrix import upper

WIDTHS = (784, 1000)
FIXED = kernels.Gaussian(kernels.PerRootDim(1.0))
OURS = "infoplane HSIC()"


def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
    """An input, and a layer made of it, in float32 as networks have them."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n, WIDTHS[0]), np.float32)
    t = np.maximum(x @ rng.standard_normal(WIDTHS, np.float32) / WIDTHS[0] ** 0.5, 0)
    return x, t


def bare(x: np.ndarray, t: np.ndarray) -> None:
    """The products of all pairs of rows, and their exponentials."""
    sides = [side.astype(np.float64) / 1e3 for side in (x, t)]
    for rows, columns in upper(len(x)):
        for side in sides:
            block = side[rows] @ side[columns].T
            np.exp(block, out=block)


def functions(n: int) -> dict[str, Callable[[], object]]:
    x, t = draw(n)
    kept = Sample(x)
    labels = np.arange(n) % 10
    out: dict[str, Callable[[], object]] = {
        OURS: lambda: HSIC()(x, t),
        "infoplane HSIC(), fixed bandwidths": lambda: HSIC(FIXED, FIXED)(x, t),
        "infoplane CKA()": lambda: CKA()(x, t),
        "infoplane HSIC() of labels, p by 200 permutations": lambda: Permuted(HSIC())(t, labels),
        "products and exponentials alone": lambda: bare(x, t),
    }
    if n * n * 8 <= 2**28:
        out["infoplane HSIC(), the same x again"] = lambda: HSIC()(kept, t)
    return out


def peak(n: int) -> float:
    """Largest memory of a process that does nothing but measure one HSIC, in GB."""
    command = [sys.executable, __file__, "--once", str(n)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def once(n: int) -> None:
    x, t = draw(n)
    HSIC()(x, t)
    print(peak_memory())


def large(n: int) -> None:
    """HSIC and CKA of many rows of ten columns, one after the other: memory is that of both."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n, 10))
    y = np.tanh(x[:, :5]) + rng.standard_normal((n, 5))
    labels = (x[:, 0] > 0) + 2 * (x[:, 1] > 0)
    for name, measured in (("HSIC()", lambda: HSIC()(x, y)), ("CKA() of labels", lambda: CKA()(x, labels))):
        start = time.process_time()
        measured()
        print(f"| {n:,} | {name} | {time.process_time() - start:.1f} | {peak_memory():.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 samples only")
    parser.add_argument("--once", type=int, help="measure one HSIC of so many samples, and print peak memory")
    parser.add_argument("--large", type=int, help="measure once so many samples of ten columns")
    asked = parser.parse_args()
    if asked.large:
        large(asked.large)
        return
    if asked.once:
        once(asked.once)
        return
    ns = ((2_000, 3),) if asked.quick else ((2_000, 5), (10_000, 3))
    print(machine("array-api-compat", "scipy"), "\n")
    peaks = {n: peak(n) for n, _ in ns}  # while this process is small
    for n, rounds in ns:
        seconds = in_turn(functions(n), rounds)
        print(table(f"HSIC of {WIDTHS[0]} and {WIDTHS[1]} columns, n = {n:,}", seconds, OURS))
        ratios = np.divide(seconds[OURS], seconds["products and exponentials alone"])
        print(f"HSIC takes {np.median(ratios):.2f} times as long as its products and exponentials alone")
        print(f"peak memory of a process that measures one: {peaks[n]:.2f} GB\n")


if __name__ == "__main__":
    main()
