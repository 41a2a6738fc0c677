"""Distributions that draw samples and know their information: the truth that estimates are held against."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
