"""Robustness: the clips of a small evaluation, answered again after everything that befalls them."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from command import run as command
from intone import audio, labels
from intone.audio import RATE, read_mono
from intone.audio.augment import CORRUPTIONS, gain, telephone
from intone.audio.vad import find_speech
from intone.corpora import open_corpora, splits
from intone.corpora.ravdess import expected_clips, parse_name
from intone.corpora.table import assign
from intone.errors import CorpusError, TrainingError, UsageError
from intone.evaluation import robustness
from intone.evaluation.robustness import AS_RECORDED, ROBUSTNESS, SHORT, begun, file_of, measure
from intone.labels import EMOTIONS
from intone.recognition import model_file, scoring
from intone.recognition.analysis import analyse
from intone.recognition.model_file import load_model
from intone.training import run
from intone.training.recipes import recipe
from small_corpus import write_crema_d
from sounds import noise, silence, voice
from tiny_model import tiny_model

FOLDS = {0: (("ravdess:2", "ravdess:5"), ("ravdess:3",)), 3: (("ravdess:8",), ("ravdess:1",))}
"""Fold -> speakers that test, speakers that validate; 4 and 17 always train."""

REFUSED = "03-01-05-01-01-01-05"
RESULTS = Path(__file__).resolve().parents[2] / "results"
FEW = ("gain -30 dB", "hum 10 dB", "babble 10 dB")


def write_voices(folder: Path) -> Path:
    """RAVDESS of seven actors in a moment: everyone is neutral and angry once; one clip is silent."""
    for actor in (1, 2, 3, 4, 5, 8, 17):
        for name in expected_clips("speech")[actor]:
            found = parse_name(name)
            if (found.statement, found.repetition, found.intensity) != (1, 1, 1) or found.emotion not in (1, 5):
                continue
            said = voice(2, pitch=100 + 6 * actor, seed=actor + found.emotion)
            signal = silence(1) if name == REFUSED else np.concatenate([silence(0.3), said, silence(0.3)])
            path = folder / f"Actor_{actor:02d}" / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, signal, RATE, subtype="FLOAT")
    return folder


def write_fold(folder: Path, number: int, classes: str = "8", happy: float = 0.5) -> Path:
    """A fold of an evaluation whose network answers by the tilt of the spectrum."""
    test, validation = FOLDS[number]
    run.open_run(folder, run.RunSettings(
        recipe("level-independent"), "both", classes, labels.network_labels(classes, "both"), 1, "actors", test, validation,
        "0" * 16))
    if classes == "8":
        tiny_model(folder / model_file.RECOGNIZER, {"male_happy": happy, "female_angry": 0.9 - happy, "male_neutral": 0.1},
                   {"male_happy": 0.1, "female_angry": -0.1})
    else:
        tiny_model(folder / model_file.RECOGNIZER, {"male_negative": 1.0}, classes=classes)
    return folder


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_voices(tmp_path_factory.mktemp("robustness") / "ravdess")


@pytest.fixture(scope="module")
def table(corpus: Path) -> pd.DataFrame:
    return open_corpora([str(corpus)])


@pytest.fixture
def evaluation(tmp_path: Path) -> Path:
    for number in FOLDS:
        write_fold(tmp_path / "evaluation" / f"fold-{number}", number, happy=0.5 if number else 0.3)
    return tmp_path / "evaluation"


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame) -> Path:
    """An evaluation of which everything is measured."""
    folder = tmp_path_factory.mktemp("measured")
    for number in FOLDS:
        write_fold(folder / f"fold-{number}", number, happy=0.5 if number else 0.3)
    measure(table, folder, jobs=1)
    measure(table, folder, SHORT, jobs=1)
    return folder


def heard_by_hand(folder: Path, number: int, samples: np.ndarray) -> np.ndarray:
    model = load_model(folder / f"fold-{number}" / model_file.RECOGNIZER)
    return analyse(model, [audio.from_samples(samples, RATE)[0].signal]).whole


# What is written.


def test_a_row_for_every_condition_and_clip_of_the_testing_speakers(measured: Path) -> None:
    rows = pd.read_csv(measured / "robustness.csv")
    assert list(rows.columns) == ["condition", "clip", "fold", "actor", "truth", *EMOTIONS]
    assert list(rows["condition"].unique()) == list(CORRUPTIONS)
    assert len(rows) == 6 * len(CORRUPTIONS)
    for _, part in rows.groupby("condition"):
        assert list(part["clip"]) == sorted(part["clip"]) and part["clip"].is_unique
    assert dict(zip(rows["actor"], rows["fold"], strict=True)) == {2: 0, 5: 0, 8: 3}
    assert list(rows["truth"]) == [EMOTIONS[int(clip.split("-")[2]) - 1] for clip in rows["clip"]]
    answered = rows[rows["clip"] != REFUSED]
    np.testing.assert_allclose(answered[list(EMOTIONS)].sum(axis=1), 1, atol=1e-5)
    assert rows[rows["clip"] == REFUSED][list(EMOTIONS)].isna().all(axis=None)


def test_as_recorded_is_what_an_evaluation_answers(measured: Path, table: pd.DataFrame) -> None:
    rows = robustness.read(measured / "robustness.csv")[AS_RECORDED]
    for number in FOLDS:
        part = rows[rows["fold"] == number]
        clips = assign(table.set_index("clip").loc[part["clip"]].reset_index(), 8)
        expected = scoring.answered(measured / f"fold-{number}" / model_file.RECOGNIZER, clips, jobs=1)
        np.testing.assert_allclose(part[list(EMOTIONS)], expected[list(EMOTIONS)], atol=1e-6)


def test_the_perturbed_clip_is_what_the_network_of_the_fold_hears(measured: Path, table: pd.DataFrame) -> None:
    rows, paths = robustness.read(measured / "robustness.csv"), table.set_index("clip")["path"]
    for condition, made in (("gain -30 dB", lambda signal: gain(signal, -30)), ("telephone", telephone),
                            ("one dead channel of two", lambda signal: signal / 2)):
        for row in rows[condition].itertuples():
            if row.clip != REFUSED:
                expected = heard_by_hand(measured, row.fold, made(read_mono(paths[row.clip])))
                np.testing.assert_allclose([getattr(row, name) for name in EMOTIONS], expected, atol=1e-5)


def test_the_conditions_differ_where_they_should(measured: Path) -> None:
    rows = {name: part[list(EMOTIONS)].dropna().to_numpy() for name, part in
            robustness.read(measured / "robustness.csv").items()}
    for name, found in rows.items():
        assert np.allclose(found, rows[AS_RECORDED], atol=1e-6) == (name == AS_RECORDED) or name.startswith(
            ("gain", "peak", "one dead", "silence"))
    np.testing.assert_allclose(rows["gain -30 dB"], rows[AS_RECORDED], atol=2e-3)  # this network does not hear the level
    assert np.abs(rows["hum 10 dB"] - rows["hum 20 dB"]).max() > 1e-3


def test_rows_survive_the_file_and_others_are_refused(measured: Path, tmp_path: Path) -> None:
    found = robustness.read(measured / "robustness.csv")
    robustness.write(tmp_path / "again.csv", ROBUSTNESS, found)
    assert (tmp_path / "again.csv").read_bytes() == (measured / "robustness.csv").read_bytes()
    scoring.write_rows(tmp_path / "other.csv", found[AS_RECORDED])
    with pytest.raises(CorpusError, match=r"does not hold out-of-fold predictions: the columns are condition, clip"):
        robustness.read(tmp_path / "other.csv")


def test_who_babbles_trains(table: pd.DataFrame, measured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[robustness.Part] = []
    monkeypatch.setattr(robustness, "_answer", lambda found, _: parts.extend(found))
    measure(table, measured)
    assert len(parts) == 2 * len(CORRUPTIONS)
    for number, (test, validation) in FOLDS.items():
        (talking,) = {part.talking for part in parts if part.fold == number}
        assert {f"ravdess:{int(Path(path).stem[-2:])}" for path in talking} == set(splits.speakers(table)) - {*test, *validation}


# Interrupted, and going on.


def test_interrupted_it_goes_on_where_it_stopped(
    evaluation: Path, table: pd.DataFrame, measured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, tasks = robustness._recognised, []

    def stopped(task: robustness._Task) -> np.ndarray:
        tasks.append((task.condition, task.clip))
        if len(tasks) == 14:
            raise KeyboardInterrupt
        return heard(task)

    monkeypatch.setattr(robustness, "_recognised", stopped)
    with pytest.raises(KeyboardInterrupt):
        measure(table, evaluation, conditions=FEW, jobs=1)
    assert not (evaluation / "robustness.csv").exists()
    assert len(list((evaluation / "fold-0" / "robustness").iterdir())) == 3  # 13 clips at 4 a part
    again = measure(table, evaluation, conditions=FEW, jobs=1)
    assert len(tasks) == 14 + 4 * 6 - 3 * 4
    for name, part in again.items():
        pd.testing.assert_frame_equal(scoring.read_rows(next((evaluation / "fold-0" / "robustness").glob(
            f"{robustness.slug(name)}-*"))), part[part["fold"] == 0].reset_index(drop=True))
    whole = robustness.read(measured / "robustness.csv")
    assert list(again) == [AS_RECORDED, *FEW]
    for name in again:
        pd.testing.assert_frame_equal(again[name], whole[name])
    measure(table, evaluation, conditions=FEW, jobs=1)
    assert len(tasks) == 14 + 4 * 6 - 3 * 4


def test_another_recognizer_is_measured_anew_and_only_it(
    evaluation: Path, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = measure(table, evaluation, conditions=["gain +12 dB"], jobs=1)["gain +12 dB"]
    shutil.rmtree(evaluation / "fold-3")
    write_fold(evaluation / "fold-3", 3, happy=0.8)
    heard, recognizers = robustness._recognised, []
    monkeypatch.setattr(robustness, "_recognised", lambda task: recognizers.append(task.recognizer) or heard(task))
    after = measure(table, evaluation, conditions=["gain +12 dB"], jobs=1)["gain +12 dB"]
    assert set(recognizers) == {evaluation / "fold-3" / model_file.RECOGNIZER}
    same = before["fold"] == 0
    pd.testing.assert_frame_equal(after[same], before[same])
    assert (after["happy"] > before["happy"])[~same].all()


def test_pieces_add_up(evaluation: Path, table: pd.DataFrame) -> None:
    first = measure(table, evaluation, conditions=["peak 0.9"], only=[3], jobs=1)
    assert {name: set(rows["fold"]) for name, rows in first.items()} == {AS_RECORDED: {3}, "peak 0.9": {3}}
    second = measure(table, evaluation, conditions=["gain-+12-db"], only=[0], jobs=1)
    assert {name: set(rows["fold"]) for name, rows in second.items()} == {
        AS_RECORDED: {0, 3}, "gain +12 dB": {0}, "peak 0.9": {3}}
    assert list(robustness.read(evaluation / "robustness.csv")) == [AS_RECORDED, "gain +12 dB", "peak 0.9"]
    text = robustness.to_markdown(second)
    assert [line.split("|")[1:3] for line in text.splitlines()[2:]] == [
        [" as recorded ", " 6 "], [" gain +12 dB ", " 4 "], [" peak 0.9 ", " 2 "]]


def test_fewer_clips_have_a_file_of_their_own(evaluation: Path, table: pd.DataFrame) -> None:
    measure(table, evaluation, conditions=[AS_RECORDED], only=[0], jobs=1)
    before = (evaluation / "robustness.csv").read_bytes()
    found = measure(pd.concat([table, table.assign(clip=table["clip"] + "-again")]), evaluation, conditions=[AS_RECORDED],
                    every=2, jobs=1)
    emotions = [(row.actor, row.truth) for row in found[AS_RECORDED].itertuples()]
    assert sorted(emotions) == [(actor, emotion) for actor in (2, 5, 8) for emotion in ("angry", "neutral")]
    assert (evaluation / "robustness.csv").read_bytes() == before
    assert file_of(evaluation, ROBUSTNESS, every=2).name == "robustness-every-2.csv"
    assert file_of(evaluation, ROBUSTNESS, every=2).is_file()
    assert file_of(evaluation, SHORT, "crema-d").name == "short-crema-d.csv"
    assert file_of(evaluation, ROBUSTNESS, "crema-d", 2).name == "robustness-crema-d-every-2.csv"


@pytest.mark.parametrize(("corpus", "every", "clips"), [("crema-d", 12, 1001), ("crema-d", 5, None), ("ravdess", 10, None)])
def test_fewer_clips_are_of_every_emotion_and_sentence(corpus: str, every: int, clips: int | None) -> None:
    rows = scoring.read_rows(RESULTS / f"{corpus}-5fold" / "default.csv").rename(columns={"truth": "class"})
    chosen = robustness._every(rows, every)
    assert clips in (None, len(chosen)) and list(chosen["clip"]) == sorted(chosen["clip"])
    whole, some = (set(zip(one["actor"], one["class"], strict=True)) for one in (rows, chosen))
    assert some == whole
    said = slice(5, 8) if corpus == "crema-d" else slice(12, 14)
    assert set(chosen["clip"].str[said]) == set(rows["clip"].str[said])


def test_the_other_corpus_is_measured_with_speakers_of_its_own(
    tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crema_d = write_crema_d(tmp_path / "crema-d", {1001: "Male", 1002: "Female", 1005: "Male", 1006: "Female"})
    for path in (crema_d / "AudioWAV").iterdir():
        soundfile.write(path, voice(1.5, pitch=150 + len(path.stem) + 30 * ("HAP" in path.stem)), RATE, subtype="FLOAT")
    folder = tmp_path / "evaluation" / "fold-0"
    test, validation = ("crema-d:1005", "ravdess:2"), ("crema-d:1001",)
    run.open_run(folder, run.RunSettings(recipe("level-independent"), "both", "8", labels.network_labels("8", "both"), 1,
                                         "actors", test, validation, "0" * 16))
    tiny_model(folder / model_file.RECOGNIZER, {"male_happy": 0.6, "female_angry": 0.4}, {"male_happy": 0.1})
    shown = command(capsys, "robustness", folder.parent, "--data", f"ravdess={corpus}", f"crema-d={crema_d}", "--corpus",
                    "crema-d", "--conditions", "babble 10 dB", "--jobs", "1")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out.startswith("| condition | clips | UAR, 2 classes | UAR, 2 classes |")  # happy and angry are all there are
    assert shown.out.splitlines()[-1].endswith("evaluation/robustness-crema-d.csv")
    found = robustness.read(folder.parent / "robustness-crema-d.csv")
    for name in (AS_RECORDED, "babble 10 dB"):
        assert set(found[name]["actor"]) == {1005} and list(found[name]["truth"]) == ["angry", "happy"]
    assert not (folder.parent / "robustness.csv").exists()
    both = open_corpora([f"ravdess={corpus}", f"crema-d={crema_d}"])
    part = next(robustness._parts(both, folder.parent, 0, ROBUSTNESS, "crema-d", 1, wanted=True))
    assert {Path(path).stem[:4] for path in part.talking} == {"1002", "1006"}
    ended = command(capsys, "robustness", folder.parent, "--data", f"ravdess={corpus}", "--corpus", "crema-d")
    assert ended.sentence == ("The data lacks spoken clips of CREMA-D speakers that fold 0 tests: use the complete corpus.")
    alone = tmp_path / "alone" / "fold-0"
    run.open_run(alone, run.RunSettings(recipe("level-independent"), "both", "8", labels.network_labels("8", "both"), 1,
                                        "actors", ("ravdess:2",), ("ravdess:1",), "0" * 16))
    tiny_model(alone / model_file.RECOGNIZER, {"male_happy": 0.6, "female_angry": 0.4})
    ended = command(capsys, "robustness", alone.parent, "--data", f"crema-d={crema_d}", "--corpus", "crema-d")
    assert ended.sentence == (f"In the evaluation in {alone.parent} no speaker of CREMA-D tests: choose ravdess, or name an evaluation that "
                              "has this corpus.")


# Short clips.


@pytest.mark.parametrize("seconds", [0.3, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_cut_clip_has_as_much_speech_as_was_asked(seconds: float, seed: int) -> None:
    said = np.concatenate([silence(0.6), voice(3, seed=seed), silence(0.5)])
    cut = begun(said, seconds)
    spoken = sum(span.speech_s for span in find_speech(cut))
    assert seconds <= spoken < seconds + 0.15
    start = find_speech(said)[0].start
    assert np.array_equal(cut, said[start : start + len(cut)])
    assert seconds + 0.05 < len(cut) / RATE < seconds + 0.6


def test_where_there_is_less_speech_all_of_it_is_kept() -> None:
    said = np.concatenate([silence(0.6), voice(0.6), silence(0.5)])
    assert np.array_equal(begun(said, 1.0), said[find_speech(said)[0].start :])
    for sound in (silence(1), noise(1, rms=0.01), silence(0.01)):
        assert np.array_equal(begun(sound, 0.3), sound)


def test_short_clips_are_rows_of_their_own(measured: Path) -> None:
    rows = pd.read_csv(measured / "short.csv")
    assert list(rows.columns) == ["seconds", "clip", "fold", "actor", "truth", *EMOTIONS]
    assert list(rows["seconds"].unique()) == [0.3, 0.5, 0.7, 1.0] and len(rows) == 4 * 6
    assert set(rows[rows["clip"] != REFUSED].dropna()["seconds"]) == {0.3, 0.5, 0.7, 1.0}
    assert list(robustness.read(measured / "short.csv", SHORT)) == ["0.3", "0.5", "0.7", "1.0"]


def test_a_short_clip_is_answered_on_its_beginning(measured: Path, table: pd.DataFrame) -> None:
    rows, paths = robustness.read(measured / "short.csv", SHORT)["0.5"], table.set_index("clip")["path"]
    row = next(row for row in rows.itertuples() if row.clip != REFUSED)
    expected = heard_by_hand(measured, row.fold, begun(read_mono(paths[row.clip]), 0.5))
    np.testing.assert_allclose([getattr(row, name) for name in EMOTIONS], expected, atol=1e-5)


# The table.


def test_the_change_is_in_points_of_uar_and_a_refusal_counts_as_wrong() -> None:
    truth = ["happy", "angry", "happy", "angry"] * 3
    rows = pd.DataFrame({"clip": [f"c{i:02}" for i in range(12)], "fold": 0, "actor": [1, 1, 2, 2] * 3, "truth": truth,
                         **{name: [float(name == one) for one in truth] for name in EMOTIONS}})
    worse = rows.copy()
    worse.loc[[0, 4, 8], list(EMOTIONS)] = np.nan
    text = robustness.to_markdown({AS_RECORDED: rows, "hum 10 dB": worse})
    first, second = (line.split(" | ") for line in text.splitlines()[2:])
    assert first == ["| as recorded", "12", "100.0", "100.0", "-", "0 |"]
    assert second[:4] == ["| hum 10 dB", "12", "75.0", "75.0"] and second[4].startswith("-25.0 (") and second[5] == "3 |"


def test_every_condition_has_a_file_name_of_its_own() -> None:
    for family in robustness.FAMILIES:
        names = [robustness.slug(name) for name in family.conditions]
        assert len(set(names)) == len(names)
        assert all(robustness.known(name, family) == condition for name, condition in
                   zip(names, family.conditions, strict=True))
    assert robustness.slug("small room, RT60 0.3 s") == "small-room-rt60-0.3-s"


# The command.


def test_the_command_prints_the_table_and_takes_up_what_is_there(
    measured: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (measured / "robustness.csv").read_bytes()
    shown = command(capsys, "robustness", measured, "--data", f"ravdess={corpus}")
    assert (shown.status, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert lines[0] == "| condition | clips | UAR, 2 classes | UAR, 2 classes | change | refused |"
    table, rest = lines[2 : 2 + len(CORRUPTIONS)], lines[2 + len(CORRUPTIONS) :]
    assert [line.split(" | ")[0].lstrip("| ") for line in table] == list(CORRUPTIONS)
    assert all(line.endswith(" | 1 |") for line in table)
    assert rest == ["", f"The answers are in {measured}/robustness.csv"]
    assert (measured / "robustness.csv").read_bytes() == before
    shown = command(capsys, "robustness", measured, "--data", corpus, "--short", "--conditions", "0.3", "--fold", "0", "3")
    assert [line.split(" | ")[0] for line in shown.out.splitlines()[2:7]] == [
        "| as recorded", "| 0.3", "| 0.5", "| 0.7", "| 1.0"]


def test_two_processes_answer_as_one(
    evaluation: Path, measured: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = command(capsys, "robustness", evaluation, "--data", corpus, "--conditions", *FEW, "--jobs", "2")
    assert (shown.status, shown.err) == (0, "")
    found, whole = robustness.read(evaluation / "robustness.csv"), robustness.read(measured / "robustness.csv")
    for name in (AS_RECORDED, *FEW):
        pd.testing.assert_frame_equal(found[name], whole[name])


def test_an_unknown_condition_is_told_with_those_that_there_are(
    measured: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = command(capsys, "robustness", measured, "--data", corpus, "--conditions", "rain")
    assert (ended.status, ended.sentence) == (2, f"There is no condition 'rain': choose {'; '.join(CORRUPTIONS)}.")
    ended = command(capsys, "robustness", measured, "--data", corpus, "--short", "--conditions", "hum 10 dB")
    assert (ended.status, ended.sentence) == (2, "There is no condition 'hum 10 dB': choose 0.3; 0.5; 0.7; 1.0.")


def test_a_folder_without_an_evaluation_is_told(
    measured: Path, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in (tmp_path / "gone", corpus, measured / "fold-0"):
        ended = command(capsys, "robustness", folder, "--data", corpus)
        assert (ended.status, ended.sentence) == (1, f"The folder {folder} holds no evaluation: name the folder that "
                                                     "`intone evaluate` wrote.")


def test_what_does_not_fit_is_told(evaluation: Path, table: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no finished fold 2: choose 0, 3, or finish it with `intone evaluate`"):
        measure(table, evaluation, only=[0, 2])
    song = table.assign(vocal="song")
    with pytest.raises(CorpusError, match="lacks spoken clips of RAVDESS speakers that fold 0 tests: use the complete corpus"):
        measure(song, evaluation)
    with pytest.raises(CorpusError, match="speakers that fold 3 trains on"):
        measure(table[table["actor"].isin([8, 1])], evaluation, only=[3])
    write_fold(tmp_path / "two" / "fold-0", 0, classes="2")
    with pytest.raises(UsageError, match="is one of 2 classes, and robustness is measured in 8"):
        measure(table, tmp_path / "two")
    (evaluation / "fold-0" / run.SETTINGS).unlink()
    with pytest.raises(TrainingError, match="holds no run"):
        measure(table, evaluation)


def test_a_damaged_clip_is_named(evaluation: Path, corpus: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus, tmp_path / "copy")
    clip = next((tmp_path / "copy" / "Actor_02").iterdir())
    clip.write_bytes(clip.read_bytes()[:1000])
    with pytest.raises(CorpusError, match=rf"The clip {clip} cannot be used: The file is cut off"):
        measure(open_corpora([str(tmp_path / "copy")]), evaluation, conditions=["peak 0.9"], jobs=1)
