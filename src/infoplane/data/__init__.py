"""Real data sets: embedded in a package, from a folder of one's own, or downloaded and checked."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
