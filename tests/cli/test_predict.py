"""`intone predict`: what a person, a program and a spreadsheet get; what bad recordings get."""

import io
import json
import os
import pty
import re
import subprocess
import termios
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest

import intone
from command import finish, run, start
from intone.cli.answer_table import write_table
from intone.errors import NoSpeech, printable
from intone.labels import EMOTIONS
from intone.language import texts
from intone.recognition.formats import FORMATS, columns
from intone.recognition.prediction import percent
from sounds import encode, mux, noise, pcm, silence, tone, tracks, voice
from taking_turns import TALK, Turns
from tiny_model import tiny_model

KEYS = ["file", "duration_s", "label", "probabilities", "outside", "confident", "reasons", "sex", "segments", "recognizer"]
NEW_KEYS = ["confidence", "valence"]
OLD_KEYS = ["sure", "stretches"]
SEGMENTS = [name for name, one in FORMATS.items() if one.scope == "segments"]
SPEECH = voice(2.0)
UNMEASURED = "How often the clear answers of this recognizer are right is not known."

BAD = {
    "silence.wav": (encode(silence(2.0), "wav"), "The recording is silent: check the microphone and record again."),
    "noise.wav": (encode(noise(2.0), "wav"), "No voice was found in 2.0 s of sound: record someone who speaks"),
    "tone.mp3": (encode(tone(3000, 2.0), "mp3"), "No voice was found in 2."),
    "short.wav": (encode(SPEECH[:1200], "wav"), "The recording is 0.07 s long, and an answer needs at least 0.3 s"),
    "empty.wav": (b"", "The file is "),
    "image.wav": (b"\x89PNG\r\n\x1a\n" + bytes(5000), "The file is a PNG picture, not a recording that can be decoded: use wav, flac"),
    "text.mp3": (b"Dear Sir or Madam, " * 50, "The file is a text, not a recording that can be decoded: use wav, flac"),
    "cut.wav": (encode(SPEECH, "wav")[:50_000], "The file is cut off: its header states 2.0 s, but only 0.6 s can be"),
    "notnumbers.wav": (pcm(np.full(16_000, np.nan, np.float32), 16_000, subtype="FLOAT"),
                       "The recording holds samples that are not numbers (NaN or infinity)"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def put(path: Path, content: bytes = encode(SPEECH, "wav")) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def sure(path: Path) -> Path:
    """A recognizer that hears a fearful man in everything."""
    return tiny_model(path, {"male_fearful": 0.95, "female_calm": 0.05}, confidence={"2": 0.8, "8": 0.99})


def test_the_table_has_the_answer_of_the_bundled_recognizer(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recognizer = intone.load()
    wanted = recognizer.predict(clip)
    shown = run(capsys, "predict", clip)
    assert (shown.status, shown.err) == (0, "")
    heading, row, *reasons, scale = shown.out.splitlines()
    assert heading.split() == ["answer", "valence", "confidence", *EMOTIONS, "sex", "recording"]
    numbers = [str(number) for number, _ in enumerate(wanted.reasons, 1)]
    marked = [wanted.confidence, *([f"({','.join(numbers)})"] if numbers else [])]
    assert row.split() == [wanted.label, wanted.valence, *marked, *map(percent, wanted.shares.values()), wanted.sex,
                           str(clip), "(3.9", "s)"]
    assert reasons == [f"({number}) {reason}" for number, reason in enumerate(wanted.reasons, 1)]
    assert scale == recognizer.scale(8) and scale.startswith("Measured on ")


def test_the_bars_of_two_classes_leave_room_for_the_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tiny_model(folder / "tiny.onnx", {"male_sad": 0.6, "male_happy": 0.1, "male_neutral": 0.3})
    shown = run(capsys, "predict", put(folder / "a.wav"), "--recognizer", model, "--classes", "2")
    assert [line.split()[:5] for line in shown.out.splitlines()[:2]] == [
        ["answer", "confidence", "negative", "positive", "sex"], ["negative", "clear", "60%", "10%", "male"]]


def test_columns_stand_below_their_heads(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(2):
        put(folder / f"{number}.wav", encode(voice(2.0, seed=number), "wav"))
    for classes, names in (("2", ["negative", "positive"]), ("stress", ["not stressed", "stressed"]),
                           ("8", list(intone.load().identity.classes))):
        heading, *rows = run(capsys, "predict", folder, "--classes", classes).out.splitlines()[:3]
        for name in names:
            end = heading.index(f" {name} ") + 1 + len(name)
            assert all(row[end - 1] == "%" and row[end] == " " for row in rows)


def test_a_reason_is_said_once_for_many(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tiny_model(folder / "tiny.onnx", {"male_sad": 0.3, "male_surprised": 0.7})
    for number in range(4):
        put(folder / "in" / f"{number}.wav", encode(voice(2.0, seed=number), "wav"))
    put(folder / "in" / "brief.wav", encode(voice(0.5), "wav"))
    shown = run(capsys, "predict", folder / "in", "--recognizer", model, "--classes", "2")
    rows = shown.out.splitlines()
    assert rows[6:] == ["(1) It sounds rather surprised, which is none of these.", rows[7], UNMEASURED]
    assert rows[7].startswith("(2) Only 0.") and rows[7].endswith(" s of speech was found.")
    assert [row.split()[2] for row in rows[1:6]] == ["(1)"] * 4 + ["(1,2)"]


def test_a_neutral_voice_is_neither_and_told_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tiny_model(folder / "tiny.onnx", {"male_sad": 0.4, "male_neutral": 0.25, "male_surprised": 0.35})
    shown = run(capsys, "predict", put(folder / "a.wav"), "--recognizer", model, "--classes", "2")
    assert shown.out.splitlines()[1].split()[:5] == ["neither", "unclear", "(1)", "40%", "<1%"]
    assert shown.out.splitlines()[2] == "(1) It sounds rather surprised, which is none of these."


def test_a_sure_answer_promises_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tiny_model(folder / "tiny.onnx", {"female_angry": 1.0})
    _, row, scale = run(capsys, "predict", put(folder / "a.wav"), "--recognizer", model).out.splitlines()
    shares = [">99%" if emotion == "angry" else "<1%" for emotion in EMOTIONS]
    assert row.split()[:12] == ["angry", "negative", "clear", *shares, "female"]
    assert scale == UNMEASURED


def test_a_single_recording_shows_its_segments(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = put(folder / "both.wav", encode(np.concatenate([voice(1.5), silence(1.5), voice(1.5, seed=1)]), "wav"))
    segments = json.loads(run(capsys, "predict", both, "--format", "json").out)[0]["segments"]
    assert len(segments) == 2
    rows = run(capsys, "predict", both).out.splitlines()
    for row, segment in zip(rows[2:4], segments, strict=True):
        assert row.split()[0] == segment["label"]
        assert row.endswith(f"  {segment['start_s']:.1f} s to {segment['end_s']:.1f} s")
    put(folder / "other.wav")
    assert not re.search(r"\d s to \d", run(capsys, "predict", folder).out)


def test_json_is_what_python_says(clip: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = put(folder / "bad.wav", b"")
    same = put(folder / "same.wav", clip.read_bytes())
    shown = run(capsys, "predict", clip, bad, same, "--classes", "8", "--sex", "male", "--format", "json")
    first, failed, again = json.loads(shown.out)
    assert [name for name in first if name != "reliability"] == [*KEYS, *NEW_KEYS, *OLD_KEYS]
    assert first == again | {"file": str(clip)} == json.loads(json.dumps(intone.load().predict(clip, classes=8, sex="male").to_dict()))
    assert failed == {"file": str(bad), "error": shown.sentence.removeprefix(f"{bad}: ")}
    assert shown.status == 1


def test_json_has_the_channel_only_where_one_was_chosen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stereo = put(folder / "two.wav", pcm(np.stack([SPEECH, voice(2.0, 220, seed=3)], axis=1), 16_000))
    answers = {channel: json.loads(run(capsys, "predict", stereo, "--channel", channel, "--format", "json").out)
               for channel in ("mix", "each", "2")}
    assert [[name for name in one if name != "reliability"] for one in answers["mix"]] == [[*KEYS, *NEW_KEYS, *OLD_KEYS]]
    assert [[name for name in one if name != "reliability"] for one in answers["each"]] == [
        [*KEYS, "channel", *NEW_KEYS, *OLD_KEYS]] * 2
    assert [one["channel"] for one in answers["each"] + answers["2"]] == [1, 2, 2]
    assert answers["each"][1] == answers["2"][0]
    rows = run(capsys, "predict", stereo, "--channel", "each").out.splitlines()
    assert [row.partition("two.wav")[2] for row in rows[1:3]] == [", channel 1 (2.0 s)", ", channel 2 (2.0 s)"]


def test_a_silent_channel_is_told_and_the_other_answered(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = sure(folder / "tiny.onnx")
    path = put(folder / "two.wav", pcm(np.stack([np.zeros_like(SPEECH), SPEECH], axis=1), 16_000))
    said = "The recording is silent: check the microphone and record again."
    shown = {kind: run(capsys, "predict", path, "--recognizer", model, "--channel", "each", "--format", kind)
             for kind in ("table", "json", "csv")}
    for one in shown.values():
        assert (one.status, one.sentence) == (1, f"{path}, channel 1: {said}")
    failed, answered = json.loads(shown["json"].out)
    assert failed == {"file": str(path), "error": said, "channel": 1}
    assert (answered["channel"], answered["label"]) == (2, "fearful")
    table = pd.read_csv(io.StringIO(shown["csv"].out))
    assert list(table["channel"]) == [1, 2] and list(table["error"].isna()) == [False, True]
    heading, row, scale = shown["table"].out.splitlines()
    assert (heading.split()[0], row.split()[0], scale) == ("answer", "fearful", UNMEASURED)


def test_the_moments_are_shown_where_they_are_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tiny_model(folder / "tiny.onnx", {"male_sad": 0.02, "male_happy": 0.98},
                       {"male_sad": 0.1, "male_happy": -0.1}, confidence={"2": 0.5, "8": 0.5})
    path = put(folder / "a.wav", encode(voice(2.0, 110, 1), "wav"))
    asked = ("predict", path, "--recognizer", model, "--classes", "8", "--explain")
    (answer,) = json.loads(run(capsys, *asked, "--format", "json").out)
    strongest = sorted(answer["attributions"], key=lambda one: -one["weight"])[:3]
    lines = run(capsys, *asked).out.splitlines()
    assert lines[1].split()[0] == answer["label"]
    named = ", ".join(f"{one['start_s']:.1f} to {one['end_s']:.1f} s (+{one['weight']:.0%})" for one in strongest)
    assert lines[2] == f"  {answer['label']} most at {named}"
    assert "attributions" not in json.loads(run(capsys, *asked[:-1], "--format", "json").out)[0]


def test_an_answer_that_no_moment_speaks_for_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "predict", put(folder / "a.wav"), "--recognizer",
                tiny_model(folder / "tiny.onnx", {"male_sad": 1.0}), "--explain")
    assert shown.out.splitlines()[2] == "  no single time window speaks for sad"


def test_a_channel_that_a_recording_lacks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mono = put(folder / "mono.wav")
    alone = run(capsys, "predict", mono, "--channel", "2")
    assert (alone.status, alone.sentence) == (2, "There is no channel 2: the last one of the recording is 1.")
    put(folder / "two.wav", pcm(np.stack([SPEECH, SPEECH], axis=1), 16_000))
    both = run(capsys, "predict", folder, "--channel", "2", "--format", "json")
    assert (both.status, both.sentence) == (1, f"{mono}: There is no channel 2: the last one of the recording is 1.")
    assert [one.get("channel") for one in json.loads(both.out)] == [None, 2]


def test_each_track_has_its_answer_and_one_that_is_not_there_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film, model = put(folder / "film.mkv", tracks(SPEECH, np.zeros_like(SPEECH))), sure(folder / "tiny.onnx")
    asked = ("predict", film, "--recognizer", model, "--format", "json")
    (usual,) = json.loads(run(capsys, *asked).out)
    assert "track" not in usual and "2 tracks of sound (1, 2), of which track 1 was analysed" in usual["reasons"][-1]
    (chosen,) = json.loads(run(capsys, *asked, "--track", "1").out)
    assert chosen["track"] == 1 and chosen["reasons"] == []
    each = run(capsys, *asked, "--track", "each")
    answered, failed = json.loads(each.out)
    assert answered == chosen and (failed["track"], failed["file"]) == (2, str(film))
    assert each.status == 1 and each.sentence.startswith(f"{film}, track 2: The recording is silent")
    table = pd.read_csv(io.StringIO(run(capsys, *asked[:-1], "csv", "--track", "each").out))
    assert list(table["track"]) == [1, 2]
    rows = run(capsys, *asked[:-2], "--track", "each").out.splitlines()
    assert ", track 1 (" in rows[1]
    missing = run(capsys, *asked, "--track", "3")
    assert (missing.status, missing.sentence) == (
        2, "There is no track 3: the recording has these: 1, 2; choose one of them.")


# Several speakers.


TABLE = """\
2 people speak in my talk.wav (7.0 s)
  speaker  share  sex     answer    probability  confidence
  1          50%  female  positive          60%  likely
  2          38%  male    neither           60%  unclear
  speaker 1 sounds more negative right after somebody else spoke (valence -0.23, mean of 4 turns)
answer      confidence     negative  positive  sex     recording
positive    unclear (1)         22%       66%  mixed   my talk.wav (7.0 s)
  positive                      25%       75%            speaker 1, 0.5 s to 1.5 s
  negative                      80%       20%            speaker 2, 1.5 s to 3.0 s
  positive                      25%       75%            several at once, 3.0 s to 3.5 s
  neither                       25%       75%            speaker 1, 5.0 s to 6.0 s
(1) It is noisy.
Measured.
"""


def table(capsys: pytest.CaptureFixture[str], language: str, *answers: intone.Prediction, segments: bool = True) -> str:
    write_table(answers, ("negative", "positive"), "Measured.", texts(language), with_segments=segments)
    return capsys.readouterr().out


def test_several_speakers_lead_and_each_segment_says_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert table(capsys, "en", TALK) == TABLE
    alone = replace(TALK, speakers=(), sex="female")
    assert "speak" not in table(capsys, "en", alone)
    many = table(capsys, "en", alone, TALK, segments=False).splitlines()
    assert [line.split()[0] for line in many] == ["answer", "positive", "2", "speaker", "1", "2", "speaker", "positive", "(1)",
                                                  "Measured."]


def test_the_docs_show_what_several_speakers_look_like(capsys: pytest.CaptureFixture[str]) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "prediction.md").read_text("utf-8")
    shown = docs.partition("## Several speakers")[2].partition("```text\n")[2].partition("```")[0]
    one, other = TALK.speakers
    calm = replace(one, share=0.6, label="calm", probabilities={"calm": 0.51}, outside=0.0, reaction=None)
    angry = replace(other, share=0.36, label="angry", probabilities={"angry": 0.68}, outside=0.0, reaction=-0.31,
                    reactions=7, confidence="clear")
    made = table(capsys, "en", replace(TALK, file="interview.m4a", duration_s=94.2, speakers=(calm, angry)))
    assert shown and made.startswith(shown)


@pytest.mark.parametrize(("language", "said"), [
    ("de", ["In my talk.wav (7,0 s) sprechen 2 Personen", "Person 1 klingt negativer", "Valenz -0,23", "gemischt",
            "Person 2, 1,5 s bis 3,0 s", "mehrere zugleich, 3,0 s bis 3,5 s"]),
    ("es", ["Hablan 2 personas en my talk.wav (7,0 s)", "el hablante 1 suena más negativo", "valencia -0,23", "mixto",
            "hablante 2, 1,5 s a 3,0 s", "varios a la vez, 3,0 s a 3,5 s"])])
def test_the_table_of_speakers_is_in_every_language(
    language: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shown = table(capsys, language, TALK)
    assert [one for one in said if one not in shown] == []


@pytest.mark.parametrize(("reaction", "said"), [
    (None, None), (0.0, None), (0.0999, None), (-0.0999, None), (0.1, "more positive"), (-0.1, "more negative"),
    (2.0, "more positive"), (-2.0, "more negative")])
def test_a_reaction_is_told_from_a_tenth_on(
    reaction: float | None, said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = table(capsys, "en", replace(TALK, speakers=tuple(replace(one, reaction=reaction) for one in TALK.speakers)))
    lines = [line for line in shown.splitlines() if "somebody else" in line]
    assert len(lines) == (2 if said else 0)
    assert all(f"speaker {number} sounds {said} right after" in line and f"{reaction:+.2f}" in line
               for number, line in enumerate(lines, start=1))


def test_the_number_of_speakers_can_be_chosen(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intone.recognition.analysis.Diarization", Turns)
    monkeypatch.setattr(Turns, "asked", [])
    sound = np.concatenate([voice(1.5), silence(1.5), voice(1.5, seed=1), silence(1.5), voice(1.5, seed=2)])
    path = put(folder / "talk.wav", pcm(np.stack([sound, sound], axis=1), 16_000))
    asked = ("predict", path, "--recognizer", sure(folder / "tiny.onnx"))
    shown = run(capsys, *asked)
    assert (shown.status, shown.err) == (0, "")
    assert shown.out.startswith(f"2 people speak in {path} (7.5 s)\n  speaker  share  sex   answer   probability  confidence\n")
    assert "  speaker 2, " in shown.out and "\n(1) 2 people speak here, and the answer about the whole" in shown.out
    for words, people in ((("--speakers", "auto"), 2), (("--speakers", "3"), 3), (("--speakers", "1"), 0)):
        (answer,) = json.loads(run(capsys, *asked, *words, "--format", "json").out)
        assert len(answer.get("speakers", ())) == people
    assert "people speak" not in run(capsys, *asked, "--speakers", "1").out
    Turns.asked.clear()
    for words, wanted in (((), [1, 1]), (("--speakers", "2"), [2, 2])):
        run(capsys, *asked, "--channel", "each", *words)
        assert Turns.asked == wanted, "a channel of its own has one speaker unless the number is said"
        Turns.asked.clear()
    rttm = run(capsys, *asked, "--format", "rttm").out
    assert [line.split()[7] for line in rttm.splitlines()] == ["1", "2", "1"] and rttm.startswith("SPEAKER talk 1 ")


def test_csv_is_a_table_with_a_column_for_each_class(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["a, b.wav", 'say "hi".wav', "two\nlines.wav", "Grüße.wav", "carriage\rreturn.wav"]
    for name in names:
        put(folder / name)
    put(folder / "bad.wav", b"RIFF")
    shown = run(capsys, "predict", folder, "--format", "csv", "--classes", "3")
    assert len(shown.out.splitlines()) == 1 + len(names) + 1
    table = pd.read_csv(io.StringIO(shown.out), index_col="file")
    assert ["file", *table.columns] == columns(("negative", "neutral", "positive"))
    assert set(table.index) == {printable(str(folder / name)) for name in [*names, "bad.wav"]}
    wanted = intone.load().predict(folder / "Grüße.wav", classes=3)
    row = table.loc[str(folder / "Grüße.wav")]
    assert (row["label"], row["confident"], row["sex"], row["channel"]) == (wanted.label, wanted.confident, wanted.sex, "mix")
    np.testing.assert_allclose(row[list(wanted.probabilities)].astype(float), list(wanted.probabilities.values()), atol=1e-6)
    assert (row["reasons"] if wanted.reasons else "") == " ".join(wanted.reasons)
    failed = table.loc[str(folder / "bad.wav")]
    assert failed["error"] in shown.sentence and failed.drop(["error", "recording"]).isna().all()
    assert table["error"].notna().sum() == 1 == shown.status


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("kind", ["table", "json"])
def test_a_bad_recording_gets_one_sentence_and_no_label(
    name: str, kind: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = BAD[name]
    shown = run(capsys, "predict", put(folder / name, content), "--format", kind)
    assert shown.status == 1
    assert shown.sentence.startswith(f"{folder / name}: {said}")
    if kind == "table":
        assert shown.out == ""
    else:
        assert json.loads(shown.out) == [{"file": str(folder / name), "error": shown.sentence.removeprefix(f"{folder / name}: ")}]


def test_a_video_without_sound_gets_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "mute.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25, width=64, height=64, pix_fmt="yuv420p")
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    shown = run(capsys, "predict", path)
    assert (shown.status, shown.sentence) == (1, f"{path}: The file (MP4, QuickTime, 3GP) has no audio track: choose a recording of a voice.")


def test_the_others_are_answered_when_some_fail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder / "deep" / "er" / "z.m4a", mux(voice(2.0), 16_000, "ipod", "aac", folder / "z.part"))
    (folder / "z.part").unlink()
    for name, (content, _) in BAD.items():
        put(folder / name, content)
    put(folder / "._mac.wav", b"not a recording")
    put(folder / "notes.txt", b"not a recording")
    shown = run(capsys, "predict", folder, folder / "gone.wav")
    assert shown.status == 1
    assert [row.split()[-3] for row in shown.out.splitlines()[1:2]] == [str(folder / "deep" / "er" / "z.m4a")]
    failed = [line.split(": ")[1] for line in shown.err.splitlines()]
    assert failed == [*sorted(str(folder / name) for name in BAD), str(folder / "gone.wav")]


def test_a_folder_without_recordings_is_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder / "void" / "notes.txt", b"words")
    shown = run(capsys, "predict", put(folder / "a.wav"), folder / "void")
    assert (shown.status, shown.out) == (2, "")
    assert shown.sentence.startswith(f"The folder {folder / 'void'} holds no recordings: name one with files such as .wav")


def test_odd_names_are_answered_and_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [b"caf\xe9.wav", b"two\nlines.wav", b"with space.wav", b"\x1b[31mred.wav", b"-dash.wav"]
    for name in names:
        put(folder / os.fsdecode(name))
    shown = run(capsys, "predict", folder, "--recognizer", sure(folder / "tiny.onnx"))
    assert (shown.status, shown.err) == (0, "")
    assert len(shown.out.splitlines()) == 1 + len(names) + 1 and shown.out.endswith(f"{UNMEASURED}\n")
    assert "\x1b" not in shown.out and "\\x1b[31mred.wav" in shown.out and "caf\\udce9.wav" in shown.out
    files = [one["file"] for one in json.loads(run(capsys, "predict", folder, "--format", "json").out)]
    assert {os.fsencode(Path(file).name) for file in files} == set(names)
    table = pd.read_csv(io.StringIO(run(capsys, "predict", folder, "--format", "csv").out))
    assert f"{folder}/caf\\udce9.wav" in set(table["file"])
    gone = run(capsys, "predict", folder / os.fsdecode(b"g\xf6ne\n.wav"))
    assert (gone.status, gone.sentence.count("\\udcf6ne\\n.wav")) == (1, 1)


def test_names_are_never_options_or_lists(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["[1].wav", "[a, b].wav", '["c"].wav', '{"d": 1}.wav', "-dash.wav", "--to.wav", "e,f.wav"]
    for name in names:
        put(folder / name)
    monkeypatch.chdir(folder)
    for given in (names, names[:1], names[4:5]):
        shown = run(capsys, "predict", *given, "--recognizer", sure(folder / "tiny.onnx"), "--format", "json")
        assert (shown.status, [one["file"] for one in json.loads(shown.out)]) == (0, given)
    assert "Unknown option" in run(capsys, "predict", "-other.wav").sentence


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_is_right_in_any_encoding(encoding: str, folder: Path) -> None:
    recording = put(folder / os.fsdecode(b"gr\xfc\xc3\xbc.wav"))
    ended = finish(start("predict", recording, "--format", "json", env={**os.environ, "PYTHONIOENCODING": encoding}))
    assert [one["file"] for one in json.loads(ended.out)] == [str(recording)]


def test_a_recognizer_answers_only_what_it_was_trained_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = put(folder / "a.wav")
    (folder / "run").mkdir()
    tiny_model(folder / "run" / "recognizer.onnx", {"male_negative": 0.9, "male_positive": 0.1}, classes="2", sex="male")
    asked = {words: run(capsys, "predict", recording, "--recognizer", folder / "run", *words)
             for words in [(), ("--classes", "8"), ("--sex", "female")]}
    assert asked[()].out.splitlines()[1].split()[:5] == ["negative", "clear", "90%", "10%", "male"]
    assert asked["--classes", "8"].sentence == ("This recognizer was trained for 2 classes and cannot answer 8: choose "
                                                "--classes 2.")
    assert asked["--sex", "female"].sentence == "This recognizer was trained on male speakers only: choose --sex male."
    assert [asked[words].status for words in asked] == [0, 2, 2]


def test_a_recognizer_that_cannot_be_read_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = put(folder / "a.wav")
    cut = put(folder / "cut.onnx", sure(folder / "whole.onnx").read_bytes()[:300])
    for path, said in ((cut, "The model file is damaged"), (recording, "The model file is damaged"),
                       (folder / "gone.onnx", f"The model file {folder / 'gone.onnx'} cannot be read"),
                       (folder, f"The folder {folder} holds no recognizer.onnx")):
        shown = run(capsys, "predict", recording, "--recognizer", path)
        assert (shown.status, shown.out) == (1, "")
        assert shown.sentence.startswith(said)


def test_many_recordings_show_a_bar_on_a_terminal_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        put(folder / "in" / f"{number}.wav", encode(voice(0.5, seed=number), "wav"))
    assert run(capsys, "predict", folder / "in").err == ""
    terminal, its_end = pty.openpty()
    termios.tcsetwinsize(its_end, (24, 100))
    process = start("predict", folder / "in", "--format", "json", stderr=its_end, stdout=subprocess.DEVNULL)
    os.close(its_end)
    assert process.wait(timeout=60) == 0
    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    assert "3/3" in shown and "recording" in shown


def test_a_failure_is_an_error_with_a_sentence(folder: Path) -> None:
    with pytest.raises(NoSpeech) as error:
        intone.load().predict(put(folder / "silence.wav", encode(silence(1.0), "wav")))
    assert str(error.value) == BAD["silence.wav"][1]


@pytest.mark.parametrize("kind", SEGMENTS)
def test_segments_of_one_recording_are_written_for_other_programs(
    kind: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = put(folder / "in" / "both.wav", encode(np.concatenate([voice(1.5), silence(1.5), voice(1.5, seed=1)]), "wav"))
    wanted = intone.load().predict(both, classes=8)
    assert len(wanted.segments) == 2
    for asked in (("predict", both), ("predict", folder / "in"), ("predict", both, "--channel", "1")):
        shown = run(capsys, *asked, "--classes", "8", "--format", kind)
        assert (shown.status, shown.err, shown.out) == (0, "", FORMATS[kind].write(wanted))


@pytest.mark.parametrize("kind", SEGMENTS)
def test_segments_of_several_recordings_are_wrong_use(kind: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = put(folder / "in" / "a.wav")
    for more in ((put(folder / "b.wav"),), (folder,), ("--channel", "each")):
        shown = run(capsys, "predict", one, *more, "--format", kind)
        assert (shown.status, shown.out) == (2, "")
        assert shown.sentence == (f"--format {kind} takes the segments of one recording: name one, and neither "
                                  "--channel each nor --track each.")


def test_a_bad_recording_has_no_segments(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, said = BAD["silence.wav"]
    shown = run(capsys, "predict", put(folder / "a.wav", content), "--format", "webvtt")
    assert (shown.status, shown.out, shown.sentence) == (1, "", f"{folder / 'a.wav'}: {said}")


def test_a_format_by_its_old_name_is_written_and_its_new_one_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recording = put(folder / "a.wav")
    wanted = run(capsys, "predict", recording, "--format", "segments")
    shown = run(capsys, "predict", recording, "--format", "stretches")
    assert (shown.status, shown.out) == (0, wanted.out)
    assert shown.sentence == "--format stretches is called segments now."


def test_a_format_that_does_not_exist_is_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "predict", put(folder / "a.wav"), "--format", "xml")
    assert (shown.status, shown.out) == (2, "")
    assert shown.sentence == ("There is no format 'xml': choose table, json, jsonl, csv, segments, audacity, textgrid, "
                              "webvtt or rttm.")


def test_json_lines_and_the_table_of_a_batch_are_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(folder / "in" / "a.wav")
    put(folder / "in" / "bad.wav", b"RIFF")
    for name in ("csv", "jsonl", "json"):
        shown = run(capsys, "predict", folder / "in", "--format", name)
        run(capsys, "batch", folder / "in", "--to", folder / f"out.{name}", "--jobs", "1")
        assert (folder / f"out.{name}").read_text() == shown.out
