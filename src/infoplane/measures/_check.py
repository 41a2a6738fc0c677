"""Every validation of what measures are given."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from infoplane.estimate import DegenerateData, Estimate, TooFewSamples
from infoplane.given import precision
from infoplane.kernels import NeighbourGraph
from infoplane.sample import Sample
from infoplane.settings import able

ROUNDING = {2: 1, 4: 8, 8: 8}  # units in the last place, by bytes, over which a constant column may spread
KERNEL = "a kernel like kernels.Gaussian()"


def kernel(value: Any, where: str, wanted: str = KERNEL) -> None:
    able(value, "gram", where, wanted)
    if isinstance(value, NeighbourGraph):
        raise ValueError(f"{where} takes {wanted}; {value!r}, of zeros and ones, is for DiffusionEntropy")


def one(x: Any, name: str = "x", more_than: int = 0) -> Sample:
    """`x` as a finite sample of at least two rows, and of more than `more_than`."""
    x = x if isinstance(x, Sample) else Sample(x, name)
    if len(x) < 2:
        raise TooFewSamples(
            f"at least 2 samples are needed; {x.name!r} has 1. Samples are rows: (n,) or (n, d)", 2
        )
    if len(x) <= more_than:
        raise TooFewSamples(
            f"more than {more_than} samples are needed for {more_than} neighbours; {x.name!r} has {len(x)}. "
            "Use a smaller k or more samples",
            more_than + 1,
        )
    if not x.is_labels:
        _finite(x)
    return x


def pair(x: Any, y: Any, more_than: int = 0) -> tuple[Sample, Sample]:
    """Both as finite samples of the same rows, told apart by name; bare arrays are named x and y.

    One sample given twice stays one, so that what was derived from it is not derived again.
    """
    x, y = both(x, y, more_than)
    if x.name != y.name or x is y:
        return x, y
    x, y = told_apart(x, y)
    return x, y


def told_apart(*samples: Sample, alike: bool = False) -> tuple[Sample, ...]:
    """Those that follow one of the same name under another: x, x', x''; also the same sample given twice.

    With `alike` only those of the same width too: others have directions and noise of their own as it is.
    """
    out: list[Sample] = []
    for sample in samples:
        name, taken = sample.name, {one.name for one in out if not alike or one.width == sample.width}
        while name in taken:
            name += "'"
        out.append(sample if name == sample.name else sample.renamed(name))
    return tuple(out)


def both(x: Any, y: Any, more_than: int = 0) -> tuple[Sample, Sample]:
    """As `pair`, under the names that they have."""
    x, y = one(x, "x", more_than), one(y, "y", more_than)
    if len(x) != len(y):
        raise ValueError(
            f"row i of both variables must be the same sample: {x.name!r} has {len(x)} rows, "
            f"{y.name!r} has {len(y)}"
        )
    return x, y


def one_or_pair(x: Any, y: Any, measure: str) -> tuple[Sample, ...]:
    """One continuous variable, or two of the same rows of which one is."""
    if y is None:
        x = one(x)
        continuous_only(x, measure, "Plugin() for information between labels")
        return (x,)
    x, y = pair(x, y)
    not_both_labels(x, y, measure)
    for side in (x, y):
        if side.is_labels:
            some_class_repeats(side, "two samples to compare")
    return x, y


def for_unbiased(x: Sample, instead: str) -> None:
    """At least the four samples that an estimate without the diagonals of Gram matrices divides by."""
    if len(x) < 4:
        raise TooFewSamples(
            f"more than 3 samples are needed for the unbiased form; {x.name!r} has {len(x)}. Use {instead}, "
            "or more samples",
            4,
        )


def several(*variables: Any) -> tuple[Sample, ...]:
    """One to three finite samples of the same rows, told apart; bare ones are called as `names_of` has it."""
    if not 1 <= len(variables) <= 3:
        raise ValueError(f"measures are of one, two or three variables; got {len(variables)}")
    samples = [one(*named) for named in zip(variables, names_of(variables), strict=True)]
    for other in samples[1:]:
        both(samples[0], other)
    return told_apart(*samples)


def names_of(variables: Sequence[Any]) -> tuple[str, ...]:
    """What bare arrays are called."""
    return ("x", "t", "y") if len(variables) == 3 else ("x", *("y" for _ in variables[1:]))


def given_labels(x: Any, t: Any, y: Any) -> tuple[Sample, Sample, Sample]:
    """Three finite samples of the same rows, the third of labels; bare arrays are named x, t and y."""
    x, t, y = several(x, t, y)
    if not y.is_labels:
        raise ValueError(
            f"the third variable must be labels, within whose classes the others are measured; {y.name!r} is "
            f"continuous. Use labels({y.name}) if its values name classes"
        )
    return x, t, y


def continuous_only(x: Sample, measure: str, instead: str) -> None:
    if x.is_labels:
        raise ValueError(
            f"{measure} is of continuous variables; {x.name!r} holds labels. Use {instead}, or "
            f"continuous({x.name}) if its values are quantities"
        )


def not_both_labels(x: Sample, y: Sample, measure: str) -> None:
    if x.is_labels and y.is_labels:
        raise ValueError(
            f"{measure} needs a continuous variable; {x.name!r} and {y.name!r} are both labels. Use "
            "Plugin(), or continuous(...) around the one whose values are quantities"
        )


def some_class_repeats(y: Sample, has: str) -> None:
    """Refuse labels that each occur once; `has` is what a measure lacks in such a class."""
    if len(y.classes or ()) == len(y):
        raise DegenerateData(
            f"every label of {y.name!r} occurs once, so no class has {has}; if its values are quantities, "
            f"say continuous({y.name})"
        )


def _finite(x: Sample) -> None:
    low, high = extent(x)
    with np.errstate(over="ignore", invalid="ignore"):
        spans = high.astype(np.float64) - low.astype(np.float64)
    if np.isfinite(spans).all():
        return
    bad = np.flatnonzero(~np.isfinite(x.values).all(axis=1))
    if len(bad):
        raise DegenerateData(
            f"{x.name!r} has NaN or infinite values in {len(bad)} of {len(x)} rows (first: row {bad[0]}); "
            "leave these rows out of all variables, or see why the layer overflows"
        )
    raise DegenerateData(
        f"differences of the values of {x.name!r}, which reach from {low.min():.3g} to {high.max():.3g}, "
        "leave the range of float64; divide it by a constant (prepare.standardise does)"
    )


def extent(x: Sample) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value of each column; NaN where there is one."""
    return x.derived("extent", lambda: (x.values.min(axis=0), x.values.max(axis=0)))


def dead_columns(x: Sample) -> np.ndarray:
    """Which columns are constant but for rounding.

    The same row at another place of a batch comes out of a layer some units in the last place away. Columns
    that reach over no more are constant: 8 of float32 and float64, 1 of float16, which is rounded once. Of
    the narrowest that holds a column, so that equal values are alike in any type; counts are never rounded.
    """
    return x.derived("dead", lambda: _dead_columns(x))


def _dead_columns(x: Sample) -> np.ndarray:
    low, high = (side.astype(np.float64) for side in extent(x))
    largest = np.maximum(np.abs(low), np.abs(high))
    dead = high == low
    for column in np.flatnonzero(~dead & (high - low <= _spread(np.dtype(np.float16)) * largest)):
        held = precision(x.values[:, column])
        dead[column] = high[column] - low[column] <= _spread(held) * largest[column]
    return dead


def _spread(kind: np.dtype) -> float:
    """How far a constant column may reach, relatively."""
    return ROUNDING[kind.itemsize] * float(np.finfo(kind).eps)


def how_constant(x: Sample) -> str:
    """The word for dead columns: whether rounding moves some of them."""
    exact = x.is_labels or (np.equal(*extent(x)) == dead_columns(x)).all()
    return "constant" if exact else "constant but for rounding"


def is_constant(x: Sample) -> bool:
    return len(x.classes or ()) == 1 if x.is_labels else bool(dead_columns(x).all())


def alive(x: Sample) -> Sample:
    """`x` without its constant columns, which carry no information but cost every neighbour search."""
    if x.is_labels or not dead_columns(x).any() or is_constant(x):
        return x
    return x.derived("alive", lambda: x.but(values=x.values[:, ~dead_columns(x)], shelf=None))


def exact(x: Sample) -> Sample:
    """`x` with columns that are constant but for rounding quite constant, as what is made of them must be."""
    if x.is_labels or how_constant(x) == "constant":
        return x
    return x.derived("exact", lambda: x.but(values=np.where(dead_columns(x), extent(x)[0], x.values)))


def no_information(*samples: Sample) -> Estimate | None:
    """Zero, if one of the variables is constant."""
    for x in samples:
        if is_constant(x):
            return Estimate(0.0, note=f"{x.name} is {how_constant(x)}, so the information is 0")
    return None


def class_rows(y: Sample) -> list[np.ndarray]:
    """The rows of each class, in the order of the classes."""

    def make() -> list[np.ndarray]:
        order = np.argsort(y.values, kind="stable")
        return np.split(order, np.searchsorted(y.values[order], np.arange(1, len(y.classes or ()))))

    return y.derived("class_rows", make)
