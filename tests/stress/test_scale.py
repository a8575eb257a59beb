"""The short form of `make scale`: the same rows on every way, and that the harness sees what differs."""

import json
from pathlib import Path

import pytest

import scale

SUMMARY = Path(__file__).resolve().parents[2] / "results" / "scale.json"


class KillingOnce:
    """Kills a worker once some recordings are heard."""

    done = False

    def __call__(self, work: scale.Batch, _: float) -> int:
        if self.done or work.heard() < 4:
            return 0
        self.done = True
        work.workers()[0].kill()
        return 1


def test_processes_and_a_cluster_give_the_same_rows_with_a_worker_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(scale, "Killing", KillingOnce)
    monkeypatch.setattr(scale, "CALLS", 0)  # they are for the costs, which the long form measures
    names = ["one process", "two processes, one killed every ten seconds", "Dask, two workers"]
    found = scale.run(tmp_path, 24, 1, names, tmp_path / "scale.json")
    assert set(found["runs"]) == set(names)
    for one in found["runs"].values():
        assert one["rows"] == 24
        assert one["differ"] == 0
        assert 0 < one["first_s"] <= one["seconds"]
    assert found["failed"] == 0
    assert found["runs"][names[1]]["kills"] == 1
    again = scale.run(tmp_path, 24, 1, names, tmp_path / "scale.json")
    assert again == found  # nothing is done twice


def test_a_row_that_differs_is_seen(tmp_path):
    (tmp_path / "a").write_text("1\n2\n3\n", encoding="utf-8")
    (tmp_path / "b").write_text("1\n4\n", encoding="utf-8")
    assert scale.compared(scale.Ran(1, 1, 1), tmp_path / "b", tmp_path / "a", part=False).differ == 2


def test_a_recording_is_made_from_its_number_alone():
    assert scale.recording(7) == scale.recording(7) != scale.recording(12)
    assert len(scale.recording(50)[1]) == 300  # damaged
    assert scale.recording(75)[0].endswith(".wav")


def test_what_is_written_down_lost_nothing():
    found = json.loads(SUMMARY.read_text(encoding="utf-8"))
    assert found["recordings"] >= 5000
    assert set(found["runs"]) == set(scale.RUNS)
    for name, one in found["runs"].items():
        assert one["differ"] == 0
        assert one["rows"] == (found["recordings"] // scale.PART if scale.RUNS[name][0] else found["recordings"])
        assert ("killed" in name or "cut off" in name) == (one["kills"] > 0)


@pytest.mark.parametrize("name", ["processes", "Dask"])
def test_an_engine_hands_out_more_than_short_recordings_need(name):
    assert json.loads(SUMMARY.read_text(encoding="utf-8"))["handed_out"][name] > 20
