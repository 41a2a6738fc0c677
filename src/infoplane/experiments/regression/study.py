"""Why the information of a layer came out negative: a small regression network, measured wrongly and rightly.

The network, the data and the mistake are those of the question "Why is the mutual information between the
layers and the output negative?", https://ai.stackexchange.com/questions/41880. The page
docs/why-is-my-mi-negative.md tells what comes out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from infoplane import evaluate
from infoplane.experiments.regression import other_estimators as other
from infoplane.experiments.regression.report import MARKS, SHUFFLED, report
from infoplane.experiments.shared.study_settings import at_least, different
from infoplane.experiments.shared.training import batches, begin, descend, epochs, seeded
from infoplane.measures import KSG
from infoplane.prepare import Prepared, standardise
from infoplane.questions import Ask
from infoplane.runs import Probe, Run

if TYPE_CHECKING:
    import torch
    import xarray as xr

NAME = "regression"
HELP = "Why the information of a layer was negative."
SNAPSHOTS = (0, 1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 70, 100, 140, 200, 300, 500)
CHECKPOINTS = 25  # epochs; an epoch takes less time than writing one


@dataclass(frozen=True)
class Regression:
    """Settings of the experiment.

    Parameters
    ----------
    n : int
        Samples of X ~ U(-3, 3) and Y = X² - X - 1 + noise · N(0, 1).
    train : int
        How many of them, at random, are trained on; the others are held out.
    noise : float
        Standard deviation of the noise.
    width, depth : int
        ReLU units of each hidden layer, and how many hidden layers.
    epochs, batch, learning_rate, momentum
        Those of stochastic gradient descent on the squared error.
    seeds : tuple of int
        One run each: data, split, weights and the order of the batches depend on it.
    k : int
        Neighbours of the estimators.
    """

    n: int = 500
    train: int = 350
    noise: float = 0.2
    width: int = 8
    depth: int = 4
    epochs: int = 500
    batch: int = 32
    learning_rate: float = 1e-3
    momentum: float = 0.9
    seeds: tuple[int, ...] = (0, 1, 2)
    k: int = 3

    def __post_init__(self) -> None:
        at_least(self, train=1, width=1, depth=1, epochs=1, batch=1, k=1)
        different(self, seeds=0)
        if self.train >= self.n:
            raise ValueError(
                f"train must be less than n={self.n}, so that some are held out; got {self.train}"
            )


Settings = Regression


def run(settings: Regression, into: Path, *, train_only: bool = False) -> "xr.Dataset | None":
    """Train every seed, measure every snapshot, compare and draw; whatever is there already is kept.

    Parameters
    ----------
    settings : Regression
    into : Path
        Gets a run folder ``seed-0``, ``seed-1`` ... per seed, the dataset, its table, the comparison of all
        estimates in bits, and the figure.
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
    report(ds, into, true_information(settings))
    return ds


def questions(settings: Regression) -> dict[str, Ask]:
    """I(T;Y) by Kraskov's estimator, on raw and on standardised columns, and by what else is in use."""
    ksg = KSG(settings.k)
    of_layer: dict[str, Any] = {
        "I(T;Y)": ksg,
        "I(T;Y), standardised": Prepared(ksg, x=standardise, y=standardise),
        "I(T;Y), as few rows as held out": other.FirstRows(ksg, settings.n - settings.train),
        "scikit-learn, largest column": other.largest_column(settings.k),
        "scikit-learn, sum of columns": other.sum_of_columns(settings.k),
        "KDE, Scott's bandwidth": other.kernel_density(),
        "KDE, bandwidth 0.1": other.kernel_density(0.1),
        "constant units": other.constant_units(),
    }
    asked = {name: Ask(measure, ("layer", "target")) for name, measure in of_layer.items()}
    return asked | {"I(X;Y)": Ask(ksg, ("input", "target"))}


def true_information(settings: Regression) -> float:
    """I(X;Y) in nats by quadrature: no layer can know more of Y.

    h(Y) of the density of Y, less the entropy of the noise.
    """
    x = np.linspace(-3, 3, 4001)
    mean = (x[1:] + x[:-1]) / 2
    mean = mean**2 - mean - 1
    y = np.linspace(mean.min() - 6 * settings.noise, mean.max() + 6 * settings.noise, 3001)
    density = np.array([np.exp(-0.5 * ((at - mean) / settings.noise) ** 2).mean() for at in y])
    density /= settings.noise * np.sqrt(2 * np.pi)
    surprise = -density * np.log(np.maximum(density, 1e-300))
    of_y = ((surprise[1:] + surprise[:-1]) / 2 * np.diff(y)).sum()
    return float(of_y - 0.5 * np.log(2 * np.pi * np.e * settings.noise**2))


def draw_data(settings: Regression, seed: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """``{"train": (x, y), "test": (x, y)}``, each (n, 1), float32, in random order."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3, 3, (settings.n, 1))
    y = x**2 - x - 1 + settings.noise * rng.standard_normal((settings.n, 1))
    both = np.stack([x, y]).astype(np.float32)[:, rng.permutation(settings.n)]
    (x_train, x_test), (y_train, y_test) = (np.split(part, [settings.train]) for part in both)
    return {"train": (x_train, y_train), "test": (x_test, y_test)}


def network(settings: Regression, seed: int) -> "torch.nn.Sequential":
    """hidden1, hidden2 ... (linear and ReLU), and a linear unit; initialised from `seed` alone."""
    from torch import nn

    with seeded(seed):
        model = nn.Sequential()
        for i in range(settings.depth):
            width = 1 if i == 0 else settings.width
            model.add_module(f"hidden{i + 1}", nn.Sequential(nn.Linear(width, settings.width), nn.ReLU()))
        model.add_module("last", nn.Linear(settings.width, 1))
    return model


def train(settings: Regression, seed: int, run: Run) -> Run:
    """Train one seed, from its last checkpoint on; record its snapshots, and what the asker measured."""
    import torch

    from infoplane.track import Tracker

    begin(run, NAME, settings, seed)
    data = draw_data(settings, seed)
    tensors = {split: (torch.from_numpy(x), torch.from_numpy(y)) for split, (x, y) in data.items()}
    model = network(settings, seed)
    optimiser = torch.optim.SGD(model.parameters(), lr=settings.learning_rate, momentum=settings.momentum)
    tracker = Tracker(
        model,
        probe={split: Probe(x, y) for split, (x, y) in data.items()},
        layers=[*(f"hidden{i + 1}" for i in range(settings.depth)), "output"],
        at=(*SNAPSHOTS, *MARKS, settings.epochs),
        into=run,
    )
    with one_thread():
        for epoch in epochs(run, model, optimiser, settings.epochs, CHECKPOINTS):
            asked: dict[str, float] = {}
            if epoch > 0:
                order = batches(settings.train, settings.batch, seed, epoch)
                gathered = one_epoch(model, optimiser, *tensors["train"], order)
                # the mistake: rows of T in the order of the batches, rows of Y in the order of the data
                asked = {
                    SHUFFLED.format(layer): KSG(settings.k)(t, data["train"][1]).value
                    for layer, t in gathered.items()
                }
            losses = {f"{split}_loss": _loss(model, x, y) for split, (x, y) in tensors.items()}
            tracker.step(epoch, **losses, **asked)
    return run


@contextmanager
def one_thread() -> Iterator[None]:
    """Threads cost more than they bring where a layer has eight units."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def one_epoch(
    model: "torch.nn.Sequential",
    optimiser: "torch.optim.Optimizer",
    x: "torch.Tensor",
    y: "torch.Tensor",
    order: Iterator[np.ndarray],
) -> dict[str, np.ndarray]:
    """Train, and gather activations batch by batch, while the weights move: not how to do it."""
    import torch

    gathered: dict[str, list[np.ndarray]] = {}
    for rows in order:
        out = x[rows]
        for name, module in model.named_children():
            out = module(out)
            gathered.setdefault("output" if name == "last" else name, []).append(out.detach().numpy().copy())
        descend(optimiser, torch.nn.functional.mse_loss(out, y[rows]))
    return {name: np.concatenate(parts) for name, parts in gathered.items()}


def _loss(model: "torch.nn.Module", x: "torch.Tensor", y: "torch.Tensor") -> float:
    import torch

    with torch.no_grad():
        return torch.nn.functional.mse_loss(model(x), y).item()
