"""One variable with a name, and everything derived from it, computed once."""

import hashlib
import threading
from collections.abc import Callable, Hashable, Iterable
from html import escape
from typing import Any, TypeVar

import numpy as np

from infoplane.directions import Directions, project
from infoplane.given import as_given, as_rows, doubt_of, encoded, home_of
from infoplane.keeping import Codec, Shelf, kept

T = TypeVar("T")


class Sample:
    """One variable: rows of numbers, or labels; immutable and named.

    One column of integers, booleans or strings is taken for labels, floats for continuous values; `labels`
    and `continuous` say it outright. Unsaid, notes of estimates name what looks otherwise: more than 100
    integers, or more than ten with fewer than ten rows each; strings that nearly all differ; floats that are
    as few close whole numbers as class ids, or one-hot rows. Measures keep what they derive here (`derived`),
    so that the input of a run is projected and sorted once, not once per layer and step.

    Parameters
    ----------
    values : array-like
        Shape (n,) or (n, d); numpy, torch, nested lists. Copied, dtype kept.
    name : str
        Names the stream of random directions: the same name, the same directions.

    Attributes
    ----------
    values : ndarray
        (n, d) numbers, or (n,) integer codes of labels. Read-only.
    classes : tuple or None
        What the codes stand for; None for continuous values.
    doubt : str
        What speaks against labels, or against quantities, where neither was said; a clause for notes.
    array
        `values` in the namespace and on the device that the variable came in: numpy or torch.
    places : ndarray or None
        Where the rows stood in the variable that these were taken or sliced from; None for a whole variable.

    Raises
    ------
    ValueError
        For more than two dimensions, no rows, objects, complex numbers, or an integer matrix.

    Examples
    --------
    >>> Sample([[0.1, 2.0], [0.3, 1.0]], name="layer:fc1")
    Sample(layer:fc1: 2 × 2, float64)
    >>> Sample(["cat", "dog", "cat"], name="target")
    Sample(target: 3 labels of 2 classes)
    """

    __slots__ = (
        *("_derived", "_doubt", "_home", "_lock", "_locks", "_shelf", "_source"),
        *("classes", "name", "places", "values"),
    )

    def __init__(self, values: Any, name: str = "x") -> None:
        array = as_given(values, name)
        if array.ndim == 1 or array.shape[1] == 1:
            as_labels = array.dtype.kind != "f"
        elif array.dtype.kind == "f":
            as_labels = False
        else:
            raise ValueError(
                f"{name!r} is a {array.dtype} matrix of shape {array.shape}: say continuous({name}) if its "
                f"columns are quantities, labels({name}) if its rows are one-hot labels"
            )
        codes_or_rows, classes = encoded(array) if as_labels else (as_rows(array, name), None)
        self._set(codes_or_rows, name, classes, home_of(values), None)
        self._doubt = doubt_of(array, classes)

    def _set(
        self, values: np.ndarray, name: str, classes: tuple | None, home: Any, shelf: Shelf | None
    ) -> None:
        values.flags.writeable = False
        self.values, self.name, self.classes = values, name, classes
        self.places: np.ndarray | None = None
        self._home, self._shelf, self._doubt = home, shelf, ""
        self._derived: dict[Hashable, Any] = {}
        self._lock, self._locks = threading.Lock(), dict[Hashable, threading.Lock]()
        self._source: tuple[Sample, np.ndarray] | None = None

    @classmethod
    def of(
        cls,
        values: np.ndarray,
        name: str,
        classes: tuple | None = None,
        home: Any = None,
        shelf: Shelf | None = None,
        places: np.ndarray | None = None,
    ) -> "Sample":
        """Wrap an array that nobody else will write to: (n, d) numbers, or codes with their classes.

        `home` is a namespace and a device that `array` is in; None for numpy. `shelf` keeps what is dear to
        derive from these very values. `places` are the rows' in a variable that this one is part of.
        """
        sample = cls.__new__(cls)
        sample._set(values.view(), name, classes, home, shelf)
        sample.places = places
        return sample

    def parts(self, made: Iterable[np.ndarray]) -> "list[Sample]":
        """Numbers made of the same rows, (n, d) each, as parts of this variable and under its name."""
        places = np.arange(len(self)) if self.places is None else self.places
        return [Sample.of(values, self.name, home=self._home, places=places) for values in made]

    @property
    def doubt(self) -> str:
        return self._doubt and self._doubt.format(self.name)

    def said(self) -> "Sample":
        """The same variable without `doubt`."""
        return self.derived("said", lambda: self.but(doubt="")) if self._doubt else self

    def but(self, doubt: str | None = None, **change: Any) -> "Sample":
        """The same variable with another of what `of` takes, whose `shelf` goes with the values, or `doubt`.

        In a `doubt`, "{0}" stands for the name.
        """
        own: dict[str, Any] = {"values": self.values, "name": self.name, "classes": self.classes}
        other = Sample.of(**own | {"home": self._home, "shelf": self._shelf, "places": self.places} | change)
        other._doubt = self._doubt if doubt is None else doubt
        return other

    @property
    def home(self) -> Any:
        """Namespace and device of `array`; None for numpy."""
        return self._home

    @property
    def array(self) -> Any:
        if self._home is None:
            return self.values
        xp, device = self._home
        native = self.values.dtype.newbyteorder("=")  # tensors know no other
        return self.derived("array", lambda: xp.asarray(np.array(self.values, native), device=device))

    def at(self, home: Any) -> "Sample":
        """The same variable with its `array` there; itself if it is."""
        return self if home == self._home else self.derived(("at", home), lambda: self.but(home=home))

    def renamed(self, name: str) -> "Sample":
        """The same values under another name, which has directions of its own; made once."""
        return self.derived(("renamed", name), lambda: self._renamed(name))

    def _renamed(self, name: str) -> "Sample":
        other = self.but(name=name)
        if self._source is not None:
            source, rows = self._source
            other._source = (source.renamed(name), rows)
        return other

    @property
    def digest(self) -> str:
        """SHA-256 of shape and float64 values (labels: codes), in the order of the rows."""

        def make() -> str:
            values = np.ascontiguousarray(self.values, dtype="<i8" if self.is_labels else "<f8")
            return hashlib.sha256(repr(values.shape).encode() + values.tobytes()).hexdigest()

        return self.derived("digest", make)

    @property
    def is_labels(self) -> bool:
        return self.classes is not None

    @property
    def width(self) -> int:
        """Number of columns; 1 for labels."""
        return 1 if self.is_labels else self.values.shape[1]

    def __len__(self) -> int:
        return len(self.values)

    def derived(self, key: Hashable, make: Callable[[], T], keep: Codec[T] | None = None) -> T:
        """What `make` returns, made once per key even when several threads ask.

        With `keep`, `key` is a folder and settings, and what is there outlasts the process if the sample has
        a shelf: it is looked for before it is made, and put there when it was.
        """
        if key not in self._derived:
            with self._lock:
                lock = self._locks.setdefault(key, threading.Lock())
            with lock:
                if key not in self._derived:
                    self._derived[key] = make() if keep is None else self._kept(key, make, keep)
        return self._derived[key]

    def _kept(self, key: Any, make: Callable[[], T], codec: Codec[T]) -> T:
        if self._shelf is None:
            return make()
        return kept(self._shelf, key, make, codec, self.digest, len(self))

    def has_slices(self, directions: Directions) -> bool:
        """Whether `directions` project this variable: not labels, single columns or what is too narrow."""
        return not self.is_labels and self.width >= max(2, directions.dim)

    def slices(self, directions: Directions) -> "list[Sample]":
        """The slices of this variable along `directions`, or itself as often where it has none."""
        if not self.has_slices(directions):
            return [self] * directions.count
        return self.derived(directions, lambda: self._slices(directions))

    def _slices(self, directions: Directions) -> "list[Sample]":
        if self._source is not None:
            source, rows = self._source
            return [part.take(rows) for part in source.slices(directions)]
        parts = project(self.values, directions.matrices(self.name, self.width))
        return self.parts(columns.T for columns in parts)

    def take(self, rows: np.ndarray) -> "Sample":
        """These rows, as a sample of the same name that reuses the slices already there."""
        places = np.asarray(rows) if self.places is None else self.places[rows]
        taken = self.but(values=self.values[rows], shelf=None, places=places)
        taken._source = (self, np.asarray(rows))
        return taken

    @property
    def source(self) -> "tuple[Sample, np.ndarray] | None":
        """The sample that `take` took this one from, and the rows; None for any other."""
        return self._source

    def __reduce__(self) -> tuple:
        own = (np.array(self.values), self.name, self.classes, None, self._shelf, self.places)
        return _unpickle, (self._doubt, *own)

    def __repr__(self) -> str:
        if self.is_labels:
            return f"Sample({self.name}: {len(self)} labels of {len(self.classes or ())} classes)"
        return f"Sample({self.name}: {len(self)} × {self.width}, {self.values.dtype})"

    def _repr_html_(self) -> str:
        derived = ", ".join(sorted({str(key) for key in self._derived})) or "nothing yet"
        return f"<code>{escape(repr(self))}</code><br><small>derived: {escape(derived)}</small>"


def _unpickle(doubt: str, *own: Any) -> Sample:
    return Sample.of(*own).but(doubt=doubt)
