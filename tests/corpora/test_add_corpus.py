"""A corpus is added by one module and one line: every command then takes it, and nothing else knows it by name."""

import ast
import csv
from pathlib import Path

import pandas as pd
import pytest

import intone
from command import run
from intone.audio import RATE
from intone.corpora import LabelFolders, Ravdess, open_corpora, register, registry, splits
from intone.corpora.table import described, open_corpus, stated
from intone.errors import CorpusError, UsageError
from intone.evaluation import robustness
from intone.recognition.model_file import load_model
from intone.training import run as runs
from sounds import pcm, voice
from vowels import NAMES, Vowels, write_vowels

KNOWN_BY_NAME = {"corpora/ravdess.py", "corpora/crema_d.py", "corpora/folder.py", "corpora/fetch.py"}
"""The modules of the corpora, and the one that downloads a corpus."""


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "ENTRIES", list(registry.ENTRIES))
    register("vowels:Vowels")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_vowels(tmp_path_factory.mktemp("add") / "vowels")


@pytest.fixture(scope="module")
def evaluated(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One fold of an evaluation of the men in eight classes, of which `evaluate` has made what it makes."""
    from intone.cli import main

    folder = tmp_path_factory.mktemp("evaluated") / "folds"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "ENTRIES", ["vowels:Vowels", *registry.ENTRIES])
        assert main(["evaluate", str(corpus), "--to", str(folder), "--sex", "male", "--epochs", "1", "--fold", "0",
                     "--jobs", "1"]) == 0
    return folder


def test_check_counts_it_and_knows_its_faults(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "corpus", "check", corpus, "--jobs", "1")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out == (f"vowels in {corpus}: 49 recordings\nspeech: 49 recordings: 8 each of adam, bert, carl, emil, fred; "
                         "9 of dora\nknown: stereo files: 1\n  adam_calm_1.wav\n0 problems, 0 warnings\n")


def test_check_says_what_is_missing_and_misnamed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("adam_angry_1", "adam_bored_1"):
        (tmp_path / f"{name}.wav").write_bytes(pcm(voice(0.3), RATE))
    shown = run(capsys, "corpus", "check", tmp_path, "--jobs", "1")
    assert shown.status == 1
    assert "problem: names that do not fit: 1\n  adam_bored_1.wav: not named as in the vowels\n" in shown.out
    assert f"warning: missing recordings: {len(NAMES) - 1}\n  7 of 8 recordings of speech by actor adam: " in shown.out


def test_clean_train_verify_and_batch(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cleaned, trained = tmp_path / "clean", tmp_path / "run"
    shown = run(capsys, "clean", corpus, "--to", cleaned, "--recipe", "level-independent", "--jobs", "1")
    assert (shown.status, shown.out.splitlines()[0]) == (0, f"48 clips cleaned into {cleaned}")
    learned = run(capsys, "train", f"vowels={cleaned}", "--to", trained, "--classes", "2", "--sex", "male", "--epochs", "1",
                  "--hold-out", "vowels:fred", "--jobs", "1")
    assert (learned.status, learned.err) == (0, ""), "the corpus is complete, and its licence known"
    settings = load_model(trained / "recognizer.onnx").settings
    assert (settings.data, settings.licence) == (("vowels",), "CC0")
    verified = run(capsys, "verify", trained, "--data", cleaned, "--jobs", "1")
    assert (verified.status, verified.err) == (0, "")
    assert "fred (held out of the training)" in verified.out
    (tmp_path / "few").mkdir()
    for name in ("dora_sad_2", "adam_calm_1"):
        (tmp_path / "few" / f"{name}.wav").symlink_to(corpus / f"{name}.wav")
    answered = run(capsys, "batch", tmp_path / "few", "--to", tmp_path / "few.csv", "--recognizer", trained, "--sex", "male",
                   "--jobs", "1")
    assert answered.status == 0, answered.err
    assert len(list(csv.DictReader((tmp_path / "few.csv").read_text().splitlines()))) == 2


def test_plots_draw_it(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "plots", corpus, "--to", tmp_path, "--sex", "male", "--classes", "2", "--jobs", "1")
    assert (shown.status, shown.err, len(shown.out.splitlines())) == (0, "", 10)


def test_evaluate_and_robustness_test_its_speakers(evaluated: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = runs.read_run(evaluated / "fold-0")
    assert (made.held_out, made.validating) == (("vowels:adam",), ("vowels:bert",))
    rows = pd.read_csv(evaluated / "out-of-fold-vowels.csv")
    assert set(rows["actor"]) == {"adam"} and len(rows) == 8 and not (evaluated / "out-of-fold.csv").exists()
    lines = [line.split(" | ") for line in (evaluated / "table.md").read_text().splitlines()]
    line = next(line for line in lines if line[0] == "| vowels: level-independent, male")
    assert line[5] == "-" and line[6] != "-", "its men, as its table says"
    shown = run(capsys, "robustness", evaluated, "--data", corpus, "--conditions", "gain -30 dB", "--jobs", "1")
    assert (shown.status, shown.err) == (0, "")
    assert shown.out.splitlines()[-1] == f"The answers are in {evaluated}/robustness-vowels.csv"
    assert set(robustness.read(evaluated / "robustness-vowels.csv")["gain -30 dB"]["actor"]) == {"adam"}
    asked = run(capsys, "robustness", evaluated, "--data", corpus, "--corpus", "emodb")
    assert (asked.status, asked.sentence) == (2, f"In the evaluation in {evaluated} no speaker of EmoDB tests: choose vowels, "
                                                 "or name an evaluation that has this corpus.")


def test_facts_are_asked_of_the_corpus(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "angry").mkdir()
    (tmp_path / "angry" / "a.wav").touch()
    table = open_corpora([f"folder={tmp_path}", str(corpus)])
    assert splits.tested(table) == ["vowels"] and set(splits.fold_of(table)) == {-1, 0, 1, 2, 3, 4}
    assert "dora_sad_2" not in set(table["clip"])
    assert Vowels.sex_of("adam") is None and Ravdess.sex_of(11) == "male"
    assert registry.licence({"vowels", "crema-d"}) == "ODbL 1.0 and CC0"
    assert registry.licence({"ravdess", "nemo"}) == "CC BY-NC-SA 4.0"
    assert registry.ordered(["mine", "crema-d", "vowels", "mine", "ours"]) == ["vowels", "crema-d", "mine", "ours"]


def test_the_words_of_the_command_line_name_it(tmp_path: Path) -> None:
    assert described() == ("of the vowels, of RAVDESS, of CREMA-D, of TESS, of SAVEE, of EmoDB, of nEMO, of EmoSpeech Command, "
                           "with a table clips.csv or with a folder for each label")
    assert stated() == ("vowels=DIR, ravdess=DIR, crema-d=DIR, tess=DIR, savee=DIR, emodb=DIR, nemo=DIR, emospeech-command=DIR, "
                        "table=FILE.csv or folder=DIR")
    with pytest.raises(UsageError, match="no corpus 'iemocap': write vowels=DIR, ravdess=DIR"):
        open_corpus(f"iemocap={tmp_path}")
    (tmp_path / "a.wav").touch()
    with pytest.raises(CorpusError, match=r"it is no folder of the vowels, of RAVDESS.*; name another folder"):
        open_corpus(str(tmp_path))


def test_a_name_that_a_table_gave_has_the_facts_of_a_table() -> None:
    mine = registry.facts("mine")
    assert (mine.name, mine.title, mine.file_suffix(), mine.licence) == ("mine", "mine", "-mine", "that of the recordings")
    assert registry.facts("mine") is mine and registry.licence({"mine", "yours"}) == "that of the recordings"


def test_a_corpus_of_which_nothing_else_is_known_states_no_facts(tmp_path: Path) -> None:
    assert (LabelFolders.test_fold("Kim"), LabelFolders.validation_fold("Kim"), LabelFolders.complete({"speech"})) == (None, None, 0)
    assert (LabelFolders.draws, LabelFolders.sex_of("Kim"), list(LabelFolders(tmp_path).faults([]))) == ({}, None, [])


def test_nothing_else_knows_a_corpus_by_name() -> None:
    root = Path(intone.__file__).parent
    found = []
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            compared = ([*ast.walk(node)] if isinstance(node, ast.Compare | ast.match_case) else
                        node.keys if isinstance(node, ast.Dict) else [])
            names = [one.value for one in compared if isinstance(one, ast.Constant) and one.value in ("ravdess", "crema-d", "folder")]
            found += [f"{path.relative_to(root).as_posix()}: {name}" for name in names]
    assert {place.partition(":")[0] for place in found} <= KNOWN_BY_NAME, found
