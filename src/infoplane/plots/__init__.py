"""Figures for papers from the dataset of `infoplane.load`; nothing is measured here.

Needs matplotlib, whose pyplot and global settings stay as they are. `plane`, `trajectories`, `curves` and
`layer_similarity` return a `matplotlib.figure.Figure`; `save` writes one, and `unmoved` lists layers.
"""

from typing import Any

import lazy_loader

_attribute, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    try:
        return _attribute(name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "matplotlib":
            raise
        raise ImportError("infoplane.plots needs matplotlib: pip install 'infoplane[plots]'") from error
