"""The short form of `make load`: every answer is the known one or 503, and the harness sees what is wrong."""

import json
from pathlib import Path

import pytest

import load
from load import Said, Tally
from tiny_model import tiny_model

RESULTS = Path(__file__).resolve().parents[2] / "results" / "load.json"


def test_a_server_under_twice_its_load_gives_no_wrong_answer_and_ends_well(tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.7, "female_happy": 0.3}, {"male_sad": 0.1})
    found = load.measured(0.04, 1, "--recognizer", model, clients=(1, 24), client_s=1.0)
    assert load.faults(found) == []
    assert found["requests"] == found["answers"] + found["refused"] > 0
    assert found["asked_a_second"] == pytest.approx(2 * found["capacity"], abs=0.02)
    assert 20 < found["memory"]["most_mb"] < 2000
    assert found["ending"]["answered"] + found["ending"]["refused"] + found["ending"]["not_begun"] == 8


def test_an_answer_counts_only_if_it_is_the_known_one() -> None:
    tally = Tally()
    tally.add("a", Said(200, b"known", seconds=0.5), b"known")
    tally.add("a", Said(503, b"{}", "5"), b"known")
    assert (tally.answered, tally.refused, tally.wrong) == ([0.5], 1, [])
    odd = [Said(200, b"another"), Said(503, b"{}"), Said(503, b"{}", "0"), Said(503, b"", "5"), Said(500, b"{}", "5"), Said(0),
           Said(-1, b"kno")]
    for one in odd:
        tally.add("a", one, b"known")
    assert len(tally.wrong) == len(odd)
    assert tally.told(1)["wrong"] == len(odd) and tally.told(1)["answers"] == 1


def test_memory_that_rises_is_seen_and_what_settles_is_not() -> None:
    settling = [(float(t), 300 + min(t, 50)) for t in range(600)]
    leaking = [(t, used + max(0, t - 60) / 60 * 3) for t, used in settling]
    assert load.rise(settling, 60)["rise_mb_a_minute"] == 0
    assert load.rise(leaking, 60)["rise_mb_a_minute"] == pytest.approx(3)


GOOD = {"minutes": 10, "wrong": 0, "requests": 9, "answers": 9, "said": "", "memory": {"rise_mb_a_minute": 0.1},
        "clients": {"8": {"wrong": 0, "requests": 3, "answers": 3}}, "ending": {"cut": 0, "status": 0, "seconds": 1.0}}


@pytest.mark.parametrize("change", [
    {"wrong": 1}, {"answers": 0}, {"said": "Traceback"}, {"memory": {"rise_mb_a_minute": 2.5}},
    {"memory": {"rise_mb_a_minute": float("nan")}}, {"clients": {"8": {"wrong": 1, "requests": 3, "answers": 2}}},
    {"ending": {"cut": 1, "status": 0, "seconds": 1.0}}, {"ending": {"cut": 0, "status": -9, "seconds": 1.0}},
    {"ending": {"cut": 0, "status": 0, "seconds": 99.0}}], ids=str)
def test_everything_that_should_not_be_is_told(change: dict[str, object]) -> None:
    assert load.faults(GOOD) == []
    assert len(load.faults({**GOOD, **change})) == 1


def test_a_server_that_hangs_up_is_no_answer() -> None:
    import socket
    import threading

    for sent, status in ((b"", 0), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", -1), (b"HTTP/1", -1)):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def answer(sent: bytes = sent, listener: socket.socket = listener) -> None:
                connection, _ = listener.accept()
                with connection:
                    while b"border--" not in connection.recv(65_536):
                        pass
                    connection.sendall(sent)

            thread = threading.Thread(target=answer)
            thread.start()
            assert load.ask(f"http://127.0.0.1:{listener.getsockname()[1]}", b"x", 0).status == status
            thread.join()


def test_what_is_written_down_is_without_fault() -> None:
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert load.faults(found) == []
    assert found["minutes"] >= 10
    assert set(found["clients"]) == {"1", "8", "64"}
