"""The command ``infoplane``. What a command does, and all that is heavy, is imported when it runs."""

import os
import sys
from pathlib import Path

from cyclopts import App, Parameter

from infoplane import __version__
from infoplane.cli.interrupts import ending_at_signals
from infoplane.experiments import studies

COMMANDS, LOOKS, STUDIES = "infoplane.cli.commands:", "infoplane.cli.looking:", "infoplane.cli.studies:"

app = App(
    name="infoplane",
    version=__version__,
    help="The information plane of a neural network in training, measured so that it can be believed.",
    suppress_keyboard_interrupt=False,  # `ending_at_signals` says what is kept
)
run = App(
    name="run",
    help="Train, measure and draw a study; started again, it goes on where it was.",
    default_parameter=Parameter(consume_multiple=True, negative_iterable=()),  # --seeds 0 1 2
)
app.command(run)
for study in studies.commands().values():
    run.command(STUDIES + study.name, name=study.name, help=study.help)
app.command("infoplane.cli.demo:demo", help="Train on 5,000 digits, measure and draw, in two minutes.")
app.command(COMMANDS + "measure", name="measure", help="Measure what is not measured yet in these runs.")
app.command(COMMANDS + "benchmark", name="benchmark", help="A measure of your own against known information.")
app.command(LOOKS + "plot", name="plot", help="Draw what was measured in these runs.")
app.command(LOOKS + "show", name="show", help="What is in a run, and how far it is.")
app.command(LOOKS + "list_runs", name="list", help="The runs under a folder.")


@run.default
def repeat(*, config: Path, into: Path | None = None) -> None:
    """Repeat a run from the settings it left.

    Parameters
    ----------
    config
        A ``run.json`` or a study's ``settings.json``, or the folder that holds it.
    into
        Where the repetition goes; by default where the run is, which finishes it if it was interrupted.
    """
    from infoplane.cli.studies import again

    again(config, into)


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
