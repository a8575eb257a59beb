"""The short form of `make fuzz`: files that are wrong in every way, and that the harness sees what goes wrong."""

import gc
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import bombs
import fuzz
import mutations
from intone.audio import read_mono
from intone.audio.decoding import bounds

HEARD_S = fuzz.MAX_SECONDS  # by `make fuzz`; the tests here go less far
SUMMARY = Path(__file__).resolve().parents[2] / "results" / "fuzz.json"


@pytest.fixture(scope="module", autouse=True)
def _of_the_file_alone() -> Iterator[None]:
    """After each file its garbage is searched for: not among what the tests before have left."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
    fuzz._trap().close()
    fuzz._trap.cache_clear()


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fuzz, "_own_folder", lambda: tmp_path)
    monkeypatch.setattr(fuzz, "MAX_SECONDS", 600.0)  # decoding two hours takes 20 s
    if sys.platform != "linux":  # the memory of the test process is that of all tests before
        monkeypatch.setattr(fuzz, "MOST_MB", np.inf)


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_files_that_are_wrong_do_no_harm(first):
    outcomes = [fuzz.tried(number, seed=1) for number in range(first, first + 25)]
    assert [one for one in outcomes if one.harm] == []


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_every_kind_of_file_is_made_and_does_no_harm(kind, monkeypatch):
    monkeypatch.setattr(fuzz, "KINDS", {kind: fuzz.KINDS[kind]})
    outcomes = [fuzz.tried(number, seed=2) for number in range(3)]
    assert [one for one in outcomes if one.harm or one.kind != kind or one.size >= mutations.MOST_BYTES] == []


@pytest.mark.parametrize("kind", fuzz._honest())
def test_a_container_that_is_read_and_written_again_sounds_the_same(kind):
    container = mutations.CONTAINERS[kind]
    for content in fuzz._honest()[kind]:
        again = container.finished(mutations._body(container, mutations.Part(b"", parts=container.read(content))))
        if not content.startswith((b"RF64", bombs.fragments(3, 50)[:40])):  # of which one states no length, one too much
            np.testing.assert_array_equal(read_mono(io.BytesIO(again)), read_mono(io.BytesIO(content)))


def test_a_field_of_a_table_is_changed_and_its_lengths_hold():
    content = fuzz._honest()["mp4"][0]
    made = [mutations.changed(np.random.default_rng(number), "mp4", content) for number in range(100)]
    same_length = [one for one in made if len(one) == len(content)]
    assert len(set(same_length) - {content}) > 10
    assert any(len(one) > len(content) for one in made) and any(len(one) < len(content) for one in made)


def test_a_file_is_made_from_its_number_alone():
    assert fuzz.made(17) == fuzz.made(17) != fuzz.made(18)


def test_the_harness_sees_what_goes_wrong(monkeypatch):
    class Failing:
        def predict(self, *_: object, **__: object) -> None:
            raise ValueError("a bug")

    monkeypatch.setattr(fuzz, "_recognizer", Failing)
    assert fuzz.tried(3).harm == "ValueError: a bug"


def test_the_harness_sees_what_takes_too_long(monkeypatch):
    monkeypatch.setattr(fuzz, "MOST_S", -1.0)
    assert fuzz.tried(3).harm.endswith(" s")


def test_a_bomb_may_take_little_more_than_one_pass_over_it_and_one_budget_for_all():
    hours = bounds.Budget(1_000_000, decoded_s=HEARD_S)
    assert fuzz.most_s("bombs of silence", [hours]) < 55
    assert fuzz.most_s("bombs of silence", [bounds.Budget(1000)]) < 6
    assert fuzz.most_s("cut", [bounds.Budget(1000, decoded_s=60)]) == 5
    assert fuzz.most_s("cut", [hours, bounds.Budget()]) == 0


def test_an_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch):
    kept = tmp_path / "kept.jsonl"
    first = fuzz.all_of(range(3), 5, 1, kept)
    kept.write_text(kept.read_text().rstrip()[:-20])  # cut within the last line
    heard, usual = [], fuzz.tried

    def counted(number: int, seed: int) -> fuzz.Outcome:
        heard.append(number)
        return usual(number, seed)

    monkeypatch.setattr(fuzz, "tried", counted)
    again = fuzz.all_of(range(5), 5, 1, kept)
    assert heard == [2, 3, 4] and again[:2] == first[:2] and [one.number for one in again] == [0, 1, 2, 3, 4]
    assert fuzz.all_of(range(5), 5, 1, kept) == again
    assert heard == [2, 3, 4]
    fuzz.all_of(range(1), 6, 1, kept)
    assert heard == [2, 3, 4, 0]


def test_what_is_written_down_is_of_many_files_without_harm():
    found = json.loads(SUMMARY.read_text(encoding="utf-8"))
    assert found["files"] >= 20_000
    assert found["harm"] == []
    # More than MOST_S only where the tables of a small file give minutes of speech (SPEECH_S), or it would be harm.
    # It was twice MOST_S before people were told apart, which doubles the analysis of such speech.
    assert found["slowest_s"] < 3 * fuzz.MOST_S and found["most_above_idle_mb"] < fuzz.MOST_MB
    assert found["slowest_bomb_s"] < fuzz.most_s("bombs of silence", [bounds.Budget(1_000_000, HEARD_S)])
    assert set(found["kinds"]) == set(fuzz.KINDS)
    assert sum(found["results"].values()) == found["files"]


@pytest.mark.parametrize("number", [8184, 10685])
def test_a_stream_that_begins_late_does_no_harm(number):
    """MPEG-TS with a stream that PyAV did not know when it opened the file: it raised an IndexError at the end."""
    outcome = fuzz.tried(number)
    assert (outcome.kind, outcome.result, outcome.harm) == ("changed bytes", "answer", "")
