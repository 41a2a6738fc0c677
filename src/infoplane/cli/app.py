"""The command ``infoplane``. What a command does, and all that is heavy, is imported when it runs."""

import os
import sys
from pathlib import Path

from cyclopts import App, Parameter

from infoplane import __version__
from infoplane.cli.interrupts import ending_at_signals

COMMANDS, LOOKS, RUNS = "infoplane.cli.commands:", "infoplane.cli.looking:", "infoplane.cli.studies:"

app = App(
    name="infoplane",
    version=__version__,
    help="The information plane of a neural network in training, measured so that it can be believed.",
    suppress_keyboard_interrupt=False,  # `ending_at_signals` says what is kept
)
run = App(
    name="run",
    help="Train, measure and draw an experiment; started again, it goes on where it was.",
    default_parameter=Parameter(consume_multiple=True, negative_iterable=()),  # --seeds 0 1 2
)
app.command(run)
run.command(RUNS + "mnist_mlp", name="mnist-mlp", help="Sliced planes of a ReLU network on MNIST.")
run.command(RUNS + "wongso", name="wongso", help="mnist-mlp as in the published notebooks.")
run.command(RUNS + "regression", name="regression", help="Why the information of a layer was negative.")
run.command(RUNS + "ib_net", name="ib-net", help="The 12-bit task: does tanh compress, does ReLU?")
run.command(RUNS + "mnist_hsic", name="mnist-hsic", help="HSIC planes as PyGlow drew them, and on a probe.")
run.command(RUNS + "synthetic", name="synthetic", help="Up to which dimension estimates rank the truth.")
run.command(RUNS + "diffusion_toy", name="diffusion-toy", help="What diffusion spectra see, and σ's part.")
app.command(RUNS + "demo", name="demo", help="Train on 5,000 digits, measure and draw, in two minutes.")
app.command(COMMANDS + "measure", name="measure", help="Measure what is not measured yet in these runs.")
app.command(COMMANDS + "benchmark", name="benchmark", help="A measure of your own against known information.")
app.command(LOOKS + "plot", name="plot", help="Draw what was measured in these runs.")
app.command(LOOKS + "show", name="show", help="What is in a run, and how far it is.")
app.command(LOOKS + "list_runs", name="list", help="The runs under a folder.")


@run.default
def again(*, config: Path, into: Path | None = None) -> None:
    """Repeat a run from the ``run.json`` it left.

    Parameters
    ----------
    config
        A ``run.json``, or the folder that holds it.
    into
        Where the repetition goes; by default where the run is, which finishes it if it was interrupted.
    """
    from infoplane.cli import studies as _run_commands

    _run_commands.again(config, into)


def main(words: list[str] | None = None) -> None:
    """Entry point: what the caller can mend is said in one line, not in a traceback."""
    try:
        try:
            with ending_at_signals():
                app(words)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # a reader such as `head` has enough; closing at exit must not say so again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, FileNotFoundError, ImportError) as error:
        sys.exit("\n".join([f"infoplane: {error}", *getattr(error, "__notes__", [])]))
