"""The segments of an answer as text for other programs: Audacity, Praat, players of subtitles, spreadsheets.

Times are seconds from the beginning of the recording, in whole milliseconds. Segments come in order; where rounding
makes two of them overlap, or one end after the recording, they are cut, and what is left without any length is left
out. Only the CSV table has them all, as they are.

    Audacity labels   https://manual.audacityteam.org/man/importing_and_exporting_labels.html
    Praat TextGrid    https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html
    WebVTT            https://www.w3.org/TR/webvtt1/
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from intone.recognition.prediction import Prediction, Segment, percent

TIER = "emotion"
"""The name of the one tier of a TextGrid."""


@dataclass(frozen=True)
class Format:
    """A format by its name: suffix and media type of its files, and what writes an answer in it."""

    name: str
    suffix: str
    media_type: str
    write: Callable[[Prediction], str]


def audacity(answer: Prediction) -> str:
    """A label track: a line a segment, with begin, end and label between tabs."""
    return "".join(f"{one.start_s:.3f}\t{one.end_s:.3f}\t{_said(one)}\n" for one in _apart(answer))


def textgrid(answer: Prediction) -> str:
    """A TextGrid in the long format, with one interval tier that covers the recording, empty where nobody speaks."""
    intervals = list(_filled(answer))
    end = intervals[-1][1]
    head = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {end:.3f}",
            "tiers? <exists>", "size = 1", "item []:", "    item [1]:", '        class = "IntervalTier"',
            f'        name = "{TIER}"', "        xmin = 0", f"        xmax = {end:.3f}",
            f"        intervals: size = {len(intervals)}"]
    for number, (begin, until, text) in enumerate(intervals, start=1):
        quoted = text.replace('"', '""')
        head += [f"        intervals [{number}]:", f"            xmin = {begin:.3f}", f"            xmax = {until:.3f}",
                 f'            text = "{quoted}"']
    return "\n".join(head) + "\n"


def webvtt(answer: Prediction) -> str:
    """Subtitles: a cue a segment."""
    cues = (f"{_clock(one.start_s)} --> {_clock(one.end_s)}\n{_escaped(_said(one))}\n" for one in _apart(answer))
    return "\n".join(["WEBVTT\n", *cues])


def table(answer: Prediction) -> str:
    """A CSV table: a row a segment, with a column for the probability of each class."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["start_s", "end_s", "label", *answer.probabilities])
    for one in answer.segments:
        shares = {name: f"{share:.6f}" for name, share in one.probabilities.items()}
        writer.writerow([f"{one.start_s:.3f}", f"{one.end_s:.3f}", one.label,
                         *(shares.get(name, "") for name in answer.probabilities)])
    return file.getvalue()


def everything(answer: Prediction) -> str:
    """All of the answer, as JSON."""
    return json.dumps(answer.to_dict(), indent=2, allow_nan=False) + "\n"


FORMATS: Mapping[str, Format] = {one.name: one for one in (
    Format("audacity", ".txt", "text/plain", audacity),
    Format("textgrid", ".TextGrid", "text/plain", textgrid),
    Format("webvtt", ".vtt", "text/vtt", webvtt),
    Format("csv", ".csv", "text/csv", table),
    Format("json", ".json", "application/json", everything),
)}


def _apart(answer: Prediction) -> Iterator[Segment]:
    """The segments within the recording, in whole milliseconds, none before the end of the one before."""
    free, end = 0, round(1000 * answer.duration_s)
    for one in answer.segments:
        begin, until = max(free, round(1000 * one.start_s)), min(end, round(1000 * one.end_s))
        if begin < until:
            free = until
            yield replace(one, start_s=begin / 1000, end_s=until / 1000)


def _filled(answer: Prediction) -> Iterator[tuple[float, float, str]]:
    """Begin, end and text of intervals that cover the whole recording; at least a millisecond, as Praat wants it."""
    free, end = 0.0, max(1, round(1000 * answer.duration_s)) / 1000
    for one in _apart(answer):
        if one.start_s > free:
            yield free, one.start_s, ""
        yield one.start_s, one.end_s, _said(one)
        free = one.end_s
    if free < end:
        yield free, end, ""


def _said(one: Segment) -> str:
    """`positive 87%`; a segment that is neither has no share."""
    share = one.probabilities.get(one.label)
    words = " ".join(one.label.split())
    return words if share is None else f"{words} {percent(share)}"


def _clock(seconds: float) -> str:
    """`3723.5` -> `01:02:03.500`."""
    milliseconds = round(1000 * seconds)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
