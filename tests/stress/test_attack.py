"""The short form of `make attack`: cheap attacks on a page with a tiny recognizer, and that each fault is seen."""

import json
from pathlib import Path

import pytest

import attack
from tiny_model import tiny_model

RESULTS = Path(__file__).resolve().parents[2] / "results" / "attack.json"


@pytest.fixture
def words(tmp_path: Path) -> list[object]:
    model = tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.7, "female_happy": 0.3}, {"male_sad": 0.1})
    return ["--recognizer", model]


@pytest.mark.parametrize("name", ["MP4 whose tables state 80 million samples (5 kB)", "another name for this machine (DNS rebinding)",
                                  "a correction of 40 MB that is no form"])
def test_an_attack_does_nothing(name: str, tmp_path: Path, words: list[object]) -> None:
    found = attack.attacked(name, tmp_path, *words)
    assert found["wrong"] == []
    assert found["requests"] == sum(found["said"].values()) > 0
    assert found["health"]["200"] >= attack.LEAST_VISITS


GOOD = {"mb": 10, "cpu_s": 1, "health": {"200": 3}, "visitor": {"200": 2, "503": 9}, "after": 200, "ended": 0, "said": {"415": 1}}


@pytest.mark.parametrize("change", [{"mb": 400}, {"cpu_s": 99}, {"health": {"200": 2, "0": 1}}, {"visitor": {"503": 1}},
                                    {"visitor": {"200": 1, "0": 1}}, {"after": 0}, {"ended": -6}, {"said": {"500": 1}}], ids=str)
def test_an_attack_that_succeeds_is_seen(change: dict[str, object]) -> None:
    one = attack.Attack(lambda _: [], 300, 10)
    assert attack.faults(GOOD, one) == []
    assert len(attack.faults({**GOOD, **change}, one)) == 1


def test_what_is_written_down_is_of_every_attack_and_none_succeeded() -> None:
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert [*found["attacks"], *found["others"]] == [*attack.ATTACKS, *attack.DRIPS, *attack.OTHERS]
    assert [name for name, one in (found["attacks"] | found["others"]).items() if one["wrong"]] == []
