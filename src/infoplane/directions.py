"""Random orthonormal directions, reproducible by what is projected and not by when.

A stream of frames belongs to (seed, name of the variable, its width, dimension of the slices): the input of
a run gets the same directions at every layer and step, a layer the same at every step, and two variables
with different names get independent ones.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

MAX_FRAME = 512  # the QR of a wider frame costs more than the orthogonality is worth
CHUNK_BYTES = 64 << 20


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
    """

    count: int = 500
    dim: int = 1
    seed: int = 0
    start: int = 0

    def __post_init__(self) -> None:
        for name, low in (("count", 1), ("dim", 1), ("seed", 0), ("start", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
                raise ValueError(f"{name} of directions must be an integer >= {low}; got {value!r}")

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
            value = getattr(self, name)
            if value is not None and not 0 < value < np.inf:
                raise ValueError(f"{name} of UntilError must be a finite number above 0; got {value!r}")
        if isinstance(self.cap, bool) or not isinstance(self.cap, int | np.integer) or self.cap < 2:
            raise ValueError(f"cap of UntilError must be an integer >= 2; got {self.cap!r}")

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
