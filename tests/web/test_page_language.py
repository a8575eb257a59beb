"""The language of the page: what the browser asks for, what a visitor chooses, and that nothing stays in another one."""

import html
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from chromium import NARROW, PHONE, Visitor, ask, too_wide, verdict, violations
from intone.audio import RATE, Sound
from intone.errors import NoSpeech
from intone.language import LANGUAGES, english, said, texts
from intone.recognition.prediction import Prediction
from intone.web import WebSettings, create_app
from intone.web.server import in_background
from sounds import pcm
from web_server import API, HTML, IMAGE, StandIn, alert, send, silence, tone, wav

MODULES = {"de": "german", "es": "spanish"}
OTHERS = tuple(MODULES)
HEADING = {language: texts(language)("page.heading") for language in LANGUAGES}
NO_VOICE = {
    "en": said("The recording is silent: check the microphone and record again."),
    "de": "Die Aufnahme ist stumm: Prüfe das Mikrofon und nimm noch einmal auf.",
    "es": "La grabación está en silencio: comprueba el micrófono y graba otra vez.",
}
REASON = {
    "en": said("Only {spoken:.1f} s of speech was found.", spoken=0.7),
    "de": "Es wurden nur 0,7 s Sprache gefunden.",
    "es": "Solo se encontraron 0,7 s de voz.",
}
PICTURE = {"en": "is a PNG picture, not a recording", "de": "ist ein PNG-Bild, keine Aufnahme", "es": "imagen PNG"}
LONG = np.concatenate([tone("sad", 2), tone("happy", 2), tone("angry", 2), tone("surprised", 2)])


@pytest.fixture
def client() -> FlaskClient:
    return create_app(StandIn()).test_client()


class Reasoning(StandIn):
    """Says what it says of a recording as the product does, so that it is told in every language."""

    def _predict(self, *given: Any) -> Prediction:
        return replace(super()._predict(*given), reasons=(REASON["en"],))

    def answer(self, sound: Sound, **given: Any) -> dict[str, Prediction]:
        if not any(np.abs(block).max() > 0.001 for block in sound):
            raise NoSpeech(NO_VOICE["en"])
        return super().answer(sound, **given)


# Which one


@pytest.mark.parametrize(("asked", "language"), [
    ("de", "de"), ("es", "es"), ("fr", "en"), ("de-AT,de;q=0.9,en;q=0.5", "de"), ("es-MX", "es"), ("fr,es;q=0.3", "es"),
    ("en-GB,de;q=0.9", "en"), ("de-AT,en;q=0.9", "de"), ("de;q=0,es;q=0.1", "es"), ("es;q=0.2,de;q=0.8", "de"), ("", "en"), ("*", "en"), ("no language", "en")])
def test_the_browser_decides(client: FlaskClient, asked: str, language: str) -> None:
    page = client.get("/", headers={"Accept-Language": asked})
    assert f'<html lang="{language}"' in page.text and HEADING[language] in html.unescape(page.text)
    assert {"Accept-Language", "Cookie"} <= set(page.vary)
    assert "Set-Cookie" not in page.headers, "nothing is kept of a visitor who chose nothing"


def test_the_settings_decide_where_the_browser_does_not() -> None:
    client = create_app(StandIn(), WebSettings(language="es")).test_client()
    assert '<html lang="es"' in client.get("/").text
    assert '<html lang="es"' in client.get("/", headers={"Accept-Language": "fr"}).text
    assert '<html lang="de"' in client.get("/", headers={"Accept-Language": "de"}).text


def test_a_choice_holds_against_the_browser_until_the_next(client: FlaskClient) -> None:
    asked = {"Accept-Language": "es"}
    chosen = client.get("/?language=de", headers=asked)
    assert '<html lang="de"' in chosen.text
    assert re.fullmatch(r"language=de; .*Max-Age=31536000; .*Path=/; SameSite=Lax", chosen.headers["Set-Cookie"])
    assert '<html lang="de"' in client.get("/", headers=asked).text
    part = html.unescape(send(client, wav(tone("sad")), headers=asked | HTML).text)
    assert "Traurig" in part and "Diese Stimme klingt" in part
    assert '<html lang="en"' in client.get("/?language=en", headers=asked).text
    assert '<html lang="en"' in client.get("/", headers=asked).text


@pytest.mark.parametrize("address", ["/?language=tlh", "/?language=", "/?language=de%0d%0aX:1"])
def test_a_language_that_is_not_there_cannot_be_chosen(client: FlaskClient, address: str) -> None:
    page = client.get(address)
    assert '<html lang="en"' in page.text and "Set-Cookie" not in page.headers
    client.set_cookie("language", "tlh")
    assert '<html lang="en"' in client.get("/").text


# What is said


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_is_one_sentence_in_the_language(language: str) -> None:
    client = create_app(Reasoning()).test_client()
    asked = {"Accept-Language": language}
    as_json, page, part = (send(client, wav(silence()), path, headers=asked | kind)
                           for path, kind in ((API, {}), ("/", HTML), (API, HTML)))
    assert as_json.get_json()["detail"] == alert(page.text) == alert(part.text) == NO_VOICE[language]
    assert alert(client.get("/nothing", headers=asked).text) == texts(language)("error.not-found")
    refused = send(client, IMAGE, headers=asked).get_json()
    assert refused["type"] == "urn:intone:not-audio", "for programs it is the same in every language"
    assert PICTURE[language] in refused["detail"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_is_in_the_language(language: str) -> None:
    client = create_app(Reasoning()).test_client()
    asked = {"Accept-Language": language}
    found = send(client, wav(tone("sad")), headers=asked).get_json()
    assert found["label"] == "sad", "labels are names, and are not translated"
    assert found["reasons"] == [REASON[language]] == found["views"]["2"]["reasons"]
    assert f"<li>{REASON[language]}</li>" in html.unescape(send(client, wav(tone("sad")), "/", headers=asked).text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_job_answers_in_the_language_of_whoever_sent_it(language: str) -> None:
    app = create_app(Reasoning(), WebSettings(job_from_s=3))
    client, asked = app.test_client(), {"Accept-Language": language}
    places = {}
    for name, recording in {"answer": LONG, "error": silence(8)}.items():
        started = send(client, wav(recording), headers=asked)
        assert started.status_code == 202
        places[name] = started.headers["Location"]
    assert app.extensions["intone"].jobs.join(60)
    assert client.get(places["answer"]).get_json()["result"]["reasons"] == [REASON[language]]
    failed = client.get(places["error"]).get_json()
    assert (failed["state"], failed["problem"]["detail"]) == ("failed", NO_VOICE[language])
    assert failed["problem"]["type"] == "urn:intone:no-speech"
    assert alert(client.get(places["error"], headers=asked | HTML).text) == NO_VOICE[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_of_one_channel_is_in_the_language(language: str) -> None:
    client = create_app(Reasoning()).test_client()
    recording = pcm(np.stack([silence(2), tone("happy", 2)], axis=1), RATE)
    found = send(client, recording, headers={"Accept-Language": language}, channel="each").get_json()
    assert found["parts"][0]["error"] == NO_VOICE[language] and found["parts"][1]["label"] == "happy"


def phrases(language: str) -> set[str]:
    """What English texts say in more than a word, and the other language does not; a class has one name in all data."""
    table = english.TEXTS
    others = " ".join(import_module(f"intone.language.{MODULES[language]}").TEXTS.values())
    found = {part.strip() for key, text in table.items() if not key.startswith("class.") for part in re.split(r"\{[^}]*\}", text)}
    return {part for part in found if len(part) >= 10 and re.search(r"[a-z]{3}.* .*[a-z]{3}", part) and part not in others}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_english_is_left(language: str) -> None:
    client = create_app(Reasoning(), WebSettings(corrections=Path("kept"))).test_client()
    asked, unwanted = {"Accept-Language": language}, phrases(language)
    assert len(unwanted) > 200
    pages = {"page": client.get("/", headers=asked), "unknown": client.get("/nothing", headers=asked),
             **{f"answer of {len(signal) / RATE:g} s": send(client, wav(signal), "/", headers=asked)
                for signal in (tone("sad"), LONG)},
             "part": send(client, wav(LONG), headers=asked | HTML)}
    said = {name: html.unescape(html.unescape(page.text)) for name, page in pages.items()}
    left = {name: [one for one in unwanted if one in text] for name, text in said.items()}
    assert not any(left.values()), left
    in_english = html.unescape(client.get("/", headers={"Accept-Language": "en"}).text)
    assert sum(one in in_english for one in unwanted) > 40, "the check finds them where they are"


# In a browser


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "language"), [("de-DE", "de"), ("es-ES", "es"), ("fr-FR", "en")])
def test_a_browser_gets_its_language(visitor: Visitor, stand_in: str, locale: str, language: str) -> None:
    page = visitor(stand_in, locale=locale)
    expect(page.locator("h1")).to_have_text(HEADING[language])
    ask(page, wav(tone("surprised")))
    t = texts(language)
    assert verdict(page) == f"{t.word('surprised').capitalize()} {t('answer.valence.neutral')} {t.percent(0.7)}"


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_the_switch_holds_for_what_is_asked_for_later(visitor: Visitor, stand_in: str, scripts: bool) -> None:
    page = visitor(stand_in, java_script_enabled=scripts)
    languages = page.locator(".languages")
    expect(languages.locator("[aria-current]")).to_have_text("English")
    languages.get_by_role("link", name="Deutsch").click()
    expect(page.locator("h1")).to_have_text(HEADING["de"])
    expect(languages.locator("[aria-current]")).to_have_text("Deutsch")
    expect(languages.get_by_role("link")).to_have_text(["English", "Español"])
    page.goto(stand_in)
    ask(page, wav(tone("sad")))
    page.wait_for_selector(".answer")
    assert verdict(page) == "Traurig negativ 70\N{NO-BREAK SPACE}%"


@pytest.mark.browser
@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
def test_it_fits_on_a_phone_and_axe_finds_nothing_wrong(
    visitor: Visitor, language: str, size: tuple[int, int]
) -> None:
    with in_background(create_app(Reasoning())) as address:
        page = visitor(address, size, locale=language)
        assert too_wide(page) == [] and violations(page) == []
        ask(page, wav(LONG))
        page.wait_for_selector(".waveform [part~=region]", state="attached")
        for summary in page.locator("summary:visible").all():
            summary.click()
        for view in ("8", "2", "3", "stress"):
            page.check(f"[name=view][value='{view}']")
            assert too_wide(page) == [], view
        assert violations(page) == []
        ask(page, wav(silence()))
        expect(page.get_by_role("alert")).to_contain_text(NO_VOICE[language])
        assert too_wide(page) == []
