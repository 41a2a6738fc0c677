"""What makes rows of estimates the same measurement."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from infoplane.runs.folder import Run
from infoplane.runs.variables import FIRST
from infoplane.settings import canonical


def row_key(row: Mapping[str, Any]) -> tuple:
    """What makes rows of estimates the same measurement: where, of what, by which measure, on which data."""
    place = (row["split"], row["step"], row["layer"], tuple(row["of"]))
    return *place, canonical(row["measure"]), row["data"]


def data_digest(run: Run, split: str, step: int, of_words: Sequence[str]) -> str:
    """One digest of all variables that an estimate was made of.

    Parameters
    ----------
    run : Run
        Where the variables are.
    split : str
        Split of the probe.
    step : int
        The snapshot measured.
    of_words : sequence of str
        ``of`` as it stands in a row: ``"input"``, ``"target"``, ``"layer:NAME"``, ``"layer:NAME@first"``.
        The last is taken from the run's first step.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    return joined_digest(run.digest(split, *place_of(run, step, word)) for word in of_words)


def place_of(run: Run, step: int, word: str) -> tuple[str, int]:
    """The word that the run knows, and the step it is taken from."""
    return (word.removesuffix(FIRST), run.steps[0]) if word.endswith(FIRST) else (word, step)


def joined_digest(digests: Iterable[str]) -> str:
    return hashlib.blake2b("\n".join(digests).encode(), digest_size=8).hexdigest()
