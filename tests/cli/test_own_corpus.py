"""A user's own recordings, in a table or in folders by other words: the commands run on them, and say what is left out."""

from pathlib import Path

import pandas as pd
import pytest

from command import run
from intone.audio import RATE
from intone.evaluation import robustness
from intone.labels import EMOTIONS
from intone.recognition.model_file import load_model
from intone.training import run as runs
from sounds import pcm, voice

MEN = ("abel", "bert", "carl", "dirk", "emil", "fred")
WORDS = {"anger": 110, "joy": 180, "Gelassenheit": 140, "fear": 160, "sadness": 100, "neutral": 130, "disgusted": 120, "surprise": 200}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six men of the corpus 'phone' in eight words for emotions, and a woman of another corpus with an unknown one."""
    folder = tmp_path_factory.mktemp("own")
    lines = ["path,emotion,speaker,sex,corpus"]
    for number, (man, word) in enumerate((man, word) for man in MEN for word in WORDS):
        (folder / f"{man}-{word}.wav").write_bytes(pcm(voice(0.8, pitch=WORDS[word], seed=number), RATE))
        lines.append(f"{man}-{word}.wav,{word},{man},male,phone")
    for name, word in (("1", "boredom"), ("2", "anger")):
        (folder / f"{name}.wav").write_bytes(pcm(voice(0.8, pitch=220, seed=99), RATE))
        lines.append(f"{name}.wav,{word},abel,,")
    (folder / "mine.csv").write_text("\n".join(lines))
    return folder / "mine.csv"


NOTE = "intone: {0} was read as UTF-8 with commas, with the recordings in its column 'path'.\n"
LEFT_OUT = ("intone: 1 of 50 recordings in {0} have a label that stands for no emotion: 'boredom' (1, such as line 50); they are left out; "
            "--emotion WORD=EMOTION says what a word stands for.\n" + NOTE +
            "intone: The sex of 1 speaker is not known, and a label is a sex and an emotion: 1 of 49 clips are left out; state the sex in a "
            "table of the recordings (table=FILE.csv) to use them.\n")
OPTIONS = ("--emotion", "gelassenheit=calm")


@pytest.fixture(scope="module")
def evaluated(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from intone.cli import main

    folder = tmp_path_factory.mktemp("evaluated") / "folds"
    assert main(["evaluate", str(table), "--to", str(folder), "--sex", "male", "--epochs", "1", "--fold", "0", "--jobs", "1",
                 *OPTIONS]) == 0
    return folder


def test_evaluate_tests_its_speakers(evaluated: Path) -> None:
    made = runs.read_run(evaluated / "fold-0")
    assert (made.held_out, made.validating) == (("phone:abel", "phone:fred"), ("phone:bert",))
    rows = pd.read_csv(evaluated / "out-of-fold-phone.csv")
    assert sorted(rows["clip"]) == sorted(f"{man}-{word}" for man in ("abel", "fred") for word in WORDS)
    assert set(rows["truth"]) == set(EMOTIONS)
    assert sorted(path.name for path in evaluated.glob("*.csv")) == ["out-of-fold-phone.csv"]
    assert "| phone: level-independent, male |" in (evaluated / "table.md").read_text()


def test_train_verify_and_what_is_left_out(evaluated: Path, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ("--sex", "male", "--epochs", "1", "--jobs", "1", *OPTIONS)
    shown = run(capsys, "train", f"table={table}", "--to", tmp_path / "run", *chosen)
    assert (shown.status, shown.err) == (0, LEFT_OUT.format(table))
    settings = load_model(tmp_path / "run" / "recognizer.onnx").settings
    assert (settings.data, settings.licence) == (("phone",), "that of the recordings")
    verified = run(capsys, "verify", tmp_path / "run", "--data", table, "--evaluation", evaluated, "--jobs", "1", *OPTIONS)
    assert (verified.status, verified.err) == (0, LEFT_OUT.format(table))
    assert "Unseen: abel, fred (each tested by a network trained without it)" in verified.out
    other = run(capsys, "verify", tmp_path / "run", "--data", table, "--jobs", "1")
    assert other.status == 1 and "'Gelassenheit' (6, such as line 4), 'boredom' (1, such as line 50)" in other.err
    assert other.err.endswith("was trained on: give the same corpora.\n")


def test_robustness_recognises_its_clips_again(evaluated: Path, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "robustness", evaluated, "--data", table, "--conditions", "gain -30 dB", "--jobs", "1", *OPTIONS)
    assert (shown.status, shown.out.splitlines()[-1]) == (0, f"The answers are in {evaluated}/robustness-phone.csv")
    assert set(robustness.read(evaluated / "robustness-phone.csv")["gain -30 dB"]["actor"]) == {"abel", "fred"}


def test_unseen_corpora_stand_in_one_table(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three tables of two men each: two are left out in turn, and the third is evaluated only."""
    head, *lines = table.read_text().splitlines()
    men = {name: MEN[number : number + 2] for name, number in (("phone", 0), ("studio", 2), ("hall", 4))}
    for corpus, two in men.items():
        own = [f"{table.parent}/{line.replace(',phone', f',{corpus}')}" for line in lines if line.startswith(two)]
        (tmp_path / f"{corpus}.csv").write_text("\n".join([head, *own]))
    words = ["evaluate", tmp_path / "phone.csv", tmp_path / "studio.csv", "--evaluation-only", tmp_path / "hall.csv", "--to",
             tmp_path / "run", "--sex", "male", "--classes", "2", "--epochs", "1", "--jobs", "1", *OPTIONS]
    shown = run(capsys, *words, "--leave-one-corpus-out")
    assert shown.status == 0, shown.err
    printed = shown.out.splitlines()
    assert printed[0].startswith("| tested on | unseen | clips | classes | chance | UAR (own) | UAR (free) | ECE | clear: precision (2) |")
    assert [line.split(" | ")[:3] for line in printed[2:5]] == [
        ["| phone", "corpus: left out", "10"], ["| studio", "corpus: left out", "10"], ["| hall", "corpus: evaluation only", "10"]]
    assert [line for line in printed if line.startswith("| hall: level-independent, male | 10 |")]
    assert (tmp_path / "run" / "table.md").read_text() == shown.out
    assert {path.name for path in (tmp_path / "run").glob("*.csv")} == {f"across-{name}.csv" for name in men}
    again = run(capsys, *words, "--across")
    assert (again.status, again.out) == (0, shown.out)
    assert "intone: --across is called --leave-one-corpus-out now.\n" in again.err
    refused = run(capsys, *words, "--leave-one-corpus-out", "--fold", "0")
    assert (refused.status, refused.sentence) == (2, "Leaving a corpus out has no folds: leave --fold or --leave-one-corpus-out out.")
    words[words.index(tmp_path / "hall.csv")] = tmp_path / "phone.csv"
    assert run(capsys, *words).err.splitlines()[-1].startswith("intone: The corpus phone is named to train on and for evaluation only: ")


@pytest.mark.parametrize("command", ["train", "evaluate", "clean", "plots"])
def test_strictly_an_unknown_label_is_an_error_with_its_line(command: str, table: Path, tmp_path: Path,
                                                             capsys: pytest.CaptureFixture[str]) -> None:
    asked = run(capsys, command, table, "--to", tmp_path / "run", "--strict", *OPTIONS)
    assert (asked.status, asked.sentence) == (1, f"1 of 50 recordings in {table} have a label that stands for no emotion: 'boredom' (1, "
                                                 "such as line 50); --emotion WORD=EMOTION says what a word stands for.")
    assert not (tmp_path / "run").exists()


def test_check_warns_of_an_unknown_label_and_strictly_finds_a_problem(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "corpus", "check", table, "--jobs", "1", *OPTIONS)
    assert (shown.status, shown.err) == (0, NOTE.format(table))
    assert "labels: 49 recordings: 6 each of calm, disgust, fearful, happy, neutral, sad, surprised; 7 of angry\n" in shown.out
    assert "warning: labels that stand for no emotion: 1\n  1.wav: 'boredom' stands for no emotion\n" in shown.out
    strictly = run(capsys, "corpus", "check", table, "--strict", "--jobs", "1", *OPTIONS)
    assert strictly.status == 1 and "problem: labels that stand for no emotion: 1\n" in strictly.out


def test_too_few_speakers_end_an_evaluation_before_it_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed, name in enumerate(("male_anger/abel/1", "male_joy/bert/1")):
        (tmp_path / "mine" / f"{name}.wav").parent.mkdir(parents=True)
        (tmp_path / "mine" / f"{name}.wav").write_bytes(pcm(voice(0.8, seed=seed), RATE))
    asked = run(capsys, "evaluate", tmp_path / "mine", "--to", tmp_path / "folds", "--sex", "male", "--classes", "2")
    assert asked.sentence.startswith("The data names 2 speakers, and five folds by speaker take five or more of one corpus: add")
    assert not (tmp_path / "folds").exists()


def test_what_is_tested_and_not_trained_on_is_counted(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = run(capsys, "evaluate", table, "--to", tmp_path / "folds", *OPTIONS)
    said = LEFT_OUT.format(table).replace("are left out; state", "are not trained on; state").replace("to use them.", "to train on them.")
    assert asked.status == 1 and asked.err.startswith(said + "intone: No clip to train on is labelled female_neutral")


def test_where_no_sex_is_known_one_sentence_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "anger").mkdir()
    (tmp_path / "anger" / "1.wav").touch()
    asked = run(capsys, "train", tmp_path, "--to", tmp_path / "run")
    assert (asked.status, asked.sentence.count("The sex of 1 speaker is not known")) == (1, 1)
