"""Random inputs by number: case i is the same for ever, whatever was drawn before."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from infoplane import Sample, continuous, labels

SEED = 20_26
ORACLE_OF = 10, 3  # of so many cases, so many are small enough for sums over all pairs
NAMES = {"x": "input", "t": "layer:fc1", "y": "target", "z": "guess"}
EDGE = 2.0**-1022

Rng = np.random.Generator


def sparse(rng: Rng, n: int, d: int) -> np.ndarray:
    return np.maximum(rng.normal(size=(n, d)), 0)


def nearly_constant(rng: Rng, n: int, d: int) -> np.ndarray:
    return 0.1 + np.spacing(0.1) * rng.integers(0, 3, size=(n, d))


def repeated(rng: Rng, n: int, d: int) -> np.ndarray:
    return rng.normal(size=(n, d))[rng.integers(0, max(1, n // 2), size=n)]


def collinear(rng: Rng, n: int, d: int) -> np.ndarray:
    return rng.normal(size=(n, 1)) @ rng.normal(size=(1, d))


def one_hot(rng: Rng, n: int, d: int) -> np.ndarray:
    return np.eye(d)[rng.integers(0, d, size=n)]


def dead_column(rng: Rng, n: int, d: int) -> np.ndarray:
    values = rng.normal(size=(n, d))
    values[:, rng.integers(d)] = 0.3
    return values


def signed_zeros(rng: Rng, n: int, d: int) -> np.ndarray:
    return np.where(rng.random((n, d)) < 0.6, rng.choice([0.0, -0.0], size=(n, d)), rng.normal(size=(n, d)))


def softmax(rng: Rng, n: int, d: int) -> np.ndarray:
    powers = np.exp(4 * rng.normal(size=(n, d)))
    return powers / (powers.sum(axis=1, keepdims=True) + (d == 1))


def grid(rng: Rng, n: int, d: int) -> np.ndarray:
    return np.linspace(-1, 1, n)[rng.permuted(np.tile(np.arange(n), (d, 1)), axis=1).T]


KINDS: dict[str, Callable[[Rng, int, int], np.ndarray]] = {
    "normal": lambda rng, n, d: rng.normal(size=(n, d)),
    "uniform": lambda rng, n, d: rng.random((n, d)),
    "cauchy": lambda rng, n, d: rng.standard_cauchy((n, d)),
    "exp of exp": lambda rng, n, d: np.exp(np.exp(rng.normal(size=(n, d)))),
    "rounded": lambda rng, n, d: rng.normal(size=(n, d)).round(1),
    "counts": lambda rng, n, d: rng.poisson(3, size=(n, d)).astype(float),
    "binary": lambda rng, n, d: rng.integers(0, 2, size=(n, d)).astype(float),
    "tanh": lambda rng, n, d: np.tanh(20 * rng.normal(size=(n, d))),
    "sorted": lambda rng, n, d: np.sort(rng.normal(size=(n, d)), axis=0),
    "series": lambda rng, n, d: rng.normal(size=(n, d)).cumsum(axis=0),
    "constant": lambda rng, n, d: np.full((n, d), 0.1),
    "denormal": lambda rng, n, d: rng.integers(0, 50, size=(n, d)) * 5e-324,
    "one outlier": lambda rng, n, d: np.where(np.arange(n)[:, None] == n // 2, 1e9, rng.normal(size=(n, d))),
    "relu": sparse,
    "an ulp": nearly_constant,
    "rows repeated": repeated,
    "collinear": collinear,
    "one-hot": one_hot,
    "dead column": dead_column,
    "signed zeros": signed_zeros,
    "softmax": softmax,
    "grid": grid,
}
KIND_ODDS = np.array([6, 2, 2, 2, 3] + [1] * (len(KINDS) - 5), float)
KIND_ODDS /= KIND_ODDS.sum()

WHOLE = ("counts", "binary", "one-hot")

LABELS: dict[str, Callable[[Rng, np.ndarray], np.ndarray]] = {
    "three": lambda rng, x: rng.integers(0, 3, size=len(x)),
    "words": lambda rng, x: rng.choice(["ant", "bee", "cat"], size=len(x)),
    "true or false": lambda rng, x: rng.random(len(x)) < 0.5,
    "many": lambda rng, x: rng.integers(0, max(1, len(x) // 2), size=len(x)),
    "each once": lambda rng, x: rng.permutation(len(x)),
    "skewed": lambda rng, x: (rng.random(len(x)) < 0.05).astype(int),
    "one class": lambda rng, x: np.zeros(len(x), int),
    "of the first column": lambda rng, x: 3 * np.argsort(np.argsort(x[:, 0])) // len(x),
    "negative": lambda rng, x: -5 * rng.integers(0, 2, size=len(x)),
}


def function(rng: Rng, x: np.ndarray, d: int) -> np.ndarray:
    return np.tanh(x @ rng.normal(size=(x.shape[1], d)))


def noisy(rng: Rng, x: np.ndarray, d: int) -> np.ndarray:
    return x @ rng.normal(size=(x.shape[1], d)) + 0.3 * x.std() * rng.normal(size=(len(x), d))


RELATIONS: dict[str, Callable[[Rng, np.ndarray, int], np.ndarray]] = {
    "a function of x": function,
    "x and noise": noisy,
    "x itself": lambda rng, x, d: x,
    "x's first column": lambda rng, x, d: x[:, :1],
}


@dataclass(frozen=True)
class Inputs:
    """The variables of a case: numbers x and t, labels y and z.

    `layouts` dress the same values otherwise: as a list, a tensor, with other strides.
    `broken` are those that no measure may take: NaN, infinite or masked.
    """

    number: int
    arrays: dict[str, np.ndarray]
    layouts: dict[str, str]
    said: dict[str, str]
    masked: frozenset[str] = frozenset()

    @property
    def n(self) -> int:
        return len(self.arrays["x"])

    @property
    def small(self) -> bool:
        return self.number % ORACLE_OF[0] < ORACLE_OF[1]

    def broken(self, name: str) -> bool:
        array = self.arrays[name]
        return name in self.masked or (array.dtype.kind == "f" and not np.isfinite(array).all())

    def plain(self, name: str) -> Sample:
        """As contiguous float64, or codes."""
        array = self.arrays[name]
        if name in self.masked:
            return sample(np.ma.masked_array(array, np.arange(array.size).reshape(array.shape) == 0), name)
        return sample(np.array(array, np.float64) if array.dtype.kind == "f" else np.array(array), name)

    def dressed(self, name: str) -> Any:
        """What a user gives, and the sample of it."""
        given = LAYOUTS[self.layouts[name]](self.arrays[name])
        return given, sample(given, name)

    def with_arrays(self, **arrays: np.ndarray) -> "Inputs":
        return replace(self, arrays={**self.arrays, **arrays})

    def __str__(self) -> str:
        parts = [f"{name} {self.said[name]}, {self.layouts[name]}" for name in self.arrays]
        return f"n = {self.n}; " + "; ".join(parts)


def sample(given: Any, name: str) -> Sample:
    return (continuous if name in "xt" else labels)(given, NAMES[name])


def apart(values: np.ndarray) -> np.ndarray:
    """Every second element of a wider array."""
    wide = np.repeat(values, 2, axis=values.ndim - 1)
    return wide[..., ::2]


def frozen(values: np.ndarray) -> np.ndarray:
    out = values.copy()
    out.flags.writeable = False
    return out


def tensor(values: np.ndarray) -> Any:
    try:
        import torch
    except ImportError:
        return values
    return values if values.dtype.kind in "US" else torch.from_numpy(values.copy())


def brain_float(values: np.ndarray) -> Any:
    """As bfloat16 where all values are, else as they came."""
    given = tensor(values)
    if hasattr(given, "bfloat16") and given.is_floating_point():
        rounded = given.bfloat16()
        if (rounded.to(given.dtype) == given).all():
            return rounded
    return given


LAYOUTS: dict[str, Callable[[np.ndarray], Any]] = {
    "as it is": lambda values: values,
    "a list": lambda values: values.tolist(),
    "by columns": np.asfortranarray,
    "from behind": lambda values: values[::-1].copy()[::-1],
    "every second": apart,
    "read-only": frozen,
    "swapped bytes": lambda values: values.astype(values.dtype.newbyteorder(">")),
    "a tensor": tensor,
    "bfloat16": brain_float,
    "masked nowhere": lambda values: np.ma.masked_array(values, np.zeros(values.shape, bool)),
}


@lru_cache(maxsize=256)
def inputs(i: int) -> Inputs:
    """Case i."""
    rng = np.random.default_rng([SEED, i])
    small = i % ORACLE_OF[0] < ORACLE_OF[1]
    high = 40 if small else rng.choice([30, 60, 150, 400], p=[0.3, 0.4, 0.2, 0.1])
    n = 1 if rng.random() < 0.005 else int(rng.integers(2, high + 1))
    with np.errstate(all="ignore"):
        x, said = numbers(rng, n)
        t, of_t = numbers(rng, n)
        if rng.random() < 0.6:
            relation = str(rng.choice(list(RELATIONS)))
            t, of_t = RELATIONS[relation](rng, x.astype(float), t.shape[1]), relation
        x, t = spoilt(rng, x), spoilt(rng, t)
    arrays, words = {"x": x, "t": t}, {"x": f"{x.shape[1]} × {said}", "t": f"{t.shape[1]} × {of_t}"}
    for name in "yz":
        kind = str(rng.choice(list(LABELS)))
        arrays[name], words[name] = LABELS[kind](rng, np.nan_to_num(x)), kind
    words = {name: f"{word} {arrays[name].dtype}" for name, word in words.items()}
    layouts = {name: str(rng.choice(list(LAYOUTS))) for name in arrays}
    masked = frozenset("x" if rng.random() < 0.01 else "")
    return Inputs(i, arrays, layouts, words, masked)


def numbers(rng: Rng, n: int) -> tuple[np.ndarray, str]:
    """(n, d) numbers of some kind, scale, offset and precision; and words for them."""
    d = int(rng.choice([1, 1, 1, 1, 2, 2, 3, 4, 5, 8, 20]))
    kind = str(rng.choice(list(KINDS), p=KIND_ODDS))
    values, said = KINDS[kind](rng, n, d), kind
    chance = rng.random()
    if chance < 0.15:
        power = int(rng.choice([-300, -150, -10, 10, 150, 300]))
        values, said = values * 10.0**power, f"{kind} × 1e{power}"
    elif chance < 0.22:
        powers = rng.integers(-300, 300, size=d)
        values, said = values * 10.0**powers, f"{kind} × mixed scales"
    elif chance < 0.30:
        values, said = values + 1e8, f"{kind} + 1e8"
    elif kind in WHOLE and chance > 0.6:
        return values.astype(rng.choice(["i8", "u1", "?"])), said
    return values.astype(rng.choice(["f8", "f8", "f8", "f8", "f4", "f4", "f2"])), said


def spoilt(rng: Rng, values: np.ndarray) -> np.ndarray:
    if rng.random() < 0.97 or values.dtype.kind != "f":
        return values
    values = values.copy()
    values[rng.integers(len(values)), rng.integers(values.shape[1])] = rng.choice([np.nan, np.inf, -np.inf])
    return values
