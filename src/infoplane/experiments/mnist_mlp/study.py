"""The sliced information plane of a ReLU network on MNIST digits.

After Wongso, Ghosh, Motani, "Sliced Information Plane for Analysis of Deep Neural Networks" (2025), and the
published notebooks of the same authors, whose settings are `Wongso`.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from infoplane import data, evaluate
from infoplane.experiments.mnist_mlp import wongso as _wongso_report
from infoplane.experiments.shared.figures import draw
from infoplane.experiments.shared.study_settings import at_least, different
from infoplane.experiments.shared.training import batches, begin, descend, epochs, outputs, quality, seeded
from infoplane.measures import KSG, FromEntropy, KozachenkoLeonenko, Sliced
from infoplane.prepare import Prepared, standardise
from infoplane.questions import Ask
from infoplane.results import load
from infoplane.runs import Probe, Run

if TYPE_CHECKING:
    import torch
    import xarray as xr

NAME = "mnist-mlp"
HELP = "Sliced planes of a ReLU network on MNIST."
VARIANTS = {"wongso": ("Wongso", "mnist-mlp as in the published notebooks.")}


@dataclass(frozen=True)
class MnistMlp:
    """Settings of the experiment.

    Parameters
    ----------
    hidden : int
        ReLU units of each hidden layer.
    depth : int
        Number of hidden layers.
    dataset : {"mnist", "mnist-5k"}
        All 60,000 + 10,000 digits, or the 5,000 that come with the package (4,000 + 1,000).
    probe : int or None
        How many test images are measured; all of them by default.
    weights : {"torch", "glorot"}
        Where they begin: PyTorch's own, or Glorot's uniform weights and biases of 0, as in Keras.
    epochs : int
        Passes over the training images, which are divided by 255.
    batch : int
        Images per step of Adam on the cross-entropy.
    learning_rate : float
        Adam's.
    snapshots : int
        How many, spaced logarithmically over the epochs, epoch 0 (before training) included.
    every : int or None
        Snapshots every so many epochs instead.
    seeds : tuple of int
        One run each: weights and the order of the batches depend on it.
    directions : int
        Slices of each estimate.
    dims : tuple of int
        Dimensions of the slices: 1 gives S₁, 2 gives S₂ ...
    k : int
        Neighbours of the estimator.
    standardise : bool
        Each slice of X and T to unit variance before KSG sees the pair. Slices of more than one dimension
        need it: the logits grow while the network trains, and KSG compares distances in T with those in X.
    target : {"ross", "entropies"}
        S(T;Y) by Ross's neighbour counts, or as H(T) - Σ p(y) H(T|y) by Kozachenko and Leonenko.
    flatten : bool
        Record the flattened image as a layer too: a control that cannot move.
    """

    hidden: int = 64
    depth: int = 3
    dataset: Literal["mnist", "mnist-5k"] = "mnist"
    probe: int | None = None
    weights: Literal["torch", "glorot"] = "torch"
    epochs: int = 50
    batch: int = 256
    learning_rate: float = 1e-3
    snapshots: int = 12
    every: int | None = None
    seeds: tuple[int, ...] = (0, 1, 2)
    directions: int = 500
    dims: tuple[int, ...] = (1,)
    k: int = 5
    standardise: bool = False
    target: Literal["ross", "entropies"] = "ross"
    flatten: bool = False

    def __post_init__(self) -> None:
        at_least(self, hidden=1, depth=1, epochs=1, batch=1, snapshots=1, directions=1, k=1, probe=1, every=1)
        different(self, seeds=0, dims=1)


Settings = MnistMlp


@dataclass(frozen=True)
class Wongso(MnistMlp):
    """The settings of the published SMI-DNN notebooks, as defaults; the rest as in `MnistMlp`."""

    hidden: int = 1024
    depth: int = 4
    weights: Literal["torch", "glorot"] = "glorot"
    every: int | None = 5
    seeds: tuple[int, ...] = (0,)
    k: int = 3
    target: Literal["ross", "entropies"] = "entropies"
    flatten: bool = True


@dataclass(frozen=True)
class Demo(MnistMlp):
    """A few minutes' worth on the digits that come with the package, as defaults."""

    dataset: Literal["mnist", "mnist-5k"] = "mnist-5k"
    epochs: int = 100
    snapshots: int = 11


def folder(settings: MnistMlp) -> Path:
    """Where it goes by default: by the number of hidden units, and Wongso's apart."""
    if isinstance(settings, Wongso):
        return Path("runs") / NAME / "wongso"
    return Path("runs") / NAME / (f"h{settings.hidden}" + ("-5k" if settings.dataset == "mnist-5k" else ""))


def run(settings: MnistMlp, into: Path, *, train_only: bool = False) -> "xr.Dataset | None":
    """Train every seed, measure every snapshot, draw the figures; whatever is there already is kept.

    Parameters
    ----------
    settings : MnistMlp
    into : Path
        Gets a run folder ``seed-0``, ``seed-1`` ... per seed with its own dataset and figures, and those of
        all seeds together.
    train_only : bool
        Leave measuring and drawing for later.

    Returns
    -------
    xarray.Dataset or None
        The estimates; None after `train_only`.
    """
    digits = data.mnist() if settings.dataset == "mnist" else data.mnist_5k()
    runs = [train(settings, seed, digits, Run(into / f"seed-{seed}")) for seed in settings.seeds]
    if train_only:
        return None
    asked = questions(settings)
    ds = draw(evaluate(runs, asked), into)
    for one in runs:
        draw(load(one, asked), one.path)
    if asdict(settings) == asdict(Wongso(seeds=settings.seeds, weights=settings.weights)):
        _wongso_report.write(ds, into)
    return ds


def questions(settings: MnistMlp) -> dict[str, Ask]:
    """S(X;T) and S(T;Y) for every dimension of slices."""
    neighbours = KSG(settings.k)
    of_input = Prepared(neighbours, standardise, standardise) if settings.standardise else neighbours
    of_target = neighbours if settings.target == "ross" else FromEntropy(KozachenkoLeonenko(settings.k))
    asked = {}
    for dim in settings.dims:
        sliced = "S" + "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(dim))
        asked[f"{sliced}(X;T)"] = Ask(Sliced(of_input, settings.directions, dim), ("input", "layer"))
        asked[f"{sliced}(T;Y)"] = Ask(Sliced(of_target, settings.directions, dim), ("layer", "target"))
    return asked


def train(settings: MnistMlp, seed: int, digits: data.Images, run: Run) -> Run:
    """Train one seed, from its last checkpoint on, and record its snapshots."""
    import torch

    from infoplane.track import Tracker

    begin(run, NAME, settings, seed)
    x_train, x_test = (torch.from_numpy(_unit(x)) for x in (digits.x_train, digits.x_test))
    y_train, y_test = (torch.from_numpy(np.int64(y)) for y in (digits.y_train, digits.y_test))
    splits = {"train": (x_train, y_train), "test": (x_test, y_test)}
    model = network(settings, seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    tracker = Tracker(
        model,
        probe={"test": Probe(x_test[: settings.probe].numpy(), digits.y_test[: settings.probe])},
        layers=_layers(settings),
        at=schedule(settings),
        into=run,
    )
    for epoch in epochs(run, model, optimiser, settings.epochs):
        for rows in batches(len(x_train), settings.batch, seed, epoch) if epoch else ():
            descend(optimiser, torch.nn.functional.cross_entropy(model(x_train[rows]), y_train[rows]))
        found = {split: quality(outputs(model, x), y) for split, (x, y) in splits.items()}
        tracker.step(
            epoch, **{f"{split}_{name}": value for split in found for name, value in found[split].items()}
        )
    return run


def network(settings: MnistMlp, seed: int) -> "torch.nn.Sequential":
    """flatten, hidden1 ... (linear and ReLU), logits; initialised from `seed` alone."""
    from torch import nn

    with seeded(seed):
        model = nn.Sequential()
        model.add_module("flatten", nn.Flatten())
        for i in range(settings.depth):
            width = 784 if i == 0 else settings.hidden
            model.add_module(f"hidden{i + 1}", nn.Sequential(nn.Linear(width, settings.hidden), nn.ReLU()))
        model.add_module("logits", nn.Linear(settings.hidden, 10))
        if settings.weights == "glorot":
            for module in model.modules():
                if isinstance(module, nn.Linear):
                    nn.init.xavier_uniform_(module.weight)
                    nn.init.zeros_(module.bias)
    return model


def schedule(settings: MnistMlp) -> tuple[int, ...]:
    """The epochs whose snapshots are kept."""
    from infoplane.track import log_spaced

    if settings.every is None:
        return tuple(log_spaced(settings.epochs, count=settings.snapshots))
    return (*range(0, settings.epochs, settings.every), settings.epochs)


def _layers(settings: MnistMlp) -> list[str]:
    hidden = [f"hidden{i + 1}" for i in range(settings.depth)]
    return ["flatten"] * settings.flatten + hidden + ["logits"]


def _unit(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), 1, 28, 28).astype(np.float32) / 255
