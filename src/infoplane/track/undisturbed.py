"""Running a user's model without leaving a trace."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator

import torch

from infoplane.track import random_state

See = Callable[[str, torch.nn.Module, object], None]


@contextlib.contextmanager
def untouched(model: torch.nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; mode of each module, buffers and random state are put back.

    The `training` flags are set directly: an overridden ``train()`` may do more than that (merging adapter
    weights, say) and not undo it to the bit. Autocast is off, so that activations have the precision of the
    parameters wherever the call stands, and its cache of cast weights sees none without gradients. What
    ``torch.compile`` made runs as plain Python, because compiled code ignores hooks that come late, and
    transformers take the path that they take in training (`_layer_by_layer`).
    """
    modes = [(module, module.training) for module in model.modules()]
    buffers = [
        (module, name, buffer, (buffer.clone(), version(buffer)))
        for module in model.modules()
        for name, buffer in module._buffers.items()
        if buffer is not None
    ]
    random = random_state.capture()
    try:
        for module, _ in modes:
            module.training = False
        with _plain_execution(), _layer_by_layer():
            yield
    finally:
        random_state.restore(random)
        for module, mode in modes:
            module.training = mode
        for module, name, buffer, before in buffers:
            _put_back(module, name, buffer, before)


@contextlib.contextmanager
def _plain_execution() -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.no_grad())
        for device in ("cpu", "cuda", "mps", "xpu"):
            if torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        if "torch._dynamo" in sys.modules and hasattr(torch.compiler, "set_stance"):  # from torch 2.6 on
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        yield


@contextlib.contextmanager
def _layer_by_layer() -> Iterator[None]:
    """Transformers call their layers one after another, on plain tensors.

    In evaluation mode PyTorch fuses a `TransformerEncoderLayer`, so that its layers are never called, and
    packs what a mask leaves into nested tensors. The switch is the process's: the first block in turns it
    off, the last one out puts it back.
    """
    global _passes, _fused
    mha = torch.backends.mha
    with _switch:
        if not _passes:
            _fused = mha.get_fastpath_enabled()
            mha.set_fastpath_enabled(False)
        _passes += 1
    try:
        yield
    finally:
        with _switch:
            _passes -= 1
            if not _passes:
                mha.set_fastpath_enabled(_fused)


_switch = threading.Lock()
_passes, _fused = 0, True  # blocks that are under way, and how the first one found the switch


def version(output: object) -> int | None:
    """A number that grows when a tensor is written to in place; None for what isn't counted."""
    if not isinstance(output, torch.Tensor) or output.is_inference():  # a frozen part's isn't
        return None
    return output._version


def _put_back(
    module: torch.nn.Module, name: str, buffer: torch.Tensor, before: tuple[torch.Tensor, int | None]
) -> None:
    if _changed(buffer, *before):  # only then: writing would break a backward pass under way
        with torch.no_grad():
            buffer.copy_(before[0])
    if module._buffers.get(name) is not buffer:
        module._buffers[name] = buffer


def _changed(buffer: torch.Tensor, values: torch.Tensor, then: int | None) -> bool:
    if buffer.layout == torch.strided and not buffer.is_nested:
        return not torch.equal(buffer, values)
    return version(buffer) != then  # sparse ones can't be compared


@contextlib.contextmanager
def hooked(model: torch.nn.Module, paths: list[str], see: See) -> Iterator[None]:
    """Call ``see(path, module, output)`` after each call of these modules; the hooks go with the block."""
    modules = dict(model.named_modules(remove_duplicate=False))
    handles = []
    try:
        for path in paths:
            if path not in modules:
                raise ValueError(f"the model has lost its module {path!r}: make a new Tracker")
            handles.append(modules[path].register_forward_hook(_hook(path, see)))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hook(path: str, see: See) -> Callable[[torch.nn.Module, object, object], None]:
    def hook(module: torch.nn.Module, arguments: object, output: object) -> None:
        see(path, module, output)

    return hook
