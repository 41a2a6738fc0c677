"""Diffusion entropy beside dse-dsmi: time, the stochastic spectrum's error, and memory.

Run by ``make bench``, on one thread; some minutes, most of them dse-dsmi's. Without that package only ours.
"""

import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np
from side_by_side import in_turn, machine, peak_memory, table

from infoplane import DiffusionEntropy, DiffusionInformation, Sample, kernels

THERE = find_spec("dse_dsmi") is not None
SIGMA = 8.0
STOCHASTIC = DiffusionEntropy(kernels.Gaussian(SIGMA), spectrum="stochastic")
EXACT = DiffusionEntropy(kernels.Gaussian(SIGMA))
ALONE = "alone"  # the argument that asks for the part that is measured in a process of its own


def activations(n: int, width: int = 100) -> np.ndarray:
    """A rectified layer of ten classes."""
    rng = np.random.default_rng(0)
    classes = rng.normal(size=(10, 20))[np.arange(n) % 10]
    return np.maximum((classes + rng.normal(size=(n, 20))) @ rng.normal(size=(20, width)) / 4, 0)


def exact(n: int = 3000, rounds: int = 3) -> None:
    x = activations(n)
    functions = {"infoplane, exact": lambda: EXACT(Sample(x))}
    if THERE:
        from dse_dsmi import diffusion_spectral_entropy

        functions["dse-dsmi"] = lambda: diffusion_spectral_entropy(x, gaussian_kernel_sigma=SIGMA)
    print(table(f"exact spectrum, n = {n:,}", in_turn(functions, rounds), "infoplane, exact"))


def stochastic(n: int = 6000) -> None:
    """Each once: dse-dsmi takes about a minute."""
    x = activations(n)
    STOCHASTIC(activations(600))
    seconds = {}
    start = time.perf_counter()
    estimate = STOCHASTIC(Sample(x)).in_bits()
    seconds["infoplane, stochastic"] = [time.perf_counter() - start]
    start = time.perf_counter()
    truth = EXACT(Sample(x)).in_bits().value
    seconds["infoplane, exact"] = [time.perf_counter() - start]
    if THERE:
        from dse_dsmi import diffusion_spectral_entropy

        start = time.perf_counter()
        theirs = diffusion_spectral_entropy(x, gaussian_kernel_sigma=SIGMA)
        seconds["dse-dsmi"] = [time.perf_counter() - start]
        print(f"dse-dsmi differs from the exact value by {abs(theirs - truth):.1g} bits\n")
    print(table(f"stochastic spectrum, n = {n:,}", seconds, "infoplane, stochastic"))
    away = estimate.value - truth
    print(f"exact {truth:.4f} bits, stochastic {estimate.value:.4f} ± {estimate.stderr:.4f}: off by")
    print(f"{abs(away) / truth:.3%}, {abs(away) / estimate.stderr:.1f} of its errors\n")


def alone(n: int = 10_000) -> None:
    """What a fresh process needs."""
    start = time.perf_counter()
    estimate = STOCHASTIC(Sample(activations(n)))
    seconds = time.perf_counter() - start
    print(f"stochastic spectrum, n = {n:,}: {estimate}, {seconds:.1f} s, {peak_memory():.2f} GB at most\n")


def information(n: int = 10_000) -> None:
    x, y = activations(n), np.arange(n) % 10
    start = time.perf_counter()
    estimate = DiffusionInformation(EXACT)(x, y)
    print(f"information of 10 classes, n = {n:,}: {estimate}, {time.perf_counter() - start:.1f} s")


def main() -> None:
    print(machine("scipy", *(["dse-dsmi"] if THERE else [])), "\n")
    if not THERE:
        print("not installed, so left out: dse-dsmi\n")
    # first: a process's peak begins with that of the one it was started from
    subprocess.run([sys.executable, __file__, ALONE], check=True)
    exact()
    stochastic()
    information()


if __name__ == "__main__":
    alone() if ALONE in sys.argv else main()
