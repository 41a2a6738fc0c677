"""A Dask cluster as the executor of a command."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

SECONDS = 10  # to reach the scheduler


@contextmanager
def executor_of(address: str | None, code: str | None) -> Iterator[Executor | None]:
    """The executor of the cluster at this address, whose workers get the file `code`; None without address.

    Raises
    ------
    ImportError
        Without dask.distributed.
    ValueError
        If no scheduler answers there.
    """
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise ImportError("a Dask cluster needs the extra: pip install 'infoplane[dask]'") from error
    try:
        client = Client(address, timeout=SECONDS)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"no Dask scheduler answers at {address!r} ({error}); start one with `dask scheduler`, and "
            "workers with `dask worker ADDRESS`"
        ) from error
    with client:
        if code is not None:
            client.upload_file(code)
        yield client.get_executor()
