"""Spectra and clusters of a variable as things of their own: to look at, and to give back to a measure."""

from typing import Any

from infoplane.keeping import Codec
from infoplane.measures import _check
from infoplane.measures.kernel._kept import FOLDER, Clusters, ClustersCodec, Spectrum, SpectrumCodec
from infoplane.measures.kernel.diffusion_entropy import DiffusionEntropy
from infoplane.measures.kernel.diffusion_information import DiffusionInformation
from infoplane.settings import integer

__all__ = ["FOLDER", "Clusters", "Spectrum", "clusters", "codec", "spectrum"]


def spectrum(x: Any, entropy: DiffusionEntropy | None = None) -> Spectrum:
    """The spectrum of `x` that an entropy is made of, for every `t`.

    Parameters
    ----------
    x : array or Sample
        (n,) or (n, d).
    entropy : DiffusionEntropy, optional
        Whose kernel, alpha, matrix and kind of spectrum count; the default settings if left out.

    Returns
    -------
    Spectrum
        With ``.eigenvalues`` if it is exact. ``entropy(x, spectrum=...)`` takes it back, and raises
        ValueError if it belongs to other data or settings.

    Raises
    ------
    ValueError, DegenerateData
        As the measure does.

    Examples
    --------
    >>> from infoplane import DiffusionEntropy, spectra
    >>> x = [[0.0], [1.0], [2.0], [7.0]]
    >>> spectrum = spectra.spectrum(x)
    >>> bool(abs(spectrum.eigenvalues[-1] - 1) < 1e-12)
    True
    >>> DiffusionEntropy(t=3)(x, spectrum=spectrum) == DiffusionEntropy(t=3)(x)
    True
    """
    return (entropy or DiffusionEntropy()).spectrum_of(x)


def clusters(y: Any, count: int = 10) -> Clusters:
    """Clusters of a continuous reference, as `DiffusionInformation` makes them.

    Parameters
    ----------
    y : array or Sample
        A single column is cut into bins of equal width, more are clustered by the graph of nearest rows [1]_.
    count : int
        At least 2 and at most n. Bins may be empty.

    Returns
    -------
    Clusters
        ``.codes`` are from 0. ``DiffusionInformation(classes=count)(x, y, clusters=...)`` takes it back, and
        raises ValueError if it belongs to other data or another count.

    Raises
    ------
    ValueError
        For labels, fewer rows than clusters, or a count below 2.
    DegenerateData
        For non-finite values.

    Examples
    --------
    >>> from infoplane import spectra
    >>> spectra.clusters([0.0, 1.0, 9.0], count=2).codes
    array([0, 0, 1])

    References
    ----------
    .. [1] Damle, Minden, Ying (2019), Simple, direct and efficient multi-way spectral clustering,
       doi:10.1093/imaiai/iay008
    """
    y = _check.one(y, "y")
    _check.continuous_only(y, "clusters", "the labels themselves")
    return DiffusionInformation(classes=integer(count, "count of clusters", 2)).clusters_of(y)


def codec(kind: str | None) -> Codec[Any]:
    """How what a header calls by this name is stored, by the measure that makes it today."""
    if kind == ClustersCodec.kind:
        return ClustersCodec(DiffusionInformation.numbers)
    return SpectrumCodec(DiffusionEntropy.numbers)
