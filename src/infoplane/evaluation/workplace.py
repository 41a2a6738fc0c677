"""What measuring changes in a process, and takes back: BLAS threads, and variables kept between batches."""

import os
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

from infoplane.sample import Sample

FIXED_SAMPLES = 6  # inputs and targets kept by a process, with their slices
LINGER = 1.0  # seconds that a worker keeps them for its next batch


class _Workplace:
    """The state of this process: who measures, what was changed for them, what is kept for them."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.busy = 0
        self.limits: threadpool_limits | None = None
        self.samples: dict[Hashable, Sample] = {}
        self.farewell: threading.Timer | None = None

    def enter(self) -> None:
        with self.lock:
            self.busy += 1
            if self.farewell is not None:
                self.farewell.cancel()
                self.farewell = None
            if self.limits is None:
                self.limits = threadpool_limits(1, user_api="blas")

    def leave(self, linger: float) -> None:
        with self.lock:
            self.busy -= 1
            if self.busy:
                return
            if self.limits is not None:
                self.limits.restore_original_limits()
                self.limits = None
            if not linger:
                self.samples.clear()
            elif self.samples:
                self.farewell = threading.Timer(linger, self.forget)
                self.farewell.daemon = True
                self.farewell.start()

    def forget(self) -> None:
        with self.lock:
            if not self.busy:
                self.samples.clear()

    def fixed(self, key: Hashable, make: Callable[[], Sample]) -> Sample:
        with self.lock:
            if key not in self.samples:
                while len(self.samples) >= FIXED_SAMPLES:
                    del self.samples[next(iter(self.samples))]
                self.samples[key] = make()
            return self.samples[key]


_HERE = _Workplace()
if hasattr(os, "register_at_fork"):  # a child has none of the threads that would leave
    os.register_at_fork(after_in_child=_HERE.__init__)  # type: ignore[misc]


@contextmanager
def workplace(linger: float = LINGER) -> Iterator[None]:
    """One BLAS thread while somebody measures in this process; the last who leaves puts everything back.

    Parameters
    ----------
    linger : float
        Seconds after which fixed variables are let go: of a worker, that does not know whether another batch
        is to come. The threads are given back at once.
    """
    _HERE.enter()
    try:
        yield
    finally:
        _HERE.leave(linger)


def fixed(key: Hashable, make: Callable[[], Sample]) -> Sample:
    """The variable of this key, made once while somebody measures in this process."""
    return _HERE.fixed(key, make)
