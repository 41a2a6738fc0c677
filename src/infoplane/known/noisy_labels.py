"""Labels that went through a noisy channel."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from infoplane.estimate import Estimate
from infoplane.known._check import probabilities
from infoplane.known.atoms import coin_entropy
from infoplane.settings import integer, number


@dataclass(frozen=True)
class SymmetricChannel:
    """Labels X, and Y the same label or, with probability `flip`, one of the others, all equally likely.

    ``I(X;Y) = H(Y) - h(flip) - flip ln(C - 1)`` with h the entropy of a coin; ``H(Y) = ln C`` for equal
    probabilities.

    Parameters
    ----------
    classes : int
        C ``>= 2``.
    flip : float
        Probability that the label changes, from 0 to 1; at ``(C-1)/C`` nothing is left.
    probabilities : sequence of C numbers, optional
        Probabilities of the labels X, each ``>= 0``, with sum 1. Equal by default.

    Raises
    ------
    ValueError
        If a value is out of its range.

    Examples
    --------
    >>> SymmetricChannel(classes=10, flip=0.2).mutual_information()
    Estimate(1.363 nats)
    """

    classes: int = 10
    flip: float | int = 0.2
    probabilities: Sequence[float | int] | None = None

    def __post_init__(self) -> None:
        integer(self.classes, "classes", 2)
        number(self.flip, "flip", at_least=0, at_most=1)
        if self.probabilities is not None:
            object.__setattr__(self, "probabilities", probabilities(self.probabilities, self.classes))

    def draw(self, n: int, seed: int = 0) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " n"]]:
        """`n` independent pairs of labels: two int64 arrays of shape (n,)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        x = rng.choice(self.classes, size=integer(n, "n", 1), p=self.probabilities).astype(np.int64)
        return x, self.send(x, rng)

    def send(self, labels: Int[np.ndarray, " n"], rng: np.random.Generator) -> Int[np.ndarray, " n"]:
        """What comes out when these labels go in."""
        moved = rng.integers(1, self.classes, size=len(labels))
        return (labels + np.where(rng.random(len(labels)) < self.flip, moved, 0)) % self.classes

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        p = np.full(self.classes, 1 / self.classes) if self.probabilities is None else self.probabilities
        came = [(1 - self.flip) * one + self.flip * (1 - one) / (self.classes - 1) for one in p]
        entropy = -sum(q * math.log(q) for q in came if q > 0)
        return Estimate(float(entropy - coin_entropy(self.flip) - self.flip * math.log(self.classes - 1)))


@dataclass(frozen=True)
class NoisyLabels:
    """X uniform in a cube, and labels Y of which slab of the cube it lies in, some of them wrong.

    The first coordinate decides: its C equal intervals are the classes. The true label is a function of X and
    the noise is not, so that I(X;Y) is the information of the channel, ``ln C - h(flip) - flip ln(C - 1)``.

    Parameters
    ----------
    classes : int
        C ``>= 2``.
    flip : float
        Probability of a wrong label, all wrong ones equally likely; from 0 to 1.
    width : int
        Columns of X, ``>= 1``.

    Raises
    ------
    ValueError
        If a value is out of its range.

    Examples
    --------
    Images of a blob whose place decides the label, one label in ten being wrong:

    >>> from infoplane.known import Blob, Transformed
    >>> images = Transformed(NoisyLabels(classes=4, flip=0.1, width=2), x=Blob(size=8))
    >>> images.mutual_information()
    Estimate(0.9514 nats)
    """

    classes: int = 10
    flip: float | int = 0.2
    width: int = 1

    def __post_init__(self) -> None:
        integer(self.width, "width", 1)
        self._channel()

    def _channel(self) -> SymmetricChannel:
        return SymmetricChannel(self.classes, self.flip)

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n width"], Int[np.ndarray, " n"]]:
        """`n` independent rows, float64 of shape (n, width), and int64 labels of shape (n,)."""
        rng = np.random.default_rng(integer(seed, "seed", 0))
        x = rng.random((integer(n, "n", 1), self.width))
        return x, self._channel().send((self.classes * x[:, 0]).astype(np.int64), rng)

    def mutual_information(self) -> Estimate:
        """I(X;Y), exact, in nats."""
        return self._channel().mutual_information()

    def label_entropy(self) -> Estimate:
        """Entropy of Y, ``ln classes``, in nats."""
        return Estimate(math.log(self.classes))
