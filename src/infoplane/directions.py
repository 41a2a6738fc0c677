"""Random orthonormal directions, reproducible by what is projected and not by when.

A stream of frames belongs to (seed, name of the variable, its width, dimension of the slices): the input of
a run gets the same directions at every layer and step, a layer the same at every step, and two variables
with different names get independent ones.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from infoplane.settings import integer, number

MAX_FRAME = 512  # the QR of a wider frame costs more than the orthogonality is worth
CHUNK_BYTES = 64 << 20
CLOSE = 1e-10  # of the largest value: vectors of values as close are mixed by rounding
NEAR = 1e-6  # lengths that differ by less are equal but for rounding


@dataclass(frozen=True)
class Directions:
    """How many slices, of which dimension, from which seed.

    Parameters
    ----------
    count : int
        Number of slices. A larger count begins with the directions of a smaller one.
    dim : int
        Dimension of a slice; 1 gives lines.
    seed : int
        Non-negative.
    start : int
        How many of the stream's slices are passed over: the next ones after ``count=start``.

    Raises
    ------
    ValueError
        For settings that are no such integers; of `matrices`, for a variable narrower than a slice.

    Examples
    --------
    >>> from infoplane.directions import Directions
    >>> rows = Directions(count=3, seed=1).matrices("x", width=4)
    >>> rows.shape
    (3, 1, 4)
    >>> bool(abs(rows[0, 0] @ rows[1, 0]) < 1e-12)  # of one orthonormal frame
    True
    """

    count: int = 500
    dim: int = 1
    seed: int = 0
    start: int = 0

    def __post_init__(self) -> None:
        for name, low in (("count", 1), ("dim", 1), ("seed", 0), ("start", 0)):
            integer(getattr(self, name), f"{name} of directions", low)

    def per_frame(self, width: int) -> int:
        """How many slices share one orthonormal frame of a `width`-dimensional variable."""
        return max(1, min(width, MAX_FRAME) // self.dim)

    def matrices(self, name: str, width: int) -> Float[np.ndarray, "count dim width"]:
        """Orthonormal rows, uniform (Haar) on the Stiefel manifold for each slice.

        Parameters
        ----------
        name : str
            Name of the variable that will be projected.
        width : int
            Its number of columns, at least `dim`.

        Raises
        ------
        ValueError
            If the variable is narrower than a slice.
        """
        if width < self.dim:
            raise ValueError(f"a {width}-column variable has no {self.dim}-dimensional slices; take it whole")
        per_frame = self.per_frame(width)
        first, skipped = divmod(self.start, per_frame)
        frames = -(-(skipped + self.count) // per_frame)
        rng = np.random.default_rng([self.seed, zlib.crc32(name.encode()), width, self.dim])
        for _ in range(first):
            rng.standard_normal((width, per_frame * self.dim))  # what the frames before would have drawn
        rows = np.concatenate([haar_frame(rng, width, per_frame * self.dim) for _ in range(frames)])
        return rows.reshape(-1, self.dim, width)[skipped : skipped + self.count]


@dataclass(frozen=True)
class UntilError:
    """As many slices as the Monte-Carlo error of their average needs, in place of a number of them.

    The error is small enough at ``max(atol, rtol * abs(average))``.

    Parameters
    ----------
    atol : float or None
        Standard error in the measure's unit, finite and ``> 0``; None for none.
    rtol : float or None
        The same relative to the average. Either this or `atol` is given, or both.
    cap : int
        Most slices drawn, whatever the error then is.

    Raises
    ------
    ValueError
        If a setting is out of its range, or neither `atol` nor `rtol` is given.

    Examples
    --------
    >>> from infoplane import KSG, Sliced, UntilError, known
    >>> x, y = known.Normal(information=2.0, dims=2).draw(500, seed=0)
    >>> estimate = Sliced(KSG(k=5), directions=UntilError(atol=0.02))(x, y)
    >>> estimate.stderr <= 0.02
    True
    """

    atol: float | int | None = 0.002
    rtol: float | int | None = None
    cap: int = 10_000

    def __post_init__(self) -> None:
        if self.atol is None and self.rtol is None:
            raise ValueError("UntilError needs atol or rtol; got neither")
        for name in ("atol", "rtol"):
            if getattr(self, name) is not None:
                number(getattr(self, name), f"{name} of UntilError", above=0)
        integer(self.cap, "cap of UntilError", 2)

    def wanted(self, average: float) -> float:
        """The error that is small enough for this average."""
        return max(self.atol or 0.0, (self.rtol or 0.0) * abs(average))


def haar_frame(rng: np.random.Generator, width: int, rows: int) -> Float[np.ndarray, "rows width"]:
    """`rows` orthonormal vectors, uniformly distributed: QR of a Gaussian matrix, signs by R's diagonal."""
    q, r = np.linalg.qr(rng.standard_normal((width, rows)))
    # without the signs Q follows the QR algorithm's convention and is not Haar (arXiv:math-ph/0609050)
    return (q * np.where(np.diagonal(r) < 0, -1.0, 1.0)).T


def project(
    values: Float[np.ndarray, "n width"], matrices: Float[np.ndarray, "m dim width"]
) -> Float[np.ndarray, "m dim n"]:
    """Every slice of `values`, in float64; equal rows have exactly equal projections.

    A matrix product may round the same row differently at different places, which would turn ties into
    tiny distances. So each distinct row is projected once.

    Parameters
    ----------
    values : ndarray, shape (n, width)
    matrices : ndarray, shape (m, dim, width)
        From `Directions.matrices`.

    Raises
    ------
    ValueError
        If the values have another width than the directions.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane.directions import Directions, project
    >>> project(np.ones((5, 4)), Directions(count=2).matrices("x", 4)).shape
    (2, 1, 5)
    """
    m, dim, width = matrices.shape
    if values.ndim != 2 or values.shape[1] != width:
        raise ValueError(f"values of shape (n, {width}) were wanted for these directions; got {values.shape}")
    distinct, inverse = distinct_rows(values)
    flat = matrices.reshape(m * dim, width)
    out = np.empty((m * dim, len(distinct)))
    step = max(1, CHUNK_BYTES // (8 * width))
    for start in range(0, len(distinct), step):
        rows = slice(start, start + step)
        out[:, rows] = flat @ distinct[rows].astype(np.float64).T
    return (out if inverse is None else out[:, inverse]).reshape(m, dim, len(values))


def distinct_rows(values: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """The distinct rows in a fixed order, and each row's place among them."""
    if values.shape[1] == 1:
        return values, None  # a product of two numbers rounds alike everywhere
    plain = np.ascontiguousarray(values) + values.dtype.type(0)  # -0.0 becomes 0.0: equal rows, equal bytes
    as_bytes = plain.view(np.dtype((np.void, plain.dtype.itemsize * plain.shape[1]))).ravel()
    _, first, inverse = np.unique(as_bytes, return_index=True, return_inverse=True)
    return plain[first], inverse


def row_places(values: np.ndarray) -> np.ndarray:
    """Each row's place when rows ascend by the first column, then the next, and so on; equal rows share one.

    By their numbers, not by their bytes: where a library rounds the last digit otherwise, hardly a row moves.
    """
    places, tied = np.zeros(len(values), np.intp), np.arange(len(values))
    for column in values.T:
        own = column[tied]
        if len(tied) == 0 or (own == own[0]).all():
            continue
        rows = tied[np.lexsort((own, places[tied]))]
        groups, own = places[rows], column[rows]
        begins = np.append(True, groups[1:] != groups[:-1])
        starts = begins | np.append(True, own[1:] != own[:-1])
        at, parts = np.arange(len(rows)), np.cumsum(starts) - 1
        places[rows] += at[starts][parts] - np.maximum.accumulate(np.where(begins, at, 0))
        tied = rows[np.bincount(parts)[parts] > 1]
    return places


def settled(
    vectors: Float[np.ndarray, "p m"], values: Float[np.ndarray, " m"], count: int | None = None
) -> Float[np.ndarray, "m count"]:
    """A turn of singular vectors or eigenvectors that leaves nothing to the library which found them.

    The sign of a vector is free, and so is the basis of those that share a value. ``vectors @ turn`` has the
    first vector of a basis along the axis that its space is nearest to, the next one likewise at right angles
    to it, and so on: the largest entry of a single vector is then positive.

    Parameters
    ----------
    vectors : ndarray
        Orthonormal columns.
    values : ndarray
        Their singular values or eigenvalues, ascending or descending.
    count : int, optional
        How many turned vectors are wanted, from the first on; all by default.
    """
    m = len(values)
    count = m if count is None else count
    turn = np.zeros((m, count))
    apart = np.abs(np.diff(values)) > CLOSE * np.abs(values).max()
    for group in np.split(np.arange(m), np.flatnonzero(apart) + 1):
        wanted = group[group < count]
        turn[np.ix_(group, wanted)] = pivoted(vectors[:, group], len(wanted))[1]
    return turn


def pivoted(
    rows: Float[np.ndarray, "n d"], count: int
) -> tuple[Int[np.ndarray, " count"], Float[np.ndarray, "d count"]]:
    """Gram-Schmidt of the longest row, then of the longest that is left: which rows, and their directions.

    Among rows as long but for rounding it is the first, which a pivoted QR leaves to the library.
    """
    left, turn = rows.copy(), np.empty((rows.shape[1], count))
    pivots = np.empty(count, np.intp)
    for i in range(count):
        lengths = np.linalg.norm(left, axis=1)
        pivots[i] = np.argmax(lengths > (1 - NEAR) * lengths.max())
        turn[:, i] = left[pivots[i]] / lengths[pivots[i]]
        left -= np.outer(left @ turn[:, i], turn[:, i])
    return pivots, turn
