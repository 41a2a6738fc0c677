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
    state["state"]["key"] = state["state"]["key"].tolist()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
        "mps": [torch.mps.get_rng_state()] if torch.backends.mps.is_available() else [],
        "numpy": state,
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
    key = np.asarray(state["numpy"]["state"]["key"], dtype=np.uint32)
    np.random.set_state({**state["numpy"], "state": {**state["numpy"]["state"], "key": key}})  # noqa: NPY002
    random.setstate(state["python"])
