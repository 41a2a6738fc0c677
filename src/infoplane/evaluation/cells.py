"""What the engine works on: cells, in batches that share their variables."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from infoplane.estimate import Estimate
from infoplane.runs.rows import identity
from infoplane.sample import Sample
from infoplane.settings import canonical


class Source(Protocol):
    """Gives variables by their words, in any thread or process: small, and to be pickled."""

    def __call__(self, word: str) -> Sample:
        """The variable, read or drawn anew."""

    def fixed(self, word: str) -> Hashable | None:
        """By what other batches know the same variable, so that it is kept; None for one of this batch."""


S = TypeVar("S", bound=Source)


@dataclass(frozen=True)
class Cell:
    """One estimate that is wanted.

    Parameters
    ----------
    name : str
        What an error, and the reader of a row, calls it.
    key : mapping
        With the measure, what tells it from others: numbers, strings, lists of them.
    measure : measure
    of : tuple of str
        The words of its variables, in order.
    """

    name: str
    key: Mapping[str, Any]
    measure: Any
    of: tuple[str, ...]


@dataclass(frozen=True)
class Batch(Generic[S]):
    """Cells that are measured one after the other, so that what is derived from their variables is shared.

    ``str(source)`` says in an error where the variables are from.
    """

    source: S
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Result:
    """What came of a cell: NaN with the reason as note where the data admit no estimate.

    Parameters
    ----------
    estimate : Estimate
    n : int
        Number of samples.
    seconds : float
        On the clock, reading the variables included.
    processor : float
        Seconds of the processor, the measure alone.
    """

    estimate: Estimate
    n: int
    seconds: float
    processor: float


def unmeasured(cells: Iterable[Cell], done: Collection[tuple]) -> list[Cell]:
    """The cells whose `identity` is not in `done`."""
    texts: dict[int, str] = {}
    out = []
    for cell in cells:
        text = texts.get(id(cell.measure)) or texts.setdefault(id(cell.measure), canonical(cell.measure))
        if identity(cell.key, text) not in done:
            out.append(cell)
    return out
