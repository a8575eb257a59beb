"""Names are not patterns: whatever signs are in the name of a recording, a folder or an archive, it is answered by it."""

import csv
import io
import json
import os
import struct
import zipfile
from pathlib import Path

import fsspec
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_work import answer
from intone.batch import Batch, archives, run_batch
from intone.batch.sources import addresses, opened, size
from intone.batch.work import Outcome, Question
from intone.cli import main
from intone.errors import Damaged, RecordingError, UsageError
from intone.tables.cells import restored
from sounds import pcm, voice
from tiny_model import tiny_model

ODD = ["How are you?", "take [1]", "a*b", "x::y", "a#b%20", "new\nline", "carriage\rreturn", "q'\"u", "-dash", "--to", "é",
       "e\u0301", " space ", "s3:", "{a,b}", "$HOME ~", "=2+3", "file.csv", "a.zip", "file:", "::", "?", "[", "&", ";", "\\",
       os.fsdecode(b"caf\xe9")]
SIGNS = st.text("*?[]{}!:#%$~&'\"\\ =-@,;\n\tab\u00e9\u0301", min_size=1, max_size=12).filter(lambda name: name[0] != ".")
RAW = (st.binary(min_size=1, max_size=30).filter(lambda name: not {*name} & {*b"\0/"} and not name.startswith(b"."))
       .map(os.fsdecode))


def zipped(path: Path, members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> str:
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return str(path)


def contents(found: list[str]) -> list[bytes]:
    got = []
    for address in found:
        with opened(address) as file:
            got.append(file.read())
        assert size(address) == len(got[-1])
    return got


@given(SIGNS | RAW, SIGNS | RAW)
def test_any_name_in_any_folder_is_found_and_opened(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("names") / first
    folder.mkdir()
    path = folder / f"{second}.wav"
    path.write_bytes(b"sound")
    for source in (folder, path, folder / "*.wav"):
        assert addresses(str(source)) == [str(path)]
    assert contents([str(path)]) == [b"sound"]


@given(st.lists(SIGNS, min_size=1, max_size=4, unique=True), SIGNS)
def test_any_name_in_any_archive_is_found_and_opened(tmp_path_factory, names, archive):
    members = {f"in {name}/{name}.wav": name.encode() for name in names}
    path = zipped(tmp_path_factory.mktemp("names") / f"{archive}.zip", members)
    found = addresses(path)
    assert found == [f"zip://{name}::{path}" for name in sorted(members)]
    assert contents(found) == [members[name] for name in sorted(members)]
    assert [address for one in found for address in addresses(one)] == found


@given(st.lists(SIGNS.filter(lambda name: name == name.strip()), min_size=1, max_size=4, unique=True))
def test_any_name_in_any_store_is_found_and_opened(names):
    store = fsspec.filesystem("memory")
    if store.exists("/names"):
        store.rm("/names", recursive=True)
    for name in names:
        store.pipe(f"/names/{name}.wav", name.encode())
    found = addresses("memory://names")
    assert found == [f"memory:///names/{name}.wav" for name in sorted(names, key=lambda name: f"{name}.wav")]
    assert contents(found) == [name.encode() for name in sorted(names, key=lambda name: f"{name}.wav")]
    assert [address for one in found for address in addresses(one)] == found


def test_results_name_each_file_exactly_and_a_second_run_does_nothing_again(tmp_path):
    folder = tmp_path / "Interview [2024]"
    folder.mkdir()
    for name in ODD:
        (folder / f"{name}.wav").write_bytes(b"")
    found = addresses(str(folder))
    assert {Path(one).name for one in found} == {f"{name}.wav" for name in ODD}
    asked: list[str] = []

    def engine(_, some):
        for one in some:
            if len(asked) == 5:
                raise KeyboardInterrupt
            asked.append(one)
            yield Outcome(one, answer(one))

    def rest(_, some):
        asked.extend(some)
        return (Outcome(one, answer(one)) for one in some)

    recognizer = str(tiny_model(tmp_path / "tiny.onnx", {"male_sad": 1.0}))
    for name in ("r.jsonl", "r.csv", "r"):
        asked.clear()
        batch = Batch(found, tmp_path / name, Question(recognizer=recognizer))
        with pytest.raises(KeyboardInterrupt):
            run_batch(batch, engine)
        run_batch(batch, rest)
        assert asked == found
    escaped = [one.encode("utf-8", "backslashreplace").decode() for one in found]
    lines = (tmp_path / "r.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["file"] for line in lines] == found
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        assert [restored(line["file"]) for line in csv.DictReader(file)] == escaped
    table = pyarrow.parquet.read_table(tmp_path / "r" / "recordings").column("file").to_pylist()
    assert table == escaped


def test_a_path_that_is_there_wins(tmp_path):
    for name in ("list.csv", "calls.zip", "a*", "s3:"):  # folders
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.wav").touch()
        assert addresses(str(tmp_path / name)) == [f"{tmp_path}/{name}/a.wav"]
    for name in ("suffixless", "how?", "[x]", "sound.dat", "x::y"):
        (tmp_path / name).touch()
        assert addresses(str(tmp_path / name)) == [f"{tmp_path}/{name}"]
    (tmp_path / "list [1]?.csv").write_text("path\nin [2]/a?.wav\nzip://a::b.wav::c.zip\n")
    assert addresses(str(tmp_path / "list [1]?.csv")) == [f"{tmp_path}/in [2]/a?.wav", "zip://a::b.wav::c.zip"]
    assert addresses(f"file://{tmp_path}/a*") == [f"{tmp_path}/a*/a.wav"]


def test_a_name_that_is_not_there_is_its_own_answer(tmp_path):
    assert addresses(f"{tmp_path}/gone.wav") == [f"{tmp_path}/gone.wav"]
    with pytest.raises(UsageError, match="holds no recordings"):
        addresses(f"{tmp_path}/gone [1].wav")
    with pytest.raises(RecordingError, match="The file cannot be read"), opened(f"{tmp_path}/gone?.wav"):
        pass


def test_a_folder_of_an_archive_and_a_glob_in_one(tmp_path):
    path = zipped(tmp_path / "c.zip", {"in [1]/a.wav": b"", "in [1]/b.mp3": b"", "out/a.wav": b"", "in 1/c.wav": b""})
    assert addresses(f"zip://in [1]::{path}") == [f"zip://in [1]/a.wav::{path}", f"zip://in [1]/b.mp3::{path}"]
    assert addresses(f"zip://in [1]/::{path}") == addresses(f"zip://in [1]::{path}")
    assert addresses(f"zip://*/a.wav::{path}") == [f"zip://in [1]/a.wav::{path}", f"zip://out/a.wav::{path}"]
    assert addresses(f"zip://**/*.mp3::{path}") == [f"zip://in [1]/b.mp3::{path}"]
    with pytest.raises(UsageError, match="holds no recordings"):
        addresses(f"zip://gone::{path}")


def test_what_is_left_out_of_an_archive_is_told(tmp_path):
    path = zipped(tmp_path / "c.zip", {"a.wav": b"", "__MACOSX/._a.wav": b"", ".b.wav": b"", "deep/c.mid": b"", "notes.txt": b"",
                                       "deep/more.ZIP": b""})
    told: list[str] = []
    assert addresses(path, tell=told.append) == [f"zip://a.wav::{path}"]
    assert told == [f"1 file in {path} looks like a recording and cannot be read: deep/c.mid; save its sound as wav, flac or "
                    "mp3.", f"{path} holds other archives (1, such as deep/more.ZIP), which are not searched: unpack it, and "
                    "name its folder."]
    with pytest.raises(UsageError, match=r"looks like a recording and cannot be read: c\.mid"):
        addresses(zipped(tmp_path / "only.zip", {"c.mid": b""}))


def test_what_is_left_out_of_a_store_is_told():
    store = fsspec.filesystem("memory")
    store.pipe("/songs/a.wav", b"")
    store.pipe("/songs/b.mid", b"")
    told: list[str] = []
    assert addresses("memory://songs", tell=told.append) == ["memory:///songs/a.wav"]
    assert [note.partition(";")[0] for note in told] == ["1 file in memory://songs looks like a recording and cannot be read: "
                                                         "/songs/b.mid"]


def flagged(path: Path, offset: int, value: int) -> str:
    """An archive of one member in whose local and central head a number is changed."""
    content = bytearray(Path(zipped(path, {"a.wav": bytes(1000)})).read_bytes())
    for sign, place in ((b"PK\x03\x04", offset), (b"PK\x01\x02", offset + 2)):
        struct.pack_into("<H", content, content.index(sign) + place, value)
    path.write_bytes(content)
    return str(path)


def test_a_member_that_cannot_be_unpacked_is_its_own_sentence(tmp_path):
    locked = flagged(tmp_path / "locked.zip", 6, 1)
    unknown = flagged(tmp_path / "unknown.zip", 8, 97)
    damaged = Path(zipped(tmp_path / "damaged.zip", {"a.wav": os.urandom(1000)}, zipfile.ZIP_STORED))
    content = bytearray(damaged.read_bytes())
    content[500] ^= 1
    damaged.write_bytes(content)
    for path, kind, said in ((locked, RecordingError, "It is encrypted in its archive: unpack that with its password"),
                             (unknown, RecordingError, "It is compressed in a way that is not known here"),
                             (damaged, Damaged, "It is damaged in its archive")):
        (address,) = addresses(str(path))
        with pytest.raises(kind, match=said), opened(address):
            pass
    with pytest.raises(RecordingError, match=r"There is no b\.wav in .*locked\.zip"), opened(f"zip://b.wav::{locked}"):
        pass


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_as_an_archive_are_one_sentence(tmp_path_factory, junk, at):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.wav", b"sound")
    content = whole.getvalue()
    path = tmp_path_factory.mktemp("archive") / "a.zip"
    path.write_bytes(content[:at] + junk + content[at + len(junk):])
    try:
        for address in addresses(str(path)):
            with opened(address):
                pass
    except (UsageError, RecordingError) as error:
        assert str(error).endswith((".", "m4a, .mp4."))


def test_the_list_of_an_archive_is_read_once_for_all_members(tmp_path, monkeypatch):
    path = zipped(tmp_path / "c.zip", {f"{number}.wav": b"" for number in range(50)})
    opens = []
    real = zipfile.ZipFile
    monkeypatch.setattr(archives.zipfile, "ZipFile", lambda *given: opens.append(given) or real(*given))
    contents(addresses(path))
    assert len(opens) == 1
    zipped(tmp_path / "c.zip", {"other.wav": b"x"})  # another archive under its name
    monkeypatch.undo()
    assert contents(addresses(path)) == [b"x"]


def test_a_batch_answers_odd_names_in_a_folder_and_an_archive(tmp_path, capsys):
    recognizer = tiny_model(tmp_path / "tiny.onnx", {"male_sad": 0.7, "female_happy": 0.3})
    content, folder = pcm(voice(1.0), 16_000), tmp_path / "in [1]?"
    folder.mkdir()
    for name in ODD:
        (folder / f"{name}.wav").write_bytes(content)
    zipped(tmp_path / "z::a?.zip", {f"{name}.wav": content for name in ODD[:-1]})
    (folder / "b.ram").touch()
    for source, wanted, status in ((folder, len(ODD), 1), (tmp_path / "z::a?.zip", len(ODD) - 1, 0)):
        to = tmp_path / f"{wanted}.jsonl"
        assert main(["batch", str(source), "--to", str(to), "--recognizer", str(recognizer), "--jobs", "1"]) == status
        rows = [json.loads(line) for line in to.read_text("utf-8").splitlines()]
        assert [row["file"] for row in rows] == addresses(str(source))
        assert len(rows) == wanted and not any("error" in row for row in rows)
        told = capsys.readouterr()
        assert ("b.ram" in told.err and "0 failed, others left out: " in told.out) == bool(status)
