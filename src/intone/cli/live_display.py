"""What `intone listen` shows while someone speaks: one line of a terminal, plain lines in a file, or JSON lines."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

from intone.cli.messages import show
from intone.errors import printable
from intone.labels import side_of
from intone.language import Texts
from intone.recognition.live import State
from intone.recognition.prediction import Segment

_COLOURS = {"negative": "\x1b[31m", "neutral": "\x1b[36m", "positive": "\x1b[32m"}
_PLAIN = "\x1b[0m"
_ANEW = "\r\x1b[2K"


class Display(Protocol):
    """Shows a state, with the segments that have ended."""

    def show(self, state: State) -> None:
        """Show a state in the place of the one before."""

    def end(self) -> None:
        """Make room for what comes after the last state."""


class Screen:
    """One line that changes, and above it a line for every segment that has ended."""

    def __init__(self, t: Texts, environment: Mapping[str, str] = os.environ) -> None:
        self._t, self._coloured = t, not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"

    def show(self, state: State) -> None:
        lines = [*(_segment(self._t, one) for one in state.ended)]
        line = _state(self._t, state)[: shutil.get_terminal_size().columns - 1]
        if self._coloured and state.speaking and state.label:
            line = f"{_COLOURS[side_of(state.label)]}{line}{_PLAIN}"
        _write("".join(f"{_ANEW}{printable(one)}\n" for one in lines) + _ANEW + line)

    def end(self) -> None:
        _write(_ANEW)


class Lines:
    """A line for every segment that has ended."""

    def __init__(self, t: Texts) -> None:
        self._t = t

    def show(self, state: State) -> None:
        if state.ended:
            show(*(_segment(self._t, one) for one in state.ended))

    def end(self) -> None:
        """Nothing is in the way."""


class JsonLines:
    """A line of JSON for every segment that has ended, and one for every state."""

    def show(self, state: State) -> None:
        for one in state.ended:
            self.write("segment", {"start_s": one.start_s, "end_s": one.end_s, "label": one.label,
                                   "probabilities": one.probabilities})
        plain = asdict(state)
        del plain["ended"]
        self.write("state", plain | {"probability": state.probability})

    def write(self, kind: str, values: Mapping[str, Any]) -> None:
        """Write a line of some kind."""
        show(json.dumps({"kind": kind, **values}))

    def end(self) -> None:
        """Nothing is in the way."""


def _state(t: Texts, state: State) -> str:
    if state.label is None or state.probability is None:
        return f"{t.clock(state.time_s):>7}  {t('live.waiting')}"
    confidence = t(f"confidence.word.{state.confidence}")
    now = f"{t.clock(state.time_s):>7}  {_word(t, state.label)} {t.percent(state.probability)}, {confidence}"
    return now if state.speaking else f"{now} ({t('live.silence')})"


def _segment(t: Texts, one: Segment) -> str:
    span = t("answer.segment.span", start=t.seconds(one.start_s), end=t.seconds(one.end_s))
    share = one.probabilities.get(one.label)
    return f"{span}: {_word(t, one.label)}" + ("" if share is None else f" {t.percent(share)}")


def _word(t: Texts, label: str) -> str:
    return label if t.language == "en" else t.word(label)


def _write(text: str) -> None:
    """Write without a new line, at once."""
    sys.stdout.write(text.replace("\N{NO-BREAK SPACE}", " "))
    sys.stdout.flush()
