"""Which commands there are. A command is imported when it is called, and all of them for the help that lists them."""

import re
from collections.abc import Sequence

from cyclopts import App, CycloptsError, Group, Parameter

from intone.errors import UsageError

RECOGNISE, DATA, TRAIN, REST = (Group(title, sort_key=place) for place, title in enumerate(
    ("Recognise emotion in recordings", "Prepare a corpus", "Train a recognizer", "Options")))

COMMANDS = (("predict", "predict", RECOGNISE), ("batch", "batch", RECOGNISE), ("reference", "reference", RECOGNISE),
            ("listen", "listen", RECOGNISE), ("serve", "serve", RECOGNISE), ("page", "page", RECOGNISE),
            ("clean", "corpora", DATA), ("plots", "corpora", DATA), ("train", "training", TRAIN),
            ("verify", "training", TRAIN), ("evaluate", "training", TRAIN), ("robustness", "robustness", TRAIN),
            ("reproduce", "training", TRAIN), ("completion", "completion", REST))
"""Every command, the module that it lies in, and where the help lists it; `corpus` has its own below it."""


def _version() -> str:
    from intone import __version__

    return f"intone {__version__}"


app = App(name="intone", help="Recognises emotion in recorded speech.", version=_version, group_commands=REST,
          help_flags=["--help", "-h"], version_flags=["--version"], suppress_keyboard_interrupt=False,
          default_parameter=Parameter(json_list=False))  # of a name in brackets the parser would make a list
corpus = App(name="corpus", help="Check a corpus that you have, or download one.", group=DATA, sort_key=1,
             group_commands=Group("Commands"))
for place, (name, module, group) in enumerate(COMMANDS, start=2):
    app.command(f"intone.cli.{module}:{name}", name=name, group=group, sort_key=place)
for name in ("check", "fetch"):
    corpus.command(f"intone.cli.corpora:{name}", name=name)
app.command(corpus)


def resolve() -> None:
    """Import every command."""
    app.resolved_commands()
    corpus.resolved_commands()


def run(words: Sequence[str]) -> object:
    """Run the command that `words` give; returns what its function returns. Raises UsageError for wrong use."""
    if words[0] in app.help_flags or words[0] == "corpus":  # the help says what each command does
        resolve()
    given = [f"./{word}" if _is_no_option(word) else word for word in words]
    try:
        return app(given, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        raise UsageError(_wrong_use(error)) from error


def _is_no_option(word: str) -> bool:
    """Whether the parser would take for an option what is the standard input, or the name of a recording."""
    if not word.startswith("-") or "." not in word:
        return word == "-"
    from intone.audio import search  # what the help does without

    return search.is_recording(word) and search.is_there(word)


def _wrong_use(error: CycloptsError) -> str:
    """The parser's one to three sentences as one, with the command of the help."""
    said = " ".join(str(error).split()).removesuffix(".")
    said = re.sub(r'^Command ".*" parameter (\S+) requires an argument', r"\1 needs a value", said)
    said = re.sub(r"\. (Did|Choose|Must|Available)\b", lambda found: f"; {found[1].lower()}", said)
    return f"{said} (see `{' '.join(['intone', *(error.command_chain or ())])} --help`)."
