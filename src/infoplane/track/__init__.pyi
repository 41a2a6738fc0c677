from .checkpoint import load_checkpoint, save_checkpoint
from .schedule import log_spaced
from .tracker import Tracker

__all__ = ["Tracker", "load_checkpoint", "log_spaced", "save_checkpoint"]
