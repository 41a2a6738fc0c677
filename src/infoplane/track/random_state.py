"""The state of every global random generator a training loop draws from."""

import random
from typing import Any

import numpy as np
import torch


def capture() -> dict[str, Any]:
    """The states of torch (CPU, and CUDA and MPS where they are in use), numpy and Python.

    Plain values and tensors, so that a checkpoint can hold them.
    """
    state = np.random.get_state(legacy=False)  # noqa: NPY002 - the user's generator, only read
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
        "mps": [torch.mps.get_rng_state()] if torch.backends.mps.is_available() else [],
        "numpy": _as_lists(state),
        "python": random.getstate(),
    }


def restore(state: dict[str, Any]) -> None:
    """Set every generator back to what `capture` found; devices that are not here are left out."""
    torch.set_rng_state(state["torch"])
    if state["cuda"] and torch.cuda.is_available():
        for device, one in enumerate(state["cuda"][: torch.cuda.device_count()]):
            torch.cuda.set_rng_state(one, device)
    if state["mps"] and torch.backends.mps.is_available():
        torch.mps.set_rng_state(state["mps"][0])
    kind = np.uint32 if state["numpy"]["bit_generator"] == "MT19937" else np.uint64
    np.random.set_state(_as_arrays(state["numpy"], kind))  # noqa: NPY002
    random.setstate(state["python"])


def _as_lists(state: Any) -> Any:
    """The state of any of numpy's bit generators, with its arrays as lists."""
    if isinstance(state, dict):
        return {key: _as_lists(value) for key, value in state.items()}
    return state.tolist() if isinstance(state, np.ndarray) else state


def _as_arrays(state: Any, kind: type) -> Any:
    if isinstance(state, dict):
        return {key: _as_arrays(value, kind) for key, value in state.items()}
    return np.asarray(state, dtype=kind) if isinstance(state, list) else state
