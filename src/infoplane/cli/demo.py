"""What ``infoplane demo`` does. Imported when it runs."""

from pathlib import Path

from infoplane.cli.studies import run_and_list
from infoplane.experiments.mnist_mlp import study as mnist_mlp
from infoplane.experiments.mnist_mlp.study import Demo

TINY = Demo(hidden=8, depth=2, epochs=2, snapshots=3, seeds=(0,), directions=20, probe=200)


def demo(*, into: Path = Path("runs/demo"), tiny: bool = False) -> None:
    """Train the network on 5,000 digits, measure and draw.

    Parameters
    ----------
    into
        Where the runs, the dataset and the figures go.
    tiny
        The smallest form that still does every step, for tests.
    """
    run_and_list(mnist_mlp, TINY if tiny else Demo(), into)
