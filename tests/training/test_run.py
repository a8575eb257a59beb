"""The plan of a run: which clips it takes, and which speakers choose."""

import pandas as pd
import pytest

from intone.errors import CorpusError, TrainingError, UsageError
from intone.features.front_end import LogMel
from intone.training import run
from intone.training.recipes import ProbeRecipe, TunedRecipe

PROBE, TUNED = ProbeRecipe("tiny probe", "nowhere", LogMel()), TunedRecipe("tiny", "nowhere", LogMel())
"""A recipe that learns without the sex of a speaker, and one that does not."""

SEX_OF = {"ann": "female", "bea": "female", "ben": "male", "carl": "male", "kim": None, "lou": None, "unknown": None}


@pytest.fixture
def table() -> pd.DataFrame:
    """An angry and a sad clip of everybody in `SEX_OF`; nobody knows who speaks in those of "unknown"."""
    rows = [(f"{actor}-{emotion}", "mine", actor, sex, emotion) for actor, sex in SEX_OF.items() for emotion in ("angry", "sad")]
    return pd.DataFrame(rows, columns=["clip", "corpus", "actor", "sex", "emotion"]).assign(vocal="speech", fold=-1)


def test_clips_without_a_sex_train_only_what_can_learn_from_them(table: pd.DataFrame) -> None:
    known, settings = run.plan(table, TUNED)
    assert sorted(set(known["actor"])) == ["ann", "bea", "ben", "carl"] and settings.validating == ("mine:bea", "mine:carl")
    everybody, other = run.plan(table, PROBE)
    assert set(everybody["actor"]) == set(SEX_OF) and other.validating == ("mine:bea", "mine:carl", "mine:lou")
    assert other.clips != settings.clips
    women, _ = run.plan(table, PROBE, sex="female")
    assert set(women["actor"]) == {"ann", "bea"}


def test_the_digest_knows_the_emotion_of_a_clip_without_a_label(table: pd.DataFrame) -> None:
    changed = table.assign(emotion=table["emotion"].where(table["clip"] != "kim-sad", "angry"))
    assert run.plan(table, PROBE)[1].clips != run.plan(changed, PROBE)[1].clips


def test_speakers_without_a_sex_may_be_held_out_and_do_not_choose(table: pd.DataFrame) -> None:
    _, settings = run.plan(table, TUNED, held_out=["mine:kim", "mine:bea"], validating=["mine:lou", "mine:carl"])
    assert (settings.held_out, settings.validating) == (("mine:bea", "mine:kim"), ("mine:carl",))
    with pytest.raises(TrainingError, match="too few speakers to validate"):
        run.plan(table, TUNED, validating=["mine:lou"])
    with pytest.raises(UsageError, match="no speaker mine:zoe to hold out"):
        run.plan(table, TUNED, held_out=["mine:zoe"])


def test_where_no_sex_is_known_there_is_nothing_to_train_on(table: pd.DataFrame) -> None:
    with pytest.raises(CorpusError, match=r"^The sex of 3 speakers is not known, .*6 of 6 clips are left out"):
        run.plan(table[table["sex"].isna()], TUNED)
