"""A batch of several persons: each recording is compared with the others of its own person, and with no one else's."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from command import run
from intone.batch import Batch, engines, run_batch, sources
from intone.batch.work import Outcome, Question, analyse
from intone.errors import UsageError
from intone.files import FileError
from intone.recognition.options import Options
from intone.recognition.recognizer import load
from sounds import pcm, silence, voice
from tiny_model import tiny_adaptable

DARK = [voice(2, 110 + number, number) for number in range(1, 4)]
"""A man who sounds sad to the tiny recognizer."""
BRIGHT = [np.diff(voice(2.5, 200 + number, number), prepend=np.float32(0)) * np.float32(3) for number in range(3, 5)]
"""A woman who sounds happy to it."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: two persons in folders of their own, a third of whom there is one recording, a table."""
    for name in ("VARIED", "TOLD"):  # all that this network hears is varied
        monkeypatch.setattr(f"intone.recognition.adaptation.{name}", (-2.0, -1.0))
    tiny_adaptable(tmp_path / "tiny.onnx")
    for name, signals in {"anna": BRIGHT, "ben": [*DARK, silence(2)], "carl": DARK[:1]}.items():
        (tmp_path / "talks" / name).mkdir(parents=True)
        for number, signal in enumerate(signals):
            (tmp_path / "talks" / name / f"{number}.wav").write_bytes(pcm(signal, 16_000))
    paths = sorted(path.relative_to(tmp_path) for path in (tmp_path / "talks").rglob("*.wav"))
    lines = [f"{path},{'' if path.parent.name == 'carl' else path.parent.name}" for path in reversed(paths)]
    (tmp_path / "talks.csv").write_text("\n".join(["path,person", *lines, ""]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


QUESTION = Question("8", recognizer="tiny.onnx", same_speaker=True)


def here(question: Question, recordings: Sequence[str]) -> Iterator[Outcome]:
    return (analyse(question, one) for one in recordings)


def asked(source: str, to: str = "all.jsonl") -> Batch:
    recordings = sources.addresses(source)
    return Batch(recordings, Path(to), QUESTION, sources.people(source, recordings))


def rows(path: str = "all.jsonl") -> dict[str, dict]:
    found = [json.loads(line) for line in Path(path).read_text().splitlines()]
    return {"/".join(Path(one["file"]).parts[-2:]): one for one in found}


def test_each_recording_is_answered_as_with_the_others_of_its_person(folder: Path) -> None:
    tally = run_batch(asked("talks"), here)
    assert (tally.recordings, tally.failed, tally.alone) == (7, 1, 1)
    found, recognizer = rows(), load("tiny.onnx")
    for person in ("anna", "ben"):
        paths = sorted((folder / "talks" / person).glob("*.wav"))
        together = recognizer.answers_together(paths, Options(schemes=("8",)))
        for path, ((_, wanted),) in zip(paths, together, strict=True):
            told = found[f"{person}/{path.name}"]
            if not isinstance(wanted, dict):
                assert told["error"] == str(wanted)
                continue
            plain = json.loads(json.dumps(wanted["8"].to_dict()))
            for same in ("file", "label", "sex", "reasons", "adapted_to"):
                assert told[same] == plain[same]
            assert told["adapted_to"]["moved"] > 0
            assert told["probabilities"] == pytest.approx(plain["probabilities"], abs=1e-9)
    alone = recognizer.predict(folder / "talks" / "carl" / "0.wav", classes=8, speakers=1).to_dict()
    assert found["carl/0.wav"] == json.loads(json.dumps(alone))


@pytest.mark.usefixtures("folder")
def test_a_table_says_who_speaks_and_folders_say_the_same() -> None:
    run_batch(asked("talks"), here)
    run_batch(asked("talks.csv", "table.jsonl"), here)
    by_folder, by_table = rows(), rows("table.jsonl")
    assert list(by_table) == list(by_folder)[::-1]
    for name, one in by_folder.items():
        assert one.get("adapted_to") == by_table[name].get("adapted_to")
        assert one.get("probabilities") == by_table[name].get("probabilities")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("engine", [engines.local(2), engines.dask("local", 1, lambda _: None)], ids=["local", "dask"])
@pytest.mark.filterwarnings("ignore")  # distributed's own
def test_processes_and_a_cluster_write_the_same_bytes(engine: engines.Engine) -> None:
    run_batch(asked("talks"), here)
    run_batch(asked("talks", "other.jsonl"), engine)
    assert Path("other.jsonl").read_bytes() == Path("all.jsonl").read_bytes()


@pytest.mark.usefixtures("folder")
def test_an_interrupted_one_goes_on_and_ends_the_same() -> None:
    def stopping(question: Question, some: Sequence[str]) -> Iterator[Outcome]:
        yield from here(question, some[:3])
        raise KeyboardInterrupt

    run_batch(asked("talks"), here)
    batch = asked("talks", "again.jsonl")
    with pytest.raises(KeyboardInterrupt):
        run_batch(batch, stopping)
    journal = batch.journal.read_text()
    with pytest.raises(UsageError, match=r"was asked otherwise \(same_speaker\)"):
        run_batch(Batch(batch.recordings, batch.to, Question("8", recognizer="tiny.onnx")), here)
    assert run_batch(batch, here).recordings == 4
    assert Path("again.jsonl").read_bytes() == Path("all.jsonl").read_bytes()
    batch.to.unlink()
    batch.journal.write_text(journal.replace('"ood_score"', '"score"'))
    with pytest.raises(FileError, match="delete it and start again"):
        run_batch(batch, here)


@pytest.mark.usefixtures("folder")
def test_the_command_compares_and_says_what_was_not_compared(capsys: pytest.CaptureFixture[str]) -> None:
    Path("who.csv").write_text(Path("talks.csv").read_text().replace("person", "voice of"))
    found = run(capsys, "batch", "who.csv", "--to", "all.csv", "--recognizer", "tiny.onnx", "--same-speaker",
                "--speaker-column", "voice of", "--jobs", "1")
    assert found.status == 1 and found.out.startswith("6 of 7 recordings analysed, ")
    assert ("Answered as without: 1, of which there is no other of the same person, or it is not said who speaks."
            in found.err)
    told = list(csv.DictReader(io.StringIO(Path("all.csv").read_text())))
    assert [line["adapted_to"] for line in told] == ["", "", "3", "3", "3", "2", "2"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("content", "said"), [
    ("path\ntalks/ben/0.wav\n", "has no column that says who speaks, such as speaker, only path: choose one with "
                                "--speaker-column."),
    ("talks/ben/0.wav\ntalks/ben/1.wav\n", "no column that says who speaks"),
    ("path,speaker\ntalks/ben/0.wav,ben\ntalks/ben/0.wav,anna\n", "is of ben and of anna: name one speaker"),
])
def test_a_table_that_does_not_say_who_speaks_is_one_sentence(
    content: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("odd.csv").write_text(content)
    found = run(capsys, "batch", "odd.csv", "--to", "all.csv", "--recognizer", "tiny.onnx", "--same-speaker")
    assert found.status == 2 and said in found.err and not Path("all.csv").exists()
