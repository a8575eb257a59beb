"""`intone predict`: recordings -> answers, as a table, JSON or CSV."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from intone import labels, recognizer
from intone.audio import SUFFIXES
from intone.errors import RecordingError, UsageError
from intone.prediction import Prediction

Format = Literal["table", "json", "csv"]


@dataclass(frozen=True)
class Failed:
    """A recording that could not be answered, and the sentence that says why."""

    file: str
    error: str

    def to_dict(self) -> dict[str, Any]:
        return {"file": self.file, "error": self.error}


def predict(
    recordings: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    sex: str = "auto",
    classes: str = "2",
    recognizer_: Annotated[Path | None, Parameter(name="--recognizer")] = None,
    channel: str = "mix",
    format_: Annotated[Format, Parameter(name="--format")] = "table",
) -> int:
    """Say how recordings of a voice sound: negative or positive, or one of eight emotions.

    Parameters
    ----------
    recordings
        Files (wav, flac, mp3, ogg, opus, m4a, mp4, webm), or folders that are searched for them.
    sex
        The sex of the voice: male, female, or auto to leave it to the recognizer.
    classes
        2 (negative, positive), 3 (negative, neutral, positive), 8 (emotions) or stress.
    recognizer_
        A model file or the folder of a training run, instead of the bundled recognizer.
    channel
        mix (the mean of all channels), each (an answer for every channel), or a number from 1.
    format_
        table, json (a list of objects) or csv.
    """
    labels.check_sex(sex, ("male", "female", "auto"))
    scheme = labels.scheme(classes)
    files = list(_files(recordings))
    heard = recognizer.load(recognizer_)
    answers = _answers(heard, files, sex, classes, int(channel) if channel.isdecimal() else channel)
    write = {"table": _write_table, "json": _write_json, "csv": _write_csv}[format_]
    return 1 if write(answers, scheme.classes) else 0


def _files(recordings: Sequence[Path]) -> Iterator[Path]:
    """The files that are named, and those in the folders that are named."""
    if not recordings:
        raise UsageError("No recording is named: intone predict FILE or FOLDER.")
    for path in recordings:
        if not path.is_dir():
            yield path
            continue
        found = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file())
        if not found:
            raise UsageError(f"The folder {path} holds no recordings: name one with files such as "
                             f"{', '.join(SUFFIXES)}.")
        yield from found


def _answers(
    heard: recognizer.Recognizer, files: Sequence[Path], sex: str, classes: str, channel: str | int
) -> Iterator[Prediction | Failed]:
    for path in files:
        try:
            yield from heard.predict_channels(path, sex=sex, classes=classes, channel=channel)
        except RecordingError as error:
            yield Failed(str(path), str(error))


def _write_table(answers: Iterator[Prediction | Failed], classes: Sequence[str]) -> int:
    """Print a line a recording, and the reasons below it; returns how many failed."""
    failed = 0
    for one in answers:
        if isinstance(one, Failed):
            failed += 1
            print(f"{one.file}: {one.error}", file=sys.stderr)
            continue
        shares = sorted(one.probabilities.items(), key=lambda pair: -pair[1])[: 3 if len(classes) > 3 else None]
        told = ", ".join(f"{name} {share:.0%}" for name, share in shares)
        channel = f" channel {one.channel}" if one.channel else ""
        sure = "" if one.sure else "   (not sure)"
        print(f"{one.file}{channel}\n  {one.label}{sure}\n  {told}   {one.sex} voice, {one.duration_s:.1f} s")
        for reason in one.reasons:
            print(f"  {reason}")
        if len(one.stretches) > 1:
            for stretch in one.stretches:
                print(f"    {stretch.start_s:7.1f} - {stretch.end_s:7.1f} s   {stretch.label} "
                      f"{stretch.probabilities.get(stretch.label, 0.0):.0%}")
        sys.stdout.flush()
    return failed


def _write_json(answers: Iterator[Prediction | Failed], classes: Sequence[str]) -> int:
    del classes
    everything = list(answers)
    print(json.dumps([one.to_dict() for one in everything], indent=2, ensure_ascii=False, allow_nan=False))
    return sum(isinstance(one, Failed) for one in everything)


def _write_csv(answers: Iterator[Prediction | Failed], classes: Sequence[str]) -> int:
    """Print a line a recording: file, channel, seconds, label, one probability a class, what limits it, the error."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["file", "channel", "duration_s", "label", *classes, "outside", "sure", "sex", "reasons", "error"])
    failed = 0
    for one in answers:
        if isinstance(one, Failed):
            failed += 1
            writer.writerow([one.file, "", "", "", *("" for _ in classes), "", "", "", "", one.error])
            continue
        writer.writerow([one.file, one.channel or "mix", one.duration_s, one.label,
                         *(f"{one.probabilities[name]:.6f}" for name in classes), f"{one.outside:.6f}", one.sure,
                         one.sex, " ".join(one.reasons), ""])
    return failed
