"""The command `intone`: each command is a function whose parameters are its options.

    predict.py     recordings -> answers
    batch.py       many recordings -> one table
    answers.py     how answers are printed: a table, JSON, CSV
    serve.py       the page
    data.py        corpus check, corpus fetch, clean, plots
    learn.py       train, verify, reproduce, evaluate
    robustness.py  an evaluation's clips with noise, in rooms, over telephones, cut short
    options.py     what several commands take
    failure.py     every error as one sentence on the standard error

What is heavy (pandas, matplotlib, torch, Flask) is imported inside the commands that need it.
Exit status: 0 done, 1 failed, 2 wrong use, 130 interrupted.
"""

import io
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Group

from intone.cli import corpora, training
from intone.cli.batch import batch
from intone.cli.messages import tell
from intone.cli.predict import predict
from intone.cli.robustness import robustness
from intone.cli.serve import serve
from intone.errors import IntoneError

HEAR, DATA, LEARN, REST = (Group(title, sort_key=place) for place, title in enumerate(
    ("Hear recordings", "Prepare a corpus", "Train a recognizer", "Options")))


def _version() -> str:
    from intone import __version__  # not there yet while the package is being imported

    return f"intone {__version__}"


app = App(name="intone", help="Hears the emotion in a recording of a voice.", version=_version, group_commands=REST,
          help_flags=["--help", "-h"], version_flags=["--version"], suppress_keyboard_interrupt=False)
corpus = App(name="corpus", help="Check a corpus that you have, or download one.", group=DATA, sort_key=1,
             group_commands=Group("Commands"))
app.command(predict, group=HEAR, sort_key=1)
app.command(batch, group=HEAR, sort_key=2)
app.command(serve, group=HEAR, sort_key=3)
app.command(corpus)
corpus.command(corpora.check)
corpus.command(corpora.fetch)
app.command(corpora.clean, group=DATA, sort_key=2)
app.command(corpora.plots, group=DATA, sort_key=3)
app.command(training.train, group=LEARN, sort_key=1)
app.command(training.verify, group=LEARN, sort_key=2)
app.command(training.evaluate, group=LEARN, sort_key=3)
app.command(robustness, group=LEARN, sort_key=4)
app.command(training.reproduce, group=LEARN, sort_key=5)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text at all
    try:
        status = app(words, exit_on_error=False, print_error=False, result_action="return_value")
        print(end="", flush=True)
    except (CycloptsError, IntoneError, ModuleNotFoundError, OSError, KeyboardInterrupt) as error:
        return tell(error, words)
    return status if isinstance(status, int) else 0
