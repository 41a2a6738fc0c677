"""The HSIC plane of a convolutional network in training: as PyGlow measured it, and on a fixed probe.

After the notebook on information dynamics of the package PyGlow (github.com/spino17/PyGlow): its network, its
training and its measure, and beside them the same quantities where they can be believed.
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from tqdm.auto import tqdm

from infoplane import data, evaluate
from infoplane.estimate import DegenerateData
from infoplane.experiments.mnist_hsic.published_array import pyglow_array
from infoplane.experiments.mnist_hsic.report import report
from infoplane.experiments.mnist_hsic.training import network, one_epoch, quality, random_state_of
from infoplane.experiments.shared.study_settings import at_least, different, recorded
from infoplane.experiments.shared.training import batches, begin, epochs, parts
from infoplane.kernels import Gaussian
from infoplane.measures import CKA, HSIC, Criterion
from infoplane.questions import Ask
from infoplane.runs import Probe, Run
from infoplane.settings import number

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["MnistHsic", "as_published", "pyglow_array", "questions", "run", "study", "train"]

NAME = "mnist-hsic"
HELP = "HSIC planes as PyGlow drew them, and on a probe."
DATASETS = {"mnist": data.mnist, "cifar10": data.cifar10, "mnist-5k": data.mnist_5k}
Network = Literal["plain", "dropout"]


@dataclass(frozen=True)
class MnistHsic:
    """Settings of the experiment.

    Parameters
    ----------
    dataset : {"mnist", "cifar10", "mnist-5k"}
        The last are the 5,000 digits that come with the package.
    networks : tuple of {"plain", "dropout"}
        Trained with the same initial weights and batches, without and with dropout.
    dropout : float
        Probability, after each hidden layer.
    channels : int
        Channels of the convolution of 3 × 3, which keeps the size of the image.
    hidden : tuple of int
        ReLU units of the layers between the convolution and the ten outputs.
    loss : {"softmax", "logits"}
        What the cross-entropy, which has a softmax of its own, is given. The notebook gives it the softmax,
        so that no loss is below 1.461.
    epochs, batch, learning_rate, momentum
        Those of stochastic gradient descent.
    images : int or None
        How many of the training images are taken, the first; all by default.
    validation : float
        Share of them, at random, that is held out.
    sigma : float
        Bandwidth of the Gaussian kernels, of pixels in -1 ... 1 and of activations alike.
    probe : int
        How many test images are measured.
    seeds : tuple of int
        One run each per network: split, weights, batches and dropout depend on it.
    """

    dataset: Literal["mnist", "cifar10", "mnist-5k"] = "mnist"
    networks: tuple[Network, ...] = ("plain", "dropout")
    dropout: float = 0.4
    channels: int = 16
    hidden: tuple[int, ...] = (1000, 500, 200)
    loss: Literal["softmax", "logits"] = "softmax"
    epochs: int = 7
    batch: int = 64
    learning_rate: float = 1e-3
    momentum: float = 0.95
    images: int | None = None
    validation: float = 0.2
    sigma: float = 5.0
    probe: int = 2000
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)

    def __post_init__(self) -> None:
        at_least(self, channels=1, epochs=1, images=2, probe=4, batch=2)
        different(self, seeds=0)
        if not self.hidden or min(self.hidden) < 1:
            raise ValueError(f"hidden must be one or more numbers of units; got {self.hidden}")
        for name in ("dropout", "validation"):
            number(getattr(self, name), name, above=0, below=1)
        known = set(get_args(Network))
        if not self.networks or len(set(self.networks) & known) < len(self.networks):
            raise ValueError(f"networks must be 'plain', 'dropout' or both; got {self.networks}")
        questions(self)  # refuses a bandwidth before hours of training


Settings = MnistHsic


def folder(settings: MnistHsic) -> Path:
    """Where it goes by default: each dataset apart."""
    return Path("runs") / NAME / settings.dataset


def run(settings: MnistHsic, into: Path, *, train_only: bool = False) -> "xr.Dataset | None":
    """Train every network and seed, measure every epoch, compare and draw; what is there already is kept.

    Parameters
    ----------
    settings : MnistHsic
    into : Path
        Gets a run folder ``plain-seed-0``, ``dropout-seed-0`` ... per network and seed; the dataset, its
        table, training and changes beside what was published, and the figures. Those are of all runs of
        these settings in the folder, so that networks and seeds can be trained one by one.
    train_only : bool
        Leave measuring and drawing for later.

    Returns
    -------
    xarray.Dataset or None
        The estimates on the probe; None after `train_only`.
    """
    images = DATASETS[settings.dataset]()
    for name in settings.networks:
        for seed in settings.seeds:
            train(settings, name, seed, images, Run(into / f"{name}-seed-{seed}"))
    if train_only:
        return None
    ds = evaluate(study(settings, into), questions(settings))
    report(ds, into, as_published(settings), beside_published=is_published(settings))
    return ds


def study(settings: MnistHsic, into: Path) -> list[Run]:
    """The runs in the folder that are trained to the end with these settings, plain ones first."""
    found = {}
    for path in sorted(into.glob("*/run.json")):
        one = Run(path.parent)
        if one.settings.get("experiment") != NAME:
            continue
        (name,), (seed,) = one.settings["networks"], one.settings["seeds"]
        wanted = recorded(replace(settings, networks=(name,), seeds=(seed,)), NAME)
        if one.settings == wanted and settings.epochs in one.steps:
            found[name != "plain", seed] = one
    return [found[key] for key in sorted(found)]


def questions(settings: MnistHsic) -> dict[str, Ask]:
    """What three evaluators say of X and T, of T and the labels, and of T and what the network says."""
    width = Gaussian(settings.sigma)
    evaluators: dict[str, tuple[Any, Any]] = {
        "HSIC": (HSIC(width, width), HSIC(width)),
        "CKA": (CKA(), CKA()),
        "r": (Criterion("correlation of distances", distances_alike),) * 2,
    }
    asked = {}
    for name, (of_numbers, of_labels) in evaluators.items():
        asked[f"{name}(X;T)"] = Ask(of_numbers, ("input", "layer"))
        asked[f"{name}(T;Y)"] = Ask(of_labels, ("layer", "target"))
        asked[f"{name}(T;Ŷ)"] = Ask(of_numbers, ("layer", "output"))
    return asked


def as_published(settings: MnistHsic) -> HSIC:
    """The notebook's measure: biased, times n - 1, which makes it grow with the batch."""
    return HSIC(Gaussian(settings.sigma), Gaussian(settings.sigma), form="pyglow")


def is_published(settings: MnistHsic) -> bool:
    """Whether training is the notebook's, so that its numbers belong beside ours."""
    ours = {"networks", "dropout", "probe", "seeds"}
    return all(
        getattr(settings, field.name) == field.default for field in fields(settings) if field.name not in ours
    )


def distances_alike(x: np.ndarray, y: np.ndarray) -> float:
    """An evaluator of one's own: whether samples far apart in x are so in y, over neighbours in the list."""
    a, b = (_apart(side) for side in (x, y))
    if not (a.std() > 0 and b.std() > 0):
        raise DegenerateData("all distances are equal, so that they have no correlation")
    return float(np.corrcoef(a, b)[0, 1])


def _apart(x: np.ndarray) -> np.ndarray:
    if x.ndim == 1:  # labels
        return (x[1:] != x[:-1]).astype(float)
    return np.linalg.norm(np.diff(x, axis=0), axis=1).astype(float)


def train(settings: MnistHsic, name: str, seed: int, images: data.Images, run: Run) -> Run:
    """Train one network of one seed, from its last checkpoint on; record its epochs and PyGlow's numbers."""
    import torch

    from infoplane.track import Tracker

    begin(run, NAME, settings, seed, networks=[name])
    kept = slice(settings.images)
    x, y = (torch.from_numpy(part) for part in (pixels(images.x_train[kept]), images.y_train[kept]))
    trained, held_out = split(settings, len(x), seed)
    dropout = settings.dropout if name == "dropout" else 0.0
    model = network(tuple(x.shape[1:]), settings.channels, settings.hidden, dropout, seed)
    optimiser = torch.optim.SGD(model.parameters(), lr=settings.learning_rate, momentum=settings.momentum)
    probe = Probe(pixels(images.x_test[: settings.probe]), images.y_test[: settings.probe])
    names = ["conv", *(f"hidden{i}" for i, _ in enumerate(settings.hidden, start=1)), "output"]
    tracker = Tracker(model, probe={"test": probe}, layers=names, into=run)
    for epoch in epochs(run, model, optimiser, settings.epochs):
        seen: dict[str, float] = {}
        if epoch > 0:
            rows = tqdm(
                [*batches(trained, settings.batch, seed, epoch)], f"epoch {epoch}", False, unit="batch"
            )
            with random_state_of(seed, epoch):
                seen = one_epoch(
                    model, optimiser, ((x[i], y[i]) for i in rows), settings.loss, as_published(settings)
                )
        held = quality(model, ((x[i], y[i]) for i in parts(held_out, settings.batch)), settings.loss)
        tracker.step(epoch, **seen, **held)
    return run


def split(settings: MnistHsic, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows trained on and the rows held out, at random."""
    order = np.random.default_rng(seed).permutation(n)
    cut = n - max(1, round(settings.validation * n))
    return order[:cut], order[cut:]


def pixels(images: np.ndarray) -> np.ndarray:
    """(n, channels, height, width) in -1 ... 1, as the notebook has them."""
    x = images[:, None] if images.ndim == 3 else images
    return np.asarray((x.astype(np.float32) / 255 - 0.5) / 0.5)
