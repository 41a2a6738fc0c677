"""The samples on which every snapshot of a run is taken."""

import itertools
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from infoplane.sample import Sample
from infoplane.storage.arrays import as_array, as_ids, as_variable, some


@dataclass(frozen=True, eq=False, repr=False)
class Probe:
    """A fixed set of samples in a fixed order: what the model eats, what it should say, and who is who.

    Parameters
    ----------
    x : array, tensor, or nested tuples and dicts of them
        What is fed to the model: n samples along the first dimension of each.
    y : array-like or Sample, optional
        (n,) labels or numbers, or (n, d) numbers. Integers, booleans and strings are labels, floats are
        quantities; `labels(y)` and `continuous(y)` say it outright, else rows name what looks otherwise.
    rows : array-like, optional
        (n,) distinct ids of the samples, integers or strings; 0 ... n-1 if not given.
    as_input : array-like, Sample, str or callable, optional
        What X is for measures: an array, the name of a recorded layer (an embedding), or a function of `x`
        that returns an array. Needed when `x` is not one array of floats.

    Raises
    ------
    ValueError
        For lengths that differ, ids that repeat, values that are missing (masked, None, NA; NaN in `y`), and
        an X that only `as_input` can tell.

    Warns
    -----
    UserWarning
        When `y` holds integers and some class between 0 and the largest has no sample.

    Examples
    --------
    >>> Probe(np.zeros((4, 1, 28, 28)), [0, 1, 1, 0])
    Probe(4 samples of float64 1 × 28 × 28; 2 classes: 0: 2, 1: 2)
    """

    x: Any
    y: Any = None
    rows: Any = field(default=None, kw_only=True)
    as_input: Any = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        for leaf in _leaves(self.x):
            if isinstance(leaf, np.ma.MaskedArray) or hasattr(leaf, "isna") or hasattr(leaf, "get_mask"):
                as_array(leaf, "x")  # refuses missing values
        lengths = [_length(leaf) for leaf in _leaves(self.x)]
        if not lengths or len(set(lengths)) > 1 or lengths[0] < 1:
            raise ValueError(f"every array in x needs the same number of samples, at least 1; got {lengths}")
        rows = np.arange(len(self)) if self.rows is None else as_ids(self.rows, "rows")
        self._same_length("rows", rows)
        ids, counts = np.unique(rows, return_counts=True)
        if len(ids) < len(rows):
            raise ValueError(f"rows must tell the samples apart; these ids repeat: {some(ids[counts > 1])}")
        object.__setattr__(self, "rows", rows)
        if self.as_input is None and not _is_floats(self.x):
            raise ValueError(
                f"X for measures can't be told from x ({_describe(self.x)}): give Probe(as_input=) as "
                "an array, the name of a layer to record, or a function of x that returns an array"
            )
        if not callable(self.as_input):
            self.input()
        self._refuse_nan(self.target())
        self._warn_of_absent_classes()

    def __len__(self) -> int:
        return _length(next(_leaves(self.x)))

    def _same_length(self, name: str, values: Any) -> None:
        if len(values) != len(self):
            raise ValueError(f"{name} must have one entry per sample of x, {len(self)}; got {len(values)}")

    def input(self) -> Sample | None:
        """X for measures, (n, width) or n labels; None when it is a layer of the model."""
        if isinstance(self.as_input, str):
            return None
        values = self.x if self.as_input is None else self.as_input
        sample = as_variable(values(self.x) if callable(values) else values, "input")
        self._same_length("as_input", sample)
        return sample

    def target(self) -> Sample | None:
        """Y for measures: n labels, or (n, d) numbers; None without `y`."""
        if self.y is None:
            return None
        sample = as_variable(self.y, "target")
        self._same_length("y", sample)
        return sample

    @property
    def class_counts(self) -> dict[Any, int] | None:
        """How many samples each class has that is there; None when `y` isn't labels."""
        target = self.target()
        if target is None or target.classes is None:
            return None
        counts = np.bincount(target.values, minlength=len(target.classes))
        return {name: int(count) for name, count in zip(target.classes, counts, strict=True)}

    def _refuse_nan(self, target: Sample | None) -> None:
        if target is None or target.values.dtype.kind != "f":
            return
        bad = np.flatnonzero(np.isnan(target.values).any(axis=1))
        if len(bad):
            raise ValueError(
                f"y has NaN in {len(bad)} of {len(self)} samples (first: row {bad[0]}), which no measure "
                "takes: leave these samples out of x, y and rows"
            )

    def _warn_of_absent_classes(self) -> None:
        there = set(self.class_counts or ())
        if not there or not all(isinstance(name, int) for name in there) or min(there) < 0:
            return
        highest = 1 if any(isinstance(name, bool) for name in there) else max(there)
        missing = highest + 1 - len(there)
        if missing:
            first = itertools.islice((c for c in range(highest + 1) if c not in there), 5)
            warnings.warn(
                f"the probe has no sample of {missing} of the classes 0 to {highest}: "
                f"{', '.join(map(str, first))}{', ...' if missing > 5 else ''}. Choose its samples from "
                "every class; if y is a quantity, give continuous(y)",
                UserWarning,
                stacklevel=4,  # the line that makes the probe
            )

    def __repr__(self) -> str:
        parts = [f"{len(self)} samples of {_describe(self.x)}", _describe_target(self)]
        if self.as_input is not None:
            word = "layer " + self.as_input if isinstance(self.as_input, str) else _describe(self.as_input)
            parts.append(f"X is {word}")
        return f"Probe({'; '.join(part for part in parts if part)})"


def splits_of(probe: Any) -> dict[str, Probe]:
    """The probe of each split; one alone is the split ``"probe"``.

    Raises
    ------
    ValueError
        For anything but probes under names without ``/``.
    """
    if isinstance(probe, Probe):
        return {"probe": probe}
    probes = dict(probe) if isinstance(probe, Mapping) else {}
    named = all(isinstance(split, str) and split and "/" not in split for split in probes)
    if not probes or not named or not all(isinstance(one, Probe) for one in probes.values()):
        raise ValueError(
            'probe= takes Probe(x, y) or {"train": Probe(...), "test": ...}, whose splits must be named, '
            f"without '/'; got {probe!r:.200}"
        )
    return probes


def _leaves(x: Any) -> Iterator[Any]:
    if isinstance(x, tuple | Mapping):
        for part in x.values() if isinstance(x, Mapping) else x:
            yield from _leaves(part)
    else:
        yield x


def _length(leaf: Any) -> int:
    shape = _shape(leaf)
    return int(shape[0]) if len(shape) else 0


def _shape(values: Any) -> tuple:
    """The shape, which is their number alone for rows of different lengths: some models take these."""
    if hasattr(values, "shape"):
        return tuple(values.shape)
    try:
        return np.shape(values)
    except ValueError:
        return (len(values),)


def _is_floats(x: Any) -> bool:
    return not isinstance(x, tuple | Mapping) and "float" in _dtype(x).lower()  # pandas has a Float64


def _dtype(values: Any) -> str:
    try:
        dtype = values.dtype if hasattr(values, "dtype") else np.asarray(values).dtype
    except ValueError:
        return "rows of different lengths,"
    return str(getattr(dtype, "name", dtype)).removeprefix("torch.")


def _describe(x: Any) -> str:
    if isinstance(x, Sample):
        return repr(x)
    if isinstance(x, Mapping):
        return "{" + ", ".join(f"{key}: {_describe(part)}" for key, part in x.items()) + "}"
    if isinstance(x, tuple):
        return "(" + ", ".join(map(_describe, x)) + ")"
    if callable(x):
        return f"{getattr(x, '__name__', type(x).__name__)}(x)"
    return f"{_dtype(x)} {' × '.join(map(str, _shape(x)[1:])) or '1'}"


def _describe_target(probe: Probe) -> str:
    counts = probe.class_counts
    if counts is None:
        target = probe.target()
        return "no y" if target is None else f"y of {target.width} column{'s' * (target.width > 1)}"
    return f"{len(counts)} classes: {some((f'{name}: {count}' for name, count in counts.items()), 12)}"
