"""Rows of estimates as one labelled dataset: its schema, its files, and differences within it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
