"""Random inputs through every measure: nothing but a number that keeps its promises, or a sentence.

Run by ``make fuzz``; exits with 1 if anything was found. A case is the same for ever:
``python benchmarks/fuzz.py --case 1234`` shows what it is and what each measure says.
"""

import argparse
import csv
import os
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from fuzz_checks import EVERY, Verdict, judge, judge_all
from fuzz_inputs import inputs
from tqdm import tqdm

OUTCOMES = ("by definition", "plausible", "refused", "FOUND")
GIB = 1 << 30


def verdicts(cases: range, workers: int) -> Iterator[Verdict]:
    with ProcessPoolExecutor(workers) as pool:
        for found in tqdm(pool.map(judge_all, cases, chunksize=8), total=len(cases), unit="input"):
            yield from found


def table(counts: Counter[tuple[str, str]]) -> str:
    wide = max(map(len, EVERY))
    lines = ["".join([f"{'':{wide}}", *(f"{outcome:>15}" for outcome in OUTCOMES)])]
    for name in (*EVERY, "all"):
        own = [
            sum(n for (who, what), n in counts.items() if what == o and name in (who, "all"))
            for o in OUTCOMES
        ]
        lines.append("".join([f"{name:{wide}}", *(f"{n:15,}" for n in own)]))
    return "\n".join(lines)


def show(i: int) -> None:
    given = inputs(i)
    print(f"case {i}: {given}")
    for name in EVERY:
        verdict = judge(i, name)
        print(f"{name:32} {verdict.outcome:14} {verdict.said}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", type=int, help="show one case and what each measure says of it")
    parser.add_argument("--first", type=int, default=0, help="the first case")
    parser.add_argument("--cases", type=int, default=10_000, help="how many")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=Path("fuzz-found.csv"), help="where what was found goes")
    given = parser.parse_args()
    if given.case is not None:
        show(given.case)
        return 0
    counts: Counter[tuple[str, str]] = Counter()
    found: list[Verdict] = []
    with open(given.out, "w", newline="", encoding="utf-8", buffering=1) as file:
        rows = csv.writer(file)
        rows.writerow(["case", "measure", "found", "expected"])
        for verdict in verdicts(range(given.first, given.first + given.cases), given.workers):
            counts[verdict.subject, verdict.outcome] += 1
            if verdict.outcome == "FOUND":
                found.append(verdict)
                rows.writerow([verdict.case, verdict.subject, verdict.said, verdict.expected])
    print(table(counts))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    new = sum(not one.expected for one in found)
    print(
        f"found: {new}, and {len(found) - new} that are expected ({given.out}); memory {memory / GIB:.1f} GiB"
    )
    return int(new > 0 or memory > 2 * GIB)


if __name__ == "__main__":
    sys.exit(main())
