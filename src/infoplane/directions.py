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
    """

    count: int = 500
    dim: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        for name, low in (("count", 1), ("dim", 1), ("seed", 0)):
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
        frames = -(-self.count // per_frame)
        rng = np.random.default_rng([self.seed, zlib.crc32(name.encode()), width, self.dim])
        rows = np.concatenate([haar_frame(rng, width, per_frame * self.dim) for _ in range(frames)])
        return rows.reshape(-1, self.dim, width)[: self.count]


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
