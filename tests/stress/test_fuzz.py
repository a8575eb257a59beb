"""The short form of `make fuzz`: files that are wrong in every way, and that the harness sees what goes wrong."""

import json
from pathlib import Path

import numpy as np
import pytest

import fuzz

SUMMARY = Path(__file__).resolve().parents[2] / "results" / "fuzz.json"


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # The memory of the test process is that of all tests before; the long form measures its own.
    monkeypatch.setattr(fuzz, "MOST_MB", np.inf)
    monkeypatch.setattr(fuzz, "_own_folder", lambda: tmp_path)


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_files_that_are_wrong_do_no_harm(first):
    outcomes = [fuzz.tried(number, seed=1) for number in range(first, first + 25)]
    assert [one for one in outcomes if one.harm] == []


@pytest.mark.parametrize("kind", fuzz.KINDS)
def test_every_kind_of_file_is_made(kind):
    kinds = [fuzz.made(number)[0] for number in range(2000)] if kind == "bombs" else [
        fuzz.made(number)[0] for number in range(400)]
    assert kinds.count(kind) > 0


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


def test_what_is_written_down_is_of_many_files_without_harm():
    found = json.loads(SUMMARY.read_text(encoding="utf-8"))
    assert found["files"] >= 20_000
    assert found["harm"] == []
    assert found["slowest_s"] < 5 and found["most_memory_mb"] < 600
    assert set(found["kinds"]) == set(fuzz.KINDS)
    assert sum(found["results"].values()) == found["files"]
