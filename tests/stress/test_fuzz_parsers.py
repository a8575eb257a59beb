"""What is parsed, without atheris: what it found stays found, and every target takes good inputs and random ones."""

import json
import random
from pathlib import Path

import pytest

import fuzz_parsers
from intone.batch.journal import Journal
from intone.batch.work import Question, failed
from intone.corpora.cleaning import MANIFEST, manifest_of
from intone.errors import CorpusError, TrainingError
from intone.files import FileError
from intone.training.history import read_history
from intone.training.run import SETTINGS, read_run

RESULTS = Path(__file__).resolve().parents[2] / "results" / "parsers.json"


@pytest.mark.parametrize("name", fuzz_parsers.TARGETS)
def test_good_inputs_and_changed_ones_are_read_or_refused(name: str) -> None:
    target, rng = fuzz_parsers.TARGETS[name], random.Random(name)
    for seed in target.seeds():
        target.parse(seed)
        for _ in range(40):
            changed = bytearray(seed)
            for _ in range(rng.randint(1, 4)):
                at = rng.randrange(len(changed))
                changed[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
                changed = changed or bytearray(b" ")
            target.parse(bytes(changed))


@pytest.mark.parametrize("line", [
    b'{"recording": "a.wav"}', b'{"recording": ["a.wav"], "told": {}}', b'{"recording": "a.wav", "told": []}', b"[" * 100_000,
    b'{"asked": {}}', b"\xff\xfe", b"3"], ids=range(7))
def test_a_line_that_is_none_of_a_journal_is_told(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.journal"
    with Journal(path, Question()) as journal:
        journal.add(failed("b.wav", "No."))
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(FileError, match=r"is damaged \(it is not a journal of intone\)"), Journal(path, Question()):
        pass


@pytest.mark.parametrize("first", [b'{"asked": 3}', b'{"asked": [1]}', b'{"recording": "a.wav", "told": {}}', b"[" * 100_000],
                         ids=range(4))
def test_a_journal_that_does_not_say_what_was_asked_is_told(tmp_path: Path, first: bytes) -> None:
    (tmp_path / "a.journal").write_bytes(first + b"\n")
    with pytest.raises(FileError, match="is damaged"), Journal(tmp_path / "a.journal", Question()):
        pass


def test_a_name_that_is_no_text_is_kept_in_a_journal(tmp_path: Path) -> None:
    name = b"caf\xe9.wav".decode(errors="surrogateescape")
    with Journal(tmp_path / "a.journal", Question()) as journal:
        journal.add(failed(name, "No."))
    with Journal(tmp_path / "a.journal", Question()) as journal:
        assert journal.done == {name}
        assert [one["file"] for one in journal.outcomes([name])] == [name]


HEAD = "epoch,loss,accuracy,validation_loss,validation_accuracy\n"


@pytest.mark.parametrize("text", ["a\n1\n", HEAD + "1,0.5\n", HEAD + "x,1,1,1,1\n", HEAD + "1,1,1,1,1,1\n", HEAD + "1,,1,1,1\n",
                                  HEAD.replace("loss", "lost") + "1,1,1,1,1\n", "\xff"], ids=range(7))
def test_a_damaged_history_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "history.csv").write_text(text, encoding="latin-1")
    if not text.isascii():
        text += "\n1"
        (tmp_path / "history.csv").write_text(text, encoding="latin-1")
    with pytest.raises(FileError, match=r"is damaged \(it is not the history of a training\)"):
        read_history(tmp_path / "history.csv")


def test_settings_that_cannot_be_are_those_of_another_version(tmp_path: Path) -> None:
    run, manifest = (json.loads(seed) for seed in fuzz_parsers._settings()[2:])
    manifest["envelope"]["window_s"] = 0.0
    run["recipe"]["front_end"]["envelope"]["window_s"] = 0.0
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    (tmp_path / SETTINGS).write_text(json.dumps(run))
    with pytest.raises(CorpusError, match="is not one that this version writes"):
        manifest_of(tmp_path)
    with pytest.raises(TrainingError, match="is not one that this version writes"):
        read_run(tmp_path)


def test_what_is_written_down_is_of_every_parser_without_findings() -> None:
    found = json.loads(RESULTS.read_text(encoding="utf-8"))["targets"]
    assert set(found) == set(fuzz_parsers.TARGETS)
    assert all(one["inputs"] > 0 and one["findings"] == [] for one in found.values())
