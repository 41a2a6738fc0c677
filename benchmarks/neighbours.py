"""Speed of the neighbour measures beside other packages, on one thread.

Run by ``make bench``. Packages that are not installed are left out and named.
"""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import digamma
from side_by_side import in_turn, machine, table
from sklearn.feature_selection._mutual_info import _compute_mi_cc, _compute_mi_cd

from infoplane import KSG, labels

OTHERS = ("ennemi", "npeet-plus", "infomeasure")


def sorted_counts(column: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Others strictly within a radius of a column, by searching its sorted values."""
    ascending = np.sort(column)
    low = np.searchsorted(ascending, column - radii, "right")
    return np.searchsorted(ascending, column + radii, "left") - low - 1


def by_tree(x: np.ndarray, y: np.ndarray, k: int) -> float:
    """Kraskov's first estimator as one writes it with scipy: a tree for the joint, and for wide marginals."""
    joint = np.concatenate([x, y], axis=1)
    radii = cKDTree(joint).query(joint, k=[k + 1], p=np.inf)[0][:, 0]
    counts = []
    for side in (x, y):
        if side.shape[1] == 1:
            counts.append(sorted_counts(side[:, 0], radii))
        else:
            inside = cKDTree(side).query_ball_point(
                side, np.nextafter(radii, 0), p=np.inf, return_length=True
            )
            counts.append(inside - 1)
    return digamma(k) + digamma(len(x)) - (digamma(counts[0] + 1) + digamma(counts[1] + 1)).mean()


def pairs(n: int, k: int, rho: float = 0.5) -> dict[str, Callable[[], object]]:
    """A slice against a slice."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 1))
    y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=(n, 1))
    functions: dict[str, Callable[[], object]] = {
        f"infoplane KSG(k={k})": lambda: KSG(k)(x, y),
        "scipy cKDTree, sorted marginals": lambda: by_tree(x, y, k),
        "scikit-learn": lambda: _compute_mi_cc(x[:, 0], y[:, 0], k),
    }
    if find_spec("ennemi"):
        from ennemi import estimate_mi

        functions["ennemi"] = lambda: estimate_mi(y[:, 0], x[:, 0], k=k, preprocess=False)
    if find_spec("npeet_plus"):
        from npeet_plus import mi

        functions["NPEET-plus"] = lambda: mi(x, y, k=k)
    if find_spec("infomeasure"):
        import infomeasure

        functions["infomeasure"] = lambda: infomeasure.mutual_information(x, y, approach="ksg", k=k)
    return functions


def against_labels(n: int, classes: int) -> dict[str, Callable[[], object]]:
    """A slice against labels."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, classes, n)
    x = rng.normal(size=n) + codes / 3
    y = labels(codes)
    return {
        "infoplane KSG(k=5)": lambda: KSG(5)(x, y),
        "scikit-learn": lambda: _compute_mi_cd(x, codes, 5),
    }


def vectors(n: int, width: int) -> dict[str, Callable[[], object]]:
    """A vector against a vector."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, width))
    y = x + rng.normal(size=(n, width))
    return {"infoplane KSG(k=5)": lambda: KSG(5)(x, y), "scipy cKDTree": lambda: by_tree(x, y, 5)}


def main() -> None:
    there = [name for name in OTHERS if find_spec(name.replace("-", "_"))]
    missing = set(OTHERS) - set(there)
    print(machine("scipy", "scikit-learn", "numba", *there), "\n")
    if missing:
        print(f"not installed, so left out: {', '.join(sorted(missing))}\n")
    for n, k, rounds in ((10_000, 5, 9), (10_000, 25, 5), (1_000, 5, 15), (100_000, 5, 3)):
        seconds = in_turn(pairs(n, k), rounds)
        print(table(f"1-D pairs, n = {n:,}, k = {k}", seconds, f"infoplane KSG(k={k})"))
    seconds = in_turn(against_labels(10_000, 10), 15)
    print(table("1-D against 10 classes, n = 10,000", seconds, "infoplane KSG(k=5)"))
    for n, width, rounds in ((10_000, 2, 5), (10_000, 5, 5), (10_000, 10, 3), (3_000, 50, 3), (30_000, 2, 3)):
        title = f"{width} + {width} dimensions, n = {n:,}, k = 5"
        print(table(title, in_turn(vectors(n, width), rounds), "infoplane KSG(k=5)"))


if __name__ == "__main__":
    main()
