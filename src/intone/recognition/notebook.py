"""A prediction as a notebook shows it: HTML that stands alone, without a script, in whatever theme the notebook has.

Text has the colour of the notebook. The colours of the bars are told apart on white as on black (3:1, WCAG 1.4.11),
and words say all that they do.
"""

from collections.abc import Iterator, Mapping
from html import escape

from intone.errors import printable
from intone.labels import Side, side_of
from intone.recognition.prediction import Prediction, Segment, labelled, percent

COLOURS: Mapping[Side, str] = {"negative": "#d0702a", "positive": "#3f8ad0", "neutral": "#848a90"}
"""As on the page, negative is orange and positive blue, which colour-blind people tell apart."""

STEPS = 1000
"""Places of the strip: of segments that begin at the same one, the last is drawn."""

SPOKEN = 20
"""Segments that the text of the strip names; all of them are in `Prediction.segments`."""

_CELL = "border:0;padding:0 .8em 0 0;text-align:left;background:none"


def html_of(answer: Prediction) -> str:
    """The answer, the probability of each class as a bar, the segments as a strip, and the reasons."""
    parts = (_heading(answer), _bars(answer), _strip(answer), _reasons(answer))
    return f'<div style="max-width:44em;line-height:1.5">{"".join(parts)}</div>'


def _heading(answer: Prediction) -> str:
    confident = "confident" if answer.confident else "not confident"
    channel = [] if answer.channel is None else [f"channel {answer.channel}"]
    facts = [answer.file or "samples", *channel, f"{answer.duration_s:.1f} s", answer.sex,
             f"{answer.recognizer.name} {answer.recognizer.version}"]
    return (f'<div><strong style="font-size:1.4em">{_text(labelled(answer))}</strong>, {confident}</div>'
            f'<div>{_text("; ".join(facts))}</div>')


def _bars(answer: Prediction) -> str:
    rows = [_bar(name, share, COLOURS[side_of(name)]) for name, share in answer.probabilities.items()]
    outside = [_bar("outside these classes", answer.outside, COLOURS["neutral"])] if answer.outside else []
    return f'<table style="border:0;width:100%;margin:.5em 0"><tbody>{"".join(rows + outside)}</tbody></table>'


def _bar(name: str, share: float, colour: str) -> str:
    bar = f'<div aria-hidden="true" style="width:{100 * share:.1f}%;height:.7em;background:{colour}"></div>'
    return (f'<tr style="background:none"><th scope="row" style="{_CELL};white-space:nowrap">{_text(name)}</th>'
            f'<td style="{_CELL}">{_text(percent(share))}</td><td style="{_CELL};width:100%">{bar}</td></tr>')


def _strip(answer: Prediction) -> str:
    """The segments over the recording, each with its own answer, which is shown under the pointer."""
    if not answer.segments:
        return ""
    seconds = max(answer.duration_s, answer.segments[-1].end_s, 1e-3)
    places = {round(STEPS * one.start_s / seconds): one for one in answer.segments}
    drawn = "".join(_segment(place, one, seconds) for place, one in places.items())
    said = escape("; ".join(_said(answer)), quote=True)
    return (f'<svg role="img" aria-label="{said}" viewBox="0 0 {STEPS} 24" preserveAspectRatio="none" '
            'style="display:block;width:100%;height:1.5em">'
            f'<rect y="11" width="{STEPS}" height="2" fill="{COLOURS["neutral"]}"></rect>{drawn}</svg>')


def _segment(place: int, one: Segment, seconds: float) -> str:
    width = max(1, round(STEPS * (one.end_s - one.start_s) / seconds))
    return (f'<rect x="{place}" width="{width}" height="24" fill="{COLOURS[side_of(one.label)]}">'
            f"<title>{_text(_named(one))}</title></rect>")


def _said(answer: Prediction) -> Iterator[str]:
    yield from (printable(_named(one)) for one in answer.segments[:SPOKEN])
    if len(answer.segments) > SPOKEN:
        yield f"and {len(answer.segments) - SPOKEN} more segments"


def _named(one: Segment) -> str:
    return f"{one.start_s:.1f} to {one.end_s:.1f} s: {labelled(one)}"


def _reasons(answer: Prediction) -> str:
    reasons = "".join(f"<li>{_text(reason)}</li>" for reason in answer.reasons)
    return f"<ul>{reasons}</ul>" if reasons else ""


def _text(text: str) -> str:
    return escape(printable(text), quote=False)
