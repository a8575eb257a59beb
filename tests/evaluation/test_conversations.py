"""Conversations made of clips, and how well who speaks when is found in them."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from intone.audio import RATE
from intone.evaluation.conversations import KINDS, PAUSE_S, TURN_S, Clip, chosen, clips_of, conversation, errors
from sounds import pcm, silence, voice

CLIP = Clip(voice(1.5), ((0, RATE), (RATE + RATE // 4, RATE + RATE // 2)))
CLIPS = {sex: {f"{sex} {number}": {"angry": [CLIP], "sad": [CLIP]} for number in range(4)} for sex in ("female", "male")}


@pytest.mark.parametrize("kind", KINDS)
def test_a_conversation_has_its_speakers_in_turns(kind):
    rng = np.random.default_rng(1)
    speakers = chosen(CLIPS, KINDS[kind], rng)
    made = conversation(speakers, 60.0, rng)
    assert len(speakers) == len(KINDS[kind]) and {turn.speaker for turn in made.turns} <= set(speakers)
    assert all(name.split()[0] == sex for name, sex in zip(speakers, KINDS[kind], strict=True) if sex != "any")
    assert made.signal.dtype == np.float32 and np.abs(made.signal).max() <= 1 and 50 < len(made.signal) / RATE < 75
    for before, after in pairwise(made.turns):
        assert len(speakers) == 1 or before.speaker != after.speaker
        assert after.start_s - before.end_s <= PAUSE_S[1]
        assert after.end_s - after.start_s <= TURN_S[1] + 1.5
    assert all(any(turn.start_s - 1e-3 <= start and end <= turn.end_s + 1e-3 for turn in made.turns if turn.speaker == who)
               for start, end, who in made.speech)


def test_the_same_seed_makes_the_same_conversation():
    first, second = (conversation(chosen(CLIPS, KINDS["three"], rng), 30.0, rng)
                     for rng in (np.random.default_rng(3), np.random.default_rng(3)))
    assert np.array_equal(first.signal, second.signal) and first.turns == second.turns


def test_clips_are_sorted_and_their_speech_is_found(tmp_path):
    for name, signal in (("a", np.concatenate([silence(1), voice(1), silence(1)])), ("b", silence(2))):
        (tmp_path / f"{name}.wav").write_bytes(pcm(signal, RATE))
    table = pd.DataFrame({"path": [str(tmp_path / "a.wav"), str(tmp_path / "b.wav"), str(tmp_path / "a.wav")],
                          "sex": ["female", "female", None], "corpus": "x", "actor": 7, "emotion": "sad"})
    found = clips_of(table, jobs=1)
    (clip,) = found["female"]["x 7"]["sad"]
    assert found["male"] == {} and 0.8 < len(clip.signal) / RATE < 1.3 and clip.speech[0][0] == 0


spans = st.lists(st.tuples(st.integers(0, 400), st.integers(30, 300), st.sampled_from("abc")), min_size=1, max_size=6)


def apart(found):
    """Spans of hundredths of seconds, those of one speaker not overlapping."""
    ends: dict[str, int] = {}
    made = []
    for start, length, who in sorted(found):
        begin = max(start, ends.get(who, -1) + 1)
        ends[who] = begin + length
        made.append((begin / 100, (begin + length) / 100, who))
    return made


@given(spans, spans)
@settings(deadline=None, max_examples=60)
def test_errors_are_those_of_pyannote(reference, found):
    """A second implementation, without a collar, within a step of the grid of 10 ms for each span."""
    reference, found = apart(reference), apart(found)
    told = [Annotation(), Annotation()]
    for annotation, those in zip(told, (reference, found), strict=True):
        for number, (start, end, who) in enumerate(those):
            annotation[Segment(start, end), number] = who
    metric = DiarizationErrorRate(collar=0.0)
    wanted = metric(*told, detailed=True, uem=Timeline([Segment(0, 30)]))  # six spans of 3 s, one after the other, end before
    ours = errors(reference, found, 0.0)
    assert ours.speech_s == pytest.approx(wanted["total"], abs=0.07)
    assert ours.missed_s == pytest.approx(wanted["missed detection"], abs=0.07)
    assert ours.false_s == pytest.approx(wanted["false alarm"], abs=0.07)
    assert ours.confused_s == pytest.approx(wanted["confusion"], abs=0.07)


def test_nothing_counts_near_a_border():
    reference, late = [(1.0, 3.0, "a")], [(1.2, 3.2, "1")]
    assert errors(reference, late, 0.0).rate == pytest.approx(0.2, abs=0.01)
    assert errors(reference, late, 0.25).rate == 0


def test_nobody_found_is_all_missed():
    assert errors([(0.0, 2.0, "a")], [], 0.0).missed_s == pytest.approx(2.0)
