"""Stretches for other programs: their own parsers are the judges."""

import io
import json
import warnings
from itertools import pairwise
from pathlib import Path

import pandas as pd
import parselmouth
import pytest
import webvtt as webvtt_parser
from hypothesis import given
from hypothesis import strategies as st

from intone.annotations import FORMATS
from intone.prediction import Prediction, RecognizerIdentity, Stretch

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import textgrid as textgrid_parser

WHO = RecognizerIdentity("test", "0", ("negative", "positive"))


def answer(duration_s: float, *stretches: tuple[float, float, str]) -> Prediction:
    shares = {"negative": 0.25, "positive": 0.75}
    made = tuple(Stretch(start, end, label, shares) for start, end, label in stretches)
    return Prediction("talk.wav", duration_s, "positive", shares, 0.0, True, (), "female", made, WHO)


ONE = answer(4.0, (0.5, 1.25, "positive"), (2.0, 3.5, "neither"))


def test_each_format_as_it_is() -> None:
    assert FORMATS["audacity"].write(ONE) == "0.500\t1.250\tpositive 75%\n2.000\t3.500\tneither\n"
    assert FORMATS["webvtt"].write(ONE) == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\npositive 75%\n\n00:00:02.000 --> 00:00:03.500\nneither\n")
    assert FORMATS["csv"].write(ONE) == (
        "start_s,end_s,label,negative,positive\n0.500,1.250,positive,0.250000,0.750000\n"
        "2.000,3.500,neither,0.250000,0.750000\n")
    assert json.loads(FORMATS["json"].write(ONE)) == json.loads(json.dumps(ONE.to_dict()))


def intervals(text: str, folder: Path) -> list[tuple[float, float, str]]:
    path = folder / "x.TextGrid"
    path.write_text(text, encoding="utf-8")
    tier = textgrid_parser.TextGrid.fromFile(str(path))[0]
    assert tier.name == "emotion"
    return [(one.minTime, one.maxTime, one.mark) for one in tier]


def test_praat_reads_the_textgrid(tmp_path: Path) -> None:
    text = FORMATS["textgrid"].write(ONE)
    path = tmp_path / "one.TextGrid"
    path.write_text(text)
    grid = parselmouth.read(str(path))
    assert parselmouth.praat.call(grid, "Get number of intervals", 1) == 5
    assert parselmouth.praat.call(grid, "Get label of interval", 1, 2) == "positive 75%"
    assert parselmouth.praat.call(grid, "Get total duration") == 4
    assert intervals(text, tmp_path) == [(0, 0.5, ""), (0.5, 1.25, "positive 75%"), (1.25, 2, ""), (2, 3.5, "neither"),
                                         (3.5, 4, "")]


TIMES = st.lists(st.floats(0, 400_000, allow_nan=False), max_size=24).map(sorted)
WORDS = st.sampled_from(["negative", "positive", "neither", 'quo"ted', "<b> & more", "two\nlines"])


@given(times=TIMES, words=st.lists(WORDS, min_size=12, max_size=12), shorter=st.floats(0, 1))
def test_parsers_read_whatever_is_written(times: list[float], words: list[str], shorter: float,
                                          tmp_path_factory: pytest.TempPathFactory) -> None:
    made = [(start, end, word) for start, end, word in zip(times[::2], times[1::2], words, strict=False)]
    one = answer(shorter * (times[-1] if times else 1.0), *made)
    written = {name: found.write(one) for name, found in FORMATS.items()}
    table = pd.read_csv(io.StringIO(written["csv"]))
    assert len(table) == len(made)
    cues = list(webvtt_parser.from_string(written["webvtt"]))
    lines = written["audacity"].splitlines()
    assert len(cues) == len(lines) <= len(made)
    found = intervals(written["textgrid"], tmp_path_factory.mktemp("grid"))
    assert found[0][0] == 0 and found[-1][1] == pytest.approx(max(one.duration_s, 0.001), abs=6e-4)
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(start < end for start, end, _ in found)
    assert len([text for _, _, text in found if text]) == len(cues)
    for line, cue in zip(lines, cues, strict=True):
        start, end, _ = line.split("\t")
        assert (cue.start_in_seconds, cue.end_in_seconds) == pytest.approx((int(float(start)), int(float(end))), abs=1)
