import json
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from corpus_files import link, noise, touch, write
from intone.audio import read
from intone.corpora import Words
from intone.corpora.check import CheckReport, check, examine
from intone.corpora.crema_d import LEFT_OUT
from intone.corpora.ravdess import KNOWN_STEREO, expected_clips
from intone.errors import CorpusError, Damaged, UsageError


@pytest.fixture
def actor(tmp_path):
    """The 60 spoken clips of actor 3, all different."""
    for seed, name in enumerate(expected_clips("speech")[3]):
        write(tmp_path / "Actor_03" / f"{name}.wav", noise(seed))
    return tmp_path


def found(report: CheckReport, kind: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(one.severity, one.files, one.reason) for one in report.findings if one.kind == kind]


def clip(root: Path, number: int = 0) -> Path:
    return sorted(root.rglob("*.wav"))[number]


def test_a_part_of_the_corpus_is_a_warning_with_its_counts(actor):
    clip(actor).unlink()
    report = check(actor, jobs=2)
    assert report.ok
    assert (report.corpus, report.clips, report.counts) == ("ravdess", 59, {"speech": {"03": 59}})
    missing = {reason: files for severity, files, reason in found(report, "missing")}
    assert missing["1 of 60 recordings of speech by actor 03"] == ("03-01-01-01-01-01-03",)
    assert len(missing) == 24
    assert report.to_dict()["warnings"] == 1440 - 59
    assert "warning: missing recordings: 1381\n" in report.to_text()
    assert "  and 14 more\n" in report.to_text()
    assert report.to_text().endswith("\n0 problems, 1381 warnings")


def test_only_the_vocal_channels_that_occur_are_expected(tmp_path):
    write(tmp_path / "03-02-01-01-01-01-01.wav", noise(1))
    report = check(tmp_path, jobs=1)
    assert report.counts == {"song": {"01": 1}}
    assert {reason.split(" by ")[0].split(" of ", 2)[-1] for _, _, reason in found(report, "missing")} == {"song"}
    assert not any("actor 18" in reason for _, _, reason in found(report, "missing"))


@pytest.mark.parametrize(("name", "reason"), [
    ("Actor_03/03-01-09-01-01-01-03.wav", "emotion 09 is not one of 01 to 08"),
    ("Actor_03/03-01-01-01-01-01-03 (1).wav", "not seven two-digit numbers"),
    ("Actor_03/03-01-02-01-01-01-04.wav", "a recording of actor 04 in Actor_03"),
])
def test_a_name_that_does_not_fit_is_a_problem_with_the_reason(actor, name, reason):
    write(actor / name, noise(99))
    report = check(actor, jobs=2)
    assert not report.ok
    assert found(report, "name") == [("problem", (name,), reason)]
    assert f"problem: names that do not fit: 1\n  {name}: {reason}\n" in report.to_text()


@pytest.mark.parametrize(("name", "reason"), [
    ("Actor_03/01-01-02-01-01-01-03.mp4", "modality 01, audio only is 03"),
    ("Actor_03/02-01-02-01-01-01-03.mp4", "modality 02, audio only is 03"),
    ("Actor_03/03-01-02-01-01-01-03.mp4", "a video file"),
])
def test_videos_are_a_warning_and_are_left_out(actor, name, reason):
    report = check(touch(actor, [name]), jobs=2)
    assert report.ok
    assert report.clips == 60
    assert found(report, "modality") == [("warning", (name,), reason)]


def cut(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])


@pytest.mark.parametrize(("spoil", "reason"), [
    (lambda path: path.write_bytes(b""), "The file is empty"),
    (lambda path: path.write_bytes(b"<!DOCTYPE html><title>429</title>" * 50), "not a recording that can be decoded"),
    (lambda path: cut(path, 0.5), "cut off: 1622 bytes that its header states are missing"),
    (lambda path: cut(path, 0.99), "cut off: 33 bytes that its header states are missing"),
    (lambda path: soundfile.write(path, np.full(1600, np.nan), 16_000, subtype="FLOAT"), "NaN"),
    (lambda path: soundfile.write(path, np.zeros(0), 16_000), "no sound at all"),
])
def test_a_damaged_file_is_a_problem_with_the_reason(actor, spoil, reason):
    spoil(clip(actor))
    report = check(actor, jobs=2)
    assert not report.ok
    [(severity, files, why)] = found(report, "damaged")
    assert (severity, files) == ("problem", ("Actor_03/03-01-01-01-01-01-03.wav",))
    assert reason in why


def test_a_file_that_cannot_be_read_is_damaged(tmp_path):
    assert examine(tmp_path).error == "The file cannot be read (Is a directory)."


def test_a_wav_of_unstated_length_is_not_cut_off(tmp_path):
    path = write(tmp_path / "a.wav", noise(1))
    content = path.read_bytes()
    for stated in (0, 0xFFFF_FFFF, 0x7FFF_FFFF, len(content)):  # the last one should have been eight less
        path.write_bytes(content[:4] + struct.pack("<I", stated) + content[8:])
        assert examine(path).error == ""


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_reading_tells_a_wav_that_is_cut_off(tmp_path, share):
    path = write(tmp_path / "a.wav", noise(1, seconds=4.0))
    cut(path, share)
    with pytest.raises(Damaged, match=r"its header states 4\.0 s"):
        read(path)


def test_equal_recordings_are_a_problem(actor):
    first, second, third = (clip(actor, number) for number in range(3))
    second.write_bytes(first.read_bytes())
    samples, rate = soundfile.read(third, dtype="int16")
    other = clip(actor, 3).with_suffix(".flac")
    clip(actor, 3).unlink()
    soundfile.write(other, samples, rate)
    report = check(actor, jobs=2)
    assert not report.ok
    assert found(report, "equal") == [
        ("problem", (f"Actor_03/{first.name}", f"Actor_03/{second.name}"), ""),
        ("problem", (f"Actor_03/{third.name}", f"Actor_03/{other.name}"), "the same samples in different files")]
    assert f"  Actor_03/{first.name} = Actor_03/{second.name}\n" in report.to_text()


def test_a_copy_of_the_folder_inside_is_a_problem(actor):
    path = clip(actor)
    write(actor / "copy" / path.name, noise(77))
    report = check(actor, jobs=2)
    assert not report.ok
    assert found(report, "doubled") == [("problem", (f"Actor_03/{path.name}", f"copy/{path.name}"), "")]


def test_silence_is_a_problem_and_quiet_is_not(actor):
    write(clip(actor), np.zeros(1600, np.int16))
    write(clip(actor, 1), np.full(1600, 2, np.int16))
    report = check(actor, jobs=2)
    assert found(report, "silent") == [("problem", ("Actor_03/03-01-01-01-01-01-03.wav",), "")]


def test_stereo_is_a_warning_unless_it_is_known(tmp_path):
    known = sorted(KNOWN_STEREO)[0]
    write(tmp_path / f"{known}.wav", noise(1, channels=2))
    write(tmp_path / "03-01-01-01-01-01-24.wav", noise(2, channels=2))
    write(tmp_path / "03-01-01-01-01-01-23.wav", noise(3, channels=4))
    report = check(tmp_path, jobs=2)
    assert report.ok
    assert found(report, "stereo") == [("warning", ("03-01-01-01-01-01-23.wav",), "4 channels"),
                                       ("warning", ("03-01-01-01-01-01-24.wav",), ""),
                                       ("known", (f"{known}.wav",), "")]


def test_the_known_equal_pair_is_known_but_not_a_third_copy(tmp_path):
    for repetition in (1, 2):
        write(tmp_path / f"03-01-03-01-02-0{repetition}-07.wav", noise(1))
    assert [severity for severity, *_ in found(check(tmp_path, jobs=1), "equal")] == ["known"]
    write(tmp_path / "03-01-03-01-01-01-07.wav", noise(1))
    assert [severity for severity, *_ in found(check(tmp_path, jobs=1), "equal")] == ["problem"]


def test_the_report_is_json_with_everything_in_it(actor):
    clip(actor).write_bytes(b"")
    report = json.loads(json.dumps(check(actor, jobs=2).to_dict()))
    assert (report["corpus"], report["clips"], report["problems"]) == ("ravdess", 60, 1)
    assert report["counts"] == {"speech": {"03": 60}}
    assert {"severity", "kind", "files", "reason", "count"} == set(report["findings"][0])
    assert sum(len(one["files"]) for one in report["findings"] if one["kind"] == "missing") == 1380


def test_label_folders_are_counted_by_label(tmp_path):
    for seed, folder in enumerate(["angry", "angry/Kim", "female_sad", "music"]):
        write(tmp_path / folder / "a.wav", noise(seed))
    (tmp_path / "angry" / "b.wav").write_bytes(b"")
    report = check(tmp_path, jobs=2)
    assert report.counts == {"labels": {"angry": 3, "female_sad": 1}}
    assert found(report, "label") == [("warning", ("music/a.wav",), "'music' stands for no emotion")]
    strictly = check(tmp_path, jobs=2, words=Words(strict=True))
    assert found(strictly, "label") == [("problem", ("music/a.wav",), "'music' stands for no emotion")]
    assert not found(check(tmp_path, jobs=2, words=Words({"music": "calm"})), "label")
    assert [files for _, files, _ in found(report, "damaged")] == [("angry/b.wav",)]
    assert not found(report, "doubled") + found(report, "missing")
    assert "labels: 4 recordings: 3 of angry; 1 of female_sad\n" in report.to_text()


def test_crema_d_without_its_demographics_is_a_problem(tmp_path):
    write(tmp_path / "1001_DFA_ANG_XX.wav", noise(1))
    write(tmp_path / "1001_DFA_ANG_X.wav", noise(2))
    report = check(tmp_path, jobs=1)
    assert not report.ok
    assert [reason.split(",")[0] for _, _, reason in found(report, "demographics")] == ["VideoDemographics.csv"]
    assert found(report, "name") == [("problem", ("1001_DFA_ANG_X.wav",), "level X is not one of LO, MD, HI, XX")]
    assert found(report, "missing") == [("warning", (), "1 of 7442 are here")]


@pytest.mark.parametrize("files", [[], ["notes.txt"], ["music/a.wav"], ["01-01-03-01-01-01-01.mp4"]])
def test_a_folder_without_clips_is_an_error(tmp_path, files):
    with pytest.raises(CorpusError):
        check(touch(tmp_path, files), jobs=1)
    with pytest.raises(CorpusError):
        check(tmp_path / "none", jobs=1)


def test_no_jobs_at_all_are_an_error(actor):
    with pytest.raises(UsageError, match="no number of jobs 0"):
        check(actor, jobs=0)


def test_the_published_speech_has_five_stereo_files_and_one_equal_pair(ravdess_full_dir):
    report = check(ravdess_full_dir, jobs=2)
    assert report.ok
    assert report.to_dict()["warnings"] == 0
    assert (report.clips, report.counts) == (1440, {"speech": {f"{actor:02d}": 60 for actor in range(1, 25)}})
    assert {Path(file).stem for _, (file,), _ in found(report, "stereo")} == KNOWN_STEREO
    assert found(report, "equal") == [
        ("known", ("Actor_07/03-01-03-01-02-01-07.wav", "Actor_07/03-01-03-01-02-02-07.wav"), "")]
    assert len(report.findings) == 6
    assert "speech: 1440 recordings: 60 each of 01-24\nknown: sets of equal recordings: 1\n" in report.to_text()


def test_the_known_faults_of_crema_d_are_known(corpora_dir, crema_d_dir, tmp_path):
    link(tmp_path, [crema_d_dir / "VideoDemographics.csv"])
    link(tmp_path, (corpora_dir / "crema_d" / f"{name}.opus" for name in LEFT_OUT))
    report = check(tmp_path, jobs=2)
    assert report.ok
    assert [severity for severity, *_ in found(report, "equal")] == ["known"] * 3
    assert found(report, "silent") == [("known", ("1076_MTI_SAD_XX.opus",), "")]
