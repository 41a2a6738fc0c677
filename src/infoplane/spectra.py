"""Spectra and clusters of a variable as things of their own: to look at, to keep in a file, to give back.

They are computed once for each sample in any case. Those of a run's variables outlast the process in the run,
because they take longer than everything that is measured with them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from infoplane.bins import MinMax
from infoplane.measures.kernel.dse_dsmi import dse_dsmi
from infoplane.measures.kernel.spectra import FOLDER, Clusters, Spectrum, clusters, codec, spectrum
from infoplane.runs import Run
from infoplane.runs.shelf import RunShelf, read_entry, write_entry

__all__ = ["Clusters", "MinMax", "Spectrum", "clusters", "dse_dsmi", "load", "of_run", "save", "spectrum"]


def save(kept: Spectrum | Clusters, path: str | Path) -> None:
    """Write a spectrum or clusters to a safetensors file, whole or not at all.

    Parameters
    ----------
    kept : Spectrum or Clusters
    path : str or Path
        An existing file is replaced.

    Raises
    ------
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> from infoplane import spectra
    >>> kept = spectra.clusters([0.0, 1.0, 9.0], count=2)
    >>> spectra.save(kept, "clusters.safetensors")
    >>> spectra.load("clusters.safetensors").codes
    array([0, 0, 1])
    """
    made_by = codec(type(kept).__name__)
    tensors, header = made_by.pack(kept)
    own = {"settings": kept.settings, "data": kept.data, "numbers": made_by.numbers}
    write_entry(Path(path), tensors, {**header, **own})


def load(path: str | Path) -> Spectrum | Clusters:
    """What `save` wrote.

    Parameters
    ----------
    path : str or Path
        A file of `save`.

    Returns
    -------
    Spectrum or Clusters

    Raises
    ------
    ValueError
        If the file holds something else, or is damaged, or was written when the measure still computed other
        numbers.

    Examples
    --------
    >>> from infoplane import spectra
    >>> kept = spectra.clusters([0.0, 1.0, 9.0], count=2)
    >>> spectra.save(kept, "clusters.safetensors")
    >>> spectra.load("clusters.safetensors").codes
    array([0, 0, 1])
    """
    tensors, header = read_entry(Path(path))
    made = _unpacked(path, tensors, header)
    if not _is_current(header):
        raise ValueError(
            f"{path} was written by a version of infoplane whose measure computed other numbers; make it anew"
        )
    return made


def of_run(run: Run, split: str, word: str, step: int | None = None) -> list[Spectrum | Clusters]:
    """What lies on the run's shelf of one variable.

    Parameters
    ----------
    run : Run
    split : str
        Split of the probe.
    word : str
        ``"input"``, ``"target"`` or ``"layer:NAME"``.
    step : int, optional
        Needed for layers.

    Returns
    -------
    list
        One per setting that was asked for, in no order; none where nothing was. Those of a version whose
        measure computed other numbers are left out.

    Raises
    ------
    ValueError
        For a variable that the run does not have, or a damaged file.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import Ask, DiffusionEntropy, Probe, Run, evaluate, spectra
    >>> x = np.random.default_rng(0).normal(size=(30, 2))
    >>> run = Run("runs/spectra").create({})
    >>> run.set_probe(Probe(x))
    >>> run.record(0, {"fc1": x}, rows=np.arange(30))
    >>> ds = evaluate(run, {"S(T)": Ask(DiffusionEntropy(), of="layer")}, progress=False)
    >>> [len(one.eigenvalues) for one in spectra.of_run(run, "probe", "layer:fc1", step=0)]
    [30]
    """
    shelf = RunShelf(run.path, run.digest(split, word, step))
    found = [(path, *read_entry(path)) for path in shelf.entries(FOLDER)]
    return [_unpacked(*one) for one in found if _is_current(one[-1])]


def _is_current(header: Mapping[str, Any]) -> bool:
    return header.get("numbers", 1) == codec(header.get("kind")).numbers


def _unpacked(path: str | Path, tensors: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> Any:
    try:
        return codec(header.get("kind")).unpack(tensors, header)
    except (ValueError, KeyError) as error:
        raise ValueError(
            f"{path} holds neither a spectrum nor clusters; spectra.save writes such files ({error})"
        ) from error
