"""The page answers in a real Firefox what Python answers, and asks for nothing meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from firefox import Firefox, launched, until, visiting
from in_browser import RUN, packed
from intone import Recognizer
from intone.language import texts
from intone.recognition.prediction import Prediction
from intone.web import site
from sounds import encode, voice

pytestmark = pytest.mark.browser

EXAMPLE = Path(site.__file__).parent / "static" / "examples" / "example-2.webm"
READY = "() => document.querySelector('[data-where][data-ready]') !== null"
KEPT = "() => navigator.serviceWorker.ready.then(one => one.active.state === 'activated')"
ANALYSE = """async (recording, { load, file }) => {
    const { analyse } = await load("device");
    return (await analyse(file(recording), { sex: "auto", classes: "8" })).views;
}"""
EQUAL, CLOSE = 1e-3, 0.02
"""Differences of probabilities: of samples that both decode alike, and of a format that two libraries decode."""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with launched(tmp_path_factory.mktemp("profile")) as started:
        yield started


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of a folder, and what is asked for there, by whichever part of the browser."""
    asked: list[str] = []

    class Noting(SimpleHTTPRequestHandler):
        def log_message(self, *said: object) -> None:
            asked.append(str(said))

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Noting, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


@pytest.fixture(scope="module")
def folder(firefox: Firefox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:  # noqa: ARG001 - it must run
    """The address of the page as a folder, in a subfolder of what is served, and what is asked for there."""
    parent = tmp_path_factory.mktemp("served")
    site.write(site.made(None, ["en"]), parent / "page")
    with served(parent) as (root, asked):
        yield f"{root}page/", asked


def analysed(firefox: Firefox, recording: Path) -> dict[str, Any]:
    """Each view of a recording, as the page's own scripts have it."""
    found: dict[str, Any] = firefox.evaluate(RUN % ANALYSE, ["", packed(recording)])
    return found


def apart(found: dict[str, Any], expected: dict[str, Prediction]) -> float:
    """The largest difference of a probability of answers that have the same labels."""
    assert {name: seen["label"] for name, seen in found.items()} == {name: seen.label for name, seen in expected.items()}
    return max(abs(found[name]["probabilities"][label] - share)
               for name, seen in expected.items() for label, share in seen.probabilities.items())


def shown(firefox: Firefox) -> str:
    return " ".join(firefox.visible(".verdict").split())


def verdict(answer: Prediction) -> str:
    """An answer as the page leads with it."""
    english = texts("en")
    return (f"{english.word(answer.label).capitalize()} {english(f'answer.valence.{answer.valence}')} "
            f"{english.percent(answer.shares[answer.label])}")


def test_the_folder_answers_as_python_does_and_asks_for_nothing(
    firefox: Firefox, folder: tuple[str, list[str]], recognizer: Recognizer, tmp_path: Path
) -> None:
    address, asked = folder
    files = {suffix: tmp_path / f"voice.{suffix}" for suffix in ("wav", "mp3", "webm")}
    for suffix, file in files.items():
        file.write_bytes(encode(voice(4), suffix))
    with visiting(firefox, address):
        firefox.until(READY)
        firefox.until(KEPT)
        asked.clear()
        firefox.requests.clear()
        firefox.choose("#file", files["wav"])
        firefox.click(".send")
        assert shown(firefox) == verdict(recognizer.predict(files["wav"], speakers=1))
        for recording, most in ((files["wav"], EQUAL), (files["mp3"], CLOSE), (files["webm"], CLOSE), (EXAMPLE, CLOSE)):
            found = analysed(firefox, recording)
            expected = recognizer.predict_schemes(recording, schemes=tuple(found), speakers=1)
            assert len(found) > 1 and apart(found, expected) <= most, recording
        # Firefox looks by itself whether the service worker has changed.
        assert [one for one in asked if site.WORKER not in one] == []
        assert [one for one in firefox.requests if not one.startswith(("blob:", "data:"))] == []


def test_an_example_of_the_served_page_is_answered(firefox: Firefox, on_device: str, recognizer: Recognizer) -> None:
    with visiting(firefox, f"{on_device}/"):
        firefox.until(READY)
        firefox.click(f"[data-example$='{EXAMPLE.name}']")
        assert shown(firefox).startswith(recognizer.predict(EXAMPLE).label.capitalize())
        assert [one for one in firefox.requests if "/api/" in one] == [], "the server was asked instead"


@pytest.mark.parametrize(("fault", "told"), [
    ("() => console.error('told')", "told"), ("() => { setTimeout(() => { throw new Error('thrown'); }); }", "thrown"),
    ("() => { new Image().src = 'http://other.invalid/'; }", "other.invalid")])
def test_what_is_wrong_is_noticed(firefox: Firefox, folder: tuple[str, list[str]], fault: str, told: str) -> None:
    with pytest.raises(AssertionError, match=told), visiting(firefox, folder[0]):
        firefox.until(READY)
        firefox.evaluate(fault)
        until(lambda: firefox.evaluate("() => true") and firefox.complaints)
