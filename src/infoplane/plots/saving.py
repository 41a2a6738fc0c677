"""Figures as files."""

import io
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from infoplane.plots.style import RC
from infoplane.storage.files import write_whole

FORMATS: dict[str, dict] = {".pdf": {"CreationDate": None}, ".svg": {"Date": None}, ".png": {}}


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure whole or not at all, by the ending of `path`: .pdf, .svg or .png (300 dpi).

    PDF embeds its fonts as TrueType; a figure made again gives the same bytes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Any figure.
    path : str or Path
        An existing file is replaced, a missing folder made.

    Returns
    -------
    Path
        Where it is now.

    Raises
    ------
    ValueError
        For another ending.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from infoplane import plots
    >>> plots.save(Figure(figsize=(2, 1)), "empty.pdf").name
    'empty.pdf'
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise ValueError(f"figures are saved as {', '.join(FORMATS)}; got {path.name!r}")
    file = io.BytesIO()
    with matplotlib.rc_context(RC):
        figure.savefig(file, format=ending[1:], metadata=FORMATS[ending])
    write_whole(path, file.getvalue())
    return path
