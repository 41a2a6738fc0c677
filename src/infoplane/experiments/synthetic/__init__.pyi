from .study import NAME, Synthetic, run

__all__ = ["NAME", "Synthetic", "run"]
