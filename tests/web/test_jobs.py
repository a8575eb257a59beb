"""Long recordings as jobs: queue, progress, cancel, and that nothing stays."""

import json
import threading
import time

import pytest

from intone.web import WebSettings, create_app
from intone.web.admission import BusyError, Desk
from intone.web.jobs import Jobs, UnknownJob
from intone.web.store import Ledger
from sounds import encode
from web_server import API, HTML, StandIn, send, silence, tone, wav


def until(holds, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def gate() -> tuple[threading.Event, StandIn]:
    """A recognizer that goes on once the event is set."""
    leave = threading.Event()
    return leave, StandIn(step=lambda: leave.wait(20))


SOON = WebSettings(job_from_s=2)


def test_a_long_recording_is_accepted_and_answered_later() -> None:
    leave, recognizer = gate()
    client = create_app(recognizer, SOON).test_client()
    accepted = send(client, wav(tone("sad", 3)), classes="8")
    assert accepted.status_code == 202 and accepted.get_json()["state"] in ("waiting", "running")
    place = accepted.headers["Location"]
    assert client.get(place).get_json()["progress"] < 1 and "result" not in client.get(place).get_json()
    leave.set()
    until(lambda: client.get(place).get_json()["state"] == "done")
    found = client.get(place).get_json()
    assert found["progress"] == 1 and found["duration_s"] == 3 and found["result"]["label"] == "sad"
    assert found["result"] == send(create_app(StandIn()).test_client(), wav(tone("sad", 3)), classes="8").get_json()
    assert 'class="card answer"' in client.get(place, headers=HTML).text
    assert client.delete(place).status_code == 204
    assert client.get(place).status_code == client.delete(place).status_code == 404


def test_one_that_is_decoded_again_outlives_its_request() -> None:
    leave = threading.Event()
    client = create_app(StandIn(meet=lambda: leave.wait(20))).test_client()
    whole = encode(tone("sad", 70), "mp3", bits=32_000)  # longer than what is kept in memory
    places = [send(client, whole).headers["Location"],
              client.post(API, data=whole, content_type="audio/mpeg").headers["Location"]]
    leave.set()
    for place in places:
        until(lambda place=place: client.get(place).get_json()["state"] == "done")
        found = client.get(place).get_json()
        assert found["duration_s"] == found["result"]["duration_s"] == pytest.approx(70, abs=0.1)
        assert found["result"]["label"] == "sad"
    part = send(client, whole, start_s="2", end_s="68").headers["Location"]
    until(lambda: client.get(part).get_json()["state"] == "done")
    assert client.get(part).get_json()["result"]["duration_s"] == 66


def test_its_progress_can_be_followed() -> None:
    with_steps = StandIn(step=lambda: time.sleep(0.02))
    client = create_app(with_steps, SOON).test_client()
    place = send(client, wav(tone("sad", 3))).headers["Location"]
    stream = client.get(f"{place}/events").text
    events = [dict(line.split(": ", 1) for line in part.splitlines()) for part in stream.strip().split("\n\n")]
    shares = [json.loads(event["data"])["progress"] for event in events]
    assert {event["event"] for event in events[:-1]} == {"progress"} and events[-1]["event"] == "done"
    assert shares == sorted(shares) and shares[-1] == 1 and len(shares) > 3
    assert client.get(f"{API}/nobody/events").status_code == 404


def test_a_cancelled_one_stops_and_is_forgotten() -> None:
    leave, recognizer = gate()
    app = create_app(recognizer, SOON)
    client = app.test_client()
    place = send(client, wav(tone("sad", 3))).headers["Location"]
    assert client.delete(place).status_code == 204 and client.get(place).status_code == 404
    leave.set()
    jobs = app.extensions["intone"].jobs
    until(lambda: not [one for one in threading.enumerate() if one.name == "intone-job"])
    assert jobs.active == 0
    assert "intone_answers_total 0.0" in client.get("/metrics").text


def test_one_that_fails_says_why() -> None:
    client = create_app(StandIn(), SOON).test_client()
    place = send(client, wav(silence(3))).headers["Location"]
    until(lambda: client.get(place).get_json()["state"] == "failed")
    found = client.get(place).get_json()["problem"]
    assert (found["type"], found["status"]) == ("urn:intone:no-speech", 422)
    refused = client.get(place, headers=HTML)
    assert refused.status_code == 422 and found["detail"] in refused.text


def test_a_short_one_is_answered_while_a_long_one_is_heard() -> None:
    leave = threading.Event()
    first = threading.Lock()

    def step() -> None:
        if threading.current_thread().name == "intone-job":
            with first:
                leave.wait(20)

    client = create_app(StandIn(step=step), SOON).test_client()
    place = send(client, wav(tone("sad", 3))).headers["Location"]
    assert send(client, wav(tone("happy", 1))).get_json()["label"] == "happy"
    assert client.get(place).get_json()["state"] == "running"
    leave.set()


def test_more_than_may_wait_are_told_to_come_back() -> None:
    leave, recognizer = gate()
    client = create_app(recognizer, WebSettings(job_from_s=2, jobs_at_once=1, jobs_waiting=1)).test_client()
    places = [send(client, wav(tone("sad", 3))).headers["Location"] for _ in range(2)]
    refused = send(client, wav(tone("sad", 3)))
    assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0
    leave.set()
    for place in places:
        until(lambda place=place: client.get(place).get_json()["state"] == "done")


def test_answers_are_kept_for_a_while_only() -> None:
    jobs = jobs_of(1, 1, kept_s=0.05)
    job = jobs.start(lambda tell: "five", 1.0)
    assert [one.state for one in jobs.follow(job.name)][-1] == "done"
    until(lambda: not _known(jobs, job.name))
    kept = jobs_of(1, 1, kept_s=60)
    job = kept.start(lambda tell: "five", 1.0)
    until(lambda: kept.find(job.name).told == "five")


def jobs_of(at_once: int, waiting: int, kept_s: float) -> Jobs:
    ledger = Ledger()
    return Jobs(ledger, Desk(ledger, "jobs", at_once, waiting), kept_s, repr)


def _known(jobs: Jobs, name: str) -> bool:
    try:
        return bool(jobs.find(name))
    except UnknownJob:
        return False


def test_names_cannot_be_guessed_and_the_queue_has_an_end() -> None:
    leave = threading.Event()
    jobs = jobs_of(1, 2, kept_s=60)
    names = {jobs.start(lambda tell: str(leave.wait(20)), 1.0).name for _ in range(3)}
    assert len(names) == 3 and min(map(len, names)) >= 20
    with pytest.raises(BusyError):
        jobs.start(lambda tell: "", 1.0)
    jobs.close()
    assert not any(_known(jobs, name) for name in names)
    until(lambda: jobs.active == 1)  # those that wait give up at once, the other as soon as it tells its progress
    leave.set()
    until(lambda: jobs.active == 0)


def test_who_ends_waits_for_what_is_being_heard_but_not_for_ever() -> None:
    heard, leave = threading.Event(), threading.Event()

    def work(_tell: object) -> str:
        heard.set()
        return str(leave.wait(20))

    jobs = jobs_of(1, 2, kept_s=60)
    for _ in range(2):
        jobs.start(work, 1.0)
    assert heard.wait(20)  # on a busy machine a thread may start late, and what has not begun is not waited for
    jobs.close()
    begun = time.monotonic()
    jobs.join(0.2)
    assert time.monotonic() - begun >= 0.2 and jobs.active == 1
    threading.Timer(0.1, leave.set).start()
    jobs.join(20)
    assert jobs.active == 0


def test_without_a_script_a_long_one_has_a_page_that_asks_again() -> None:
    leave, recognizer = gate()
    client = create_app(recognizer, SOON).test_client()
    begun = send(client, wav(tone("sad", 3)), "/")
    place = begun.headers["Location"]
    assert begun.status_code == 303 and place.startswith("/analyses/")
    waiting = client.get(place)
    assert waiting.status_code == 200 and '<meta http-equiv="refresh" content="2">' in waiting.text
    assert "<progress max=" in waiting.text
    leave.set()
    until(lambda: "http-equiv" not in client.get(place).text)
    assert 'class="card answer"' in client.get(place).text
    assert client.get("/analyses/nobody").status_code == 404
    place = send(client, wav(silence(3)), "/").headers["Location"]
    until(lambda: client.get(place).status_code == 422)
    assert "No voice can be heard" in client.get(place).text


def test_attributions_of_a_long_recording_are_refused() -> None:
    client = create_app(StandIn(), WebSettings(explained_s=60)).test_client()
    long = encode(tone("sad", 90), "mp3", bits=32_000)
    refused = send(client, long, explain="true")
    assert refused.status_code == 413
    assert refused.get_json()["detail"] == ("Attributions are computed of at most 1 minutes, and this is 2: choose a "
                                            "part of the recording.")
    assert send(client, long, explain="true", end_s="5").status_code == 200


def test_work_whose_client_has_gone_ends() -> None:
    asked = StandIn()
    client = create_app(asked).test_client()
    for path in (API, "/", "/api/v1/pictures"):
        gone = client.post(path, data=wav(tone("sad", 1)), content_type="audio/wav",
                           environ_base={"waitress.client_disconnected": lambda: True})
        assert gone.status_code == 400
    assert asked.asked == 0
