"""The short form of `make soak`: disturbed work says one sentence, and ends as if nothing had happened."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import faults
from archive_server import serving
from faults import Ended
from small_corpus import write_corpus
from sounds import pcm, voice
from tiny_model import tiny_model

RESULTS = Path(__file__).resolve().parents[2] / "results" / "faults.json"


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


@pytest.mark.parametrize(("name", "trouble"), [
    ("clean", "killed"), ("fetch", "killed"), ("batch", "killed"), ("fetch", "disk full"), ("batch", "disk full"),
    ("fetch", "read-only"), ("clean", "clock back"), ("fetch", "two at once")])
def test_disturbed_work_goes_on_and_ends_with_the_same_bytes(works, name, trouble, tmp_path):
    if trouble in faults.MOUNTED and not faults.mounts():
        pytest.skip("only root can mount a disk")
    inputs, every = works
    whole = faults.undisturbed(every[name], inputs, tmp_path / "whole")
    found = faults.trial(every[name], inputs, tmp_path, whole, trouble, tries=1 + (trouble == "killed"), seed=3)
    assert found["lost"] == []
    assert found["struck"] >= (trouble in faults.MOUNTED)
    assert len(whole.files) >= 1


def test_what_differs_is_named(tmp_path):
    for name, content in (("a", "1"), ("b", "2")):
        (tmp_path / name).write_text(content)
    wanted = faults.contents(tmp_path)
    (tmp_path / "b").write_text("3")
    (tmp_path / "c.part").write_text("")
    assert faults.differences(wanted, faults.contents(tmp_path)) == ["b", "c.part"]


def test_work_that_loses_something_is_told(tmp_path):
    """A command that goes on where it stopped, and then writes something else."""
    again = "import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.write_text('other' if p.exists() else 'first')"
    work = faults.Work("odd", lambda inputs, to: ["-c", again, str(to / "a")])
    whole = faults.undisturbed(work, tmp_path, tmp_path / "whole")
    found = faults.trial(work, tmp_path, tmp_path, whole, "two at once", tries=1, seed=0)
    assert {name for lost in found["lost"] for name in lost["odd"]} == {"a"}


@pytest.mark.parametrize(("said", "good"), [
    ("intone: The disk is full.\n", True), ("intone: ravdess is not complete here: only these are used.\nintone: No.\n", True),
    ("", False), ("The disk is full.\n", False), ("intone: One.\nintone: Two.\n", False),
    ("Traceback (most recent call last):\n  File\nOSError\n", False)])
def test_one_sentence_is_asked_for(said, good):
    assert (Ended(1, said).odd == []) == good


def test_what_is_written_down_is_of_every_work_without_loss():
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert {"clean", "train", "verify", "fetch", "batch"} <= set(found) <= {work.name for work in faults.works("", b"", [])}
    for one in found.values():
        troubles = one.keys() & faults.TROUBLES.keys()
        assert troubles == one.keys() - {"seconds", "files"} != set()
        assert all(one[name]["lost"] == [] and one[name]["struck"] > 0 for name in troubles)
