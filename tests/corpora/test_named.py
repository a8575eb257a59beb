"""Corpora whose file names tell all: by their names, by recognition, and as copies of the real ones."""

import csv
from pathlib import Path

import pytest

from corpus_files import noise, touch, write
from intone.corpora import Corpus, open_corpora
from intone.corpora.check import check
from intone.corpora.named import EmoDB, EmoSpeechCommand, Nemo, Savee, Tess
from intone.corpora.table import open_corpus
from intone.errors import CorpusError

READ = [
    (Tess, "OAF_angry/OAF_back_angry.wav", ("OAF_back_angry", "OAF", "female", "angry", "back")),
    (Tess, "YAF_pleasant_surprised/YAF_youth_ps.wav", ("YAF_youth_ps", "YAF", "female", "surprised", "youth")),
    (Tess, "OAF_neutral/OA_bite_neutral.wav", ("OA_bite_neutral", "OAF", "female", "neutral", "bite")),
    (Tess, "oaf_bar_FEAR.wav", ("oaf_bar_FEAR", "OAF", "female", "fearful", "bar")),
    (Savee, "ALL/DC_a01.wav", ("DC_a01", "DC", "male", "angry", "01")),
    (Savee, "AudioData/KL/sa15.wav", ("KL_sa15", "KL", "male", "sad", "15")),
    (Savee, "JE/su03.wav", ("JE_su03", "JE", "male", "surprised", "03")),
    (Savee, "JK_n30.wav", ("JK_n30", "JK", "male", "neutral", "30")),
    (EmoDB, "wav/03a01Fa.wav", ("03a01Fa", "03", "male", "happy", "a01")),
    (EmoDB, "16b10Wb.opus", ("16b10Wb", "16", "female", "angry", "b10")),
    (EmoDB, "08a07Ac.wav", ("08a07Ac", "08", "female", "fearful", "a07")),
    (EmoDB, "12b02Ed.wav", ("12b02Ed", "12", "male", "disgust", "b02")),
    (EmoDB, "11a02Tc.wav", ("11a02Tc", "11", "male", "sad", "a02")),
    (Nemo, "EB0_anger_10.opus", ("EB0_anger_10", "EB0", "female", "angry", "10")),
    (Nemo, "WR0_surprised_1.wav", ("WR0_surprised_1", "WR0", "male", "surprised", "1")),
    (EmoSpeechCommand, "u001_calm_060.opus", ("u001_calm_060", "u001", None, "calm", "060")),
]


@pytest.mark.parametrize(("kind", "file", "row"), READ)
@pytest.mark.parametrize("stated", [True, False])
def test_a_name_is_read_whether_the_kind_is_stated_or_recognized(tmp_path: Path, kind: type[Corpus], file: str, row: tuple[object, ...],
                                                                  stated: bool) -> None:
    touch(tmp_path, [file])
    corpus = open_corpus(f"{kind.name}={tmp_path}" if stated else str(tmp_path))
    assert type(corpus) is kind
    found = corpus.table().astype(object).where(lambda cell: cell.notna(), None).iloc[0]
    assert tuple(found[["clip", "actor", "sex", "emotion", "statement"]]) == row


@pytest.mark.parametrize("file", ["OAF_back_bored.wav", "XAF_back_angry.wav", "DC/x01.wav", "XX_a01.wav", "DC_a1.wav", "03a01Xa.wav", "04a01Fa.wav",
                                  "3a01Fa.wav", "EB0_calm_10.wav", "EB1_anger_10.wav", "u01_angry_189.wav", "x/u001_sad_1.wav", "xDC_a01.wav"])
def test_other_names_are_no_such_corpus(tmp_path: Path, file: str) -> None:
    touch(tmp_path, [file])
    for kind in (Tess, Savee, EmoDB, Nemo, EmoSpeechCommand):
        assert not kind.recognizes(tmp_path)
    with pytest.raises(CorpusError, match="not a corpus that is known"):
        open_corpus(str(tmp_path))


def test_boredom_is_left_out_and_no_fault(tmp_path: Path) -> None:
    for seed, name in enumerate(("03a01Wa", "03a01La", "03a01Xa")):
        write(tmp_path / f"{name}.wav", noise(seed))
    assert EmoDB(tmp_path).table()["clip"].tolist() == ["03a01Wa"]
    report = check(tmp_path, jobs=1)
    assert report.counts == {"speech": {"03": 2}}
    assert [(one.severity, str(one)) for one in report.findings] == [("problem", "03a01Xa.wav: not named as in EmoDB")]


def test_the_four_men_of_savee_may_share_names(tmp_path: Path) -> None:
    for seed, name in enumerate(("DC/a01", "JE/a01")):
        write(tmp_path / f"{name}.wav", noise(seed))
    assert Savee(tmp_path).table()["clip"].tolist() == ["DC_a01", "JE_a01"]
    assert check(tmp_path, jobs=1).ok


@pytest.mark.parametrize(("folder", "kind", "clips"), [("emodb", "emodb", 339), ("nemo", "nemo", 1369),
                                                       ("emospeech_command", "emospeech-command", 900), ("korean_sample", "table", 300)])
def test_the_real_ones_are_what_their_tables_say(corpora_dir: Path, folder: str, kind: str, clips: int) -> None:
    root = corpora_dir / folder
    if not root.is_dir():
        pytest.skip(f"the corpus {root} is not there")
    found = open_corpora([str(root)])
    assert (set(found["corpus"]), len(found)) == ({kind}, clips)
    with (root / "clips.csv").open(encoding="utf-8") as file:
        stated = {Path(row["file"]).stem: (row["emotion"], row["speaker"], row["sex"]) for row in csv.DictReader(file)}
    rows = zip(found["clip"], found["emotion"], found["actor"], found["sex"].fillna(""), strict=True)
    assert {clip: facts for clip, *facts in rows} == {clip: list(facts) for clip, facts in stated.items()}
    same = open_corpora([f"{kind}={root}"])
    assert same[["clip", "actor", "fold"]].equals(found[["clip", "actor", "fold"]])
