"""How Ctrl-C and SIGTERM end a command: at once, saying what is kept."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


@contextmanager
def ending_at_signals() -> Iterator[None]:
    """Exit with 130 after Ctrl-C and 143 after SIGTERM, with the notes on the interrupt as last words.

    Measuring threads are left behind: the process ends although an estimate is under way.
    """
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except KeyboardInterrupt as stop:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second one finds nothing left to stop
        said = "; ".join(getattr(stop, "__notes__", [])) or "stopped; what was finished is kept"
        print(f"\ninfoplane: {said}", file=sys.stderr, flush=True)
        sys.exit(143 if isinstance(stop, Terminated) else 130)
    finally:
        signal.signal(signal.SIGTERM, before)
