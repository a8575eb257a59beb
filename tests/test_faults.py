"""The short form of `make soak`: work killed in the middle ends as if nothing had happened."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import faults
from archive_server import serving
from small_corpus import write_corpus
from sounds import pcm, voice
from tiny_model import tiny_model

RESULTS = Path(__file__).resolve().parents[1] / "results" / "faults.json"


@pytest.fixture
def works(tmp_path: Path) -> Iterator[tuple[Path, dict[str, faults.Work]]]:
    inputs = tmp_path / "inputs"
    write_corpus(inputs / "corpus", actors=(1, 2))
    tiny_model(inputs / "tiny.onnx", {"male_sad": 0.7, "female_happy": 0.3}, {"male_sad": 0.1})
    (inputs / "calls").mkdir()
    for number in range(8):
        (inputs / "calls" / f"{number}.wav").write_bytes(pcm(voice(2, 100 + number, number), 16_000))
    content, names = faults.archive_of(clips=10, size=50_000)
    with serving() as server:
        server.files["Clips.zip"] = content
        yield inputs, {work.name: work for work in faults.works(server.url, content, names)}


@pytest.mark.parametrize("name", ["clean", "fetch", "batch"])
def test_killed_work_goes_on_and_ends_with_the_same_bytes(works, name, tmp_path):
    inputs, every = works
    found = faults.trial(every[name], inputs, tmp_path, kills=2, seed=3)
    assert found["lost"] == []
    assert found["files"] >= 1


def test_what_differs_is_named(tmp_path):
    for name, content in (("a", "1"), ("b", "2")):
        (tmp_path / name).write_text(content)
    wanted = faults.contents(tmp_path)
    (tmp_path / "b").write_text("3")
    (tmp_path / "c.part").write_text("")
    assert faults.differences(wanted, faults.contents(tmp_path)) == ["b", "c.part"]


def test_what_is_written_down_is_of_every_work_without_loss():
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert {"clean", "verify", "fetch", "batch"} <= set(found) <= {work.name for work in faults.works("", b"", [])}
    assert all(one["lost"] == [] and one["kills"] >= 10 for one in found.values())
