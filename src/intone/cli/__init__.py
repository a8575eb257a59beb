"""What a person types: each command of `intone` is a function, and its parameters are its options.

    commands      which commands there are, and where each lies
    predict       recordings -> answers
    batch         many recordings -> one table
    answer_table  how answers are printed: a table, JSON, CSV
    serve         the page
    corpora       corpus check, corpus fetch, clean, plots
    training      train, verify, evaluate, reproduce
    robustness    the clips of an evaluation with noise, in rooms, over telephones, cut short
    options       options that several commands share
    corpus_options  options that name corpora
    messages      every error as one sentence on the standard error

A command is imported when it is called, and what is heavy (pandas, matplotlib, torch, Flask) inside the function that
needs it. Exit status: 0 done, 1 failed, 2 wrong use, 130 interrupted.
"""

import gc
import io
import sys
from collections.abc import Sequence

_RARELY = 20_000  # new objects between two searches for garbage: an import makes thousands and no garbage


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    gc.set_threshold(_RARELY)  # by default Python searches every 700: a tenth of the time of all imports
    from cyclopts import CycloptsError

    from intone.cli import commands
    from intone.cli.messages import tell
    from intone.errors import IntoneError

    words = sys.argv[1:] if arguments is None else list(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text at all
    try:
        status = commands.run(words)
        print(end="", flush=True)
    except (CycloptsError, IntoneError, ModuleNotFoundError, OSError, KeyboardInterrupt) as error:
        return tell(error, words)
    return status if isinstance(status, int) else 0
