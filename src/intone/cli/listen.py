"""`intone listen`: how a person sounds while they speak, from the microphone or a pipe of samples."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from cyclopts import Parameter
from cyclopts.validators import Number

from intone.audio import RATE
from intone.cli.ending import Ending
from intone.cli.live_display import Display, JsonLines, Lines, Screen
from intone.cli.messages import say, show
from intone.cli.options import AskedSex, Classes, Language, Speakers
from intone.cli.standard_input import STDIN, check_stdin
from intone.errors import RecordingError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from intone.recognition.live import Live

_AT_ONCE_S = 0.25  # of a pipe, so that a state is as old as that at most


def listen(
    source: Path | None = None,
    /,
    *,
    rate: Annotated[int, Parameter(validator=Number(gte=1000, lte=768_000))] = RATE,
    device: str | None = None,
    list_devices: Annotated[bool, Parameter(negative=())] = False,
    seconds: Annotated[float, Parameter(validator=Number(gt=0, lte=3600))] = 3600.0,
    format_: Annotated[Literal["table", "jsonl"], Parameter(name="--format")] = "table",
    sex: AskedSex = "auto",
    classes: Classes | None = None,
    speakers: Speakers = "auto",
    recognizer: Annotated[Path | None, Parameter(name="--recognizer")] = None,
    language: Language = "en",
) -> int:
    """Recognise emotion live, while someone speaks into the microphone.

    Every second it says how the last seconds sound. Ctrl+C ends it; then comes the answer about all that was said, as
    `intone predict` gives it about a recording. The sound is kept in memory until then, and nowhere else.

    `intone listen --classes 8`

    `ffmpeg -i talk.m4a -f s16le -ac 1 -ar 16000 - | intone listen - --format jsonl`

    Parameters
    ----------
    source
        Nothing for the microphone, or - for samples that are piped in: 16-bit integers, little-endian, one channel, and
        no file around them.
    rate
        Samples a second of what is piped in.
    device
        The microphone: its number or a part of its name, as --list-devices names it. Without it the default one.
    list_devices
        Name the microphones, the default one with a star, and listen to none.
    seconds
        Listen so long, at most; an hour by default, which is the most.
    format_
        table: one line that changes, then the answer. jsonl: a line of JSON for every second, for every segment of
        speech that has ended, and at the end for the answer; "kind" says which.
    recognizer
        A model file, the folder of a training run or of a pair, or crema-d, whose weights may be used commercially,
        instead of the default recognizer.
    language
        The language of what is shown: en, de or es.
    """
    from intone.cli import microphone
    from intone.language import texts
    from intone.recognition.options import choice_named
    from intone.recognition.recognizer import load

    if list_devices:
        show(*microphone.listed())
        return 0
    if source not in (None, STDIN):
        raise UsageError(f"{source} is no microphone: leave the name out, or give - for samples that are piped in; "
                         "`intone predict` answers for files.")
    t = texts(language)
    with Ending() as ending:
        blocks: Iterator[NDArray[Any]]
        if source is None:
            heard = microphone.Microphone(device)
            rate, name, blocks = heard.rate, heard.name, heard.blocks(ending)
        else:
            check_stdin([STDIN])
            name, blocks = str(STDIN), _piped(rate, ending)
        loaded = load(recognizer)
        live = loaded.live(blocks, rate, sex=sex, classes=classes, speakers=choice_named(speakers), file=name,
                           max_seconds=seconds)
        if source is None:
            say(t("listen.begin", name=name), 0)
        return _followed(live, loaded.scale(live.scheme.name), name, format_, language)


def _followed(live: "Live", scale: str, name: str, form: str, language: str) -> int:
    """Show a live recording, and its answer; `scale` says what clear means. Returns the exit status."""
    from intone.cli.answer_table import Failed, write_table
    from intone.language import sentence_of, texts, told

    lines = JsonLines()
    display: Display = lines
    if form != "jsonl":
        display = Screen(texts(language)) if sys.stdout.isatty() else Lines(texts(language))
    for state in live:
        display.show(state)
    display.end()
    try:
        answer = live.answer()
    except RecordingError as error:
        sentence = told(sentence_of(error), language)
        if form == "jsonl":
            lines.write("answer", Failed(name, sentence).to_dict())
        return say(f"{name}: {sentence}")
    answer = replace(answer, reasons=tuple(told(reason, language) for reason in answer.reasons))
    if form == "jsonl":
        lines.write("answer", answer.to_dict())
    else:
        write_table([answer], live.scheme.classes, told(scale, language), texts(language), with_segments=True)
    return 0


def _piped(rate: int, ending: Ending) -> Iterator["NDArray[np.int16]"]:
    """The samples that are piped in, as they come."""
    size, rest, first = 2 * max(1, round(_AT_ONCE_S * rate)), b"", True
    while chunk := ending.wait(lambda: os.read(sys.stdin.fileno(), size)):
        if first and chunk.startswith((b"RIFF", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")):
            raise UsageError("A file is piped in, and `intone listen -` takes bare samples: run `intone predict -`.")
        first, content = False, rest + chunk
        whole = len(content) // 2 * 2
        rest = content[whole:]
        yield np.frombuffer(content[:whole], "<i2").astype(np.int16)
