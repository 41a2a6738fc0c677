"""A normal vector whose mean depends on a label: the truth for information between numbers and labels."""

import math
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from infoplane.estimate import Estimate
from infoplane.known._check import numbers, probabilities
from infoplane.settings import integer, number

REACH = 9.0  # standard deviations to either side; beyond lies 2e-19 of the mass
FINE, COARSE = 1 / 16, 1 / 8
CHUNK_NUMBERS = 1 << 22


@dataclass(frozen=True)
class LabelledNormal:
    """Labels Y with given probabilities, and X normal about the mean of its class with a common variance.

    Given ``Y = c``, the columns of X are independent normals of variance ``sigma²`` about ``means[c]``.

    Parameters
    ----------
    means : sequence of C numbers, or of C rows of d numbers
        The classes' means, ``C >= 1``, ``d >= 1``; an array will do and becomes a tuple.
    probabilities : sequence of C numbers, optional
        Each above 0, with sum 1. Equal by default.
    sigma : float
        Finite and ``> 0``.
    seed : int
        Seed of the Monte-Carlo values, where there is no quadrature.

    Raises
    ------
    ValueError
        If means, probabilities or sigma are not as above.

    Examples
    --------
    >>> two = LabelledNormal(means=(-1, 1))
    >>> round(two.mutual_information().value, 4)
    0.3368
    >>> x, y = two.draw(500, seed=0)
    >>> x.shape, y.shape, y.dtype.kind
    ((500, 1), (500,), 'i')
    """

    means: Any
    probabilities: Any = None
    sigma: float | int = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        means = numbers(self.means)
        if means is None or means.ndim not in (1, 2) or means.size == 0:
            raise ValueError(
                f"means must be C finite numbers or C rows of d finite numbers; got {self.means!r}"
            )
        rows = means.reshape(len(means), -1).tolist()
        object.__setattr__(self, "means", tuple(tuple(row) for row in rows))
        if self.probabilities is not None:
            p = probabilities(self.probabilities, len(means))
            if min(p) == 0:
                raise ValueError(f"probabilities must be above 0; got {self.probabilities!r}")
            object.__setattr__(self, "probabilities", p)
        number(self.sigma, "sigma", above=0)
        integer(self.seed, "seed", 0)

    @property
    def width(self) -> int:
        """Number of columns of X."""
        return len(self.means[0])

    def _p(self) -> Float[np.ndarray, " C"]:
        classes = len(self.means)
        return np.full(classes, 1 / classes) if self.probabilities is None else np.array(self.probabilities)

    def _apart(self) -> tuple[Float[np.ndarray, "C r"], int]:
        """The means from the first one in units of sigma, and how many dimensions they span.

        In their own columns, or as places on the line that all lie on: other coordinates would be a basis of
        the library's choice, and random x drawn in it would depend on the processor.
        """
        apart = (np.array(self.means) - self.means[0]) / self.sigma
        lengths = np.linalg.svd(apart, compute_uv=False)
        span = int((lengths > 1e-12 * max(lengths[0], 1e-300)).sum())
        if span == 1:
            furthest = apart[np.argmax(np.linalg.norm(apart, axis=1))]
            apart = (apart @ furthest / np.linalg.norm(furthest))[:, None]
        return apart, span

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n d"], Int[np.ndarray, " n"]]:
        """`n` independent rows: float64 numbers, shape (n, d), and int64 labels ``0 ... C-1``, shape (n,)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        y = rng.choice(len(self.means), size=integer(n, "n", 1), p=self._p()).astype(np.int64)
        return np.array(self.means)[y] + self.sigma * rng.standard_normal((n, self.width)), y

    def mutual_information(self, samples: int = 200_000) -> Estimate:
        """I(X;Y) in nats.

        Where the means lie on a line (two classes always do) X counts only through its coordinate along it,
        and the value is a quadrature, exact to 1e-10. Otherwise it is the mean of ``ln(p(x|y)/p(x))`` over
        random x.

        Parameters
        ----------
        samples : int
            How many x are drawn, ``>= 2`` per class, where the means are not on a line; drawn by `seed`.

        Returns
        -------
        Estimate
            ``errors`` has ``quadrature`` or ``samples``, or nothing where all means agree and the value is 0.
        """
        (at, span), p = self._apart(), self._p()
        if span == 0:
            return Estimate(0.0)
        if span == 1:
            fine, coarse = (float(_on_line(at.T, p, step)[0]) for step in (FINE, COARSE))
            return Estimate(fine, errors={"quadrature": max(abs(fine - coarse), 4 * np.spacing(fine + 1))})
        per_class = integer(samples, "samples", 2 * len(p)) // len(p)
        rng = np.random.default_rng([self.seed, zlib.crc32(b"samples")])
        chunk = max(1, CHUNK_NUMBERS // self.width)
        rows = [min(chunk, per_class - start) for start in range(0, per_class, chunk)]
        sums = np.concatenate([_log_ratio(rng.standard_normal((n, self.width)), at, p) for n in rows])
        return Estimate(
            float(sums.mean()), errors={"samples": float(sums.std(ddof=1) / math.sqrt(per_class))}
        )

    def sliced(self, dim: int = 1, slices: int = 2_000) -> Estimate:
        """Sliced information S_k(X;Y), ``k = dim``: the mean of I(AᵀX;Y) over random orthonormal A, in nats.

        The labels are not sliced. Each slice's information is a quadrature; where X is at most `dim` wide it
        is I(X;Y).

        Parameters
        ----------
        dim : int
            Dimension of a slice, ``>= 1``; above 1 only where the means lie on a line.
        slices : int
            How many random slices are averaged, ``>= 2``. They follow from `seed`.

        Returns
        -------
        Estimate
            ``errors`` has ``slices``, unless the value is I(X;Y) itself.
        """
        integer(dim, "dim of a slice", 1)
        integer(slices, "slices", 2)
        (at, span), p = self._apart(), self._p()
        if dim >= self.width or span == 0:
            return self.mutual_information()
        if dim > 1 and span > 1:
            raise ValueError(
                f"{dim}D slices are known for means on a line; these span {span} dimensions: "
                "use dim=1, or two classes"
            )
        rng = np.random.default_rng([self.seed, zlib.crc32(b"slices"), dim])
        unit = rng.standard_normal((slices, self.width))
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        if dim > 1:  # on the line only the length of its projection counts
            unit = np.linalg.norm(unit[:, :dim], axis=1, keepdims=True)
        values = _on_line(unit[:, : at.shape[1]] @ at.T, p, COARSE)
        return Estimate(
            float(values.mean()), errors={"slices": float(values.std(ddof=1) / math.sqrt(slices))}
        )

    def entropy(self) -> Estimate:
        """Differential entropy of X: ``(d/2) ln(2πe σ²) + I(X;Y)``, in nats, with the error of the latter."""
        information = self.mutual_information()
        noise = self.width * (math.log(self.sigma) + math.log(2 * math.pi * math.e) / 2)
        return Estimate(noise + information.value, errors=information.errors)

    def label_entropy(self) -> Estimate:
        """Entropy of Y, exact, in nats."""
        p = self._p()
        return Estimate(float(-np.sum(p * np.log(p))))


def _log_ratio(
    z: Float[np.ndarray, "n d"], at: Float[np.ndarray, "C d"], p: Float[np.ndarray, " C"]
) -> Float[np.ndarray, " n"]:
    """The mean over classes c of ``ln p(x|c) / p(x)`` at ``x = mean of c + z``, the same z in every class."""
    mean = np.zeros(len(z))
    for c, share in enumerate(p):
        apart = at[c] - at
        # the own class's exponent is 0, and none exceeds |z|²/2: nothing overflows, and no logarithm of 0
        mean -= share * np.log(np.exp(-z @ apart.T - 0.5 * np.sum(apart**2, axis=1)) @ p)
    return mean


def _on_line(
    at: Float[np.ndarray, "m C"], p: Float[np.ndarray, " C"], step: float
) -> Float[np.ndarray, " m"]:
    """Information between a label and a unit normal about `at[i, label]`, for each of m arrangements.

    The trapezoidal rule about every class's mean, whose error falls exponentially with ``1/step``.
    """
    z = np.arange(-REACH, REACH + step / 2, step)
    weight = np.exp(-0.5 * z * z) * (step / math.sqrt(2 * math.pi))
    values = np.zeros(len(at))
    chunk = max(1, CHUNK_NUMBERS // (len(z) * len(p)))
    for start in range(0, len(at), chunk):
        rows = slice(start, start + chunk)
        for c, share in enumerate(p):
            apart = at[rows, c : c + 1] - at[rows]  # (chunk, C)
            exponents = -z[:, None] * apart[:, None, :] - 0.5 * apart[:, None, :] ** 2
            values[rows] -= share * (np.log(np.exp(exponents) @ p) @ weight)
    return values
