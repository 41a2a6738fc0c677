"""Two jointly normal vectors whose information, whole and sliced, is known."""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from infoplane.directions import haar_frame
from infoplane.estimate import Estimate
from infoplane.known._check import widths
from infoplane.known._sliced_normal import one_dimensional, per_slice
from infoplane.settings import integer, number, switch


@dataclass(frozen=True)
class Normal:
    """Jointly normal X and Y of any widths, with the information spread evenly over canonical pairs.

    With ``d = min(dx, dy)``, the first d coordinates of X and Y have correlation ``ρ`` pair by pair, all else
    is independent, every marginal is standard normal; each side is then turned by its own random rotation.
    ``I(X;Y) = -(d/2) ln(1 - ρ²)``, hence ``ρ = sqrt(1 - exp(-2 I / d))``.

    Parameters
    ----------
    rho : float, optional
        Correlation of each canonical pair, ``-1 < rho < 1``. Either this or `information`.
    information : float, optional
        I(X;Y) in nats, finite and ``>= 0``.
    dims : int or (int, int)
        Widths ``dx, dy >= 1``; one number means both.
    rotate : bool
        Whether the sides are rotated (Haar). Sides of width 1 never are, so that the sign of `rho` shows.
    seed : int
        Seed of the rotations, which belong to the distribution, and of the slices in `sliced`.

    Raises
    ------
    ValueError
        If not exactly one of `rho` and `information` is given, or one of the values is out of its range.

    Examples
    --------
    >>> Normal(rho=0.5).mutual_information()
    Estimate(0.1438 nats)
    >>> x, y = Normal(information=2, dims=(4, 3)).draw(1000, seed=0)
    >>> x.shape, y.shape
    ((1000, 4), (1000, 3))
    """

    rho: float | int | None = None
    information: float | int | None = None
    dims: int | Sequence[int] = 1
    rotate: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if (self.rho is None) == (self.information is None):
            raise ValueError(
                "a Normal is given by exactly one of rho and information; "
                f"got rho={self.rho!r}, information={self.information!r}"
            )
        if self.rho is not None:
            number(self.rho, "rho", above=-1, below=1)
        if self.information is not None:
            number(self.information, "information", at_least=0)
        pair = widths(self.dims)
        if isinstance(self.dims, Sequence):
            object.__setattr__(self, "dims", pair)
        switch(self.rotate, "rotate")
        integer(self.seed, "seed of the rotations", 0)

    @property
    def widths(self) -> tuple[int, int]:
        """Numbers of columns of X and Y."""
        return widths(self.dims)

    @property
    def unexplained(self) -> float:
        """``1 - ρ²``, the part of a canonical coordinate's variance that its partner does not explain."""
        if self.information is None:
            assert self.rho is not None
            return float((1 - self.rho) * (1 + self.rho))
        return math.exp(-2 * self.information / min(self.widths))

    def rotations(self) -> tuple[Float[np.ndarray, "dx dx"], Float[np.ndarray, "dy dy"]]:
        """The orthogonal matrices, applied from the right to rows of canonical coordinates."""
        dx, dy = self.widths
        return self._rotation("x", dx), self._rotation("y", dy)

    def _rotation(self, side: str, width: int) -> Float[np.ndarray, "width width"]:
        if not self.rotate or width == 1:
            return np.eye(width)
        return haar_frame(np.random.default_rng([self.seed, zlib.crc32(side.encode())]), width, width)

    def cross_covariance(self) -> Float[np.ndarray, "dx dy"]:
        """Cov(X, Y); the covariances of X and of Y are identities."""
        turn_x, turn_y = self.rotations()
        return self._rho() * turn_x[: min(self.widths)].T @ turn_y[: min(self.widths)]

    def _rho(self) -> float:
        if self.rho is not None:
            return float(self.rho)
        assert self.information is not None
        return math.sqrt(-math.expm1(-2 * self.information / min(self.widths)))

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n dx"], Float[np.ndarray, "n dy"]]:
        """`n` independent pairs of rows: float64 arrays of shapes (n, dx) and (n, dy)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        dx, dy = self.widths
        shared = min(dx, dy)
        x = rng.standard_normal((integer(n, "n", 1), dx))
        y = rng.standard_normal((n, dy))
        y[:, :shared] = self._rho() * x[:, :shared] + math.sqrt(self.unexplained) * y[:, :shared]
        turn_x, turn_y = self.rotations()
        return x @ turn_x, y @ turn_y

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        if self.information is not None:
            return Estimate(float(self.information))
        assert self.rho is not None
        return Estimate(0.0 - min(self.widths) / 2 * math.log1p(-self.rho * self.rho))

    def entropy(self, of: str = "xy") -> Estimate:
        """Differential entropy of X, of Y or of both together, exact, in nats.

        ``H(X) = (dx/2) ln(2πe)`` and ``H(X,Y) = H(X) + H(Y) - I(X;Y)``.
        """
        dx, dy = self.widths
        columns = {"x": dx, "y": dy, "xy": dx + dy}
        if of not in columns:
            raise ValueError(f"entropy is known of 'x', 'y' or 'xy'; got {of!r}")
        shared = self.mutual_information().value if of == "xy" else 0.0
        return Estimate(columns[of] / 2 * math.log(2 * math.pi * math.e) - shared)

    def sliced(self, dim: int = 1, slices: int = 10_000) -> Estimate:
        """Sliced information S_k, ``k = dim``: the mean of I(AᵀX;BᵀY) over random orthonormal A and B.

        For ``dim=1`` with ``D = max(dx, dy)`` and ``t`` the first coordinate of a random unit vector in D
        dimensions, ``S₁ = -½ E[ln(1 - ρ² t²)]``: exact for ``D <= 2``, otherwise by quadrature to 1e-10. For
        more, the mean over random slices of the exact information of each, with its Monte-Carlo error. Where
        both sides are at most `dim` wide it is I(X;Y); one side narrower than `dim` is taken whole.

        Parameters
        ----------
        dim : int
            Dimension k of a slice, ``>= 1``.
        slices : int
            How many are averaged where there is no closed form, ``>= 2``. They follow from the field `seed`.

        Returns
        -------
        Estimate
            In nats; ``errors`` has ``quadrature`` or ``slices``, or nothing where the value is exact.
        """
        integer(dim, "dim of a slice", 1)
        integer(slices, "slices", 2)
        if dim >= max(self.widths):
            return self.mutual_information()
        if dim == 1:
            return one_dimensional(self.unexplained, max(self.widths))
        rng = np.random.default_rng([self.seed, zlib.crc32(b"slices"), dim])
        values = per_slice(self.unexplained, self.widths, dim, slices, rng)
        return Estimate(
            float(values.mean()), errors={"slices": float(values.std(ddof=1) / math.sqrt(slices))}
        )
