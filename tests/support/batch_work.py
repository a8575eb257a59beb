"""What workers of a batch do in tests: answer from the name alone, or die."""

import os
import signal
import sys
import time
from pathlib import Path

from intone.batch.work import Outcome, Question


def by_name(_: Question, recording: str) -> Outcome:
    """An answer without hearing. `deadly` ends its worker always, `once` the first time."""
    path = Path(recording)
    marker = path.with_suffix(".tried")
    if "deadly" in path.name or ("once" in path.name and not marker.exists()):
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(recording, answer(recording), 0.1)


def answer(recording: str) -> dict[str, object]:
    """As `Prediction.to_dict()` has it."""
    return {"file": recording, "duration_s": 2.0, "label": "negative", "probabilities": {"negative": 0.75, "positive": 0.25},
            "outside": 0.125, "confident": True, "reasons": ["One.", "Two."], "sex": "female",
            "segments": [{"start_s": 0.0, "end_s": 1.5, "label": "negative",
                           "probabilities": {"negative": 0.75, "positive": 0.25}}],
            "recognizer": {"name": "made", "version": "1", "classes": ["negative", "positive"]}}


def at_once(_: Question, recording: str) -> Outcome:
    """An answer that takes no time."""
    return Outcome(recording, answer(recording), 0.0)


def at_length(_: Question, recording: str) -> Outcome:
    """An answer that no pipe holds at once."""
    return Outcome(recording, {"file": recording, "text": "." * 10_000_000}, 0.0)


def wrong(_: Question, recording: str) -> Outcome:
    """An error that nobody foresaw."""
    raise ValueError(recording)


def without_end(_: Question, recording: str) -> Outcome:
    """An answer that nobody waits for."""
    time.sleep(600)
    raise AssertionError(recording)


def never_begun(_: Question, recording: str) -> Outcome:
    """The end of a process, as that of one that cannot import what it needs."""
    sys.exit(f"not {recording}")
