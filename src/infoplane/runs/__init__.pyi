from .folder import Run
from .probe import Probe
from .snapshots import Snapshot

__all__ = ["Probe", "Run", "Snapshot"]
