"""Kernels: what two rows of a variable have in common, as a number; settings, and the Gram matrix in blocks.

Arrays stay in the namespace and on the device they came in, numpy or torch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
