"""A probe's input, batch by batch, where and how the model wants it."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

CASTABLE = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def bounds(rows: int, batch_size: int) -> Iterator[tuple[int, int]]:
    """Even batches of at most `batch_size`: no lone last row, which a squeeze in a model would trip over."""
    count = -(-rows // batch_size)
    edges = [rows * i // count for i in range(count + 1)]
    return itertools.pairwise(edges)


def call(model: torch.nn.Module, x: Any, start: int, stop: int) -> Any:
    """What the model returns for these rows: a tuple is passed as ``*args``, a dict as ``**kwargs``.

    The rows are copied, moved to the device of the model's parameters and, where they are floating point,
    cast to the parameters' dtype: a model may write to its input.
    """
    tensors = list(itertools.chain(model.parameters(), model.buffers()))
    device = tensors[0].device if tensors else None
    dtype = next((t.dtype for t in tensors if t.dtype in CASTABLE), None)
    batch = _rows(x, start, stop, device, dtype)
    if isinstance(batch, dict):
        if not all(isinstance(name, str) for name in batch):
            raise ValueError(f"the keys of the probe's x are the model's arguments; got {list(batch)!r:.100}")
        return model(**batch)
    return model(*batch) if isinstance(batch, tuple) else model(batch)


def _rows(x: Any, start: int, stop: int, device: torch.device | None, dtype: torch.dtype | None) -> Any:
    if isinstance(x, Mapping):
        return {key: _rows(value, start, stop, device, dtype) for key, value in x.items()}
    if isinstance(x, tuple):
        return tuple(_rows(value, start, stop, device, dtype) for value in x)
    part = x.iloc[start:stop] if hasattr(x, "iloc") else x[start:stop]  # pandas may slice by its index
    tensor = part.detach() if isinstance(part, torch.Tensor) else _numbers(part)
    to = dtype if tensor.is_floating_point() else None
    return tensor.to(device=device, dtype=to, copy=True)


def _numbers(part: Any) -> torch.Tensor:
    try:
        return torch.from_numpy(np.array(part, order="C"))  # one order, one rounding
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"the model can't be given the probe's x, which is no array of numbers: {error}"
        ) from error
