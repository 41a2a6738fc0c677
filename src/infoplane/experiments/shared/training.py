"""What the training loops of studies share: seeds, batches, epochs that go on where they were, quality."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm.auto import tqdm

from infoplane.experiments.shared.study_settings import recorded
from infoplane.runs import Run

if TYPE_CHECKING:
    import torch

AT_ONCE = 10_000  # rows that pass the network together when nothing is trained


def begin(run: Run, name: str, settings: Any, seed: int, **own: Any) -> None:
    """Create the run of one seed of the study `name`; `own` are settings of which a run has a part."""
    run.create({**recorded(settings, name), **own, "seeds": [seed]}, step="epoch", seeds=[seed])


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Torch's random numbers from `seed` alone; its state is put back afterwards."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def batches(rows: int | np.ndarray, size: int, seed: int, epoch: int) -> Iterator[np.ndarray]:
    """Rows of each batch of an epoch: the same whether training was interrupted or not.

    Parameters
    ----------
    rows : int or ndarray
        The rows to be shuffled, or how many there are.
    size : int
        Number of samples in a batch; the last may have fewer.
    seed, epoch : int
        What the order follows from.
    """
    return parts(np.random.default_rng([seed, epoch]).permutation(rows), size)


def parts(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """So many rows at a time, in their order."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def epochs(
    run: Run, model: "torch.nn.Module", optimiser: "torch.optim.Optimizer", last: int, every: int = 1
) -> Iterator[int]:
    """The epochs that are left, from the last checkpoint on; 0, before training, is the first.

    A checkpoint is written when an epoch's turn is over: take the next one after `Tracker.step`.

    Parameters
    ----------
    run : Run
    model, optimiser
        Put back to the last checkpoint.
    last : int
        The last epoch.
    every : int
        Epochs between checkpoints, where an epoch takes less time than writing one.
    """
    from infoplane.track import load_checkpoint, save_checkpoint

    done = load_checkpoint(run, model, optimiser)
    left = range(0 if done is None else done + 1, last + 1)
    for epoch in tqdm(left, desc=f"training {run.path.name}", unit="epoch", delay=2):
        yield epoch
        if epoch % every == 0 or epoch == last:
            save_checkpoint(run, epoch, model, optimiser)


def descend(optimiser: "torch.optim.Optimizer", loss: "torch.Tensor") -> None:
    """One step of the optimiser down this loss."""
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


def outputs(model: "torch.nn.Module", x: "torch.Tensor") -> "torch.Tensor":
    """What the network says of all rows, with frozen weights."""
    import torch

    with torch.no_grad():
        return torch.cat([model(part) for part in x.split(AT_ONCE)])


def quality(logits: "torch.Tensor", y: "torch.Tensor") -> dict[str, float]:
    """Mean cross-entropy (nats) and accuracy of logits that are not trained on."""
    from torch.nn.functional import cross_entropy

    right = (logits.argmax(1) == y).float().mean()
    return {"loss": cross_entropy(logits, y).item(), "accuracy": right.item()}
