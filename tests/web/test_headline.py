"""The headline and the bars below it never contradict each other, whatever the probabilities are."""

from html.parser import HTMLParser

import numpy as np
import pytest
from flask import Flask, render_template
from hypothesis import given
from hypothesis import strategies as st

from intone.labels import EMOTIONS, SCHEMES, scheme
from intone.recognition.prediction import Prediction, RecognizerIdentity, Segment, in_scheme
from intone.web import create_app
from intone.web.answers import Answer
from intone.web.views import shown
from web_server import StandIn

IDENTITY = RecognizerIdentity("stand-in", "0", EMOTIONS)
SIDES = {"negative": ("angry", "disgust", "fearful", "negative", "sad", "stressed"),
         "positive": ("calm", "happy", "not stressed", "positive"),
         "neutral": ("neutral", "surprised", "neither")}
"""The valence of every label, written down once more."""

WORDS = {"negative": "negative", "positive": "positive", "neutral": "neither negative nor positive"}

shares = st.lists(st.one_of(st.integers(0, 3), st.floats(0, 1)), min_size=8, max_size=8).filter(any).map(
    lambda given: np.array(given, float) / sum(given))
"""Probabilities of the eight emotions: ties, zeros and certainties among them."""


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(StandIn())


def answer(whole: np.ndarray, parts: list[np.ndarray], seconds: float) -> Answer:
    """An answer in every scheme, with segments of equal length."""
    edges = np.linspace(0, seconds, len(parts) + 1).round(3).tolist()
    views = {}
    for name in shown(tuple(SCHEMES)):
        known = scheme(name)
        segments = tuple(Segment(start, end, *in_scheme(known, known.sums(part))[:2])
                         for start, end, part in zip(edges, edges[1:], parts, strict=False))
        views[name] = Prediction(None, seconds, *in_scheme(known, known.sums(whole)), False, (), "female", segments, IDENTITY)
    return Answer(views, "8", "auto", (0.5,))


class Page(HTMLParser):
    """The headline, the valence beside it and the bars of every view."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headlines: dict[str, str] = {}
        self.valences: dict[str, str] = {}
        self.bars: dict[str, dict[str, float]] = {}
        self.chosen: dict[str, str] = {}
        self.percents: dict[str, str] = {}  # beside the headline
        self.longest: dict[str, str] = {}  # beside the bar that is chosen
        self._view = self._into = self._row = ""
        self._is_chosen = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        kind = found.get("class", "")
        if "data-view" in found:
            self._view = found["data-view"]
        if kind.startswith("verdict"):
            self._into = "verdict"
        elif tag == "strong" and self._into == "verdict":
            self._into = "headline"
        elif kind.startswith("valence-word"):
            self._into = "valence"
        elif tag == "table":
            self._into = kind
        elif tag == "tr" and self._into == "shares":
            self._is_chosen = kind == "chosen"
        elif tag == "th" and found.get("scope") == "row" and self._into == "shares":
            self._into = "row"
        elif kind == "part" and self._into == "shares":
            self.bars.setdefault(self._view, {})[self._row] = float(found["width"].rstrip("%"))
            if self._is_chosen:
                self.chosen[self._view] = self._row

    def handle_endtag(self, tag: str) -> None:
        self._into = {"headline": "verdict", "row": "shares", "valence": "verdict"}.get(self._into, self._into)
        if tag == "table" or (tag == "p" and self._into == "verdict"):
            self._into = ""

    def handle_data(self, text: str) -> None:
        text = text.strip()
        if self._into == "headline" and text:
            self.headlines[self._view] = text
        elif self._into == "valence" and text:
            self.valences[self._view] = text
        elif self._into == "row" and text:
            self._row = text
        elif self._into == "verdict" and text:
            self.percents[self._view] = text
        elif self._into == "shares" and text.endswith("%") and self._is_chosen:
            self.longest[self._view] = text


def written(app: Flask, found: Answer) -> Page:
    with app.test_request_context():
        return Page(render_template("_answer.html", answer=found, scripted=True))


def as_row(app: Flask, label: str) -> str:
    """How the bar of a label is called."""
    texts = app.extensions["intone"].texts
    return str(texts(f"class.{label}"))


@given(shares)
def test_the_headline_is_the_longest_bar_and_the_bars_are_all_there_is(app: Flask, whole: np.ndarray) -> None:
    found = answer(whole, [whole], 3.0)
    page = written(app, found)
    assert list(page.bars) == list(found.views)
    for name, seen in found.views.items():
        bars, chosen = page.bars[name], page.chosen[name]
        assert bars[chosen] == max(bars.values())
        assert sum(bars.values()) == pytest.approx(100, abs=0.05 * len(bars) + 1e-9)
        if seen.label == "neither":
            assert page.headlines[name] == "Like another emotion" and chosen.startswith("other (")
        else:
            assert page.headlines[name] == as_row(app, seen.label).capitalize() and chosen == as_row(app, seen.label)
    assert page.percents == page.longest
    assert page.valences == {"8": next(WORDS[side] for side, labels in SIDES.items() if found.views["8"].label in labels)}


@given(shares, st.lists(shares, min_size=3, max_size=8))
def test_a_longer_recording_has_a_headline_only_where_it_is_that_of_most_of_the_speech(
    app: Flask, whole: np.ndarray, parts: list[np.ndarray]
) -> None:
    found = answer(whole, parts, 60.0)
    page = written(app, found)
    for name, seen in found.views.items():
        bars = page.bars[name]
        assert sum(bars.values()) == pytest.approx(100, abs=0.05 * len(bars) + 1e-9)
        alike = sum(one.label == seen.label for one in seen.segments) / len(seen.segments)
        assert (name in page.chosen) == (alike >= 0.6)
        if name in page.chosen:
            assert bars[page.chosen[name]] == max(bars.values()) >= 59
            assert page.headlines[name].lower().endswith(as_row(app, seen.label) if seen.label != "neither" else "neither")
        else:
            most = max(bars, key=lambda label: bars[label])
            assert page.headlines[name].startswith("Changing, most often ")
            often = page.headlines[name].removeprefix("Changing, most often ")
            assert bars[most] == pytest.approx(bars.get(often, bars[most]), abs=0.06), "the one with the longest bar"
