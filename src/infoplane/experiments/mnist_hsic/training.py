"""The network of PyGlow's notebook, and an epoch of training with what the package measures meanwhile."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from infoplane.experiments.shared.training import descend, seeded
from infoplane.sample import Sample

if TYPE_CHECKING:
    import torch

OF_BATCHES = "batches: {} {}"  # the metric of a quantity and a layer

Batches = Iterable[tuple["torch.Tensor", "torch.Tensor"]]


def network(
    shape: tuple[int, ...], channels: int, hidden: tuple[int, ...], dropout: float, seed: int
) -> "torch.nn.Sequential":
    """conv, flatten, hidden1 ..., logits and the softmax called output; initialised from `seed` alone.

    `shape` is that of an image, channels first; dropout of 0 is none.
    """
    from torch import nn

    with seeded(seed):
        model = nn.Sequential()
        convolution = nn.Conv2d(shape[0], channels, kernel_size=3, padding=1)
        model.add_module("conv", nn.Sequential(convolution, nn.ReLU()))
        model.add_module("flatten", nn.Flatten())
        width = channels * shape[1] * shape[2]
        for i, units in enumerate(hidden, start=1):
            model.add_module(f"hidden{i}", nn.Sequential(nn.Linear(width, units), nn.ReLU()))
            if dropout:
                model.add_module(f"dropout{i}", nn.Dropout(dropout))
            width = units
        model.add_module("logits", nn.Linear(width, 10))
        model.add_module("output", nn.Softmax(dim=1))
    return model


@contextmanager
def random_state_of(seed: int, epoch: int) -> Iterator[None]:
    """Torch's random numbers, which dropout draws, from these two alone; put back afterwards."""
    with seeded(int(np.random.default_rng([seed, epoch, 1]).integers(2**63))):
        yield


def one_epoch(
    model: "torch.nn.Sequential",
    optimiser: "torch.optim.Optimizer",
    batches: Batches,
    loss: str,
    measure: Any,
) -> dict[str, float]:
    """Train; means over the batches of loss, accuracy and PyGlow's quantities, each before its update.

    The weights move during the mean, dropout is on, the target of the measure is the network's own output,
    and the flattened convolution counts as a layer, as in that package: not how to do it.
    """
    seen: dict[str, list[float]] = {}
    model.train()
    for x, y in batches:
        out = _activations(model, x)
        value = _loss(out, y, loss)
        right = (out["output"].argmax(1) == y).float().mean().item()
        measured = _measured(measure, x, out) if len(x) > 1 else {}
        for name, number in ({"train_loss": value.item(), "train_accuracy": right} | measured).items():
            seen.setdefault(name, []).append(number)
        descend(optimiser, value)
    model.eval()
    means = {name: float(np.mean(numbers)) for name, numbers in seen.items()}
    return means | {"train_accuracy of the last batch": seen["train_accuracy"][-1]}


def quality(model: "torch.nn.Sequential", batches: Batches, loss: str) -> dict[str, float]:
    """The loss trained on, the cross-entropy (nats) and the accuracy, with frozen weights."""
    import torch

    model.eval()
    parts = []
    with torch.no_grad():
        for x, y in batches:
            out = _activations(model, x)
            losses = [_loss(out, y, kind).item() for kind in (loss, "logits")]
            parts.append([len(x), *losses, (out["output"].argmax(1) == y).float().mean().item()])
    table = np.array(parts)
    means = np.average(table[:, 1:], axis=0, weights=table[:, 0])
    names = ("val_loss", "val_cross-entropy", "val_accuracy")
    return dict(zip(names, means.tolist(), strict=True)) | {"val_accuracy of the last batch": parts[-1][-1]}


def _activations(model: "torch.nn.Sequential", x: "torch.Tensor") -> "dict[str, torch.Tensor]":
    out = {}
    for name, module in model.named_children():
        out[name] = x = module(x)
    return out


def _loss(out: "dict[str, torch.Tensor]", y: "torch.Tensor", loss: str) -> "torch.Tensor":
    from torch.nn.functional import cross_entropy

    return cross_entropy(out["output" if loss == "softmax" else "logits"], y)


def _measured(measure: Any, x: "torch.Tensor", out: "dict[str, torch.Tensor]") -> dict[str, float]:
    """HSIC(X;T) and HSIC(T;Ŷ) of the layers that the package counts."""
    image, said = _sample(x, "input"), _sample(out["output"], "output")
    found: dict[str, float] = {}
    for name, t in out.items():
        if name == "flatten":  # the same rows as the convolution's
            values = [found[OF_BATCHES.format(of, "conv")] for of in ("HSIC(X;T)", "HSIC(T;Ŷ)")]
        elif name == "conv" or name.startswith("hidden"):
            layer = _sample(t, name)
            values = [measure(image, layer).value, measure(layer, said).value]
        else:
            continue
        for of, value in zip(("HSIC(X;T)", "HSIC(T;Ŷ)"), values, strict=True):
            found[OF_BATCHES.format(of, name)] = value
    return found


def _sample(rows: "torch.Tensor", name: str) -> Sample:
    return Sample.of(rows.detach().reshape(len(rows), -1).numpy(), name)
