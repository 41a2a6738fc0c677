"""The folder of a run: its settings, its probe, snapshots of its layers, metrics and estimates."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
