"""Every error as one sentence on the standard error, and the exit status that goes with it."""

import os
import sys
from collections.abc import Sequence

from intone.errors import IntoneError, printable

EXTRAS = {
    **dict.fromkeys(("flask", "gunicorn", "prometheus_client", "pydantic", "waitress"), "web"),
    **dict.fromkeys(("matplotlib", "pandas", "requests", "soundfile"), "data"),
    **dict.fromkeys(("onnx", "onnxscript", "safetensors", "torch", "transformers"), "train"),
    **dict.fromkeys(("fsspec", "pyarrow"), "batch"), "distributed": "cluster", "s3fs": "s3", "sklearn": "dev",
    "sounddevice": "microphone",
}
"""Packages that the core does without, and the extra that brings them."""

GO_ON = ("corpus fetch", "clean", "train", "verify", "reproduce", "evaluate", "robustness", "batch")
"""Commands that keep what is done when they are interrupted."""


def tell(error: BaseException, words: Sequence[str]) -> int:
    """Say what went wrong in the command that `words` give; returns the exit status. Raises unforeseen errors anew."""
    match error:
        case IntoneError():
            return say(str(error), error.exit_status)
        case ModuleNotFoundError(name=name) if (extra := EXTRAS.get((name or "").partition(".")[0])):
            return say(f"This command needs the package {name}, which is not installed: run pip install -c "
                       f"constraints.txt '.[{extra}]' in the folder of intone's source.", 2)
        case KeyboardInterrupt():
            stays = " ".join(words[: 1 + (words[:1] == ["corpus"])]) in GO_ON
            return say("Interrupted: the same command goes on where it stopped." if stays else "Interrupted.", 130)
        case BrokenPipeError():  # the reader has gone (`intone … | head`)
            _give_up_output()
            return 1
        case OSError(filename=None):
            _give_up_output()
            return say(f"The output cannot be written ({error.strerror or error}): free some space, or write to "
                       "another place.")
        case OSError():
            return say(f"{error.filename} cannot be read or written ({error.strerror}): see that it is there, and "
                       "that you may use it.")
    raise error


def say(sentence: str, status: int = 1) -> int:
    """Print a sentence as one line on the standard error; returns the status."""
    print(f"intone: {_line(sentence)}", file=sys.stderr)
    return status


def show(*lines: str) -> None:
    """Print lines on the standard output, each as one line that cannot change the terminal (`errors.printable`)."""
    print("\n".join(map(_line, lines)), flush=True)


def _line(text: str) -> str:
    """A text as one line; some languages write a no-break space before a percent sign."""
    return printable(text.replace("\N{NO-BREAK SPACE}", " "))


def _give_up_output() -> None:
    """Let what is left of the output go nowhere, so that the interpreter does not fail on it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
