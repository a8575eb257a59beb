"""The words, numbers and colours of the page."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from intone import language
from intone.errors import UsageError
from intone.labels import EMOTIONS
from intone.language import english, texts
from intone.web import WebSettings, create_app
from intone.web.views import left_out, likelihood, shown
from intone.web.views import tone as drawn_as
from web_server import HTML, StandIn, send, tone, wav

WEB = Path(create_app.__code__.co_filename).parent


@pytest.fixture
def client() -> FlaskClient:
    return create_app(StandIn()).test_client()


# Words


class Everything(dict[str, str]):
    """Has the same sign for every sentence."""

    def get(self, *_sentence: object) -> str:
        return "\N{SECTION SIGN}"


def test_every_sentence_of_the_page_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    table = SimpleNamespace(TEXTS=dict.fromkeys(english.TEXTS, "\N{SECTION SIGN}"), SENTENCES=Everything())
    monkeypatch.setitem(sys.modules, "nobody_speaks_it", table)
    monkeypatch.setitem(language._MODULES, "xx", "nobody_speaks_it")
    monkeypatch.setitem(language.LANGUAGES, "xx", "\N{SECTION SIGN}")
    client = create_app(StandIn(), WebSettings(language="xx")).test_client()
    for page in (client.get("/"), send(client, wav(tone("sad", 2)), "/"), client.get("/nothing", headers=HTML)):
        said = re.sub(r"<script.*?</script>|<p class=\"links languages\".*?</p>|<[^>]*>", " ", page.text, flags=re.DOTALL)
        assert "\N{SECTION SIGN}" in said
        assert set(re.findall(r"[a-z]+", said, re.IGNORECASE)) <= {"s", "lt", "gt"}  # seconds; below 1 %


def test_every_sentence_in_the_table_is_used() -> None:
    written = "".join(file.read_text() for file in WEB.parent.rglob("*.*") if file.suffix in (".html", ".py", ".js")
                      and file.parent.name != "language")
    starts = tuple(re.findall(r'["\']([a-z.]+\.)["\'] ~', written) + re.findall(r'f"([a-z.-]+\.){', written))
    assert [key for key in english.TEXTS if f'"{key}"' not in written and f"'{key}'" not in written
            and not key.startswith(starts)] == []


def test_every_sentence_that_is_asked_for_is_in_the_table() -> None:
    written = "".join(file.read_text() for file in (*WEB.rglob("*.html"), *WEB.parent.rglob("*.py")))
    keys = re.findall(r'\bt(?:exts)?\("([a-z0-9.-]+)"(?! ~)', written)
    assert len(keys) > 80
    assert [key for key in keys if key not in english.TEXTS] == []


def test_every_class_of_a_style_sheet_is_on_the_page() -> None:
    sheets = "".join(file.read_text() for file in (WEB / "static/styles").glob("*.css"))
    classes = set(re.findall(r"\.([a-z][a-z-]*)(?=[^{}]*\{)", re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL)))
    written = "".join(file.read_text() for folder in ("templates", "static/scripts") for file in (WEB / folder).rglob("*.*"))
    assert len(classes) > 50
    painted = {f"paint-{emotion}" for emotion in EMOTIONS}
    assert painted <= classes and '"paint-" ~ class_marks()[label].paint' in written
    assert {name for name in classes - painted if not re.search(rf"\b{name}\b", written)} == set()


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(UsageError, match="no texts in 'tlh'"):
        create_app(StandIn(), WebSettings(language="tlh"))


@pytest.mark.parametrize(("share", "words"), [(0, "<1%"), (0.004, "<1%"), (0.01, "1%"), (0.874, "87%"), (0.99, "99%"),
                                              (0.996, ">99%"), (1, ">99%")])
def test_percent(share: float, words: str) -> None:
    assert texts("en").percent(share) == words


@pytest.mark.parametrize(("seconds", "words"), [(0, "0.0 s"), (3.54, "3.5 s"), (59.96, "1:00.0"), (83.21, "1:23.2"),
                                                (600, "10:00.0")])
def test_clock(seconds: float, words: str) -> None:
    assert texts("en").clock(seconds) == words


def test_views_of_a_recognizer() -> None:
    assert shown(("2", "3", "8", "stress")) == ("8", "2", "3", "stress")
    assert shown(("3",)) == ("3",)
    assert shown(("stress",)) == ("stress",)
    assert left_out("2") == ("neutral", "disgust", "surprised")
    assert left_out("8") == ()
    assert [drawn_as(label) for label in ("negative", "angry", "calm", "stressed", "disgust", "neither")] == [
        "negative", "negative", "positive", "negative", "negative", "neutral"]


def test_likelihood_of_neither_is_what_lies_outside() -> None:
    neither = StandIn()._predict(tone("surprised"), "2", "auto")
    assert neither.label == "neither"
    assert likelihood(neither) == neither.outside > 0.5
    assert likelihood(neither.segments[0]) is None


# Colours


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, by WCAG 2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(dark: bool) -> None:
    sheet = (WEB / "static/styles/colours.css").read_text().split("@media")[dark]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", sheet))
    words = [(front, back) for front in ("ink", "soft") for back in ("paper", "card", "hover")]
    words += [(front, "card") for front in ("negative", "positive", "neutral")]
    words += [("card", "ink"), ("alert", "alert-paper")]
    borders = [(shape, ground) for shape in ("edge", "focus") for ground in ("card", "paper")]
    for pairs, least in ((words, 4.5), (borders, 3.0)):
        for front, back in pairs:
            low, high = sorted((luminance(colours[front]), luminance(colours[back])))
            assert (high + 0.05) / (low + 0.05) >= least, (front, back)
