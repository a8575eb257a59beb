"""What a person types: each command of `intone` is a function, and its parameters are its options.

    commands      which commands there are, and where each lies
    predict       the options of `predict`
    answers       recordings -> printed answers
    standard_input  `-` as the name of a recording that is piped in
    bar           how far they are, on a terminal
    reference     a person's normal voice -> a small file to compare recordings with
    batch         many recordings -> one table
    answer_table  how answers are printed: a table, JSON, CSV
    listen        the microphone, or a pipe of samples -> what it sounds like now
    microphone    the microphone itself
    live_display  what is shown meanwhile
    ending        Ctrl+C as the end of what goes on
    serve         the page
    page          the page as a folder of files, without a server
    corpora       corpus check, corpus fetch, clean, plots
    training      train, verify, evaluate, reproduce
    robustness    the clips of an evaluation with noise, in rooms, over telephones, cut short
    options       options that several commands share
    corpus_options  options that name corpora
    welcome       what `intone` alone says
    browser       where the page is opened in a browser
    completion    what a shell completes
    messages      every error as one sentence on the standard error

A command is imported when it is called, and what is heavy (pandas, matplotlib, torch, Flask) inside the function that
needs it. Exit status: 0 done, 1 failed, 2 wrong use, 130 interrupted.
"""

import gc
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

_RARELY = 20_000  # new objects between two searches for garbage: an import makes thousands and no garbage
_USUAL = {"TQDM_NCOLS": "80", "TQDM_NROWS": "24"}  # the size of a terminal that tells none, as tqdm takes it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    gc.set_threshold(_RARELY)  # by default Python searches every 700: a tenth of the time of all imports
    from intone.cli.messages import tell
    from intone.errors import IntoneError

    words = sys.argv[1:] if arguments is None else list(arguments)
    _give_size()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text at all
    try:
        status = _run(words)
        print(end="", flush=True)
    except (IntoneError, ModuleNotFoundError, OSError, KeyboardInterrupt) as error:
        return tell(error, words)
    return status if isinstance(status, int) else 0


def _give_size() -> None:
    """Let bars be seen on a terminal of 0 columns, such as `script` and some containers open."""
    with suppress(OSError, ValueError, AttributeError):  # the standard error is no terminal, or closed
        if os.get_terminal_size(sys.stderr.fileno()).columns == 0:
            for name, number in _USUAL.items():
                os.environ.setdefault(name, number)


def _run(words: Sequence[str]) -> object:
    """Run a command; `predict` with nothing but recordings needs no parser, whose import is a sixth of an answer."""
    if any(not word or (word.startswith("--") and word.partition("=")[1:] == ("=", "")) for word in words):
        from intone.errors import UsageError  # a path without a name would be the current folder

        raise UsageError("An argument is empty, as from a variable that is not set: write what is meant, or leave it "
                         "out.")
    if not words:
        from intone.cli.welcome import welcome

        welcome()
        return 0
    if words[:1] == ["predict"] and words[1:] and not any(word.startswith("-") and word != "-" for word in words):
        from pathlib import Path

        from intone.cli.answers import print_answers
        from intone.recognition.options import Options

        return print_answers([Path(word) for word in words[1:]], Options())
    from intone.cli import commands

    return commands.run(words)
