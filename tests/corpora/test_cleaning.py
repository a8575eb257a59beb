import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from intone.audio import RATE, read_mono
from intone.audio.envelope import EnvelopeSettings, mask
from intone.corpora import CremaD, LabelFolders, Ravdess, open_corpora
from intone.corpora.cleaning import MANIFEST, Manifest, check_manifest, clean, manifest_of, signals
from intone.errors import CorpusError
from intone.files import FileError, alone
from sounds import pcm, silence, voice

ORIGINAL = EnvelopeSettings()
PEAK = EnvelopeSettings(threshold=0.03, relative_to="peak")


def made(root: Path, number: int, seconds: float = 1.0) -> pd.DataFrame:
    """The table of a small corpus of made speakers, in the order of their names."""
    for i in range(number):
        path = root / "Actor_01" / f"03-01-0{1 + i % 8}-01-0{1 + i // 8 % 2}-0{1 + i // 16}-01.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pcm(np.concatenate([silence(0.3), voice(seconds, seed=i), silence(0.3)]), RATE))
    return Ravdess(root).table()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ctime_ns for path in folder.glob("*.wav")}


def test_a_cleaned_clip_is_the_samples_that_the_envelope_keeps(tmp_path):
    table = made(tmp_path / "corpus", 3)
    report = clean(table, tmp_path / "clean", ORIGINAL)
    assert [clip.clip for clip in report.clips] == list(table["clip"])
    assert (report.failed, report.short, report.done_before) == ((), (), 0)
    for row, one in zip(table.itertuples(), report.clips, strict=True):
        samples, rate = soundfile.read(tmp_path / "clean" / f"{row.clip}.wav", dtype="float32")
        signal = read_mono(row.path)
        assert rate == RATE
        assert np.array_equal(samples, signal[mask(signal, ORIGINAL)])
        assert (one.before_s, one.after_s) == (len(signal) / RATE, len(samples) / RATE)
        assert 1.0 < one.after_s < 1.3 < one.before_s
    assert soundfile.info(tmp_path / "clean" / f"{row.clip}.wav").subtype == "FLOAT"


def test_the_manifest_says_what_the_folder_was_made_with(tmp_path):
    clean(made(tmp_path / "corpus", 1), tmp_path / "clean", PEAK)
    assert json.loads((tmp_path / "clean" / MANIFEST).read_text()) == {
        "envelope": {"window_s": 0.1, "threshold": 0.03, "relative_to": "peak"}, "rate": 16_000,
        "made_by": "intone clean 1"}
    assert manifest_of(tmp_path / "clean") == Manifest(PEAK)
    assert manifest_of(tmp_path) is None


def test_what_is_done_is_not_done_again(tmp_path):
    table = made(tmp_path / "corpus", 3)
    clean(table, tmp_path / "clean", ORIGINAL)
    before = contents(tmp_path / "clean"), times(tmp_path / "clean")
    report = clean(table, tmp_path / "clean", ORIGINAL)
    assert (report.done_before, report.clips) == (3, ())
    assert (contents(tmp_path / "clean"), times(tmp_path / "clean")) == before


def test_fault_6_a_clip_that_changed_is_cleaned_again(tmp_path):
    table = made(tmp_path / "corpus", 3)
    clean(table, tmp_path / "clean", ORIGINAL)
    changed = Path(table["path"][1])
    changed.write_bytes(pcm(voice(0.5, seed=99), RATE))
    report = clean(table, tmp_path / "clean", ORIGINAL)
    assert [clip.clip for clip in report.clips] == [changed.stem]
    assert report.done_before == 2
    samples, _ = soundfile.read(tmp_path / "clean" / changed.name, dtype="float32")
    assert len(samples) < 0.6 * RATE


def test_fault_6_a_clip_that_fell_silent_does_not_leave_its_old_sound(tmp_path):
    table = made(tmp_path / "corpus", 2)
    clean(table, tmp_path / "clean", ORIGINAL)
    silent = Path(table["path"][0])
    silent.write_bytes(pcm(silence(1), RATE))
    report = clean(table, tmp_path / "clean", ORIGINAL)
    assert [(one.clip, one.problem) for one in report.clips] == [
        (silent.stem, "No sound in it is above the threshold.")]
    assert not (tmp_path / "clean" / silent.name).exists()


def test_fault_6_a_folder_of_other_settings_is_never_reused(tmp_path):
    table = made(tmp_path / "corpus", 2)
    clean(table, tmp_path / "clean", ORIGINAL)
    before = contents(tmp_path / "clean")
    said = "cleaned with threshold 0.0005 of full scale, but 0.03 of peak is asked for"
    with pytest.raises(CorpusError, match=said):
        clean(table, tmp_path / "clean", PEAK)
    cleaned = Ravdess(tmp_path / "clean").table()
    with pytest.raises(CorpusError, match=said):
        signals(cleaned, PEAK)
    with pytest.raises(CorpusError, match=said):
        check_manifest(tmp_path / "clean", PEAK)
    assert check_manifest(tmp_path / "clean", ORIGINAL)
    assert contents(tmp_path / "clean") == before


def test_signals_are_the_same_from_the_corpus_and_from_the_cleaned_folder(tmp_path):
    table = made(tmp_path / "corpus", 3)
    clean(table, tmp_path / "clean", PEAK)
    cleaned = Ravdess(tmp_path / "clean").table()
    assert list(cleaned["clip"]) == list(table["clip"])
    for a, b in zip(signals(table, PEAK), signals(cleaned, PEAK), strict=True):
        assert np.array_equal(a, b)
        assert b.dtype == np.float32


def test_a_damaged_clip_is_told_by_name_and_the_others_are_done(tmp_path):
    table = made(tmp_path / "corpus", 4)
    cut, text = (Path(table["path"][i]) for i in (1, 2))
    cut.write_bytes(cut.read_bytes()[:9000])
    text.write_text("not a recording")
    report = clean(table, tmp_path / "clean", ORIGINAL)
    assert [one.clip for one in report.failed] == [cut.stem, text.stem]
    assert set(contents(tmp_path / "clean")) == {MANIFEST, *(f"{table['clip'][i]}.wav" for i in (0, 3))}
    told = report.to_text()
    assert "2 clips cleaned into" in told
    assert f"{cut.stem} was left out: The file is cut off: its header states 1.6 s, but only 0.3 s" in told
    assert f"{text.stem} was left out: The file is a text, not a recording" in told
    with pytest.raises(CorpusError, match=f"{cut.name} cannot be used: The file is cut off"):
        signals(table, ORIGINAL)


def test_a_clip_with_hardly_any_sound_is_told_by_name(tmp_path):
    table = made(tmp_path / "corpus", 2)
    short = Path(table["path"][1])
    short.write_bytes(pcm(np.full(800, 0.1, np.float32), RATE))
    report = clean(table, tmp_path / "clean", ORIGINAL)
    assert [one.clip for one in report.short] == [short.stem]
    assert f"{short.stem} has only 0.05 s of sound, under 0.1 s." in report.to_text()
    assert (tmp_path / "clean" / short.name).exists()


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    table = made(tmp_path / "corpus", 1)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("irreplaceable")
    with pytest.raises(CorpusError, match="holds other things than cleaned clips"):
        clean(table, tmp_path / "home", ORIGINAL)
    with pytest.raises(CorpusError, match="holds other things than cleaned clips"):
        clean(table, tmp_path / "corpus", ORIGINAL)
    assert set(contents(tmp_path / "home")) == {"thesis.txt"}


@pytest.mark.parametrize("manifest", [{"made_by": "intone clean 0"}, {"made_by": "intone clean 1", "rate": 16_000},
                                      {"made_by": 1, "rate": 16_000, "envelope": {"window_s": 1}}])
def test_a_manifest_of_another_version_is_told(tmp_path, manifest):
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(CorpusError, match="is not one that this version writes"):
        manifest_of(tmp_path)


@pytest.mark.parametrize("manifest", [{"name": "a web page"}, [], 3])
def test_a_manifest_of_something_else_is_none(tmp_path, manifest):
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    assert manifest_of(tmp_path) is None


def test_folders_of_labels_stay(tmp_path):
    for name in ("male_angry/Kim", "female_sad/Lou", "male_angry/Lou"):
        (tmp_path / "corpus" / name).mkdir(parents=True)
        (tmp_path / "corpus" / name / "1.wav").write_bytes(pcm(voice(0.3), RATE))
    table = LabelFolders(tmp_path / "corpus").table()
    clean(table, tmp_path / "clean", ORIGINAL)
    again = LabelFolders(tmp_path / "clean").table()
    columns = ["clip", "actor", "sex", "emotion"]
    assert sorted(again[columns].values.tolist()) == sorted(table[columns].values.tolist())


def test_two_clips_are_never_written_into_one_file(tmp_path):
    for name in ("angry/Kim/monday/1.wav", "angry/Kim/tuesday/1.wav"):
        (tmp_path / "corpus" / name).parent.mkdir(parents=True)
        (tmp_path / "corpus" / name).write_bytes(pcm(voice(0.3), RATE))
    with pytest.raises(CorpusError, match=r"1 names would stand for more than one clip in .*angry/Kim/1\.wav"):
        clean(LabelFolders(tmp_path / "corpus").table(), tmp_path / "clean", ORIGINAL)
    assert not (tmp_path / "clean").exists()


def test_two_corpora_go_into_one_folder(ravdess_dir, crema_d_dir, tmp_path):
    table = open_corpora([f"ravdess={ravdess_dir}", f"crema-d={crema_d_dir}"]).iloc[[0, 1, -2, -1]]
    report = clean(table, tmp_path / "clean", ORIGINAL)
    assert len(report.clips) == 4
    assert not report.failed
    (tmp_path / "clean" / "VideoDemographics.csv").write_bytes((crema_d_dir / "VideoDemographics.csv").read_bytes())
    assert list(Ravdess(tmp_path / "clean").table()["clip"]) == list(table["clip"][:2])
    assert list(CremaD(tmp_path / "clean").table()["clip"]) == list(table["clip"][2:])


def test_one_process_and_two_write_the_same_bytes(tmp_path):
    table = made(tmp_path / "corpus", 20, 0.3)
    one = clean(table, tmp_path / "one", PEAK, jobs=1)
    two = clean(table, tmp_path / "two", PEAK, jobs=2)
    assert one.clips == two.clips
    assert len(contents(tmp_path / "one")) == 21
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_bytes_do_not_depend_on_the_time_of_writing(tmp_path):
    table = made(tmp_path / "corpus", 1, 0.3)
    clean(table, tmp_path / "one", ORIGINAL)
    time.sleep(1.1)
    clean(table, tmp_path / "two", ORIGINAL)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


CLEAN = """
import sys
from pathlib import Path
from intone.corpora.cleaning import clean
from intone.corpora import Ravdess
from intone.audio.envelope import EnvelopeSettings
clean(Ravdess(Path(sys.argv[1])).table(), Path(sys.argv[2]), EnvelopeSettings(), jobs=1)
"""


def test_a_run_that_was_killed_goes_on(ravdess_dir, tmp_path):
    folder = tmp_path / "clean"
    with subprocess.Popen([sys.executable, "-c", CLEAN, str(ravdess_dir), str(folder)], stderr=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + 60
        while len(list(folder.glob("*.wav"))) < 5:
            assert run.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.005)
        run.kill()
    done = contents(folder)
    finished = {name for name in done if name.endswith(".wav")}
    assert 5 <= len(finished) < 240
    table = Ravdess(ravdess_dir).table()
    for name in finished:
        signal = read_mono(ravdess_dir / f"Actor_{name[18:20]}" / name)
        samples, _ = soundfile.read(folder / name, dtype="float32")
        assert np.array_equal(samples, signal[mask(signal, ORIGINAL)]), "a half-written clip"
    report = clean(table, folder, ORIGINAL)
    assert report.done_before == len(finished)
    assert len(report.clips) == 240 - len(finished)
    assert len(list(folder.glob("*.wav"))) == len(Ravdess(folder).table()) == 240
    assert all((folder / name).read_bytes() == done[name] for name in finished)


def test_a_folder_is_cleaned_into_by_one_process_at_a_time(tmp_path):
    table = made(tmp_path / "corpus", 1)
    with alone(tmp_path / "clean"), pytest.raises(FileError, match="Another `intone` is writing into"):
        clean(table, tmp_path / "clean", ORIGINAL, jobs=1)
    assert clean(table, tmp_path / "clean", ORIGINAL, jobs=1).failed == ()


def test_a_folder_in_which_the_first_file_was_begun_is_taken(tmp_path):
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / f".{MANIFEST}.part").touch()
    assert clean(made(tmp_path / "corpus", 1), tmp_path / "clean", ORIGINAL, jobs=1).failed == ()
    assert not list((tmp_path / "clean").glob(".*"))


@pytest.mark.parametrize("room", [50, 20_000])
def test_a_full_disk_is_told_and_leaves_no_half_clip(tmp_path, room):
    table = made(tmp_path / "corpus", 3)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, old[1]))  # no file may grow beyond that
    try:
        with pytest.raises(FileError, match=r"The disk is full while writing .*; what is done stays"):
            clean(table, tmp_path / "clean", ORIGINAL, jobs=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert set(contents(tmp_path / "clean")) <= {MANIFEST}
    assert clean(table, tmp_path / "clean", ORIGINAL).failed == ()


def test_the_shortest_cleaned_clip_of_the_corpus_has_449_ms(ravdess_full_dir):
    table = Ravdess(ravdess_full_dir).table()
    actor_9 = table[table["actor"] == 9]
    lengths = [len(signal) / RATE for signal in signals(actor_9, ORIGINAL)]
    assert min(lengths) == pytest.approx(0.449, abs=0.002)
    assert actor_9["emotion"].iloc[int(np.argmin(lengths))] == "sad"
