"""The measures of a published package, as settings of ours."""

from typing import Any, Literal

from infoplane.bins import MinMax
from infoplane.kernels import Gaussian, NeighbourGraph
from infoplane.measures.counting.binned import Binned
from infoplane.measures.kernel.diffusion_entropy import DiffusionEntropy
from infoplane.measures.kernel.diffusion_information import DiffusionInformation

FORMS = ("diffusion", "entries", "classic", "gaussian", "anisotropic", "knn")


def dse_dsmi(
    of: Literal["entropy", "information"] = "entropy",
    form: Literal["diffusion", "entries", "classic", "gaussian", "anisotropic", "knn"] = "diffusion",
    *,
    sigma: float | int = 10,
    t: float | int = 1,
    bins: int = 2,
    knn: int = 10,
) -> Any:
    """The measure that gives, in bits, what the package dse-dsmi 1.1 does.

    Parameters
    ----------
    of : {"entropy", "information"}
        A measure of one variable, or of a variable and its reference.
    form : str
        ``"diffusion"``, ``"entries"`` (its matrix_entry_entropy) and ``"classic"`` (classic_shannon_entropy)
        are the options of its diffusion functions; ``"gaussian"``, ``"anisotropic"`` and ``"knn"`` those of
        its adjacency functions.
    sigma : float
        Bandwidth of the Gaussian kernel in the variable's unit, whatever its width and scale.
    t : float
        Steps of ``"diffusion"``; the others have none.
    bins : int
        Bins per column of ``"classic"``: binned anew in each set of rows.
    knn : int
        Nearest rows of ``"knn"``, the row itself included; the matrix is not symmetric.

    Returns
    -------
    DiffusionEntropy, Binned or DiffusionInformation
        In nats: ``measure(x).in_bits()``. Entropies agree to 1e-6 bits; information draws other random
        subsets, and agrees within the errors of both.

    Raises
    ------
    ValueError
        For settings out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import spectra
    >>> x = np.random.RandomState(0).uniform(0, 1, (300, 16))
    >>> round(spectra.dse_dsmi(sigma=0.5)(x).in_bits().value, 6)
    8.066569
    """
    if of not in ("entropy", "information") or form not in FORMS:
        raise ValueError(
            f"dse_dsmi is of 'entropy' or 'information', its form one of {', '.join(FORMS)}; got {of!r} and "
            f"{form!r}"
        )
    if form == "classic":
        entropy: Any = Binned(MinMax(bins))
    else:
        kernel = NeighbourGraph(knn, symmetric=False) if form == "knn" else Gaussian(float(sigma))
        alpha = 0.5 if form in ("entries", "anisotropic") else 0
        entropy = DiffusionEntropy(
            kernel,
            alpha=alpha,
            t=t if form == "diffusion" else 1,
            over="entries" if form == "entries" else "eigenvalues",
            matrix="diffusion" if form in ("diffusion", "entries") else "adjacency",
        )
    return entropy if of == "entropy" else DiffusionInformation(entropy)
