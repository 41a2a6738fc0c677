from .sweeps import sensitivity

__all__ = ["sensitivity"]
