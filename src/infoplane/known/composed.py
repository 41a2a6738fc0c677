"""Known distributions made of known distributions."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from infoplane.estimate import Estimate
from infoplane.known._check import not_labels
from infoplane.known.distribution import Distribution
from infoplane.settings import able, integer

BASE = "a distribution like known.Normal(rho=0.5)"


@dataclass(frozen=True)
class Transformed:
    """Another distribution's X and Y, each after maps of its own.

    Where the maps are one-to-one the information stays what it was; where one is not, and does not say that
    it is, the information is refused.

    Parameters
    ----------
    base : Distribution
        What is mapped; it may itself be transformed.
    x, y : map or tuple of maps
        Applied to the side in this order; none by default. A map takes and returns rows of numbers (labels
        are not mapped) and, to keep the truth, has an attribute ``one_to_one = True``. To stay comparable,
        hashable and picklable, it should be a frozen dataclass like those in this module.

    Raises
    ------
    ValueError
        If a map cannot be called. `draw` raises it for a map of labels, and what the maps raise;
        `mutual_information` for maps that are not one-to-one.

    Examples
    --------
    >>> from infoplane.known import Asinh, HalfCube, Normal, NormalCdf, SwissRoll
    >>> base = Normal(rho=0.75)
    >>> Transformed(base, x=HalfCube(), y=Asinh()).mutual_information() == base.mutual_information()
    True
    >>> x, y = Transformed(base, x=(NormalCdf(), SwissRoll())).draw(100)
    >>> x.shape, y.shape
    ((100, 2), (100, 1))
    """

    base: Distribution
    x: Any = ()
    y: Any = ()

    def __post_init__(self) -> None:
        able(self.base, "draw", "base", BASE)
        for side, given in (("x", self.x), ("y", self.y)):
            maps = tuple(given) if isinstance(given, tuple | list) else (given,)
            for one in maps:
                if not callable(one) or isinstance(one, type):
                    raise ValueError(f"{side} must be a map of rows, or a tuple of maps; got {one!r}")
            object.__setattr__(self, side, maps)

    def draw(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """`n` independent pairs, those of the base with this seed, mapped."""
        x, y = self.base.draw(n, seed)
        return _mapped(x, self.x), _mapped(y, self.y)

    def mutual_information(self) -> Estimate:
        """I(X;Y) in nats: that of the base, with its error."""
        truth = self.base.mutual_information()
        for side, maps in (("x", self.x), ("y", self.y)):
            for one in maps:
                if not getattr(one, "one_to_one", False):
                    raise ValueError(
                        f"{one!r}, of {side}, is not said to be one-to-one: the information is at most the "
                        f"{truth.value:.4g} nats before it, and not known. If it is one-to-one, give it an "
                        "attribute one_to_one = True; CensoredNormal knows rectified and clipped normals"
                    )
        return truth


def _mapped(values: np.ndarray, maps: Any) -> np.ndarray:
    for one in maps:
        values = one(not_labels(values, f"{one!r}"))
    return values


@dataclass(frozen=True)
class Copies:
    """Another distribution whose columns are repeated: wider, redundant, with the same information.

    Slicing, which favours redundancy [1]_, cannot tell: a random direction of the copies is one of the base,
    lengthened, so that every S_k is that of the base. One correlated pair, copied ten times, has all its
    information in S₁, where ten columns with the same information spread evenly have next to none.

    Parameters
    ----------
    base : Distribution
        What is copied.
    x, y : int
        How often each side's columns appear, ``>= 1``; labels only once.

    Raises
    ------
    ValueError
        If x or y is not such a number; `draw`, for copies of labels.

    Examples
    --------
    >>> from infoplane.known import Normal
    >>> Copies(Normal(information=1), x=10, y=10).sliced()
    Estimate(1 nats)
    >>> Normal(information=1, dims=10).sliced()
    Estimate(0.009278 ± 1e-16 nats)

    References
    ----------
    .. [1] arXiv:2506.04053
    """

    base: Distribution
    x: int = 1
    y: int = 1

    def __post_init__(self) -> None:
        able(self.base, "draw", "base", BASE)
        integer(self.x, "copies of x", 1)
        integer(self.y, "copies of y", 1)

    def draw(self, n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """`n` independent pairs: the base's columns one after the other, then again."""
        x, y = self.base.draw(n, seed)
        if self.x > 1:
            x = np.tile(not_labels(x, f"x={self.x} copies"), self.x)
        if self.y > 1:
            y = np.tile(not_labels(y, f"y={self.y} copies"), self.y)
        return x, y

    def mutual_information(self) -> Estimate:
        """I(X;Y) in nats: that of the base, with its error."""
        return self.base.mutual_information()

    def sliced(self, dim: int = 1) -> Estimate:
        """Sliced information S_k, ``k = dim``, in nats: that of the base.

        Raises
        ------
        ValueError
            If the base does not know its sliced information and is not a pair of single columns.
        """
        integer(dim, "dim of a slice", 1)
        known = getattr(self.base, "sliced", None)
        if known is not None:
            return known(dim=dim)
        if any(side[0].size > 1 for side in self.base.draw(1)):
            raise ValueError(f"the sliced information of {self.base!r} is not known, hence not of its copies")
        return self.mutual_information()


@dataclass(frozen=True)
class Independent:
    """Distributions side by side, independent of each other: information adds up.

    Parameters
    ----------
    parts : tuple of Distribution
        At least one; X has the columns of all their X, Y of all their Y. The same part may appear again.

    Raises
    ------
    ValueError
        If there are no parts; `draw`, if a part has labels.

    Examples
    --------
    >>> from infoplane.known import Normal
    >>> Independent((Normal(rho=0.5), Normal(information=1, dims=3))).mutual_information()
    Estimate(1.144 nats)
    """

    parts: tuple[Distribution, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.parts, list | tuple) or not self.parts:
            raise ValueError(f"parts must be a tuple of at least one distribution; got {self.parts!r}")
        for part in self.parts:
            able(part, "draw", "parts", BASE)
        object.__setattr__(self, "parts", tuple(self.parts))

    def draw(self, n: int, seed: int = 0) -> tuple[Float[np.ndarray, "n dx"], Float[np.ndarray, "n dy"]]:
        """`n` independent pairs of rows; every part has a seed of its own, even beside an equal one."""
        integer(seed, "seed", 0)
        drawn = []
        for i, part in enumerate(self.parts):
            stream = np.random.default_rng([seed, zlib.crc32(b"parts"), i])
            drawn.append(part.draw(n, int(stream.integers(2**32))))
        x, y = (
            np.hstack([not_labels(pair[side], "a part beside others") for pair in drawn]) for side in (0, 1)
        )
        return x, y

    def mutual_information(self) -> Estimate:
        """I(X;Y) in nats; errors of the same source add up, as those of equal parts are the same."""
        truths = [part.mutual_information() for part in self.parts]
        sources = dict.fromkeys(source for truth in truths for source in truth.errors)
        errors = {source: sum(truth.errors.get(source, 0.0) for truth in truths) for source in sources}
        return Estimate(sum(truth.value for truth in truths), errors=errors)
