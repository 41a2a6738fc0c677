"""The kernels: settings that make a Gram matrix of a sample."""

from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Any

from array_api_compat import array_namespace

from infoplane.estimate import DegenerateData
from infoplane.kernels.bandwidths import (
    LIMIT,
    Bandwidth,
    Median,
    Neighbours,
    checked,
    one_width,
    own_widths,
    times_power,
)
from infoplane.kernels.distances import (
    about_medians,
    centred,
    half_squared,
    half_squares,
    manhattan,
    scaled,
    squared,
)
from infoplane.kernels.matrix import Gram
from infoplane.sample import Sample

LOST = 1e-10  # largest error of an exponent that products of rows may make
LARGEST = 1e150  # its square times a number of columns is a float64


@dataclass(frozen=True)
class Gaussian:
    r"""Similarity that falls with the squared distance.

    .. math:: k(a, b) = \exp\left(-\frac{|a - b|^2}{2σ^2}\right)

    With `Neighbours` each row has a bandwidth of its own, and k is
    :math:`\exp(-|a - b|^2 / (σ_a σ_b))` as in [1]_.

    Parameters
    ----------
    bandwidth : float, "median", Median, PerRootDim or Neighbours
        σ in the variable's unit, or a rule for it. A number sees scale and width: a layer whose activations
        grow looks less and less similar to itself.

    Raises
    ------
    ValueError
        For a bandwidth that is none of these, or labels, which have no distances.
    DegenerateData
        If a rule gives 0, because most rows are equal.

    Examples
    --------
    >>> from infoplane import Sample, kernels
    >>> kernels.Gaussian(1.0).gram(Sample([0.0, 1.0, 3.0])).full().round(4)
    array([[1.    , 0.6065, 0.0111],
           [0.6065, 1.    , 0.1353],
           [0.0111, 0.1353, 1.    ]])

    References
    ----------
    .. [1] Zelnik-Manor, Perona (2004), Self-tuning spectral clustering
    """

    bandwidth: Bandwidth = "median"

    def __post_init__(self) -> None:
        checked(self.bandwidth)

    def gram(self, x: Sample) -> Gram:
        """The matrix between all rows of a continuous sample."""
        numbers_only(x, self)
        rows, exponent = centred(x)
        if isinstance(self.bandwidth, Neighbours):
            widths = own_widths(x, self.bandwidth)
            factors = sqrt(2) / widths  # times half the squared distance
            reach = half_squares(rows)
            between = partial(_adaptive, direct=_needs_differences(reach * factors**2))
            return Gram((rows, reach, factors), between, widths * 2.0**exponent)
        width, in_unit = one_width(x, _rule(self.bandwidth), "euclidean")
        reach, factor = half_squares(rows), -(width**-2)
        between = partial(_gaussian, factor=factor, direct=_needs_differences(-factor * reach))
        return Gram((rows, reach), between, in_unit)


@dataclass(frozen=True)
class Laplace:
    r"""Similarity that falls with the sum of absolute differences (the 1-norm).

    .. math:: k(a, b) = \exp\left(-\frac{\sum_i |a_i - b_i|}{σ}\right)

    Parameters
    ----------
    bandwidth : float, "median", Median or PerRootDim
        σ in the variable's unit, or a rule for it; the median is that of the same norm.

    Raises
    ------
    ValueError
        For a bandwidth that is none of these, or labels, which have no distances.
    DegenerateData
        If a rule gives 0, because most rows are equal.

    Notes
    -----
    Needs every difference, so that wide variables take several times as long as with `Gaussian`.

    Examples
    --------
    >>> from infoplane import Sample, kernels
    >>> kernels.Laplace(1.0).gram(Sample([0.0, 1.0, 3.0])).full().round(4)
    array([[1.    , 0.3679, 0.0498],
           [0.3679, 1.    , 0.1353],
           [0.0498, 0.1353, 1.    ]])
    """

    bandwidth: Bandwidth = "median"

    def __post_init__(self) -> None:
        checked(self.bandwidth)
        if isinstance(self.bandwidth, Neighbours):
            raise ValueError("Neighbours is a bandwidth of Gaussian; Laplace takes a number or another rule")

    def gram(self, x: Sample) -> Gram:
        """The matrix between all rows of a continuous sample."""
        numbers_only(x, self)
        width, in_unit = one_width(x, _rule(self.bandwidth), "cityblock")
        rows, exponent = scaled(x)  # as they are: differences need no centre, which would round them
        width = max(times_power(width, centred(x)[1] - exponent), 1 / LIMIT["cityblock"])
        return Gram((rows,), partial(_laplace, factor=-1 / width), in_unit)


@dataclass(frozen=True)
class Linear:
    """The product of two rows as they are, not centred: its HSIC is the squared norm of the covariances.

    Raises
    ------
    ValueError
        For labels; `Delta` is their linear kernel.
    DegenerateData
        For values beyond 1e150, whose squares leave the range of float64.

    Examples
    --------
    >>> from infoplane import Sample, kernels
    >>> kernels.Linear().gram(Sample([[1.0, 2.0], [3.0, 0.0]])).full()
    array([[5., 3.],
           [3., 9.]])
    """

    def gram(self, x: Sample) -> Gram:
        """The matrix between all rows of a continuous sample."""
        numbers_only(x, self)
        xp = array_namespace(x.array)
        rows = xp.astype(x.array, xp.float64)
        largest = float(xp.max(xp.abs(rows)))
        if largest > LARGEST:
            raise DegenerateData(
                f"products of rows of {x.name!r}, which reach {largest:.3g}, leave the range of float64; "
                "divide it by a constant"
            )
        return Gram((rows,), _linear)


@dataclass(frozen=True)
class Delta:
    """1 where two labels are the same, else 0.

    Raises
    ------
    ValueError
        For a continuous variable.

    Examples
    --------
    >>> from infoplane import Sample, kernels
    >>> kernels.Delta().gram(Sample(["a", "b", "a"])).full()
    array([[1., 0., 1.],
           [0., 1., 0.],
           [1., 0., 1.]])
    """

    def gram(self, x: Sample) -> Gram:
        """The matrix between all labels."""
        if not x.is_labels:
            raise ValueError(
                f"{self!r} is of labels; {x.name!r} is continuous. Use kernels.Gaussian() for it, or "
                f"labels({x.name}) if its values name classes"
            )
        return Gram((x.array,), _delta)


def products(x: Sample) -> tuple[Gram, int]:
    """`Linear` between rows about their middle, and the power of two that it was divided by."""
    numbers_only(x, Linear())
    rows, exponent = about_medians(x.array)
    return Gram((rows,), _linear), 2 * exponent


def numbers_only(x: Sample, kernel: Any) -> None:
    if x.is_labels:
        raise ValueError(
            f"{kernel!r} is of continuous variables; {x.name!r} holds labels. Use kernels.Delta() for it, or "
            f"continuous({x.name}) if its values are quantities"
        )


def _rule(bandwidth: Bandwidth) -> Any:
    return Median() if bandwidth == "median" else bandwidth


def _needs_differences(reach: Any) -> bool:
    """Whether exponents, as differences of such numbers, would lose what differences of rows keep."""
    return float(array_namespace(reach).max(reach)) * 2.0**-52 > LOST


def _gaussian(left: tuple[Any, ...], right: tuple[Any, ...], factor: float, direct: bool) -> Any:
    (a, half_a), (b, half_b) = left, right
    half = squared(a, b) / 2 if direct else half_squared(a, half_a, b, half_b)
    half *= factor
    return array_namespace(a).exp(half)


def _adaptive(left: tuple[Any, ...], right: tuple[Any, ...], direct: bool) -> Any:
    (a, half_a, by_a), (b, half_b, by_b) = left, right
    half = squared(a, b) / 2 if direct else half_squared(a, half_a, b, half_b)
    half *= by_a[:, None]
    half *= -by_b[None, :]
    return array_namespace(a).exp(half)


def _laplace(left: tuple[Any, ...], right: tuple[Any, ...], factor: float) -> Any:
    distances = manhattan(left[0], right[0])
    distances *= factor
    return array_namespace(distances).exp(distances)


def _linear(left: tuple[Any, ...], right: tuple[Any, ...]) -> Any:
    return left[0] @ right[0].T


def _delta(left: tuple[Any, ...], right: tuple[Any, ...]) -> Any:
    return left[0][:, None] == right[0][None, :]
