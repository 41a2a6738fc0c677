"""Traces of functions of a kernel matrix from a few random probes: stochastic Lanczos quadrature."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from infoplane.estimate import Estimate
from infoplane.measures.kernel._scaled import Held, diffusion

ROUNDING = 6e-8  # of one float32
KINK = 1e-5  # of the largest eigenvalue: a smaller negative one is rounding
Powers = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Quadrature:
    """What probes saw of the spectrum beside the known eigenvalue, and what is known exactly.

    Attributes
    ----------
    diagonal, beside : ndarray, shape (probes, steps)
        The tridiagonal matrix that Lanczos made from each probe.
    squares : ndarray, shape (probes,)
        Squared lengths of the probes.
    moments : ndarray, shape (3,)
        The exact traces of the powers 0, 1 and 2.
    """

    diagonal: np.ndarray
    beside: np.ndarray
    squares: np.ndarray
    moments: np.ndarray

    @staticmethod
    def fit(rows: int | None, **parts: np.ndarray) -> bool:
        """Whether probes of a matrix of so many rows can have seen this; of any number for None."""
        diagonal, moments = parts["diagonal"], parts["moments"]
        wanted = {"diagonal": diagonal.shape, "beside": diagonal.shape, "squares": diagonal.shape[:1]}
        shapes = {name: part.shape for name, part in parts.items()}
        if shapes != wanted | {"moments": (3,)} or diagonal.ndim != 2:
            return False
        return all(part.dtype == np.float64 for part in parts.values()) and rows in (None, moments[0] + 1)

    def rule(self, steps: int) -> tuple[np.ndarray, np.ndarray]:
        """Nodes and weights (probes, steps): each probe's sum of weights times f(nodes) is about tr f."""
        t = np.zeros((len(self.diagonal), steps, steps))
        at = np.arange(steps)
        t[:, at, at] = self.diagonal[:, :steps]
        t[:, at[1:], at[:-1]] = self.beside[:, : steps - 1]  # eigh reads the lower half
        nodes, vectors = np.linalg.eigh(t)
        return nodes, self.squares[:, None] * vectors[:, 0, :] ** 2

    def entropy(self, t: float) -> Estimate:
        """-Σ p ln p of p = λ^t / Σ λ^t, a ratio of two traces; the error by the jackknife over probes."""
        nodes, weights = self.rule(self.diagonal.shape[1])
        value, total = self._entropy(t, nodes, weights)
        probes = len(nodes)
        without = [self._entropy(t, nodes[kept], weights[kept])[0] for kept in ~np.eye(probes, dtype=bool)]
        # the parabola's three coefficients were fitted to the probes that they are tried on
        spread = sqrt((probes - 1) * np.var(without) * (probes + 3) / (probes - 3))
        errors = (spread, self._truncated(t, value, nodes), self._rounded(t, total))
        return Estimate(value, errors={"probes": sqrt(sum(error**2 for error in errors))})

    def _truncated(self, t: float, value: float, nodes: np.ndarray) -> float:
        """What more steps may change: no more than the last quarter did, where the function is smooth.

        Eigenvalues on both sides of 0 have the kink of their moduli between them. The error then falls as
        1 / steps, of which the last quarter is a third, and not steadily.
        """
        steps = nodes.shape[1]
        last = abs(value - self._entropy(t, *self.rule(3 * steps // 4))[0])
        if nodes.min() > -KINK * nodes.max():
            return last
        return max(3 * last, abs(value - self._entropy(t, *self.rule(steps // 2))[0]))

    def _rounded(self, t: float, total: float) -> float:
        """What float32 can do: its noise is a spectrum too, of n eigenvalues about `noise`."""
        n, _, squares = self.moments
        noise = max(ROUNDING * sqrt(squares / n), 1e-30)
        return abs(t * n * noise**t * log(noise) / total) + 4 * ROUNDING * log(n)

    def _entropy(self, t: float, nodes: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
        """ln Z - t W / Z and Z, where Z = Σ λ^t and W = Σ λ^t ln λ."""
        z, w = (self._trace(f, nodes, weights) for f in _functions(t))
        z += 1  # of the known eigenvalue, whose logarithm is 0
        return log(z) - t * w / z, z

    def _trace(self, f: Powers, nodes: np.ndarray, weights: np.ndarray) -> float:
        """With the parabola nearest to f as control variate: its trace is known."""
        scale = float(np.abs(nodes).max()) or 1.0
        powers = np.vander((nodes / scale).ravel(), 3, increasing=True)
        root = np.sqrt(weights.ravel())
        values = f(nodes).ravel()
        fitted = np.linalg.lstsq(powers * root[:, None], values * root, rcond=None)[0]
        left = weights.ravel() @ (values - powers @ fitted) / len(nodes)
        return float(left + fitted @ (self.moments / scale ** np.arange(3)))

    @property
    def trace(self) -> float:
        return float(self.moments[1]) + 1


def _functions(t: float) -> tuple[Powers, Powers]:
    def power(nodes: np.ndarray) -> np.ndarray:
        return np.abs(nodes) ** t

    def logarithmic(nodes: np.ndarray) -> np.ndarray:
        moduli = np.abs(nodes)
        return moduli**t * np.log(np.where(moduli > 0, moduli, 1.0))

    return power, logarithmic


def quadrature(gram: Any, alpha: float, probes: int, steps: int, rng: np.random.Generator) -> Quadrature:
    """Probe the diffusion matrix less its known eigenpair, in float32, by `steps` steps of Lanczos each."""
    rest, known, moments = _rest(gram, alpha)
    scale = sqrt(moments[2] / len(gram)) or 1.0
    rest /= scale  # squares of what is left of a matrix near rank one would leave the range of float32
    xp = array_namespace(rest)
    signs = rng.integers(0, 2, size=(probes, len(gram))) * 2.0 - 1.0
    start = xp.asarray(signs, device=device(rest))
    start = start - (start @ known)[:, None] * known[None, :]
    squares = np.asarray(xp.sum(start * start, axis=1).tolist())
    diagonal, beside = _lanczos(rest, start, known, steps)
    return Quadrature(scale * diagonal, scale * beside, squares, moments)


def _rest(gram: Any, alpha: float) -> tuple[Any, Any, np.ndarray]:
    """The matrix less its known eigenpair in float32, the eigenvector, and the traces of powers 0, 1 and 2.

    The kernel is computed once and kept less a constant near its typical entry, and all else is done in
    float64: what is left of a matrix near rank one is small, and keeps its digits so.
    """
    held = Held.of(gram)
    matrix = diffusion(held, alpha)
    known, scale = matrix.known, matrix.scale
    xp, trace, squares = array_namespace(scale), 0.0, 0.0
    for rows in held.cuts():
        block = xp.astype(held.less[rows, :], xp.float64)
        block *= scale[None, :]
        block += held.typical * scale[None, :] - (known[rows] / scale[rows])[:, None] * known[None, :]
        block *= scale[rows, None]
        held.less[rows, :] = block
        trace += float(xp.sum(xp.linalg.diagonal(block[:, rows])))
        squares += float(xp.sum(block * block))
    return held.less, known, np.array([len(gram) - 1, trace, squares])


def _lanczos(rest: Any, start: Any, known: Any, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Diagonals (probes, steps) and off-diagonals of the tridiagonal matrices of all probes at once.

    Each new vector is made orthogonal to all before and to the known one, twice: float32 loses it else.
    """
    xp = array_namespace(rest)
    probes, n = start.shape
    basis = xp.zeros((probes, steps + 1, n), dtype=xp.float32, device=device(rest))
    basis[:, 0, :] = xp.astype(known, xp.float32)
    vector = xp.astype(start / xp.sqrt(xp.sum(start * start, axis=1, keepdims=True)), xp.float32)
    diagonal, beside = np.zeros((probes, steps)), np.zeros((probes, steps))
    for step in range(steps):
        basis[:, step + 1, :] = vector
        product = vector @ rest
        diagonal[:, step] = xp.sum(product * vector, axis=1).tolist()
        past = basis[:, : step + 2, :]
        for _ in range(2):
            product = product - xp.matmul(xp.matmul(past, product[:, :, None])[:, None, :, 0], past)[:, 0, :]
        norms = xp.sqrt(xp.sum(product * product, axis=1, keepdims=True))
        beside[:, step] = norms[:, 0].tolist()
        vector = product / xp.where(norms > 0, norms, xp.ones_like(norms))
    return diagonal, beside
