"""A prediction as a notebook shows it: HTML that stands alone, without a script, in whatever theme the notebook has.

Text has the colour of the notebook. The colours of the bars are told apart on white as on black (3:1, WCAG 1.4.11),
and words say all that they do.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from intone.errors import printable
from intone.labels import Side, side_of
from intone.recognition.prediction import Prediction, Segment, Speaker, labelled, percent

COLOURS: Mapping[Side, str] = {"negative": "#d0702a", "positive": "#3f8ad0", "neutral": "#848a90"}
"""As on the page, negative is orange and positive blue, which colour-blind people tell apart."""

STEPS = 1000
"""Places of the strip: of segments that begin at the same one, the last is drawn."""

SPOKEN = 20
"""Segments that the text of the strip names; all of them are in `Prediction.segments`."""

_CELL = "border:0;padding:0 .8em 0 0;text-align:left;background:none"


def html_of(answer: Prediction) -> str:
    """The answer, the probability of each class as a bar, the segments as a strip, and the reasons.

    Of a recording of several speakers first what there is to say of each, and a strip for each.
    """
    strips = _strips(answer) if answer.speakers else _strip(answer, answer.segments)
    parts = (_heading(answer), _people(answer), _bars(answer), strips, _reasons(answer))
    return f'<div style="max-width:44em;line-height:1.5">{"".join(parts)}</div>'


def _heading(answer: Prediction) -> str:
    leads, rest = labelled(answer), str(answer.confidence)
    if answer.speakers:
        leads, rest = f"{len(answer.speakers)} people speak", f"the mean over them is {leads}, {rest}"
    channel = [] if answer.channel is None else [f"channel {answer.channel}"]
    facts = [answer.file or "samples", *channel, f"{answer.duration_s:.1f} s", answer.sex,
             f"{answer.recognizer.name} {answer.recognizer.version}"]
    return (f'<div><strong style="font-size:1.4em">{_text(leads)}</strong>, {_text(rest)}</div>'
            f'<div>{_text("; ".join(facts))}</div>')


def _people(answer: Prediction) -> str:
    """Each of several speakers in a line of a table."""
    rows = "".join(map(_person, answer.speakers))
    return f'<table style="border:0;margin:.5em 0"><tbody>{rows}</tbody></table>' if rows else ""


def _person(one: Speaker) -> str:
    facts = (labelled(one), one.confidence, one.sex, f"{percent(one.share)} of the speech")
    cells = "".join(f'<td style="{_CELL}">{_text(fact)}</td>' for fact in facts)
    return f'<tr style="background:none"><th scope="row" style="{_CELL}">Speaker {one.number}</th>{cells}</tr>'


def _bars(answer: Prediction) -> str:
    rows = [_bar(name, share, COLOURS[side_of(name)]) for name, share in answer.probabilities.items()]
    outside = [_bar("outside these classes", answer.outside, COLOURS["neutral"])] if answer.outside else []
    return f'<table style="border:0;width:100%;margin:.5em 0"><tbody>{"".join(rows + outside)}</tbody></table>'


def _bar(name: str, share: float, colour: str) -> str:
    bar = f'<div aria-hidden="true" style="width:{100 * share:.1f}%;height:.7em;background:{colour}"></div>'
    return (f'<tr style="background:none"><th scope="row" style="{_CELL};white-space:nowrap">{_text(name)}</th>'
            f'<td style="{_CELL}">{_text(percent(share))}</td><td style="{_CELL};width:100%">{bar}</td></tr>')


def _strips(answer: Prediction) -> str:
    """When each of several speakers speaks, and when several do at once."""
    groups: dict[int | None, list[Segment]] = {one.number: [] for one in answer.speakers}
    for one in answer.segments:
        groups.setdefault(one.speaker, []).append(one)
    return "".join(f"<div>{'Several at once' if number is None else f'Speaker {number}'}</div>{_strip(answer, some)}"
                   for number, some in groups.items())


def _strip(answer: Prediction, segments: Sequence[Segment]) -> str:
    """Segments over the recording, each with its own answer, which is shown under the pointer."""
    if not segments:
        return ""
    seconds = max(answer.duration_s, answer.segments[-1].end_s, 1e-3)
    places = {round(STEPS * one.start_s / seconds): one for one in segments}
    drawn = "".join(_segment(place, one, seconds) for place, one in places.items())
    said = escape("; ".join(_said(segments)), quote=True)
    return (f'<svg role="img" aria-label="{said}" viewBox="0 0 {STEPS} 24" preserveAspectRatio="none" '
            'style="display:block;width:100%;height:1.5em">'
            f'<rect y="11" width="{STEPS}" height="2" fill="{COLOURS["neutral"]}"></rect>{drawn}</svg>')


def _segment(place: int, one: Segment, seconds: float) -> str:
    width = max(1, round(STEPS * (one.end_s - one.start_s) / seconds))
    return (f'<rect x="{place}" width="{width}" height="24" fill="{COLOURS[side_of(one.label)]}">'
            f"<title>{_text(_named(one))}</title></rect>")


def _said(segments: Sequence[Segment]) -> Iterator[str]:
    yield from (printable(_named(one)) for one in segments[:SPOKEN])
    if len(segments) > SPOKEN:
        yield f"and {len(segments) - SPOKEN} more segments"


def _named(one: Segment) -> str:
    return f"{one.start_s:.1f} to {one.end_s:.1f} s: {labelled(one)}"


def _reasons(answer: Prediction) -> str:
    reasons = "".join(f"<li>{_text(reason)}</li>" for reason in answer.reasons)
    return f"<ul>{reasons}</ul>" if reasons else ""


def _text(text: str) -> str:
    return escape(printable(text), quote=False)
