"""Steps that change a variable before it is measured, visibly: in the measure, its row and its axis."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from infoplane.directions import settled
from infoplane.estimate import DegenerateData
from infoplane.measures import _check
from infoplane.measures._order import content_order, leading_digits
from infoplane.measures._scores import check_side, normal_scores, projected
from infoplane.sample import Sample
from infoplane.settings import integer, number


@dataclass(frozen=True)
class Standardise:
    """Each column to mean 0 and standard deviation 1; columns that are constant but for rounding become 0.

    Raises
    ------
    ValueError
        When called, for labels.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import prepare
    >>> prepare.standardise(np.array([[1.0], [3.0]])).values.ravel()
    array([-1.,  1.])
    """

    def __call__(self, x: Any) -> Sample:
        x = _check.one(x)

        def make(values: np.ndarray) -> np.ndarray:
            low, high = values.min(axis=0), values.max(axis=0)
            values = np.ldexp(values - low, -np.frexp(high - low)[1])  # from 0 to 1
            values -= _mean(values)
            constant = _check.dead_columns(x) | (low == high)
            return np.where(constant, 0.0, values / np.where(constant, 1.0, np.sqrt(_mean(values**2))))

        return _changed(x, "standardise", make)


@dataclass(frozen=True)
class Copula:
    """Each column to the normal scores of its ranks, Φ⁻¹(rank / (n + 1)); ties share their mean rank.

    Monotone in every column, so the information does not change, and heavy tails and scales go. Columns that
    are constant but for rounding become 0.

    Raises
    ------
    ValueError
        When called, for labels.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import prepare
    >>> prepare.copula(np.array([[1.0], [900.0], [30.0]])).values.ravel().round(3)
    array([-0.674,  0.674,  0.   ])
    """

    def __call__(self, x: Any) -> Sample:
        x = _check.one(x)
        make = lambda values: np.where(_check.dead_columns(x), 0.0, normal_scores(values))  # noqa: E731
        return _changed(x, "copula", make)


@dataclass(frozen=True)
class Jitter:
    """Adds normal noise to each column, to break ties.

    Parameters
    ----------
    scale : float
        Standard deviation of the noise in units of the column's own; positive.
    seed : int
        Non-negative; the noise depends on it, on the variable's name and on its values, the first six digits
        of them, so that two variables get independent noise, and one the same on every processor.

    Raises
    ------
    ValueError
        For a scale or a seed that is none; when called, for labels.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import prepare
    >>> counts = np.array([[1.0], [1.0], [2.0]])
    >>> len(np.unique(prepare.Jitter(1e-3)(counts).values))
    3
    """

    numbers: ClassVar[int] = 2
    scale: float = 1e-3
    seed: int = 0

    def __post_init__(self) -> None:
        number(self.scale, "jitter's scale", above=0)
        integer(self.seed, "jitter's seed", 0)

    def __call__(self, x: Any) -> Sample:
        x = _check.one(x)

        def make(values: np.ndarray) -> np.ndarray:
            values, exponents = _moderate(values, axis=0)
            key = [self.seed, zlib.crc32(x.name.encode()), leading_digits(values, exponents)]
            rng = np.random.default_rng(key)
            noise = self.scale * values.std(axis=0) * rng.standard_normal(values.shape)
            return np.ldexp(values + noise, exponents)

        return _changed(x, "jitter", make)


@dataclass(frozen=True)
class PCA:
    """The leading principal components, unscaled; 0 where there are fewer than that.

    Parameters
    ----------
    dim : int
        How many; no more than the variable has columns and samples.

    Raises
    ------
    ValueError
        For a dim that is no such integer; when called, for labels, and for more than 16,384 columns of more
        than as many samples.
    DegenerateData
        When called, for fewer columns or samples than `dim`.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import prepare
    >>> prepare.PCA(1)(np.random.default_rng(0).normal(size=(20, 5))).values.shape
    (20, 1)
    """

    numbers: ClassVar[int] = 3
    dim: int

    def __post_init__(self) -> None:
        integer(self.dim, "dim", 1)

    def __call__(self, x: Any) -> Sample:
        x = _check.one(x)
        if not x.is_labels and self.dim > min(x.values.shape):
            raise DegenerateData(
                f"{x.name!r} has shape {x.values.shape}, so it has no {self.dim} principal components; "
                f"use pca({min(x.values.shape)}) or fewer"
            )

        order = content_order(x)  # axes that round alike in every order leave tied scores tied

        def make(values: np.ndarray) -> np.ndarray:
            values, exponent = _moderate(values[order], axis=None)
            values -= values.mean(axis=0)
            values[:, _check.dead_columns(x)] = 0.0
            check_side(values, x.name)
            _, lengths, rows = np.linalg.svd(values, full_matrices=False)
            axes = (rows.T @ settled(rows.T, lengths, self.dim)).T
            scores = projected(Sample.of(values, x.name), axes).values
            rounding = max(values.shape) * np.finfo(float).eps * lengths[0]
            scores = np.where(lengths[: self.dim] > rounding, scores, 0.0)[np.argsort(order)]
            return np.ldexp(scores, exponent)

        return _changed(x, "pca", make)


standardise = Standardise()
copula = Copula()


def jitter(scale: float = 1e-3, seed: int = 0) -> Jitter:
    """A `Jitter` step: seeded noise, relative to each column's scale, on a copy.

    Parameters
    ----------
    scale : float
        Standard deviation of the noise in units of the column's own; positive.
    seed : int
        Non-negative.

    Raises
    ------
    ValueError
        As `Jitter` does.

    Examples
    --------
    >>> from infoplane import prepare
    >>> prepare.jitter(1e-4)
    Jitter(scale=0.0001, seed=0)
    """
    return Jitter(scale, seed)


def pca(dim: int) -> PCA:
    """A `PCA` step: the leading `dim` principal components.

    Parameters
    ----------
    dim : int
        Number of components.

    Raises
    ------
    ValueError
        As `PCA` does.

    Examples
    --------
    >>> from infoplane import prepare
    >>> prepare.pca(3)
    PCA(dim=3)
    """
    return PCA(dim)


def _moderate(values: np.ndarray, axis: int | None) -> tuple[np.ndarray, np.ndarray]:
    """`values`, columns or all divided by a power of two, so that squares stay in range; and the powers."""
    exponents = np.frexp(np.abs(values).max(axis=axis))[1]
    return np.ldexp(values, -exponents), exponents


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean of columns between -1 and 1, in whole steps, whose sum no order of rows rounds: ties stay."""
    steps = 2.0 ** (62 - len(values).bit_length())
    return np.rint(values * steps).astype(np.int64).sum(axis=0) / (len(values) * steps)


def _changed(x: Any, step: str, make: Callable[[np.ndarray], np.ndarray]) -> Sample:
    x = _check.one(x)
    _check.continuous_only(x, f"prepare.{step}", "it on the other variable")
    return x.but(values=make(x.values.astype(np.float64)), shelf=None)
