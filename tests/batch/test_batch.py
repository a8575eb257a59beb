"""Many recordings: nothing is lost, nothing is done twice, whatever happens to a worker or to the whole."""

import csv
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import dask
import distributed  # noqa: F401 - brings the settings that a test changes
import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_work import answer, by_name
from intone.batch import Batch, batch, cluster, engines, estimate, results, run_batch
from intone.batch.journal import Journal
from intone.batch.work import Outcome, Question, analyse, checked, failed
from intone.cli import main
from intone.errors import RecognizerError, UsageError
from intone.files import FileError
from intone.recognition.formats import row, segment_rows
from sounds import encode, pcm, silence, voice
from taking_turns import TALK, Turns
from tiny_model import tiny_model, tiny_pair

SAD = {"male_sad": 0.7, "female_happy": 0.3}


@pytest.fixture
def recognizer(tmp_path: Path) -> str:
    return str(tiny_model(tmp_path / "tiny.onnx", SAD, {"male_sad": 0.1, "female_happy": -0.1}))


@pytest.fixture
def recordings(tmp_path: Path) -> list[str]:
    folder = tmp_path / "calls"
    folder.mkdir()
    for number in range(9):
        (folder / f"{number}.wav").write_bytes(pcm(voice(1.0 + number / 10, 100 + 10 * number, number), 16_000))
    (folder / "silent.flac").write_bytes(encode(silence(1), "flac"))
    (folder / "cut.mp3").write_bytes(b"ID3")
    return sorted(str(path) for path in folder.iterdir())


def here(question: Question, recordings: Sequence[str]) -> Iterator[Outcome]:
    """The plainest engine: one after the other."""
    return (analyse(question, one) for one in recordings)


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


# What is told.


def test_a_row_is_what_predict_says(recordings, recognizer, tmp_path):
    from intone.recognition.recognizer import load

    tally = run_batch(Batch(recordings, tmp_path / "a.jsonl", Question("8", recognizer=recognizer)), here)
    found = rows(tmp_path / "a.jsonl")
    assert [one["file"] for one in found] == recordings
    expected = load(recognizer).predict(recordings[0], classes=8).to_dict()
    assert found[0] == json.loads(json.dumps(expected))
    errors = {Path(str(one["file"])).name: one["error"] for one in found if "error" in one}
    assert set(errors) == {"silent.flac", "cut.mp3"}
    assert str(errors["silent.flac"]).startswith("The recording is silent")
    assert (tally.recordings, tally.failed) == (11, 2)
    assert tally.hours * 3600 == pytest.approx(sum(1 + n / 10 for n in range(9)), abs=0.01)
    assert not list(tmp_path.glob("*.journal"))


def test_of_a_pair_each_row_is_of_the_one_that_answered(recordings, tmp_path):
    pair = str(tiny_pair(tmp_path / "pair"))
    for sex in ("auto", "female"):
        question = Question("8", sex, recognizer=pair)
        run_batch(Batch(recordings, tmp_path / f"{sex}.jsonl", question), here)
        found = [one for one in rows(tmp_path / f"{sex}.jsonl") if "error" not in one]
        answers = {(one["sex"], one["label"], one["recognizer"]["name"]) for one in found}
        assert answers and answers <= {("female", "happy", "tiny female"), ("male", "sad", "tiny male")}
        assert sex == "auto" or {told for told, _, _ in answers} == {sex}
    tiny_model(tmp_path / "pair" / "female" / "recognizer.onnx", {"female_sad": 1.0}, sex="female")
    with pytest.raises(RecognizerError, match=r"A worker has the recognizer .*: give all machines the same intone"):
        analyse(replace(question, version="0+1"), recordings[0])


def test_every_form_of_the_results_says_the_same(tmp_path):
    classes = ("negative", "positive")
    told = [answer("a.wav"), {"file": "b.wav", "error": "Not a recording."}, answer("c.wav")]
    for name in ("r.jsonl", "r.json", "r.csv", "r"):
        results.write(tmp_path / name, told, classes)
        assert results.exist(tmp_path / name)
    assert rows(tmp_path / "r.jsonl") == json.loads((tmp_path / "r.json").read_text()) == told
    table = pyarrow.parquet.read_table(tmp_path / "r" / "recordings").to_pylist()
    assert table == [row(one, classes) for one in told]
    assert [found["error"] for found in table] == [None, "Not a recording.", None]
    with (tmp_path / "r.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [{key: "" if value is None else str(value) for key, value in found.items()} for found in table] == [
        {key: value.rstrip("0") if key in (*classes, "outside") else value for key, value in line.items()}
        for line in lines]
    segments = pyarrow.parquet.read_table(tmp_path / "r" / "segments").to_pylist()
    assert segments == [{"file": name, "start_s": 0.0, "end_s": 1.5, "label": "negative", "negative": 0.75,
                         "positive": 0.25, "speaker": 1, "overlap": False, "recording": name} for name in ("a.wav", "c.wav")]
    old = pyarrow.parquet.read_table(tmp_path / "r" / "stretches").to_pylist()  # its name in version 0.2
    assert (tmp_path / "r" / "stretches").is_symlink() and old == segments


def test_every_form_of_the_results_says_who_speaks(tmp_path):
    told, classes = [answer("a.wav"), TALK.to_dict(), {"file": "b.wav", "error": "No."}], ("negative", "positive")
    for name in ("r.jsonl", "r.csv", "r"):
        results.write(tmp_path / name, told, classes)
    assert [len(one.get("speakers", ())) for one in rows(tmp_path / "r.jsonl")] == [0, 2, 0]
    with (tmp_path / "r.csv").open(newline="") as file:
        assert [line["speakers"] for line in csv.DictReader(file)] == ["1", "2", ""]
    table = pyarrow.parquet.read_table(tmp_path / "r" / "recordings")
    assert table.column("speakers").to_pylist() == [1, 2, None] and str(table.schema.field("speakers").type) == "int32"
    segments = pyarrow.parquet.read_table(tmp_path / "r" / "segments")
    assert segments.to_pylist() == [one for record in told for one in segment_rows(record)]
    assert segments.column("speaker").to_pylist() == [1, 1, 2, None, 1]
    assert segments.column("overlap").to_pylist() == [False, False, False, True, False]


def test_many_rows_are_several_files(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "PARQUET_ROWS", 4)
    told = [answer(f"{number}.wav") for number in range(10)]
    results.write(tmp_path / "r", told, ("negative", "positive"))
    assert len(list((tmp_path / "r" / "recordings").iterdir())) == 3
    table = pyarrow.parquet.read_table(tmp_path / "r" / "recordings")
    assert table.column("recording").to_pylist() == [one["file"] for one in told]


# Engines.


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    return [str(tmp_path / f"{number}.wav") for number in range(40)]


def engine_of(name: str) -> engines.Engine:
    return engines.local(2, by_name) if name == "local" else engines.dask("local", 2, lambda link: None, by_name)


@pytest.mark.parametrize("name", ["local", "dask"])
@pytest.mark.filterwarnings("ignore")  # distributed's own, when a worker dies
def test_an_engine_answers_every_recording_once_even_if_workers_die(name, names, tmp_path):
    odd = [str(tmp_path / one) for one in ("once.wav", "deadly.wav", "once too.wav")]
    asked = [*names[:10], odd[0], *names[10:20], odd[1], *names[20:], odd[2]]
    # No time for a dead worker to start again, as on a busy machine: by itself, Dask would close them all for good.
    with dask.config.set({"distributed.deploy.lost-worker-timeout": "0 s", "distributed.scheduler.allowed-failures": 1}):
        found = {outcome.recording: outcome for outcome in engine_of(name)(Question(), asked)}
    assert sorted(found) == sorted(asked)
    assert [one for one, outcome in found.items() if outcome.failed] == [odd[1]]
    assert found[odd[1]].told["error"] == engines.KILLED


def test_processes_give_the_rows_of_one(recordings, recognizer, tmp_path):
    question = Question(recognizer=recognizer)
    run_batch(Batch(recordings, tmp_path / "one.jsonl", question), here)
    run_batch(Batch(recordings, tmp_path / "two.jsonl", question), engines.local(2))
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


def test_a_worker_with_another_recognizer_ends_the_work(recordings, recognizer):
    question = checked(Question(recognizer=recognizer))
    other = Question(recognizer=recognizer, version="0123456789ab")
    assert question.version != other.version
    with pytest.raises(RecognizerError, match="A worker has the recognizer"):
        list(engines.local(1)(other, recordings[:2]))


def test_no_scheduler_is_one_sentence(monkeypatch):
    monkeypatch.setattr(cluster, "_CONNECT_S", 0.5)
    engine = engines.dask("tcp://127.0.0.1:9", 1, lambda link: None)
    with pytest.raises(cluster.ClusterError, match=r"There is no Dask scheduler at tcp://127\.0\.0\.1:9"):
        next(engine(Question(), ["a.wav"]))


# Going on.


def test_an_interrupted_batch_goes_on_where_it_stopped(recordings, recognizer, tmp_path):
    batch = Batch(recordings, tmp_path / "a.csv", Question(recognizer=recognizer))
    asked: list[str] = []

    def stopping(question: Question, some: Sequence[str]) -> Iterator[Outcome]:
        for number, one in enumerate(some):
            if number == 4:
                raise KeyboardInterrupt
            yield analyse(question, one)

    def counting(question: Question, some: Sequence[str]) -> Iterator[Outcome]:
        asked.extend(some)
        return here(question, some)

    with pytest.raises(KeyboardInterrupt):
        run_batch(batch, stopping)
    assert not batch.to.exists()
    tally = run_batch(batch, counting)
    assert asked == recordings[4:]
    assert tally.recordings == len(recordings) - 4
    run_batch(Batch(recordings, tmp_path / "b.csv", batch.question), here)
    assert batch.to.read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_another_question_does_not_go_on(recordings, recognizer, tmp_path):
    def stopping(question: Question, some: Sequence[str]) -> Iterator[Outcome]:
        yield analyse(question, some[0])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(Batch(recordings, tmp_path / "a.csv", Question(recognizer=recognizer)), stopping)
    with pytest.raises(UsageError, match=r"was asked otherwise \(classes\): ask as before"):
        run_batch(Batch(recordings, tmp_path / "a.csv", Question("2", recognizer=recognizer)), here)


def test_the_number_of_speakers_is_a_part_of_the_question(recordings, recognizer, tmp_path, monkeypatch):
    monkeypatch.setattr("intone.recognition.analysis.Diarization", Turns)
    monkeypatch.setattr(Turns, "asked", [])
    for speakers, wanted in (("auto", None), (1, 1), (3, 3)):
        analyse(checked(Question(recognizer=recognizer, speakers=speakers)), recordings[0])
        assert Turns.asked.pop() == wanted
    with pytest.raises(UsageError, match="There is no number of speakers 'many' to choose: auto, channels, or 1 to 8"):
        run_batch(Batch(recordings, tmp_path / "a.csv", Question(recognizer=recognizer, speakers="many")), here)
    path = tmp_path / "a.csv.journal"
    with Journal(path, Question(speakers=2)) as journal:
        journal.add(failed("a.wav", "No."))
    with pytest.raises(UsageError, match=r"was asked otherwise \(speakers\): ask as before"):
        Journal(path, Question())
    with Journal(path, Question(speakers=2)) as journal:
        assert journal.done == {"a.wav"}


def test_a_journal_of_before_goes_on(tmp_path):
    path = tmp_path / "a.jsonl.journal"
    with Journal(path, Question("8")) as journal:
        journal.add(Outcome("a.wav", answer("a.wav")))
    first, rest = path.read_text().split("\n", 1)
    asked = json.loads(first)
    assert asked["asked"].pop("speakers") == "auto"
    path.write_text(json.dumps(asked) + "\n" + rest)
    with Journal(path, Question("8")) as journal:
        journal.add(Outcome("b.wav", TALK.to_dict()))
        told = list(journal.outcomes(["a.wav", "b.wav"]))
    results.write(tmp_path / "a.csv", told, ("negative", "positive"))
    with (tmp_path / "a.csv").open(newline="") as file:
        assert [line["speakers"] for line in csv.DictReader(file)] == ["1", "2"]
    with pytest.raises(UsageError, match=r"\(speakers\)"):
        Journal(path, Question("8", speakers=2))


def test_two_batches_do_not_write_one_journal(tmp_path):
    with (Journal(tmp_path / "a.csv.journal", Question()),
          pytest.raises(UsageError, match=r"Another `intone batch` is writing .*a\.csv now"),
          Journal(tmp_path / "a.csv.journal", Question())):
        pass


@given(st.integers(0, 2000))
def test_a_journal_that_was_cut_anywhere_loses_only_what_was_not_whole(tmp_path_factory, kept):
    path = tmp_path_factory.mktemp("journal") / "a.journal"
    with Journal(path, Question()) as journal:
        for number in range(12):
            journal.add(failed(f"{number}.wav", "Grüße, " + "x" * number))
    whole = path.read_bytes()
    path.write_bytes(whole[:kept])
    lines = whole[:kept].count(b"\n")
    with Journal(path, Question()) as journal:
        assert len(journal.done) == max(0, lines - 1)
        for number in range(12):
            journal.add(failed(f"{number}.wav", "Grüße, " + "x" * number))
        told = list(journal.outcomes([f"{number}.wav" for number in range(12)]))
    assert [one["error"] for one in told] == ["Grüße, " + "x" * number for number in range(12)]
    assert path.read_bytes() == whole


def test_what_is_no_journal_is_not_overwritten(tmp_path):
    path = tmp_path / "a.journal"
    path.write_text("somebody's notes\nof great worth\n")
    with pytest.raises((FileError, UsageError)):
        Journal(path, Question())
    assert path.read_text() == "somebody's notes\nof great worth\n"


def test_killed_and_started_again_it_ends_with_the_same_bytes(recordings, recognizer, tmp_path):
    run_batch(Batch(recordings, tmp_path / "whole.jsonl", Question(recognizer=recognizer)), here)
    command = [sys.executable, "-m", "intone", "batch", str(tmp_path / "calls"), "--to", str(tmp_path / "a.jsonl"),
               "--recognizer", recognizer, "--jobs", "1"]
    journal = tmp_path / "a.jsonl.journal"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as one:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (journal.is_file() and journal.read_bytes().count(b"\n") > 3):
            time.sleep(0.01)
        os.killpg(one.pid, signal.SIGKILL)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, "two of the recordings cannot be answered"
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


# The command.


@pytest.mark.usefixtures("recordings")
def test_the_command_writes_a_table_once(recognizer, tmp_path, capsys):
    words = ["batch", str(tmp_path / "calls"), "--to", str(tmp_path / "a.csv"), "--recognizer", recognizer, "--jobs", "1"]
    assert main(words) == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("9 of 11 recordings analysed, 0.00 h of sound, 2 failed: ")
    assert len(re.findall(rf"^intone: {tmp_path}/calls/\S+: .+\.$", shown.err, re.MULTILINE)) == 2
    assert main(words) == 0
    assert "is there and complete" in capsys.readouterr().out


@pytest.mark.usefixtures("recordings")
def test_some_of_many_that_failed_are_named(recognizer, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(batch, "NAMED", 1)
    main(["batch", str(tmp_path / "calls"), "--to", str(tmp_path / "a.csv"), "--recognizer", recognizer, "--jobs", "1"])
    assert capsys.readouterr().err.splitlines()[-1] == f"intone: 1 more failed: {tmp_path}/a.csv says of each why."


@pytest.mark.usefixtures("recordings")
def test_a_dry_run_writes_nothing(recognizer, tmp_path, capsys):
    before = sorted(tmp_path.rglob("*"))
    assert main(["batch", str(tmp_path / "calls"), "--to", str(tmp_path / "a"), "--recognizer", recognizer,
                 "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("11 recordings, about 0.00 GB and 0.0 h of sound: about ")
    assert sorted(tmp_path.rglob("*")) == before


def test_an_estimate_is_that_of_all(recordings, recognizer, tmp_path):
    found = estimate(Batch(recordings * 2, tmp_path / "a", Question(recognizer=recognizer)))
    seconds = sum(1 + n / 10 for n in range(9))
    assert found.recordings == 22 and found.sampled == 12
    assert found.hours * 3600 == pytest.approx(2 * seconds, rel=0.3)
    assert found.bytes == pytest.approx(2 * sum(Path(one).stat().st_size for one in recordings), rel=0.3)
    assert np.isfinite(found.core_hours) and found.core_hours > 0


@pytest.mark.usefixtures("recordings")
@pytest.mark.parametrize(("words", "sentence"), [
    (["--to", "a.xlsx"], r"cannot be written as \.xlsx"), (["--to", "a.csv", "--channel", "each"], "choose mix or a number"),
    (["--to", "a.csv", "--speakers", "many"], "no number of speakers 'many' to choose: auto, channels, or 1 to 8"),
    (["--to", "a.csv", "--column", "path"], "is for a table"), (["--to", "a.csv", "--recognizer", "none.onnx"], "none.onnx"),
])
def test_wrong_use_is_one_sentence(tmp_path, monkeypatch, capsys, words, sentence):
    monkeypatch.chdir(tmp_path)
    assert main(["batch", "calls", *words]) in (1, 2)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert re.search(sentence, said)


def test_parquet_of_a_run_that_was_killed_while_it_put_it_there_is_replaced(tmp_path):
    results.write(tmp_path / "r", [answer("old.wav")], ("negative", "positive"))
    shutil.rmtree(tmp_path / "r" / "recordings")
    assert not results.exist(tmp_path / "r")
    results.write(tmp_path / "r", [answer("a.wav")], ("negative", "positive"))
    for name in ("recordings", "segments"):
        assert pyarrow.parquet.read_table(tmp_path / "r" / name).column("recording").to_pylist() == ["a.wav"]


def test_a_full_disk_leaves_a_journal_that_goes_on(tmp_path):
    path, old = tmp_path / "a.journal", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, old[1]))  # no file may grow beyond that
    try:
        with pytest.raises(FileError, match="The disk is full while writing"), Journal(path, Question()) as journal:
            for number in range(100):
                journal.add(failed(f"{number}.wav", "x" * 700))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    done = len(journal.done)
    with Journal(path, Question()) as journal:
        assert 0 < len(journal.done) == done
        journal.add(failed("more.wav", "No."))
        assert len(list(journal.outcomes(sorted(journal.done)))) == done + 1
