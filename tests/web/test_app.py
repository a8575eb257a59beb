"""The page, asked without a browser: the answer, and the first two faults of the original.

The recognizer is a stand-in that answers by pitch (web_server.py).
"""

import html
import json
import re
import tempfile
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from flask import render_template
from flask.testing import FlaskClient
from pydantic import TypeAdapter

import intone
from intone.labels import EMOTIONS, SCHEMES, scheme
from intone.recognition.prediction import Attribution, Prediction, RecognizerIdentity, Segment, in_scheme
from intone.web import WebSettings, create_app
from intone.web.answers import OUTLINE, Answer
from intone.web.server import in_background
from sounds import encode, voice
from tiny_model import tiny_pair
from web_server import API, HTML, StandIn, post, send, shown, tone, wav


@pytest.fixture
def client() -> FlaskClient:
    return create_app(StandIn()).test_client()


# The answer


def test_answer_is_the_prediction_and_its_views(client: FlaskClient) -> None:
    answered = send(client, wav(tone("sad", 2.5))).get_json()
    assert answered["label"] == answered["views"]["8"]["label"] == "sad"
    assert answered["views"]["2"]["label"] == answered["valence"] == "negative"
    assert list(answered["views"]) == ["8", "2", "3", "stress"]
    assert list(answered["views"]["8"]["probabilities"]) == list(EMOTIONS)
    assert answered["duration_s"] == pytest.approx(2.5)
    assert [segment["end_s"] for segment in answered["segments"]] == [1, 2, 2.5]
    assert answered["recognizer"]["name"] == "stand-in"
    assert (answered["file"], answered["asked_sex"]) == (None, "auto")


def test_one_answer_asks_the_recognizer_once() -> None:
    recognizer = StandIn()
    send(create_app(recognizer).test_client(), wav(tone("sad")), "/")
    assert recognizer.asked == 1


@pytest.mark.parametrize(("emotion", "word", "valence"), [
    ("angry", "Angry", "negative"), ("calm", "Calm", "positive"), ("disgust", "Disgusted", "negative"),
    ("surprised", "Surprised", "neither negative nor positive")])
def test_page_without_script_shows_the_answer(client: FlaskClient, emotion: str, word: str, valence: str) -> None:
    page = send(client, wav(tone(emotion)), "/")
    assert page.status_code == 200
    first = " ".join(page.text.split('data-view="8"')[1].split("</p>")[0].split())
    assert re.search(rf'<strong class="paint-{emotion}">{word}</strong> <em class="[^"]+">{valence}</em> <span>70%</span>',
                     first)
    assert re.findall(r'<em class="valence-word [a-z]+">(.*?)</em>', page.text) == [valence]
    assert 'role="alert"' not in shown(page.text)


def test_where_another_emotion_is_likelier_than_each_class_the_page_says_so(client: FlaskClient) -> None:
    page = send(client, wav(tone("surprised")), "/").text
    view = page.split('data-view="2"')[1].split('data-view="3"')[0]
    assert "<strong>Like another emotion</strong>" in view


def test_script_gets_only_the_part_of_the_page_with_the_answer(client: FlaskClient) -> None:
    part = send(client, wav(tone("happy")), headers=HTML).text
    assert part.lstrip().startswith('<section class="card answer"')
    assert '<strong class="paint-happy">Happy</strong>' in part and "<strong>Positive</strong>" in part


@pytest.mark.parametrize("path", ["/", API])
def test_reasons_stand_beside_an_answer_that_is_not_confident(client: FlaskClient, path: str) -> None:
    unsure = html.unescape(send(client, wav(tone("sad", 0.3)), path, headers=HTML).text)
    assert "Unclear.</strong> Take it as a guess." in unsure
    assert "The recording is very short: a longer one is surer." in unsure
    assert "a longer one is surer" not in send(client, wav(tone("sad", 2)), path, headers=HTML).text


def test_sex_is_chosen_or_detected(client: FlaskClient) -> None:
    chosen = send(client, wav(tone("sad")), sex="male")
    assert (chosen.get_json()["sex"], chosen.get_json()["asked_sex"]) == ("male", "male")
    assert "The voice was said to be male." in send(client, wav(tone("sad")), "/", sex="male").text
    assert "The voice sounds female." in send(client, wav(tone("sad")), "/").text


def hint(recognizer: object) -> str:
    page = create_app(recognizer).test_client().get("/").text
    return html.unescape(re.search(r'name="sex".*?<p class="hint">(.*?)</p>', page, re.DOTALL)[1])


def test_the_page_says_what_the_choice_of_sex_does(tmp_path: Path) -> None:
    assert hint(StandIn()) == "The sex is detected automatically: choose it to correct a mistake."
    assert hint(intone.load()).endswith(
        "The choice selects which of these results stand beside the answer. It does not change the answer.")
    pair = tiny_pair(tmp_path)
    assert hint(intone.load(pair)) == ("There is one model for women and one for men: the choice picks it. Automatic detects "
                                       "the sex first.")
    assert hint(intone.load(pair / "male")) == "This model was trained on men only."


def test_of_a_pair_the_chosen_one_answers(tmp_path: Path) -> None:
    pair = intone.load(tiny_pair(tmp_path))
    client = create_app(pair).test_client()
    told = {"name": "tiny male and tiny female", "version": pair.identity.version}
    assert client.get("/health").get_json()["recognizer"] == told
    assert all(f'name="sex" value="{sex}"' in client.get("/").text for sex in ("auto", "female", "male"))
    described = client.get("/api/v1/recognizer").get_json()
    assert (described["sexes"], described["data"], described["licence"]) == (["female", "male"], ["made"], "none")
    for sex, label in {"male": "sad", "female": "happy", "auto": "sad"}.items():
        answered = send(client, encode(voice(1.5, 110), "wav"), sex=sex, classes="8").get_json()
        assert (answered["label"], answered["recognizer"]["name"]) == (label, f"tiny {answered['sex']}")
        assert answered["sex"] in (sex, "male")


def test_a_recognizer_of_two_classes_is_shown_in_two() -> None:
    client = create_app(StandIn(("negative", "positive"))).test_client()
    assert list(send(client, wav(tone("neutral"))).get_json()["views"]) == ["2"]
    assert 'name="view"' not in send(client, wav(tone("neutral")), "/").text


def test_bars_are_as_long_as_the_probabilities(client: FlaskClient) -> None:
    shares = send(client, wav(tone("fearful"))).get_json()["views"]["8"]["probabilities"]
    view = send(client, wav(tone("fearful")), "/").text.split('<table class="shares">')[1]
    widths = [float(width) for width in re.findall(r'class="part" width="([\d.]+)%"', view)]
    assert widths == pytest.approx(sorted((100 * share for share in shares.values()), reverse=True), abs=0.06)


@pytest.mark.parametrize("explained_s", [0, 900])
@pytest.mark.parametrize("path", ["/analyses/", f"{API}/"])
def test_the_answer_about_two_hours_is_light(path: str, explained_s: int) -> None:
    """2400 segments, or as much as is explained; all of them are there, with a script and without."""
    app = create_app(StandIn())
    answer = long_answer(explained_s or 7500.0, 2400 if not explained_s else 288, 4 * explained_s)
    jobs = app.extensions["intone"].jobs
    job = jobs.start(lambda tell: TypeAdapter(Answer).dump_json(answer).decode(), 7500.0)
    assert jobs.join(60)
    html = app.test_client().get(path + job.name, headers=HTML).text
    assert len(html.encode()) < 750_000
    if path == "/analyses/":
        assert html.count("<tr><td>") == 4 * len(answer.first.segments)
    else:
        data = json.loads(html.split("data-answer>")[1].split("</script>")[0])
        assert len(data["segments"]) == len(answer.first.segments)
        assert len(data["attributions"]) == len(answer.first.attributions)


def long_answer(seconds: float, segments: int, windows: int) -> Answer:
    """Whose numbers have as many digits as those of a network."""
    rng, ends = np.random.default_rng(0), np.linspace(0, seconds, segments + 1).round(3).tolist()
    masses = rng.dirichlet(np.ones(len(EMOTIONS)), segments)
    edges = np.linspace(0, seconds, windows + 1).round(3).tolist()
    views = {}
    for name in SCHEMES:
        heard = [in_scheme(scheme(name), scheme(name).sums(one)) for one in masses]
        spoken = tuple(Segment(start, end, *one[:2]) for start, end, one in zip(ends, ends[1:], heard, strict=False))
        weights = tuple(map(Attribution, edges, edges[1:], rng.uniform(-0.3, 0.3, windows).tolist()))
        views[name] = Prediction(None, seconds, *heard[0], True, (), "female", spoken,
                                 RecognizerIdentity("stand-in", "0", EMOTIONS), attributions=weights)
    return Answer(views, "2", "auto", tuple(rng.random(OUTLINE).round(4).tolist()))


def test_many_bars_have_no_edges_that_would_cover_them() -> None:
    app, drawn = create_app(StandIn()), {}
    for parts in (20, 200):
        with app.test_request_context():
            drawn[parts] = render_template("_answer.html", answer=long_answer(60.0, parts, parts), scripted=False)
    assert 'class="strip"' in drawn[20] and 'class="strip dense"' in drawn[200]
    assert not re.search(r'class="[^"]*\bmany\b', drawn[200]), "the page gives room to a list of many recordings"


# Fault 1: everyone sees the answer about their own recording


def test_fault_1_two_visitors_at_once_each_see_their_own_answer() -> None:
    together = threading.Barrier(2, timeout=20)  # neither is answered before both are inside
    with in_background(create_app(StandIn(meet=together.wait), WebSettings(at_once=2))) as address:
        for pair in (("sad", "happy"), ("calm", "angry"), ("neutral", "fearful")):
            with ThreadPoolExecutor(2) as visitors:
                answers = list(visitors.map(lambda emotion: post(address, wav(tone(emotion))), pair))
            assert [answer["views"]["8"]["label"] for _, answer in answers] == list(pair)


def test_fault_1_the_answer_is_about_this_recording_not_the_alphabetically_last(client: FlaskClient) -> None:
    send(client, wav(tone("sad")), "/", name="z.wav")
    assert '<strong class="paint-happy">Happy</strong>' in send(client, wav(tone("happy")), "/", name="a.wav").text
    assert "card answer" not in client.get("/").text


# Fault 2: names, remains, limits, debug server


@pytest.mark.parametrize("name", ["../../escape.wav", "/escape.wav", r"..\escape.wav", "a" * 5000, "<b>.wav", "C:"])
def test_fault_2_the_name_of_the_file_is_not_used(client: FlaskClient, tmp_path: Path, name: str,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "one" / "two"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    answered = send(client, wav(tone("sad")), "/", name=name)
    assert answered.status_code == 200
    assert "escape" not in answered.text
    assert name not in answered.text
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert not Path("/escape.wav").exists()


def test_fault_2_nothing_is_written_to_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(FileNotFoundError):
        tempfile.TemporaryFile()  # noqa: SIM115 - a spooled upload would fail like this
    long = wav(tone("sad", 60))
    assert len(long) > 1_500_000
    with in_background(create_app(StandIn())) as address:
        status, answered = post(address, long)
    assert (status, answered["label"]) == (200, "sad")


def test_fault_2_what_is_too_large_is_refused() -> None:
    app = create_app(StandIn(), WebSettings(max_bytes=50_000))
    sentence = "The file is larger than 0.05 MB: send a shorter part, or an mp3 or opus of it."
    refused = send(app.test_client(), wav(tone("sad", 2)))
    assert (refused.status_code, refused.get_json()["detail"]) == (413, sentence)
    with in_background(app) as address:
        status, refused = post(address, wav(tone("sad", 2)))
        assert (status, refused["detail"]) == (413, sentence)
        with pytest.raises(urllib.error.HTTPError) as more:
            urllib.request.urlopen(f"{address}/", b"x" * 200_000)
    assert more.value.code == 413
    more.value.close()
    assert 0 < create_app(StandIn()).config["MAX_CONTENT_LENGTH"] <= 300_000_000


def test_fault_2_what_is_too_long_is_refused() -> None:
    client = create_app(StandIn(), WebSettings(max_seconds=2)).test_client()
    assert send(client, wav(tone("sad", 1.9))).status_code == 200
    refused = send(client, wav(tone("sad", 2.2)))
    assert refused.status_code == 413
    assert refused.get_json()["detail"].startswith("The recording is longer than")
    assert WebSettings().max_seconds == 7500


def test_fault_2_the_debug_server_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app = create_app(StandIn(meet=lambda: 1 / 0))
    assert not app.debug
    with in_background(app) as address:
        with urllib.request.urlopen(f"{address}/health") as response:
            assert "Server" not in response.headers
        status, answered = post(address, wav(tone("sad")))
    assert status == 500
    assert "ZeroDivision" not in json.dumps(answered)
