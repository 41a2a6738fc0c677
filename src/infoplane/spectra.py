"""Spectra and clusters of a variable as things of their own: to look at, to keep in a file, to give back.

They are computed once for each sample in any case. In a file they outlast the process: `evaluate` keeps those
of a run's variables in the run, because they take longer than everything that is measured with them.
"""

import zlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from infoplane.bins import MinMax
from infoplane.measures import DiffusionEntropy, _check
from infoplane.measures.kernel._clusters import clusters_of
from infoplane.measures.kernel._kept import Clusters, Spectrum, check_belongs, key
from infoplane.measures.kernel._quadrature import Quadrature
from infoplane.measures.kernel._spectra import Eigenvalues
from infoplane.measures.kernel.dse_dsmi import dse_dsmi
from infoplane.runs import Run
from infoplane.sample import Sample
from infoplane.storage.files import read_header, read_tensor, write_tensors

__all__ = ["Clusters", "MinMax", "Spectrum", "clusters", "dse_dsmi", "load", "of_run", "save", "spectrum"]
FOLDER = "spectra"  # of a run
FOUND = {"Eigenvalues": Eigenvalues, "Quadrature": Quadrature}


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
