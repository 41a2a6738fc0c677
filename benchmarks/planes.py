"""Binned information and pairwise bounds beside the formulas as they are usually written down in numpy."""

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from side_by_side import in_turn, machine, peak_memory, table

from infoplane import Binned, KDEBounds, bins

ROUNDS = 5
NOISE, WIDTH = 0.1, 0.5


def whole_matrix(t: np.ndarray) -> float:
    """I(X;T+ε) from all distances at once."""
    exponents = -cdist(t, t, "sqeuclidean") / (2 * NOISE)
    return -float(np.mean(logsumexp(exponents, axis=1) - np.log(len(t))))


def unique_rows(t: np.ndarray) -> float:
    counts = np.unique(np.floor(t / WIDTH), axis=0, return_counts=True)[1]
    p = counts / len(t)
    return -float((p * np.log(p)).sum())


def main() -> None:
    rng = np.random.default_rng(0)
    print(machine("scipy"))
    t = np.maximum(rng.standard_normal((10_000, 1000), dtype=np.float32), 0)
    labels = np.arange(len(t)) % 10
    calls = {"infoplane": lambda: KDEBounds(NOISE)(t, labels)}
    print(table("pairwise bound with 10 classes, 10,000 × 1,000", in_turn(calls, 1), "infoplane"))
    print(f"peak memory of the process so far: {peak_memory():.2f} GB\n")
    t = np.maximum(rng.normal(size=(4000, 50)), 0)
    for title, ours, theirs in (
        ("pairwise bound, 4,000 × 50", KDEBounds(NOISE), whole_matrix),
        ("bins of width 0.5, 4,000 × 50", Binned(bins.FixedWidth(WIDTH)), unique_rows),
    ):
        assert abs(ours(t).value - theirs(t)) < 1e-9
        calls = {"infoplane": lambda ours=ours: ours(t), "numpy": lambda theirs=theirs: theirs(t)}
        print(table(title, in_turn(calls, ROUNDS), "infoplane"))


if __name__ == "__main__":
    main()
