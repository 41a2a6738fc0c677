"""The command ``infoplane``. What a command does, and all that is heavy, is imported when it runs."""

import os
import sys

from cyclopts import App

from infoplane import __version__
from infoplane.cli.interrupts import ending_at_signals

COMMANDS, LOOKS = "infoplane.cli.commands:", "infoplane.cli.looking:"

app = App(
    name="infoplane",
    version=__version__,
    help="The information plane of a neural network in training, measured so that it can be believed.",
    suppress_keyboard_interrupt=False,  # `ending_at_signals` says what is kept
)
app.command(
    "infoplane.cli.studies:app",
    name="run",
    help="Train, measure and draw a study; started again, it goes on where it was.",
)
app.command("infoplane.cli.demo:demo", help="Train on 5,000 digits, measure and draw, in two minutes.")
app.command(COMMANDS + "measure", name="measure", help="Measure what is not measured yet in these runs.")
app.command(COMMANDS + "benchmark", name="benchmark", help="A measure of your own against known information.")
app.command(LOOKS + "plot", name="plot", help="Draw what was measured in these runs.")
app.command(LOOKS + "show", name="show", help="What is in a run, and how far it is.")
app.command(LOOKS + "list_runs", name="list", help="The runs under a folder.")


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
