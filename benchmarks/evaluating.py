"""Speed and memory of `evaluate`: two threads beside one, and the published CNN plane.

The CNN plane is 49 snapshots of layers 1352, 400, 32, 32, 10 and 10 wide on 10,000 samples, S₁(X;T) and
S₁(T;Y) by 1,000 slices each: over seven hours where it was published. ``--snapshots`` takes fewer.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from side_by_side import in_turn, machine, peak_memory, table

from infoplane import KSG, Ask, Probe, Run, Sample, Sliced, evaluate

WIDTHS = (1352, 400, 32, 32, 10, 10)


def a_run(path: Path, n: int, widths: tuple[int, ...], snapshots: int) -> Run:
    """Layers with labels and input in them, more at every snapshot."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, n)
    x = rng.normal(size=(n, 784)).astype(np.float32) + y[:, None] / 5
    run = Run(path).create({}, step="epoch")
    run.set_probe(Probe(x, y))
    for step in range(snapshots):
        layers = {}
        for i, width in enumerate(widths):
            mixed = x[:, :64] @ rng.normal(size=(64, width)) + step * y[:, None] / 10
            layers[f"layer{i + 1}"] = np.maximum(mixed, 0).astype(np.float32)
        run.save_snapshot(step, {"probe": layers})
    return run


def questions(directions: int) -> dict[str, Ask]:
    measure = Sliced(KSG(k=5), directions)
    return {"S₁(X;T)": Ask(measure, ("input", "layer")), "S₁(T;Y)": Ask(measure, ("layer", "target"))}


def measured_anew(run: Run, directions: int, workers: int) -> None:
    (run.path / "estimates.jsonl").unlink(missing_ok=True)
    evaluate(run, questions(directions), workers=workers, progress=False)


def against_labels(width: int, n: int = 10_000, slices: int = 1000) -> None:
    """Slices of a layer against ten classes, projecting and everything else included."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, n)
    x = rng.normal(size=(n, width)) + y[:, None] / 3
    measure = Sliced(KSG(k=5), slices)
    seconds = median(in_turn({"": lambda: measure(Sample(x, "x"), Sample(y, "y"))}, 5)[""])
    print(f"slices of {width} columns against 10 classes, n = {n:,}: {1e3 * seconds / slices:.2f} ms each, ")
    print(f"{60 * slices / seconds:,.0f} a minute on one thread\n")


def threads(folder: Path) -> None:
    run = a_run(folder, 10_000, (64,) * 4, 6)
    calls = {"2 threads": lambda: measured_anew(run, 250, 2), "1 thread": lambda: measured_anew(run, 250, 1)}
    print(table("evaluate: 48 estimates of 250 slices, n = 10,000", in_turn(calls, 2), "2 threads"))


def plane(folder: Path, snapshots: int) -> None:
    run = a_run(folder, 10_000, WIDTHS, snapshots)
    start = time.perf_counter()
    evaluate(run, questions(1000), workers=2)
    minutes = (time.perf_counter() - start) / 60
    print(
        f"CNN plane, {snapshots} of 49 snapshots, 2 threads: {minutes:.1f} min "
        f"({minutes * 49 / snapshots:.1f} for 49), peak memory of the process {peak_memory():.2f} GB\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--snapshots", type=int, default=5, help="of the CNN plane; 49 is the whole")
    snapshots = parser.parse_args().snapshots
    print(machine("scipy", "numba", "xarray"), "\n")
    with tempfile.TemporaryDirectory() as folder:
        plane(Path(folder) / "plane", snapshots)  # first: its peak is to be its own
        for width in (32, 400):
            against_labels(width)
        threads(Path(folder) / "threads")


if __name__ == "__main__":
    main()
