"""How answers are printed: as a table for the eye, or in a format for programs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intone.cli.messages import show
from intone.errors import printable
from intone.recognition.formats import Format, Record
from intone.recognition.prediction import NEITHER, AdaptedTo, Prediction, percent
from intone.recognition.summary import Summary

STRONGEST = 3
"""Time windows that a table names of a recording."""

LEAST_WEIGHT = 0.001
"""Below it an attribution does not speak for an answer: it may be rounding."""


LEAST_SHARE = 0.05
"""Below it hardly anything of what recordings have in common counts as the voice."""


@dataclass(frozen=True)
class Failed:
    """A recording, or one of its channels or tracks, that could not be answered, and the sentence that says why."""

    file: str
    error: str
    channel: int | None = None
    track: int | None = None

    def to_dict(self) -> dict[str, Any]:
        numbers = {"channel": self.channel, "track": self.track}
        return {"file": self.file, "error": self.error, **{kind: one for kind, one in numbers.items() if one}}

    @property
    def name(self) -> str:
        """The recording, and the channel or the track where it is one of several."""
        return f"{self.file}{_part(self)}"


Answer = Prediction | Failed


def _part(one: Answer) -> str:
    """Which channel or track of a recording an answer is about, where one was asked for."""
    return "".join(f", {kind} {number}" for kind, number in (("channel", one.channel), ("track", one.track)) if number)


def write_table(answers: Iterable[Answer], classes: Sequence[str], scale: str, *, with_segments: bool) -> int:
    """Print a line for each answer, then once each reason that limits some of them; returns how many failed.

    Last comes what the words of confidence mean, which `scale` says, and what the answers were compared with.
    """
    failed, reasons, compared = 0, dict[str, int](), list[tuple[str, AdaptedTo]]()
    heading = _line("answer", "valence", "confidence", {name: name for name in classes}, "sex", "recording", classes)
    for one in answers:
        if isinstance(one, Failed):
            failed += 1
            continue
        if heading:
            show(heading)
            heading = ""
        numbers = [str(reasons.setdefault(reason, len(reasons) + 1)) for reason in one.reasons]
        confidence = one.confidence + (f" ({','.join(numbers)})" if numbers else "")
        show(_line(one.label, one.valence, confidence, _percents(one.shares), one.sex, _recording(one), classes))
        for segment in one.segments if with_segments and len(one.segments) > 1 else ():
            show(_line(f"  {segment.label}", "", "", _percents(segment.probabilities), "",
                       f"  {segment.start_s:.1f} to {segment.end_s:.1f} s", classes))
        if found := one.summary:
            show(*_summed(found))
        if one.attributions:
            show(f"  {_strongest(one)}")
        if one.adapted_to:
            compared.append((one.label, one.adapted_to))
    for reason, number in reasons.items():
        show(f"({number}) {reason}")
    if not heading:
        show(scale)
    if compared:
        show(_comparison(compared))
    return failed


def _comparison(answers: Sequence[tuple[str, AdaptedTo]]) -> str:
    """What answers, given by their labels, were compared with, and what that changed, in a sentence."""
    told = [one for _, one in answers]
    segments = f"{told[0].segments} segment{'s' * (told[0].segments > 1)} of speech of the same person"
    known = f", as {told[0].emotion}" if told[0].emotion else ""
    if told[0].share < LEAST_SHARE:
        return (f"Compared with {segments}, which sound too much alike to tell the voice from the emotion: that "
                "changed next to nothing.")
    moved = percent(sum(one.moved for one in told) / len(told))
    if len(told) > 1:
        others = sum(label != one.label for label, one in answers)
        return (f"Compared with {segments}{known}: {others} of {len(told)} answers are others than without, and on "
                f"average {moved} of the probability went to other classes.")
    without = told[0].label + ("" if told[0].probability is None else f" {percent(told[0].probability)}")
    return (f"Compared with {segments}{known}: without, it would be {without}; {moved} of the probability went to "
            "other classes.")


def write_many(answers: Iterable[Answer], form: Format, classes: Sequence[str]) -> int:
    """Print answers in a format for programs, as they come; returns how many failed."""
    assert form.write_many
    failed = 0

    def records() -> Iterator[Record]:
        nonlocal failed
        for one in answers:
            failed += isinstance(one, Failed)
            record = one.to_dict()
            # JSON escapes whatever is in a name; a line of text must not be broken by it.
            yield _shown(record) if form.media_type.startswith("text/") else record

    for piece in form.write_many(records(), classes):
        print(piece, end="", flush=True)
    return failed


def _shown(value: Any) -> Any:
    """A record, or a part of it, whose texts are printable."""
    match value:
        case str():
            return printable(value)
        case dict():
            return {name: _shown(part) for name, part in value.items()}
        case list() | tuple():
            return [_shown(part) for part in value]
    return value


def write_segments(answers: Iterable[Answer], form: Format) -> int:
    """Print the segments of each answer in a format for another program; returns how many failed."""
    failed = 0
    for one in answers:
        if isinstance(one, Failed):
            failed += 1
        else:
            print(form.write(one), end="")
    return failed


def _percents(shares: Mapping[str, float]) -> dict[str, str]:
    return {name: percent(share) for name, share in shares.items()}


def _strongest(one: Prediction) -> str:
    """The time windows that speak most for an answer, the strongest first, and what its probability owes to each."""
    speaking = [attribution for attribution in one.attributions if attribution.weight >= LEAST_WEIGHT]
    named = [f"{attribution.start_s:.1f} to {attribution.end_s:.1f} s (+{_points(attribution.weight)})"
             for attribution in sorted(speaking, key=lambda attribution: -attribution.weight)[:STRONGEST]]
    return f"{one.label} most at {', '.join(named)}" if named else f"no single time window speaks for {one.label}"


def _points(weight: float) -> str:
    return "<1%" if weight < 0.01 else f"{weight:.0%}"


def _recording(one: Prediction) -> str:
    return f"{one.file or ''}{_part(one)} ({one.duration_s:.1f} s)"


def _summed(found: Summary) -> Iterator[str]:
    """A longer recording in a few lines."""
    shares = ", ".join(f"{name} {percent(share)}" for name, share in found.shares.items())
    yield f"  of the speech: {shares}"
    if not found.holds:
        yield "  no answer holds for the whole recording"
    yield "  strongest: " + ", ".join(f"{one.label} {one.start_s:.1f} to {one.end_s:.1f} s" for one in found.strongest)
    if found.changes:
        yield "  changes: " + ", ".join(f"{one.label} from {one.time_s:.1f} s" for one in found.changes)


def _line(
    answer: str, valence: str, confidence: str, shares: Mapping[str, str], sex: str, recording: str,
    classes: Sequence[str],
) -> str:
    """A line of the table; the recording stands last, so that its name's length moves nothing.

    The probability of a class is as it is, and not given that it is one of them, so that what is missing to 1 is other
    emotions. The valence is left out where the classes are valences.
    """
    width = 2 + max(len(name) for name in (*classes, NEITHER))
    columns = [f"{answer:{width}}", *([] if "positive" in classes else [f"{valence:8}"]), f"{confidence:10}",
               *(f"{shares[name]:>{max(4, len(name))}}" for name in classes), f"{sex:6}", recording]
    return "  ".join(columns)
