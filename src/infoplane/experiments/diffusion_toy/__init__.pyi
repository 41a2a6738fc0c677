from .study import NAME, DiffusionToy, run

__all__ = ["NAME", "DiffusionToy", "run"]
