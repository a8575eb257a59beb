"""Every format of an answer: the one registry that command line, API, page and batch take their choices from.

    json       all of it                     table of answers:   csv, jsonl, and Parquet in a batch
    segments   CSV, a line a segment         other programs:     audacity, textgrid, webvtt, rttm

To add a format, write the function and put it into `FORMATS`.

Times are seconds from the beginning of the recording, in whole milliseconds. Segments come in order; where rounding
makes two of them overlap, or one end after the recording, they are cut, and what is left without any length is left
out. Only the CSV of segments has them all, as they are. Where each channel has a speaker, those of two may overlap.

Where several people speak, each segment says who: "Speaker 1", or "Overlap" where several do at once. Labels, tiers and
cues of a recording of one speaker name nobody.

    Audacity labels   https://manual.audacityteam.org/man/importing_and_exporting_labels.html
    Praat TextGrid    https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html
    WebVTT            https://www.w3.org/TR/webvtt1/
    RTTM              https://catalog.ldc.upenn.edu/docs/LDC2004T12/RTTM-format-v13.pdf
"""

import csv
import io
import json
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath
from typing import Any, Literal

from intone.errors import UsageError, printable
from intone.recognition.prediction import Prediction, Segment, percent

TIER = "emotion"
"""The name of the one tier of a TextGrid where one person speaks."""

OVERLAP = "Overlap"
"""Who speaks where several do at once."""

Record = Mapping[str, Any]
"""An answer as `Prediction.to_dict()` has it, or `file` and `error` (and perhaps `channel` or `track`) where there is
none."""

Scope = Literal["answer", "segments", "many"]


@dataclass(frozen=True)
class Format:
    """A format of answers.

    `words` say what it is; `suffix` and `media_type` are those of its files. `scope`: "answer", one answer or many;
    "segments", the segments of one; "many", only where there may be many, on the command line and in a batch.
    `write` makes a file about one answer, `write_many` the pieces of one about many, from records and their classes.

    >>> FORMATS["audacity"].write(answer)
    '0.500\\t2.000\\tpositive 75%\\n'
    >>> print(FORMATS["segments"].write(answer), end="")
    start_s,end_s,label,negative,positive,speaker,overlap
    0.500,2.000,positive,0.250000,0.750000,1,False
    """

    name: str
    words: str
    suffix: str
    media_type: str
    scope: Scope
    write: Callable[[Prediction], str]
    write_many: Callable[[Iterable[Record], Sequence[str]], Iterator[str]] | None = None


# Tables: the columns of one answer, whichever command writes it.

OLD_COLUMNS = {"recording": "file", "sure": "confident", "stretches": "segments"}
"""Columns by their names of version 0.2, which stay for one release, with those that they repeat."""


ADAPTED_TO = {"adapted_to": "segments", "label_without": "label", "moved": "moved"}
"""Columns of what an answer was adapted to, with the fields of `AdaptedTo` that they hold."""


def columns(classes: Sequence[str]) -> list[str]:
    """The columns of an answer in a table; those of version 0.2 come last.

    >>> columns(("negative", "positive"))[:7]
    ['file', 'channel', 'duration_s', 'label', 'valence', 'confidence', 'confident']
    """
    return ["file", "channel", "duration_s", "label", "valence", "confidence", "confident", *classes, "outside", "sex",
            "segments", "speakers", "reasons", "recognizer", "version", *ADAPTED_TO, "track", "error", *OLD_COLUMNS]


def row(record: Record, classes: Sequence[str]) -> dict[str, Any]:
    """A record as a row of `columns`; None where nothing is known."""
    found: dict[str, Any] = dict.fromkeys(columns(classes))
    found["file"], found["error"] = record["file"], record.get("error")
    found["channel"] = str(record["channel"]) if "channel" in record else None if found["error"] else "mix"
    found["track"] = str(record["track"]) if "track" in record else None
    if found["error"] is None:
        found |= {name: record[name] for name in ("duration_s", "label", "confident", "outside", "sex")}
        found |= {name: record.get(name) for name in ("valence", "confidence")}  # journals of version 0.2 lack them
        found |= record["probabilities"]
        found |= {"segments": len(record["segments"]), "speakers": max(1, len(record.get("speakers", ()))),
                  "reasons": " ".join(record["reasons"]), "recognizer": record["recognizer"]["name"],
                  "version": record["recognizer"]["version"]}
        adapted_to = record.get("adapted_to", {})
        found |= {column: adapted_to.get(name) for column, name in ADAPTED_TO.items()}
    return found | {old: found[new] for old, new in OLD_COLUMNS.items()}


def segment_rows(record: Record) -> Iterator[dict[str, Any]]:
    """Every segment of a record as a row; `recording` is the name of `file` in version 0.2."""
    for one in record.get("segments", ()):
        yield {"file": record["file"], "start_s": one["start_s"], "end_s": one["end_s"], "label": one["label"],
               **one["probabilities"], "speaker": one.get("speaker", 1), "overlap": one.get("overlap", False),
               "recording": record["file"]}


def csv_lines(records: Iterable[Record], classes: Sequence[str]) -> Iterator[str]:
    """A heading, then a line for each record; probabilities have six digits."""
    yield _line(map(_cell, columns(classes)))
    shares = (*classes, "outside")
    for record in records:
        found = {name: _cell(value) for name, value in row(record, classes).items()}
        yield _line({**found, **{name: _digits(found[name]) for name in shares}}.values())


def _digits(share: Any) -> str:
    return "" if share is None else f"{share:.6f}"


def _cell(value: Any) -> Any:
    from intone.tables.cells import neutral  # which an answer for the eye does not need

    return neutral(value)


def _line(values: Iterable[Any]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerow(values)  # so that a name with either is quoted
    return file.getvalue().removesuffix("\r\n") + "\n"


def json_list(records: Iterable[Record], _classes: Sequence[str]) -> Iterator[str]:
    """A list of objects, in ASCII, so that no encoding on the way can spoil it."""
    before = "[\n"
    for record in records:
        yield before + textwrap.indent(_json(record), "  ")
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def json_lines(records: Iterable[Record], _classes: Sequence[str]) -> Iterator[str]:
    """An object a line, in ASCII."""
    return (json.dumps(record) + "\n" for record in records)


def _json(record: Record) -> str:
    return json.dumps(record, indent=2, allow_nan=False)


def _of_one(many: Callable[[Iterable[Record], Sequence[str]], Iterator[str]], answer: Prediction) -> str:
    return "".join(many([answer.to_dict()], tuple(answer.probabilities)))


# The segments of one recording.


def segments_table(answer: Prediction) -> str:
    """A CSV table: a row a segment, with a column for the probability of each class, and who speaks.

    A recording of one speaker has the speaker 1; where several speak at once it is empty.
    """
    lines = [_line(["start_s", "end_s", "label", *map(_cell, answer.probabilities), "speaker", "overlap"])]
    for one in answer.segments:
        shares = (_digits(one.probabilities.get(name)) for name in answer.probabilities)
        who = (one.speaker, one.speaker is None) if answer.speakers else (1, False)
        lines.append(_line([f"{one.start_s:.3f}", f"{one.end_s:.3f}", _cell(one.label), *shares, *who]))
    return "".join(lines)


def audacity(answer: Prediction) -> str:
    """A label track: a line a segment, with begin, end and label between tabs; who speaks stands before the label."""
    def said(one: Segment) -> str:
        return f"{_who(one)}: {_labelled(one)}" if answer.speakers else _labelled(one)

    return "".join(f"{one.start_s:.3f}\t{one.end_s:.3f}\t{said(one)}\n" for one in _apart(answer))


def textgrid(answer: Prediction) -> str:
    """A TextGrid in the long format, of interval tiers that cover the recording, empty where nobody speaks.

    It has one tier, or one for each of several speakers, and one for overlapped speech where there is any.
    """
    tiers = _tiers(answer)
    end = max(1, round(1000 * answer.duration_s)) / 1000
    grid = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {end:.3f}",
            "tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for place, (name, segments) in enumerate(tiers.items(), start=1):
        intervals = list(_filled(segments, end))
        grid += [f"    item [{place}]:", '        class = "IntervalTier"', f'        name = "{name}"',
                 "        xmin = 0", f"        xmax = {end:.3f}", f"        intervals: size = {len(intervals)}"]
        for number, (begin, until, text) in enumerate(intervals, start=1):
            quoted = text.replace('"', '""')
            grid += [f"        intervals [{number}]:", f"            xmin = {begin:.3f}",
                     f"            xmax = {until:.3f}", f'            text = "{quoted}"']
    return "\n".join(grid) + "\n"


def _tiers(answer: Prediction) -> dict[str, list[Segment]]:
    """The segments of each tier, by its name."""
    if not answer.speakers:
        return {TIER: list(_apart(answer))}
    tiers: dict[str, list[Segment]] = {f"Speaker {one.number}": [] for one in answer.speakers}
    for one in _apart(answer):
        tiers.setdefault(_who(one), []).append(one)
    return tiers


def webvtt(answer: Prediction) -> str:
    """Subtitles: a cue a segment, with the voice of who speaks where several people do."""
    def said(one: Segment) -> str:
        return f"<v {_who(one)}>{_escaped(_labelled(one))}" if answer.speakers else _escaped(_labelled(one))

    cues = (f"{_clock(one.start_s)} --> {_clock(one.end_s)}\n{said(one)}\n" for one in _apart(answer))
    return "\n".join(["WEBVTT\n", *cues])


def rttm(answer: Prediction) -> str:
    """Who speaks when, as tools that compare speakers read it: a line a segment, without its emotion.

    The speakers are 1, 2 and so on; where several speak at once it is "overlap". The file is the name of the recording
    without folder and ending, in which a space would end the field.
    """
    name = "".join(one if one.isprintable() and not one.isspace() else "_" for one in PurePath(answer.file or "").stem)
    lines, channels = [], {who.number: who.channel for who in answer.speakers}
    for one in _apart(answer):
        who = "1" if not answer.speakers else "overlap" if one.speaker is None else str(one.speaker)
        channel = answer.channel or channels.get(one.speaker or 0) or 1
        lines.append(f"SPEAKER {name or 'recording'} {channel} {one.start_s:.3f} "
                     f"{one.end_s - one.start_s:.3f} <NA> <NA> {who} <NA> <NA>\n")
    return "".join(lines)


def _who(one: Segment) -> str:
    return OVERLAP if one.speaker is None else f"Speaker {one.speaker}"


def _apart(answer: Prediction) -> Iterator[Segment]:
    """The segments within the recording, in whole milliseconds, none before the end of the one before.

    Where each channel has a speaker, that one is the one before in the same channel.
    """
    end, free = round(1000 * answer.duration_s), dict[int | None, int]()
    lines = any(who.channel for who in answer.speakers)
    for one in answer.segments:
        line = one.speaker if lines else None
        begin, until = max(free.get(line, 0), round(1000 * one.start_s)), min(end, round(1000 * one.end_s))
        if begin < until:
            free[line] = until
            yield replace(one, start_s=begin / 1000, end_s=until / 1000)


def _filled(segments: Iterable[Segment], end: float) -> Iterator[tuple[float, float, str]]:
    """Begin, end and text of intervals that cover a recording up to its end."""
    free = 0.0
    for one in segments:
        if one.start_s > free:
            yield free, one.start_s, ""
        yield one.start_s, one.end_s, _labelled(one)
        free = one.end_s
    if free < end:
        yield free, end, ""


def _labelled(one: Segment) -> str:
    """`positive 87%`; a segment that is neither has no share."""
    share = one.probabilities.get(one.label)
    words = printable(" ".join(one.label.split()))  # no control character can end a line or a cue
    return words if share is None else f"{words} {percent(share)}"


def _clock(seconds: float) -> str:
    """`3723.5` -> `01:02:03.500`."""
    milliseconds = round(1000 * seconds)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


# The registry.

FORMATS: dict[str, Format] = {one.name: one for one in (
    Format("json", "JSON, all that is known", ".json", "application/json", "answer",
           lambda answer: _json(answer.to_dict()) + "\n", json_list),
    Format("jsonl", "JSON lines, an answer a line", ".jsonl", "application/jsonl", "many",
           partial(_of_one, json_lines), json_lines),
    Format("csv", "CSV, an answer a line", ".csv", "text/csv", "answer", partial(_of_one, csv_lines), csv_lines),
    Format("segments", "CSV, a segment a line", ".segments.csv", "text/csv", "segments", segments_table),
    Format("audacity", "Audacity labels", ".txt", "text/plain", "segments", audacity),
    Format("textgrid", "Praat TextGrid", ".TextGrid", "text/plain", "segments", textgrid),
    Format("webvtt", "WebVTT subtitles", ".vtt", "text/vtt", "segments", webvtt),
    Format("rttm", "RTTM, who speaks when", ".rttm", "text/plain", "segments", rttm),
)}

RENAMED = {"stretches": "segments"}
"""Formats by their names of version 0.2."""


def of_suffix(suffix: str) -> Format:
    """The format of a table of many answers, by the suffix of its file; a UsageError lists those that there are.

    >>> of_suffix(".CSV").name
    'csv'
    """
    tables = {one.suffix: one for one in FORMATS.values() if one.write_many}
    found = tables.get(suffix.lower())
    if found is None:
        raise UsageError(f"Results cannot be written as {suffix}: choose a name with {', '.join(tables)}, or one "
                         "without a suffix for a folder of Parquet files.")
    return found
