"""A PyTorch model in training -> a `Run`. Takes no measures: what is captured here is measured later."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
