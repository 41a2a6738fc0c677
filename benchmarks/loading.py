"""What many snapshots and rows cost: "nothing to do" beside loading, and growth with their number."""

import argparse
import contextlib
import io
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from side_by_side import in_turn, machine, table

from infoplane import Ask, Estimate, Layer, Probe, Run, evaluate, load


@dataclass(frozen=True)
class Quick:
    """Something that costs nothing, so that everything else is seen."""

    number: int = 0
    slices: int = 0

    def __call__(self, *of: object) -> Estimate:
        return Estimate(float(self.number))


def a_run(path: Path, snapshots: int, layers: int = 2) -> Run:
    rng = np.random.default_rng(0)
    run = Run(path).create({}, step="epoch")
    run.set_probe(Probe(rng.normal(size=(20, 3)), np.arange(20) % 2))
    for step in range(snapshots):
        run.save_snapshot(step, {"probe": {f"fc{i}": rng.normal(size=(20, 2)) for i in range(layers)}})
    return run


def asked(count: int) -> dict[str, Ask]:
    questions = {f"q{i}": Ask(Quick(i), of=("input", "layer")) for i in range(count - 1)}
    return questions | {"moved": Ask(Quick(-1), of=("layer", Layer("fc0", at="first")))}


def growth(folder: Path, numbers: tuple[int, ...]) -> None:
    """Seconds to evaluate two questions of every layer, to load, and per row of both."""
    print("### snapshots of two layers, two questions, one of them at the first step\n")
    print("| snapshots | rows | evaluate, s | load, s | evaluate, ms a row | load, ms a row |")
    print("|---:|---:|---:|---:|---:|---:|")
    for number in numbers:
        run, questions = a_run(folder / str(number), number), asked(2)
        start = time.perf_counter()
        ds = evaluate(run, questions, progress=False)
        between = time.perf_counter()
        load(run, questions)
        seconds = between - start, time.perf_counter() - between
        rows = int(ds["value"].count())
        each = " | ".join(f"{1e3 * one / rows:.2f}" for one in seconds)
        print(f"| {number:,} | {rows:,} | {seconds[0]:.1f} | {seconds[1]:.1f} | {each} |")
    print()


def nothing_to_do(folder: Path) -> None:
    run, questions = a_run(folder, 12, 20), asked(2)
    evaluate(run, questions, progress=False)
    calls = {
        "evaluate, nothing to do": lambda: evaluate(run, questions, progress=False),
        "load": lambda: load(run, questions),
    }
    print(table("480 estimates that are there", in_turn(calls, 7), "load"))


def many_rows(folder: Path, rows: int) -> None:
    """Rows as `evaluate` writes them, appended again and again as those of other settings, with slices."""
    run, questions = a_run(folder, 50, 20), asked(2)
    evaluate(run, questions, progress=False)
    path = run.path / "estimates.jsonl"
    text = path.read_bytes()
    slices = b'"note": "", "frame": 1, "slices": [%s]' % b", ".join([b"0.12345678"] * 100)
    with open(path, "ab") as file:
        for i in range(rows // text.count(b"\n") - 1):
            other = text.replace(b'"number":', b'"slices": %d, "number":' % (i + 1))
            file.write(other.replace(b'"note": ""', slices))
    start = time.perf_counter()
    load(run, questions)
    seconds = time.perf_counter() - start
    print(f"load of {rows:,} rows, all but 2,000 of other measures and of 100 slices: {seconds:.1f} s\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--snapshots", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    print(machine("xarray", "safetensors"), "\n")
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        nothing_to_do(Path(folder) / "nothing")
        growth(Path(folder), tuple(given.snapshots))
        many_rows(Path(folder) / "rows", given.rows)


if __name__ == "__main__":
    main()
