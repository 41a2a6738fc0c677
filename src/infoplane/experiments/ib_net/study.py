"""The 12-bit task of the first information planes: does a tanh network compress, and a ReLU network?

After Shwartz-Ziv and Tishby (2017), doi:10.48550/arXiv.1703.00810, and Saxe et al. (2019),
doi:10.1088/1742-5468/ab3985: their network, training and bins, on a task of the same kind.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from infoplane import bins, evaluate
from infoplane.experiments.ib_net.report import report
from infoplane.experiments.shared.study_settings import at_least, different
from infoplane.experiments.shared.training import batches, begin, descend, epochs, quality, seeded
from infoplane.measures import Binned, KDEBounds
from infoplane.questions import Ask
from infoplane.runs import Probe, Run
from infoplane.settings import number

if TYPE_CHECKING:
    import torch
    import xarray as xr

NAME = "ib-net"
HELP = "The 12-bit task: does tanh compress, does ReLU?"
WIDTHS = (12, 10, 7, 5, 4, 3, 2)
CHECKPOINTS = 50  # epochs; an epoch takes about as long as writing one


@dataclass(frozen=True)
class IbNet:
    """Settings of the experiment.

    Parameters
    ----------
    activations : tuple of {"tanh", "relu"}
        A network each, of 12-10-7-5-4-3-2 units; those of one seed begin with the same weights and see the
        same batches.
    epochs : int
        The papers have 8,000 and 10,000; what they show is there after 2,000.
    batch : int
        Inputs per step of Adam on the cross-entropy.
    learning_rate : float
        Adam's.
    train : float
        Share of the 4,096 inputs that are trained on; all of them are measured.
    seeds : tuple of int
        One run each: split, weights and the order of the batches depend on it.
    width : float
        Width of the bins that reach over all values.
    bins : int
        From -1 to 1, whatever the activation.
    noise : float
        Variance of the noise of the kernel density bounds.
    """

    activations: tuple[Literal["tanh", "relu"], ...] = ("tanh", "relu")
    epochs: int = 2000
    batch: int = 256
    learning_rate: float = 4e-4
    train: float = 0.8
    seeds: tuple[int, ...] = (0, 1, 2)
    width: float = 0.07
    bins: int = 30
    noise: float = 1e-3

    def __post_init__(self) -> None:
        at_least(self, epochs=1, batch=1)
        different(self, seeds=0)
        number(self.train, "train, a share,", above=0, below=1)
        known = {"tanh", "relu"}
        if not self.activations or len(set(self.activations) & known) < len(self.activations):
            raise ValueError(f"activations must be 'tanh', 'relu' or both; got {self.activations}")
        questions(self)  # refuses bins and noise before hours of training


Settings = IbNet


def run(settings: IbNet, into: Path, *, train_only: bool = False) -> "xr.Dataset | None":
    """Train every seed, measure every snapshot, compare and draw; whatever is there already is kept.

    Parameters
    ----------
    settings : IbNet
    into : Path
        Gets a run folder ``seed-0``, ``seed-1`` ... per seed with the networks of all activations; the
        dataset, its table, the changes over training in bits, and the figure.
    train_only : bool
        Leave measuring and drawing for later.

    Returns
    -------
    xarray.Dataset or None
        The estimates, in nats; None after `train_only`.
    """
    runs = [train(settings, seed, Run(into / f"seed-{seed}")) for seed in settings.seeds]
    if train_only:
        return None
    ds = evaluate(runs, questions(settings))
    report(ds, into)
    return ds


def questions(settings: IbNet) -> dict[str, Ask]:
    """I(X;T) and I(T;Y) by both ways of binning, and by the kernel density bound."""
    asked = {}
    rules: dict[str, Any] = {
        "I_width": bins.FixedWidth(settings.width),
        "I_range": bins.FixedRange(-1.0, 1.0, settings.bins),
    }
    for name, rule in rules.items():
        asked[f"{name}(X;T)"] = Ask(Binned(rule, x=bins.Rows()), ("input", "layer"))
        # the papers give what their bins say, also where most inputs are alone in a cell
        asked[f"{name}(T;Y)"] = Ask(Binned(rule, most_chance=1), ("layer", "target"))
    bound = KDEBounds(settings.noise)
    return asked | {
        "I_σ(X;T)": Ask(bound, ("input", "layer")),
        "I_σ(T;Y)": Ask(bound, ("layer", "target")),
        "I_σ(X;T), lower bound": Ask(KDEBounds(settings.noise, "lower"), ("input", "layer")),
    }


def task() -> tuple[np.ndarray, np.ndarray]:
    """All 4,096 inputs of 12 bits, and a label that knows no direction.

    The bits are the corners of an icosahedron, 12 points spread evenly over a sphere; the label is 1 where
    the corners whose bit is 1 have a sum longer than 1.6. It stays as it is under all rotations and
    reflections of the icosahedron, and is 1 for 2,036 inputs, so that H(Y) is 1 bit less 0.00002.

    Returns
    -------
    x : ndarray, shape (4096, 12), float32
        Zeros and ones, in the order of the binary numbers.
    y : ndarray, shape (4096,), int64
    """
    x = np.arange(4096)[:, None] >> np.arange(11, -1, -1) & 1
    length = np.linalg.norm(x @ corners(), axis=1)
    return x.astype(np.float32), (length > 1.6).astype(np.int64)


def corners() -> np.ndarray:
    """(12, 3) points: those of an icosahedron, at distance 1 from its middle."""
    golden = (1 + 5**0.5) / 2
    signs = [(a, b) for a in (1, -1) for b in (1, -1)]
    ends = [np.roll((0, a, b * golden), turn) for turn in range(3) for a, b in signs]
    return np.array(ends) / np.hypot(1, golden)


def split(settings: IbNet, seed: int) -> dict[str, np.ndarray]:
    """The rows trained on and the rows held out, at random."""
    order = np.random.default_rng(seed).permutation(4096)
    cut = round(settings.train * 4096)
    return {"train": order[:cut], "test": order[cut:]}


def schedule(epochs: int) -> tuple[int, ...]:
    """The epochs of Saxe et al.: all below 20, each 5th below 100, each 20th below 2,000, each 100th on."""
    every = [*range(20), *range(20, 100, 5), *range(100, 2000, 20), *range(2000, epochs, 100)]
    return (*(epoch for epoch in every if epoch < epochs), epochs)


def networks(settings: IbNet, seed: int) -> "torch.nn.Module":
    """tanh and relu, each with hidden1 ... hidden5, logits, and the softmax called output.

    Weights are normal with a standard deviation of 1/√(inputs of the unit), cut at two of them, the same for
    every activation; biases are 0. In one module, so that a run holds networks that can be set side by side:
    no weight is shared.
    """
    import torch
    from torch import nn

    class SideBySide(nn.ModuleDict):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            """The logits of each network."""
            return {name: _logits(network, x) for name, network in self.items()}

    kinds = {"tanh": nn.Tanh, "relu": nn.ReLU}
    built: dict[str, nn.Module] = {}
    for activation in settings.activations:
        with seeded(seed):
            built[activation] = _network(kinds[activation])
    return SideBySide(built)


def _network(activation: "type[torch.nn.Module]") -> "torch.nn.ModuleDict":
    from torch import nn

    layers: dict[str, nn.Module] = {}
    for i, (before, after) in enumerate(pairwise(WIDTHS), start=1):
        linear = nn.Linear(before, after)
        sd = before**-0.5
        nn.init.trunc_normal_(linear.weight, std=sd, a=-2 * sd, b=2 * sd)
        nn.init.zeros_(linear.bias)
        last = i == len(WIDTHS) - 1
        layers["logits" if last else f"hidden{i}"] = linear if last else nn.Sequential(linear, activation())
    return nn.ModuleDict(layers | {"output": nn.Softmax(dim=1)})


def _logits(network: "torch.nn.Module", x: "torch.Tensor") -> "torch.Tensor":
    *hidden, logits, softmax = network.children()
    for layer in hidden:
        x = layer(x)
    out = logits(x)
    softmax(out)  # passed through for the tracker: the papers measure it as a layer
    return out


def train(settings: IbNet, seed: int, run: Run) -> Run:
    """Train the networks of one seed, from the last checkpoint on, and record their snapshots."""
    import torch

    from infoplane.track import Tracker

    begin(run, NAME, settings, seed)
    x, y = task()
    inputs, labels, rows = torch.from_numpy(x), torch.from_numpy(y), split(settings, seed)
    model = networks(settings, seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    at = schedule(settings.epochs)
    layers = [*(f"hidden{i}" for i in range(1, len(WIDTHS) - 1)), "output"]
    names = [f"{activation}.{layer}" for activation in settings.activations for layer in layers]
    tracker = Tracker(model, probe={"all": Probe(x, y)}, layers=names, at=at, into=run)
    for epoch in epochs(run, model, optimiser, settings.epochs, CHECKPOINTS):
        for batch in batches(rows["train"], settings.batch, seed, epoch) if epoch else ():
            losses = _losses(model, inputs[batch], labels[batch])
            descend(optimiser, torch.stack(list(losses.values())).sum())
        tracker.step(epoch, **(qualities(model, inputs, labels, rows) if epoch in at else {}))
    return run


def _losses(model: "torch.nn.Module", x: "torch.Tensor", y: "torch.Tensor") -> "dict[str, torch.Tensor]":
    from torch.nn.functional import cross_entropy

    return {name: cross_entropy(logits, y) for name, logits in model(x).items()}


def qualities(
    model: "torch.nn.Module", x: "torch.Tensor", y: "torch.Tensor", rows: dict[str, np.ndarray]
) -> dict[str, float]:
    """Cross-entropy (nats) and accuracy of each network on each split, with frozen weights."""
    import torch

    with torch.no_grad():
        said = model(x)
    return {
        f"{network}_{split}_{name}": value
        for network, logits in said.items()
        for split, own in rows.items()
        for name, value in quality(logits[own], y[own]).items()
    }
