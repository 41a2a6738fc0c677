"""What studies that make their data share: a file of rows, and cells that have no row there yet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infoplane.evaluation.cells import Batch, Cell, Result, S, unmeasured
from infoplane.evaluation.engine import run_batches
from infoplane.runs.rows import identity
from infoplane.settings import canonical, canonical_json
from infoplane.storage import json_lines


@dataclass(frozen=True)
class Rows:
    """The rows of a study in a file.

    Parameters
    ----------
    path : Path
    key : tuple of str
        The fields that tell cells apart: those of their keys.
    measure : str
        The field that holds the measure as `settings.describe` gives it: a row of the same cell whose measure
        has other settings or ``numbers`` now is no row of it.
    """

    path: Path
    key: tuple[str, ...]
    measure: str = "measure"

    def latest(self) -> dict[tuple, dict[str, Any]]:
        """Each row by its identity; of several the last."""
        return {self._identity(row): row for row in json_lines.each(self.path)}

    def of(self, cells: Iterable[Cell]) -> list[dict[str, Any]]:
        """The rows of these cells, in their order, as far as there are."""
        found = self.latest()
        keys = [identity(cell.key, canonical(cell.measure)) for cell in cells]
        return [found[key] for key in keys if key in found]

    def _identity(self, row: Mapping[str, Any]) -> tuple:
        return identity({name: row.get(name) for name in self.key}, canonical_json(row.get(self.measure)))


def measure(
    rows: Rows,
    batches: Iterable[Batch[S]],
    row: Callable[[S, Cell, Result], dict[str, Any]],
    *,
    workers: int | None = None,
    afresh: bool = False,
    before: Callable[[Sequence[Batch[S]]], None] | None = None,
) -> None:
    """Measure the cells that have no row, and append theirs as soon as a batch is done.

    Parameters
    ----------
    rows : Rows
    batches : iterable of Batch
    row : callable
        What to append, of the source, the cell and its result.
    workers : int, optional
        Number of threads; by default one per available core.
    afresh : bool
        Measure cells that have a row too; the last row counts.
    before : callable, optional
        What to do first, of the batches that are left; nothing where none is.

    Raises
    ------
    ValueError
        If another process is measuring into the file.
    """
    with json_lines.appending(rows.path) as append:
        done = set() if afresh else set(rows.latest())
        left = [Batch(batch.source, tuple(unmeasured(batch.cells, done))) for batch in batches]
        left = [batch for batch in left if batch.cells]

        def keep(source: S, cell: Cell, result: Result) -> None:
            append(row(source, cell, result))

        if left and before is not None:
            before(left)
        run_batches(left, keep, workers=workers)
