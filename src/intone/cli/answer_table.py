"""How answers are printed: as a table for the eye, or in a format for programs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intone.cli.messages import show
from intone.errors import printable
from intone.language import Texts
from intone.recognition.formats import Format, Record
from intone.recognition.prediction import MIXED, NEITHER, AdaptedTo, Prediction, Segment, Speaker
from intone.recognition.summary import Summary

STRONGEST = 3
"""Time windows that a table names of a recording."""

LEAST_WEIGHT = 0.001
"""Below it an attribution does not speak for an answer: it may be rounding."""

LEAST_SHARE = 0.05
"""Below it hardly anything of what recordings have in common counts as the voice."""

LEAST_REACTION = 0.1
"""Valence by which a speaker must differ after the turns of others, either way, for a line about it."""


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

    def name(self, t: Texts) -> str:
        """The recording, and the channel or the track where it is one of several."""
        return f"{self.file}{_part(t, self)}"


Answer = Prediction | Failed


def _part(t: Texts, one: Answer) -> str:
    """Which channel or track of a recording an answer is about, where one was asked for."""
    return "".join(f", {t(f'table.{kind}', number=number)}"
                   for kind, number in (("channel", one.channel), ("track", one.track)) if number)


def write_table(
    answers: Iterable[Answer], classes: Sequence[str], scale: str, t: Texts, *, with_segments: bool
) -> int:
    """Print a line for each answer, then once each reason that limits some of them; returns how many failed.

    Before the line of a recording of several speakers stands what there is to say of each. Last comes what the words of
    confidence mean, which `scale` says, and what the answers were compared with. All in the language of the texts `t`;
    in English a class has its own name, as in every other format.
    """
    failed, reasons, compared = 0, dict[str, int](), list[tuple[str, AdaptedTo]]()
    heading = _line(t, t("table.answer"), t("table.valence"), t("table.confidence"),
                    {name: _word(t, name) for name in classes}, t("table.sex"), t("table.recording"), classes)
    for one in answers:
        if isinstance(one, Failed):
            failed += 1
            continue
        if one.speakers:
            show(*_people(t, one))
        if heading:
            show(heading)
            heading = ""
        numbers = [str(reasons.setdefault(reason, len(reasons) + 1)) for reason in one.reasons]
        confidence = t(f"confidence.word.{one.confidence}") + (f" ({','.join(numbers)})" if numbers else "")
        show(_line(t, _word(t, one.label), _valence(t, one.valence), confidence,
                   _percents(t, one.shares), t(f"sex.{one.sex}"), _recording(t, one), classes))
        for segment in one.segments if with_segments and len(one.segments) > 1 else ():
            span = t("answer.segment.span", start=t.seconds(segment.start_s), end=t.seconds(segment.end_s))
            show(_line(t, f"  {_word(t, segment.label)}", "", "", _percents(t, segment.probabilities), "",
                       f"  {_speaking(t, one, segment)}{span}", classes))
        if found := one.summary:
            show(*_summed(t, found))
        if one.attributions:
            show(f"  {_strongest(t, one)}")
        if one.adapted_to:
            compared.append((one.label, one.adapted_to))
    for reason, number in reasons.items():
        show(f"({number}) {reason}")
    if not heading:
        show(scale)
    if compared:
        show(_comparison(t, compared))
    return failed


def _comparison(t: Texts, answers: Sequence[tuple[str, AdaptedTo]]) -> str:
    """What answers, given by their labels, were compared with, and what that changed, in a sentence."""
    told = [one for _, one in answers]
    known = "table.compared.known" if told[0].emotion else "table.compared"
    with_what = {"segments": told[0].segments, "emotion": _word(t, told[0].emotion or "")}
    if told[0].share < LEAST_SHARE:
        return t("table.compared.alike", **with_what)
    moved = t.percent(sum(one.moved for one in told) / len(told))
    if len(told) > 1:
        others = sum(label != one.label for label, one in answers)
        return t(f"{known}.many", others=others, answers=len(told), moved=moved, **with_what)
    without = _word(t, told[0].label)
    if told[0].probability is not None:
        without = f"{without} {t.percent(told[0].probability)}"
    return t(f"{known}.one", without=without, moved=moved, **with_what)


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


def _word(t: Texts, label: str) -> str:
    """A class as a table calls it."""
    return label if t.language == "en" else t.word(label)


def _percents(t: Texts, shares: Mapping[str, float]) -> dict[str, str]:
    return {name: t.percent(share) for name, share in shares.items()}


def _strongest(t: Texts, one: Prediction) -> str:
    """The time windows that speak most for an answer, the strongest first, and what its probability owes to each."""
    speaking = [attribution for attribution in one.attributions if attribution.weight >= LEAST_WEIGHT]
    label = _word(t, one.label)
    if not speaking:
        return t("table.no-window", label=label)
    windows = [t("table.window", start=window.start_s, end=window.end_s, points=_points(t, window.weight))
               for window in sorted(speaking, key=lambda window: -window.weight)[:STRONGEST]]
    return t("table.windows", label=label, windows=", ".join(windows))


def _points(t: Texts, weight: float) -> str:
    return t.percent(min(weight, 0.99))


def _recording(t: Texts, one: Prediction) -> str:
    return f"{one.file or ''}{_part(t, one)} ({t.seconds(one.duration_s)})"


def _speaking(t: Texts, one: Prediction, segment: Segment) -> str:
    """Who speaks in a segment, where that is one of several."""
    if not one.speakers:
        return ""
    who = t("table.overlap") if segment.speaker is None else t("table.speaker.number", number=segment.speaker)
    return f"{who}, "


def _people(t: Texts, one: Prediction) -> Iterator[str]:
    """Each of several speakers in a line, and how those react who do."""
    yield t("table.people", number=len(one.speakers), recording=_recording(t, one))
    rows = [[t(f"table.{name}") for name in ("speaker", "share", "sex", "answer", "probability", "confidence")]]
    rows += [[_numbered(t, who), t.percent(who.share), t(f"sex.{who.sex}"), _word(t, who.label),
              t.percent(_probability(who)), t(f"confidence.word.{who.confidence}")] for who in one.speakers]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [f"{cell:{'>' if place in (1, 4) else '<'}{width}}"  # numbers stand at the right
                 for place, (cell, width) in enumerate(zip(row, widths, strict=True))]
        yield "  " + "  ".join(cells).rstrip()
    for who in one.speakers:
        if who.reaction is not None and abs(who.reaction) >= LEAST_REACTION:
            way = "up" if who.reaction > 0 else "down"
            yield "  " + t(f"table.reaction.{way}", number=who.number, by=who.reaction, turns=who.reactions)


def _numbered(t: Texts, who: Speaker) -> str:
    """The number of a speaker, and the channel where each has one."""
    return f"{who.number} ({t('table.channel', number=who.channel)})" if who.channel else str(who.number)


def _probability(who: Speaker) -> float:
    """That of the answer about a speaker as it is, and not given that it is one of the classes."""
    return who.outside if who.label == NEITHER else who.probabilities[who.label] * (1 - who.outside)


def _summed(t: Texts, found: Summary) -> Iterator[str]:
    """A longer recording in a few lines."""
    shares = ", ".join(f"{_word(t, name)} {t.percent(share)}" for name, share in found.shares.items())
    yield "  " + t("table.speech", shares=shares)
    if not found.holds:
        yield "  " + t("table.none-holds")
    moments = ", ".join(t("table.moment", label=_word(t, one.label), start=one.start_s, end=one.end_s)
                        for one in found.strongest)
    yield "  " + t("table.strongest", moments=moments)
    if found.changes:
        changes = ", ".join(t("table.change", label=_word(t, one.label), time=one.time_s) for one in found.changes)
        yield "  " + t("table.changes", changes=changes)


def _line(
    t: Texts, answer: str, valence: str, confidence: str, shares: Mapping[str, str], sex: str, recording: str,
    classes: Sequence[str],
) -> str:
    """A line of the table; the recording stands last, so that its name's length moves nothing.

    The probability of a class is as it is, and not given that it is one of them, so that what is missing to 1 is other
    emotions. The valence is left out where the classes are valences. The confidence has room for the numbers of two
    reasons.
    """
    width = 2 + max(len(_word(t, name)) for name in (*classes, NEITHER))
    widest = {"valence": [_valence(t, one) for one in ("negative", "neutral", "positive")],
              "confidence": [t(f"confidence.word.{one}") + " (1,2)" for one in ("clear", "likely", "unclear")],
              "sex": [t(f"sex.{one}") for one in ("female", "male", MIXED)]}
    widths = {name: max(map(len, (t(f"table.{name}"), *words))) for name, words in widest.items()}
    columns = [f"{answer:{width}}", *([] if "positive" in classes else [f"{valence:{widths['valence']}}"]),
               f"{confidence:{widths['confidence']}}",
               *(f"{shares[name]:>{max(4, len(_word(t, name)))}}" for name in classes), f"{sex:{widths['sex']}}",
               recording]
    return "  ".join(columns)


def _valence(t: Texts, valence: str) -> str:
    return valence if t.language == "en" else t(f"timeline.{valence}")
