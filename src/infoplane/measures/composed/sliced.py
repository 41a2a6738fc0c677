"""The average of a measure over random projections."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from infoplane.directions import Directions, UntilError
from infoplane.estimate import WHOLE_FRAMES, DegenerateData, Estimate, Slices, mean_error
from infoplane.measures import _check, _notes
from infoplane.measures._protocols import Dependence
from infoplane.measures._scales import loud_columns
from infoplane.sample import Sample
from infoplane.settings import check_measure

AT_LEAST = 100  # slices before their error is believed
TINY = 1e-300


@dataclass(frozen=True)
class Sliced:
    r"""Sliced mutual information: a measure averaged over random projections of both variables.

    .. math:: S_k(X;Y) = \mathbb{E}_{A,B}\, I(A^\top X;\, B^\top Y)

    with A and B independent and uniform on the Stiefel manifold of k orthonormal columns; k = 1 gives
    the S₁ of [1]_, larger k the k-sliced information of [2]_. Labels are never projected, and a side
    narrower than k (or of one column) is taken whole.

    Parameters
    ----------
    measure : measure
        What is averaged, such as ``KSG(k=5)``.
    directions : int or UntilError
        Number m of slices. The error falls as 1/√m. With an `UntilError` whole frames are drawn until the
        error is small enough; the note has the number used, which are the first of any larger number, and
        says if the cap came before.
    dim : int
        Dimension k of a slice.
    seed : int
        Seed of the directions. They depend on it, on the variables' names and widths and on `dim` only, so
        the same layer is measured along the same directions at every step. Two variables of one name and
        width still get independent directions.

    Returns
    -------
    Estimate
        In the measure's unit; ``errors["slices"]`` is the Monte-Carlo error of the average and ``slices``
        the values averaged, unclipped. The note names few columns in so large a unit that projections hardly
        see the others.

    Raises
    ------
    ValueError
        What the measure raises for bad settings.
    DegenerateData
        If a slice admits no estimate.

    Notes
    -----
    Constant columns stay, and are named: without them the directions would change from step to step.
    S_k is not mutual information: it is smaller, saturates, and can grow under deterministic maps [1]_.
    It is finite where I(X;T) of a deterministic network is not.

    Examples
    --------
    >>> from infoplane import KSG, Sliced, known
    >>> truth = known.Normal(information=2.0, dims=2)
    >>> estimate = Sliced(KSG(k=5), directions=200)(*truth.draw(1000, seed=0))
    >>> bool(abs(estimate.value - truth.sliced().value) < 4 * estimate.stderr)
    True

    References
    ----------
    .. [1] Goldfeld, Greenewald (2021), doi:10.48550/arXiv.2110.05279
    .. [2] Goldfeld, Greenewald, Nuradha, Reeves (2022), doi:10.48550/arXiv.2206.08526
    """

    numbers: ClassVar[int] = 1
    measure: Dependence
    directions: int | UntilError = 500
    dim: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        check_measure(self.measure, "Sliced(measure=)", variables=2)
        Directions(self._most, self.dim, self.seed)  # refuses what it cannot draw

    @property
    def _most(self) -> int:
        return self.directions.cap if isinstance(self.directions, UntilError) else self.directions

    def _directions(self, start: int, stop: int) -> Directions:
        return Directions(stop - start, self.dim, self.seed, start)

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = _check.told_apart(*_check.both(x, y), alike=True)
        directions = self._directions(0, self._most)
        projected = [side for side in (x, y) if side.has_slices(directions)]
        if not projected:
            return self.measure(x, y)
        exact = _check.exact(x), _check.exact(y)  # what rounding moves would be no constant in slices
        frames = [directions.per_frame(side.width) for side in projected]
        frame = frames[0] if len(frames) == 1 else 1
        if isinstance(self.directions, UntilError):
            parts, enough = self._until(self.directions, *exact, frame, min(frames))
        else:
            parts, enough = self._between(*exact, 0, self.directions), ""
        slices = _slices(parts, frame)
        whole = [side.said() for side in (x, y) if not side.has_slices(directions)]  # slices say the rest
        sides = [side if side.has_slices(directions) else whole[0] for side in (x, y)]
        about = [_notes.about(*_check.told_apart(*sides)), loud_columns(*projected)]
        notes = [_slice_note(parts), enough, _error_note(slices), *about]
        return Estimate(
            float(slices.values.mean()),
            parts[0].unit,
            {"slices": mean_error(slices)},
            _notes.join_notes(notes),
            Slices(slices.values.astype(np.float32), frame),
        )

    def _until(
        self, goal: UntilError, x: Sample, y: Sample, frame: int, whole: int
    ) -> tuple[list[Estimate], str]:
        """The measure of slices, in multiples of `whole`, until their error is the goal's; and a clause."""
        parts: list[Estimate] = []
        needed = AT_LEAST
        while True:
            parts += self._between(x, y, len(parts), min(goal.cap, -(-needed // whole) * whole))
            m, slices = len(parts), _slices(parts, frame)
            error, wanted = mean_error(slices), goal.wanted(float(slices.values.mean()))
            if error <= wanted:
                return parts, f"{m} slices until the slice error was {wanted:.2g} or less"
            if m >= goal.cap:
                return parts, f"the slice error is above {wanted:.2g} at the cap of {m} slices"
            # a guess from a few slices may be far too high; looking often would stop at lucky moments
            needed = m + 1 + int(min(m, m * ((error / max(wanted, TINY)) ** 2 - 1)))

    def _between(self, x: Sample, y: Sample, start: int, stop: int) -> list[Estimate]:
        """The measure of the slices from `start` up to `stop`."""
        directions = self._directions(start, stop)
        pairs = zip(x.slices(directions), y.slices(directions), strict=True)
        return [self._slice(i, *pair) for i, pair in enumerate(pairs, start)]

    def _slice(self, i: int, x: Sample, y: Sample) -> Estimate:
        try:
            return self.measure(x, y)
        except DegenerateData as error:
            raise DegenerateData(f"slice {i} of {self._most}: {error}") from error


def _slices(parts: list[Estimate], frame: int) -> Slices:
    return Slices(np.array([part.value for part in parts]), frame)


def _slice_note(parts: list[Estimate]) -> str:
    noted = [part.note for part in parts if part.note]
    return f"in {len(noted)} of {len(parts)} slices, as in the first: {noted[0]}" if noted else ""


def _error_note(slices: Slices) -> str:
    few = slices.frame > 1 and len(slices.values) // slices.frame < WHOLE_FRAMES
    return "the slice error is an upper bound: fewer than 8 whole frames" if few else ""
