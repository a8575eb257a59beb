"""`intone train`, `verify`, `reproduce` and `evaluate`: whole lines on small corpora, and what goes wrong in them."""

import csv
import json
import re
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from safetensors.torch import load_file

import intone
from command import ending_itself, finish, run, start
from corpus_files import touch
from intone.corpora.ravdess import expected_clips
from intone.files import alone
from intone.recognition import model_file
from intone.training import run as runs
from small_corpus import write_corpus, write_crema_d
from sounds import encode, voice
from tiny_encoder import write_wave_encoder

INCOMPLETE = "intone: ravdess is not complete here, {} of 1440 recordings by {} speakers: only these are used.\n"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("learn") / "ravdess")


@pytest.fixture(scope="module")
def corpus_of_both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_corpus(tmp_path_factory.mktemp("learn") / "ravdess", actors=(1, 2, 3, 4, 5, 6))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is written beside the tests."""
    monkeypatch.chdir(tmp_path)
    yield


def test_the_whole_line(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "corpus", "check", corpus).status == 0
    cleaned, trained = tmp_path / "clean", tmp_path / "run"
    assert run(capsys, "clean", corpus, "--to", cleaned).status == 0
    drawn = run(capsys, "plots", f"ravdess={cleaned}", "--sex", "male", "--classes", "2", "--to", tmp_path / "figures")
    assert drawn.status == 0
    assert all(Path(line).read_bytes().startswith(b"\x89PNG") for line in drawn.out.splitlines())
    options = ["--recipe", "original", "--sex", "male", "--classes", "2", "--validation", "chunks", "--hold-out", "ravdess:7",
               "--epochs", "3", "--to", trained]
    learned = run(capsys, "train", cleaned, *options)
    assert (learned.status, learned.err) == (0, INCOMPLETE.format(32, 4))
    assert re.fullmatch(r"3 epochs; epoch [123] is kept, with \d+\.\d% of the validation chunks right\.\nThe recognizer is "
                        rf"{trained}/recognizer.onnx\n", learned.out)
    assert {child.name for child in trained.iterdir()} == {
        runs.SETTINGS, runs.HISTORY, runs.CHECKPOINT, runs.BEST, model_file.RECOGNIZER, "training-history.png"}
    verified = run(capsys, "verify", trained, "--data", cleaned)
    assert (verified.status, verified.err) == (0, "")
    assert re.search(r"clips it was trained on +15 +\d+\.\d% +60\.0%\nunseen speakers +5 +\d+\.\d% +60\.0%\n", verified.out)
    rows = list(csv.DictReader((trained / "predictions.csv").read_text().splitlines()))
    assert {row["y_pred"] for row in rows} <= {"male_negative", "male_positive"} and len(rows) == 15
    recording = tmp_path / "voice.wav"
    recording.write_bytes(encode(voice(1.5), "wav"))
    answered = run(capsys, "predict", recording, "--recognizer", trained, "--format", "json")
    assert json.loads(answered.out)[0]["recognizer"] == {
        "name": "mfcc-cnn original male", "version": json.loads(answered.out)[0]["recognizer"]["version"],
        "classes": ["negative", "positive"]}
    refused = run(capsys, "predict", recording, "--recognizer", trained, "--sex", "female")
    assert (refused.status, refused.sentence) == (2, "This recognizer was trained on male speakers only: choose --sex male.")


def test_a_pair_is_trained_verified_and_asked(corpus_of_both: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair = tmp_path / "pair"
    words = ["train", corpus_of_both, "--recipe", "original", "--sex", "each", "--classes", "2", "--validation", "chunks",
             "--hold-out", "ravdess:5", "ravdess:6", "--epochs", "2", "--to", pair]
    learned = run(capsys, *words)
    assert (learned.status, learned.out.splitlines()[-1]) == (
        0, f"The pair is {pair}: of its two recognizers the one for the sex of the speaker answers.")
    assert [line for line in learned.out.splitlines() if line.startswith("The recognizer is ")] == [
        f"The recognizer is {pair / sex / model_file.RECOGNIZER}" for sex in ("female", "male")]
    settings = [runs.read_run(pair / sex) for sex in ("female", "male")]
    assert [(one.sex, one.held_out) for one in settings] == [("female", ("ravdess:6",)), ("male", ("ravdess:5",))]
    trained = {path: path.read_bytes() for path in pair.rglob(runs.BEST)}
    assert len(trained) == 2 and run(capsys, *words) == learned
    assert {path: path.read_bytes() for path in pair.rglob(runs.BEST)} == trained

    verified = run(capsys, "verify", pair, "--data", corpus_of_both)
    titles = re.findall(r"^(\S+):\n +clips +accuracy +majority\nclips it was trained on +10 .*\nunseen speakers +5 ",
                        verified.out, re.MULTILINE)
    assert (verified.status, titles) == (0, [f"{pair}/female", f"{pair}/male"])
    recording = tmp_path / "voice.wav"
    recording.write_bytes(encode(voice(1.5, 110), "wav"))
    for sex, answered in {"auto": "male", "male": "male", "female": "female"}.items():
        shown = run(capsys, "predict", recording, "--recognizer", pair, "--sex", sex, "--format", "json")
        (answer,) = json.loads(shown.out)
        assert (answer["sex"], answer["recognizer"]["name"]) == (answered, f"mfcc-cnn original {answered}")


def test_a_pair_of_probes_on_an_encoder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = {1001: "Male", 1021: "Female", 1002: "Male", 1003: "Female"}
    shown = run(capsys, "train", write_crema_d(tmp_path / "crema", people), "--model",
                write_wave_encoder(tmp_path / "hubert", "hubert", num_hidden_layers=4), "--recipe", "probe", "--sex", "each", "--jobs", "1",
                "--to", tmp_path / "pair")
    assert shown.status == 0, shown.err
    pair = intone.load(tmp_path / "pair")
    assert pair.identity.name == "encoder-probe male and encoder-probe female"


@pytest.mark.parametrize(("options", "status", "said"), [
    (["--hold-out", "ravdess:9"], 2, "There is no speaker ravdess:9 to hold out: the data has 6 speakers, such as ravdess:1."),
    (["--evaluation", "folds"], 2, "An evaluation does not calibrate a pair: train each sex by itself with the evaluation of "
                                   "its own, or leave --evaluation out."),
    ([], 1, "The folder run holds a run of its own: choose a new folder for a pair."),
])
def test_what_is_no_pair_is_told(options: list[str], status: int, said: str, corpus_of_both: Path,
                                 capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path("pair" if options else "run")
    Path("run").mkdir()
    Path("run", runs.SETTINGS).write_text("{}")
    ended = run(capsys, "train", corpus_of_both, "--sex", "each", "--to", folder, *options)
    assert (ended.status, ended.err.splitlines()[-1]) == (status, f"intone: {said}")
    assert not list(folder.glob("*male"))


def test_a_pair_has_no_evaluation(corpus_of_both: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for sex in ("female", "male"):
        Path("pair", sex).mkdir(parents=True)
        Path("pair", sex, runs.SETTINGS).write_text("{}")
    ended = run(capsys, "verify", "pair", "--data", corpus_of_both, "--evaluation", "folds")
    assert (ended.status, ended.sentence) == (2, "An evaluation is not of a pair: verify pair/female and pair/male by "
                                                 "themselves, or leave --evaluation out.")
    ended = run(capsys, "evaluate", corpus_of_both, "--sex", "each", "--to", "folds")
    assert ended.status == 2
    assert ended.sentence.startswith('Invalid value "each" for --sex; choose from: "male", "female", "both"')


def test_reproduce_runs_to_predictions(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "reproduce", corpus, "--epochs", "1")
    assert (shown.status, shown.err) == (0, "")
    made = Path("runs/original-male-2")
    parts = shown.out.split("\n\n")
    assert parts[0].startswith(f"ravdess in {corpus}: 32 recordings\n") and parts[1].startswith("32 clips cleaned into ")
    assert parts[2].startswith("1 epoch; epoch 1 is kept, ")
    assert parts[3].splitlines()[-1] == f"Everything is in {made}, and the answers in {made}/run/predictions.csv"
    rows = list(csv.DictReader((made / "run" / "predictions.csv").read_text().splitlines()))
    assert (len(rows), rows[0]["emotion_label"]) == (20, "male_positive")
    assert {child.name for child in made.iterdir()} == {"clean", "plots", "run"}
    settings = json.loads((made / "run" / runs.SETTINGS).read_text())
    assert (settings["recipe"]["name"], settings["validation"], settings["sex"]) == ("original", "chunks", "male")
    assert all(Path(row["audio_file_path"]).parent == made / "clean" for row in rows)


def test_evaluate_takes_the_sexes_from_the_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = {1001: "Male", 1021: "Female", 1002: "Male", 1003: "Female", 1005: "Female"}
    folder = write_crema_d(tmp_path / "crema", people)
    words = ["evaluate", folder, "--to", tmp_path / "folds", "--classes", "2", "--epochs", "1", "--fold", "0"]
    shown = run(capsys, *words)
    assert shown.status == 0
    assert shown.sentence == "crema-d is not complete here, 10 of 7435 recordings by 5 speakers: only these are used."
    tables = [[cell.strip() for cell in line.split("|")] for line in shown.out.splitlines()]
    assert tables[2][1:4] == ["crema-d", "speakers: five folds", "2"]
    (cells,) = [cells for cells in tables if cells[1:3] == ["crema-d: level-independent, both", "2"]]
    women, men = cells[6], cells[7]
    assert re.fullmatch(r"\d+\.\d", women) and men == "-"  # 1005, an odd number, is a woman
    assert shown.out.endswith("\nThis is fold 0 of 0 to 4.\n")
    assert shown.out.startswith((tmp_path / "folds" / "table.md").read_text())
    assert "nan" not in shown.out


def test_an_encoder_of_samples_from_the_corpus_to_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    encoder = write_wave_encoder(tmp_path / "hubert", "hubert", num_hidden_layers=4)
    people = {1001: "Male", 1021: "Female", 1002: "Male", 1003: "Female", 1005: "Female", 1011: "Male"}
    shown = run(capsys, "evaluate", write_crema_d(tmp_path / "crema", people), "--model", encoder, "--recipe", "probe",
                "--to", tmp_path / "folds", "--fold", "0", "--jobs", "1")
    assert shown.status == 0 and "| crema-d: hubert probe, both |" in shown.out
    recording = tmp_path / "voice.wav"
    recording.write_bytes(encode(voice(1.5), "wav"))
    answered = run(capsys, "predict", recording, "--recognizer", tmp_path / "folds" / "fold-0", "--classes", "8", "--format", "json", "--explain")
    assert answered.status == 0, answered.err
    (answer,) = json.loads(answered.out)
    assert answer["recognizer"]["name"] == "encoder-probe both" and answer["label"] in ("angry", "happy")
    assert len(answer["attributions"]) > 2


def test_evaluate_says_which_fold_lacks_speakers(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = run(capsys, "evaluate", corpus, "--sex", "male", "--to", tmp_path / "folds", "--fold", "2")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == INCOMPLETE.format(32, 4) + ("intone: Fold 2 has 0 speakers to test and 0 to validate in this data: "
                                                    "use the complete corpus, or one with more speakers.\n")


def test_a_complete_vocal_channel_is_complete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    touch(tmp_path / "song", [f"{name}.wav" for names in expected_clips("song").values() for name in names])
    ended = run(capsys, "train", tmp_path / "song", "--to", tmp_path / "run", "--hold-out", "ravdess:99")
    assert (ended.status, ended.sentence) == (2, "There is no speaker ravdess:99 to hold out: the data has 23 speakers, such as "
                                                 "ravdess:1.")


@pytest.mark.parametrize("options, status, said", [
    (["--vocal", "song"], 2, "The data has no song: choose another --vocal, or another folder."),
    (["--sex", "female"], 1, "None of the 32 clips has a speaker and an emotion for sex female and 8 classes"),
    (["--recipe", "mine"], 2, "There is no recipe 'mine': choose original or level-independent."),
    (["--recipe", "mine", "--model", "any"], 2, "There is no recipe 'mine' for an encoder: choose tuned, probe or probe-votes."),
    (["--model", "./nowhere"], 1, "There is no encoder at ./nowhere: name a folder with config.json and "),
    (["--sex", "male", "--hold-out", "ravdess:1", "ravdess:3", "ravdess:5"], 1, "The data has too few speakers to validate"),
])
def test_what_cannot_be_trained_is_told(
    options: list[str], status: int, said: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = run(capsys, "train", corpus, "--to", tmp_path / "run", *options)
    *warned, told = ended.err.splitlines()
    assert (ended.status, ended.out) == (status, "")
    assert told.startswith(f"intone: {said}") and told.endswith(".")
    assert warned == ([] if "song" in options else [INCOMPLETE.format(32, 4).rstrip()])
    assert not (tmp_path / "run").exists()


def test_verify_names_what_is_missing(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = run(capsys, "verify", tmp_path / "gone", "--data", corpus)
    assert (ended.status, ended.sentence) == (1, f"The folder {tmp_path / 'gone'} holds no run: name the folder that `intone "
                                                 "train` wrote.")


def test_interrupted_it_says_so_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus, folder = write_corpus(tmp_path / "ravdess", actors=(1, 3)), tmp_path / "run"
    words = ["train", corpus, "--sex", "male", "--classes", "2", "--validation", "none", "--epochs", "4", "--jobs", "1",
             "--to", folder]
    ended = finish(start(*words, before=ending_itself(2, "SIGINT")))
    assert (ended.status, ended.out) == (130, "")
    assert ended.err == INCOMPLETE.format(16, 2) + "intone: Interrupted: the same command goes on where it stopped.\n"
    before = (folder / runs.HISTORY).read_text().splitlines()
    assert not list(folder.glob(".*.part")) and not (folder / model_file.RECOGNIZER).exists()
    assert run(capsys, *words).status == 0
    after = (folder / runs.HISTORY).read_text().splitlines()
    assert len(before) == 3 and len(after) == 5
    assert after[:3] == before


def test_a_run_is_trained_by_one_process_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus, folder = write_corpus(tmp_path / "ravdess", actors=(1, 3)), tmp_path / "run"
    with alone(folder):
        ended = run(capsys, "train", corpus, "--sex", "male", "--classes", "2", "--validation", "none", "--to", folder)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == INCOMPLETE.format(16, 2) + (f"intone: Another `intone` is writing into {folder} now: wait for it, or "
                                                    "choose another folder.\n")
    assert list(folder.iterdir()) == []


def test_a_full_disk_ends_a_training_with_one_sentence(tmp_path: Path) -> None:
    corpus, folder = write_corpus(tmp_path / "ravdess", actors=(1, 3)), tmp_path / "run"
    ended = finish(start(
        "train", corpus, "--sex", "male", "--classes", "2", "--validation", "none", "--epochs", "2", "--jobs", "1", "--to", folder,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))))
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == INCOMPLETE.format(16, 2) + (f"intone: The disk is full while writing {folder / runs.CHECKPOINT}: free "
                                                    "some space, then start again; what is done stays.\n")
    assert {child.name for child in folder.iterdir()} == {runs.SETTINGS, runs.HISTORY, runs.BEST}
    assert load_file(folder / runs.BEST)
