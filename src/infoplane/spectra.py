"""Spectra and clusters of a variable as things of their own: to look at, to keep in a file, to give back.

They are computed once for each sample in any case. In a file they outlast the process: `evaluate` keeps those
of a run's variables in the run, because they take longer than everything that is measured with them.
"""

import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np

from infoplane.kernels import Gaussian, NeighbourGraph
from infoplane.measures import Binned, DiffusionEntropy, DiffusionInformation, _check
from infoplane.measures._clusters import clusters_of
from infoplane.measures._kept import Clusters, Spectrum, check_belongs, key
from infoplane.measures._quadrature import Quadrature
from infoplane.measures._spectra import Eigenvalues
from infoplane.runs import Run
from infoplane.runs._files import read_header, read_tensor, write_tensors
from infoplane.sample import Sample

__all__ = ["Clusters", "MinMax", "Spectrum", "clusters", "dse_dsmi", "load", "of_run", "save", "spectrum"]

FOLDER = "spectra"  # of a run
FOUND = {"Eigenvalues": Eigenvalues, "Quadrature": Quadrature}
FORMS = ("diffusion", "entries", "classic", "gaussian", "anisotropic", "knn")


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

    References
    ----------
    .. [1] Damle, Minden, Ying (2019), Simple, direct and efficient multi-way spectral clustering,
       doi:10.1093/imaiai/iay008
    """
    y = _check.one(y, "y")
    _check.continuous_only(y, "clusters", "the labels themselves")
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 2:
        raise ValueError(f"count of clusters must be an integer >= 2; got {count!r}")
    return clusters_of(y, count)


def save(kept: Spectrum | Clusters, path: str | Path) -> None:
    """Write a spectrum or clusters to a safetensors file, whole or not at all."""
    header = {"settings": kept.settings, "data": kept.data}
    if isinstance(kept, Clusters):
        write_tensors(Path(path), {"codes": kept.codes}, header | {"kind": "Clusters"})
        return
    tensors = {field.name: getattr(kept.found, field.name) for field in fields(kept.found)}
    tensors = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    write_tensors(Path(path), tensors, header | {"kind": type(kept.found).__name__})


def load(path: str | Path) -> Spectrum | Clusters:
    """What `save` wrote.

    Raises
    ------
    ValueError
        If the file holds something else, or is damaged.
    """
    path = Path(path)
    header, shapes = read_header(path)
    tensors = {name: read_tensor(path, name) for name in shapes}
    kind = header.get("kind")
    if kind == "Clusters":
        return Clusters(tensors["codes"], header["settings"], header["data"])
    if kind not in FOUND:
        raise ValueError(f"{path} holds neither a spectrum nor clusters; spectra.save writes such files")
    return Spectrum(FOUND[kind](**tensors), header["settings"], header["data"])


def of_run(run: Run, split: str, word: str, step: int | None = None) -> list[Spectrum | Clusters]:
    """What `evaluate` kept of one variable of a run.

    Parameters
    ----------
    run : Run
    split : str
        Of the probe.
    word : str
        ``"input"``, ``"target"`` or ``"layer:NAME"``.
    step : int, optional
        Needed for layers.

    Returns
    -------
    list
        One per setting that was asked for, in no order; none where nothing was.

    Raises
    ------
    ValueError
        For a variable that the run does not have, or a damaged file.
    """
    return [load(path) for path in _files(run, run.digest(split, word, step))]


def restore(x: Sample, run: Run, data: str) -> None:
    """Give a variable of a run, with this digest there, what the run has kept of it."""
    for path in _files(run, data):
        kept = load(path)
        check_belongs(kept, type(kept), x, kept.settings)
        _give(x, kept)


def _give(x: Sample, kept: Spectrum | Clusters) -> None:
    x.derived(key(kept.settings), lambda: kept)


def keep(x: Sample, run: Run, data: str) -> None:
    """Write what was derived from a variable of a run, with this digest there, and is not in the run yet."""
    made: list[Spectrum | Clusters] = [*x.derivations(Spectrum), *x.derivations(Clusters)]
    for kept in made:
        path = run.path / FOLDER / f"{data}-{zlib.crc32(kept.settings.encode()):08x}.safetensors"
        if not path.exists():
            save(kept, path)


def _files(run: Run, data: str) -> list[Path]:
    return sorted((run.path / FOLDER).glob(f"{data}-*.safetensors"))


@dataclass(frozen=True)
class MinMax:
    """A rule of `Binned`: each column has its own bins, of equal width from its least to its largest value.

    Called on a class alone, it bins the class anew: entropies of classes and of all samples then count
    different cells, and their difference is no information. For comparison with what was published so.

    Parameters
    ----------
    bins : int
    """

    bins: int = 2

    def __post_init__(self) -> None:
        _check.positive_integer(self.bins, "bins of MinMax")

    def codes(self, values: np.ndarray) -> tuple[np.ndarray, str]:
        """Of (n, d) values, and no clause."""
        low, high = values.min(axis=0), values.max(axis=0)
        span = np.where(high > low, high - low, 1.0)
        return np.minimum(np.floor((values - low) / span * self.bins), self.bins - 1), ""


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
        Of one variable, or of a variable and its reference.
    form : str
        ``"diffusion"``, ``"entries"`` (its matrix_entry_entropy) and ``"classic"`` (classic_shannon_entropy)
        are the options of its diffusion functions; ``"gaussian"``, ``"anisotropic"`` and ``"knn"`` those of
        its adjacency functions.
    sigma : float
        Bandwidth of the Gaussian kernel in the variable's unit, whatever its width and scale.
    t : float
        Of ``"diffusion"``; the others have none.
    bins : int
        Per column, of ``"classic"``: binned anew in each set of rows.
    knn : int
        Of ``"knn"``: nearest rows, the row itself included; the matrix is not symmetric.

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
