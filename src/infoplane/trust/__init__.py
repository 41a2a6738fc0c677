"""How far an estimate is to be believed: accuracy on known distributions, sweeps of settings."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
