"""The command `intone`: each command is a function whose parameters are its options.

    predict.py    recordings -> answers
    data.py       corpus check, corpus fetch, clean, plots
    learn.py      train, verify, reproduce, evaluate
    serve.py      the page

A command is imported when it is called. Errors end as one sentence on the standard error: exit status 2 for a wrong
use, 1 for work that failed.
"""

import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from intone.errors import IntoneError

app = App(name="intone", help="Hears the emotion in a recording of a voice.", help_flags=["--help", "-h"],
          version_flags=["--version"])
app.command("intone.cli.predict:predict", help="Say how recordings of a voice sound.")
app.command("intone.cli.serve:serve", help="Serve the page on which a person drops a recording.")
app.command("intone.cli.data:clean", help="Clean a corpus into a folder.")
app.command("intone.cli.data:plots", help="Draw a clip, or the classes of a corpus.")
app.command("intone.cli.learn:train", help="Train a network on corpora, and export it.")
app.command("intone.cli.learn:verify", help="Check a run on its own clips, and on voices it never heard.")
app.command("intone.cli.learn:reproduce", help="The whole line of the original system, to predictions.csv.")
app.command("intone.cli.learn:evaluate", help="Five folds by actor: how good a recipe is for voices it never heard.")

corpus = App(name="corpus", help="Check a corpus that you have, or download one.")
corpus.command("intone.cli.data:check", help="Count the clips of a corpus; name what is missing, damaged or doubled.")
corpus.command("intone.cli.data:fetch", help="Download a corpus from its publisher.")
app.command(corpus)

EXTRAS = {"flask": "web", "waitress": "web", "pandas": "data", "soundfile": "data", "matplotlib": "data",
          "tqdm": "data", "requests": "data",
          "torch": "train", "onnx": "train", "onnxscript": "train",
          "safetensors": "train", "sklearn": "train"}
"""Packages that the core does without, and the extra that brings them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    app.version = _version
    try:
        status = app(sys.argv[1:] if arguments is None else list(arguments), exit_on_error=False, print_error=False,
                     result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as error:
        return _fail(" ".join(str(error).split()) + " (`intone --help` lists what there is.)", 2)
    except IntoneError as error:
        return _fail(str(error), error.exit_status)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        return _fail(f"This command needs the package {package}, which is not installed: "
                     f"pip install 'intone[{EXTRAS[package]}]'.", 2)
    except KeyboardInterrupt:
        return _fail("Interrupted; the same command goes on where it stopped.", 130)
    except BrokenPipeError:
        # The reader of our output has gone (`intone … | head`): nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status if isinstance(status, int) else 0


def _version() -> str:
    from intone import __version__  # noqa: PLC0415

    return f"intone {__version__}"


def _fail(sentence: str, status: int) -> int:
    print(f"intone: {sentence}", file=sys.stderr)
    return status
