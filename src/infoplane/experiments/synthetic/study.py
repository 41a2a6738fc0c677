"""Up to which dimension do estimates rank known information: normal vectors, measured whole and in slices.

After the synthetic tests of github.com/Pqlet/SMI-experiments at f1e3488. The page
docs/reproductions/synthetic.md tells what comes out.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from infoplane import known
from infoplane.evaluation.cells import Batch, Cell, Result
from infoplane.experiments.shared import study_settings
from infoplane.experiments.shared.measuring import Rows, measure
from infoplane.experiments.synthetic import figures, report
from infoplane.measures import KSG, FromEntropy, KozachenkoLeonenko, Sliced, WeightedKozachenkoLeonenko
from infoplane.sample import Sample
from infoplane.settings import describe, number

NAME = "synthetic"
HELP = "Up to which dimension estimates rank the truth."
ROWS, KEY = "estimates.jsonl", ("dim", "point", "rerun", "estimator")


@dataclass(frozen=True)
class Synthetic:
    """Settings of the experiment.

    Parameters
    ----------
    points : int
        How many values of I(X;Y), evenly spaced from 0 to `most`.
    most : float
        The largest, in nats.
    dims : tuple of int
        Columns of X and of Y; the information is spread evenly over as many canonical pairs.
    reruns : int
        Repetitions with other samples and other rotations.
    directions : int
        Slices of one dimension.
    n : int
        Samples of each estimate.
    k : int
        Neighbours.
    wide_directions : int
        Slices of two dimensions.
    as_published : bool
        Also measure one-dimensional slices by the nearest neighbour alone, to which the weights of the
        published estimator come down in two dimensions.
    """

    points: int = 21
    most: float = 4.0
    dims: tuple[int, ...] = (1, 2, 5, 6, 8, 10, 20, 30, 40, 50, 75, 100)
    reruns: int = 10
    directions: int = 2000
    n: int = 3000
    k: int = 5
    wide_directions: int = 100
    as_published: bool = False

    def __post_init__(self) -> None:
        study_settings.at_least(self, points=3, reruns=1, directions=1, k=1, wide_directions=1)
        study_settings.different(self, dims=1)
        number(self.most, "most, of nats,", above=0)
        if self.n <= self.k:
            raise ValueError(f"n must be more than k={self.k}, so that there are neighbours; got {self.n}")


Settings = Synthetic


@dataclass(frozen=True)
class Draw:
    """Where X and Y of some cells are from: samples and rotations are new in every one."""

    dim: int
    information: float
    rerun: int
    n: int

    def __call__(self, word: str) -> Sample:
        return dict(zip("xy", draw(self.dim, self.information, self.rerun, self.n), strict=True))[word]

    def fixed(self, word: str) -> None:
        """Nothing: no two batches have the same samples."""


def run(
    settings: Synthetic, into: Path, *, workers: int | None = None, report_only: bool = False
) -> list[dict[str, Any]]:
    """Measure what is not measured yet, then write tables and figures.

    Parameters
    ----------
    settings : Synthetic
    into : Path
        Gets the settings, a row per estimate, tables and figures.
    workers : int, optional
        Threads; by default one per available core.
    report_only : bool
        Measure nothing; report on the reruns that are complete.

    Returns
    -------
    list of dict
        All rows, in the order of `batches`.

    Raises
    ------
    ValueError
        If `into` holds rows of other settings, or another process is measuring into it.
    """
    study_settings.keep(settings, NAME, into)
    rows = Rows(into / ROWS, KEY)
    if not report_only:
        measure(rows, batches(settings), as_row, workers=workers)
    found = rows.of(cell for batch in batches(settings) for cell in batch.cells)
    about, means = report.report(found, information(settings), into)
    figures.draw(about, means, into)
    return found


def information(settings: Synthetic) -> list[float]:
    """The values of I(X;Y), in nats."""
    return np.linspace(0, settings.most, settings.points).tolist()


def estimators(settings: Synthetic) -> dict[str, Any]:
    """What is measured of every sample: whole, and in slices of one and of two dimensions."""
    ksg, k = KSG(settings.k), settings.k
    measures = {
        "KSG": ksg,
        "KL": FromEntropy(KozachenkoLeonenko(k)),
        "WKL": FromEntropy(WeightedKozachenkoLeonenko(k, weights="mutinfo")),  # as published
        "S₁": Sliced(ksg, settings.directions),
        "S₂": Sliced(ksg, settings.wide_directions, dim=2),
    }
    if settings.as_published:
        measures["S₁, 1-NN"] = Sliced(FromEntropy(KozachenkoLeonenko(1)), settings.directions)
    return measures


def batches(settings: Synthetic) -> Iterator[Batch[Draw]]:
    """The samples and what is measured of them: every dimension of one rerun before the next rerun."""
    measures, true = estimators(settings), information(settings)
    for rerun in range(settings.reruns):
        for dim in settings.dims:
            for point in range(settings.points):
                at = {"dim": dim, "point": point, "rerun": rerun}
                own = [
                    Cell(name, at | {"estimator": name}, one, ("x", "y")) for name, one in measures.items()
                ]
                yield Batch(Draw(dim, true[point], rerun, settings.n), tuple(own))


def draw(dim: int, information: float, rerun: int, n: int) -> tuple[Sample, Sample]:
    """X and Y; samples and rotations are new in every cell, so that errors of its estimates are its own."""
    seed = zlib.crc32(f"{dim} {information!r} {rerun}".encode())
    x, y = known.Normal(information=information, dims=dim, seed=seed).draw(n, seed)
    return Sample(x, "x"), Sample(y, "y")


def as_row(source: Draw, cell: Cell, result: Result) -> dict[str, Any]:
    """An estimate as it stands in the file."""
    from infoplane import __version__

    estimate = result.estimate
    return {
        "dim": source.dim,
        "point": cell.key["point"],
        "information": source.information,
        "rerun": source.rerun,
        "estimator": cell.name,
        "measure": describe(cell.measure),
        "value": estimate.value,
        "slice_error": estimate.errors.get("slices"),
        "note": estimate.note,
        "n": result.n,
        "seconds": round(result.seconds, 3),
        "version": __version__,
    }
