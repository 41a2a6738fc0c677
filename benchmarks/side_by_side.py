"""Ways to time things that compare: everything in one process, in turn, medians of ratios."""

import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version

import numba
import numpy as np


def in_turn(functions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each function in each round; every round calls all of them once, in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for function in functions.values():
        function()  # compiles and warms up
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def table(title: str, seconds: Mapping[str, list[float]], ours: str) -> str:
    """A Markdown table: median milliseconds, and the median of the ratios to `ours` round by round."""
    lines = [f"### {title}", "", "| | median ms | times ours |", "|---|---:|---:|"]
    for name, own in seconds.items():
        ratios = [one / base for one, base in zip(own, seconds[ours], strict=True)]
        ratio = "1" if name == ours else f"{statistics.median(ratios):.1f}"
        lines.append(f"| {name} | {1e3 * statistics.median(own):.2f} | {ratio} |")
    return "\n".join(lines) + "\n"


def peak_memory() -> float:
    """The largest memory of this process so far, or of the one that began it, in GB (10⁹ bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def machine(*packages: str) -> str:
    """One line: processor, Python and the packages' versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    python = f"Python {platform.python_version()}, numpy {np.__version__}"
    return f"{platform.machine()}, {numba.get_num_threads()} cores, {python}, {versions}"
