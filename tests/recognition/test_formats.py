"""Segments for other programs: their own parsers are the judges."""

import csv
import html
import io
import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import parselmouth
import pytest
import textgrid as textgrid_parser
import webvtt as webvtt_parser
from hypothesis import example, given
from hypothesis import strategies as st
from parselmouth.praat import call

from intone.errors import UsageError
from intone.labels import EMOTIONS
from intone.recognition.formats import FORMATS, columns, of_suffix, row, segment_rows
from intone.recognition.prediction import Prediction, RecognizerIdentity, Segment
from sounds import pcm, voice
from taking_turns import TALK

WHO = RecognizerIdentity("test", "0", ("negative", "positive"))
Piece = tuple[float, float, str]
"""Begin, end, text."""


def answer(duration_s: float, *segments: Piece) -> Prediction:
    shares = {"negative": 0.25, "positive": 0.75}
    made = tuple(Segment(start, end, label, shares) for start, end, label in segments)
    return Prediction("talk.wav", duration_s, "positive", shares, 0.0, True, (), "female", made, WHO)


ONE = answer(4.0, (0.5, 1.25, "positive"), (2.0, 3.5, "neither"))

GRID = '''\
File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.000
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "emotion"
        xmin = 0
        xmax = 2.000
        intervals: size = 2
        intervals [1]:
            xmin = 0.000
            xmax = 0.500
            text = ""
        intervals [2]:
            xmin = 0.500
            xmax = 2.000
            text = "so ""called"""
'''


def in_grid(one: Prediction, folder: Path) -> list[Piece]:
    """The intervals that the package textgrid reads; it refuses what overlaps."""
    path = folder / "x.TextGrid"
    path.write_text(FORMATS["textgrid"].write(one), encoding="utf-8")
    tier = textgrid_parser.TextGrid.fromFile(str(path))[0]
    assert tier.name == "emotion"
    return [(piece.minTime, piece.maxTime, piece.mark) for piece in tier]


def in_praat(one: Prediction, folder: Path) -> list[Piece]:
    """The intervals that Praat reads."""
    path = folder / "praat.TextGrid"
    path.write_text(FORMATS["textgrid"].write(one), encoding="utf-8")
    grid = parselmouth.read(str(path))
    assert call(grid, "Get number of tiers") == 1 and call(grid, "Get tier name", 1) == "emotion"
    asked = [f"Get {what} of interval" for what in ("start time", "end time", "label")]
    pieces = [tuple(call(grid, what, 1, number) for what in asked)
              for number in range(1, call(grid, "Get number of intervals", 1) + 1)]
    assert (call(grid, "Get start time"), call(grid, "Get end time")) == (pieces[0][0], pieces[-1][1])
    return pieces


def in_webvtt(one: Prediction) -> list[Piece]:
    cues = webvtt_parser.from_string(FORMATS["webvtt"].write(one), strict=True)
    return [(seconds(cue.start), seconds(cue.end), html.unescape(cue.raw_text)) for cue in cues]


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.split(":")
    return round(int(hours) * 3600 + int(minutes) * 60 + float(rest), 3)


def in_audacity(one: Prediction) -> list[Piece]:
    table = pd.read_csv(io.StringIO(FORMATS["audacity"].write(one)), sep="\t", header=None, names=["start", "end", "text"],
                        quoting=3)
    return [(float(start), float(end), text) for start, end, text in table.itertuples(index=False)]


def test_each_format_as_it_is() -> None:
    assert FORMATS["audacity"].write(ONE) == "0.500\t1.250\tpositive 75%\n2.000\t3.500\tneither\n"
    assert FORMATS["webvtt"].write(ONE) == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\npositive 75%\n\n00:00:02.000 --> 00:00:03.500\nneither\n")
    assert FORMATS["segments"].write(ONE) == (
        "start_s,end_s,label,negative,positive,speaker,overlap\n0.500,1.250,positive,0.250000,0.750000,1,False\n"
        "2.000,3.500,neither,0.250000,0.750000,1,False\n")
    assert FORMATS["rttm"].write(ONE) == (
        "SPEAKER talk 1 0.500 0.750 <NA> <NA> 1 <NA> <NA>\nSPEAKER talk 1 2.000 1.500 <NA> <NA> 1 <NA> <NA>\n")
    assert FORMATS["textgrid"].write(answer(2.0, (0.5, 2.004, 'so "called"'))) == GRID
    assert json.loads(FORMATS["json"].write(ONE)) == json.loads(FORMATS["jsonl"].write(ONE)) == ONE.to_dict()
    assert FORMATS["csv"].write(ONE) == (
        "file,channel,duration_s,label,valence,confidence,confident,negative,positive,outside,sex,segments,speakers,"
        "reasons,recognizer,version,adapted_to,label_without,moved,track,error,recording,sure,stretches\n"
        "talk.wav,mix,4.0,positive,positive,unclear,True,0.250000,0.750000,0.000000,female,2,1,,test,0,,,,,,talk.wav,True,2\n")


def test_each_is_found_by_its_name_and_has_its_files() -> None:
    assert [(name, one.suffix, one.media_type, one.scope) for name, one in FORMATS.items()] == [
        ("json", ".json", "application/json", "answer"), ("jsonl", ".jsonl", "application/jsonl", "many"),
        ("csv", ".csv", "text/csv", "answer"), ("segments", ".segments.csv", "text/csv", "segments"),
        ("audacity", ".txt", "text/plain", "segments"), ("textgrid", ".TextGrid", "text/plain", "segments"),
        ("webvtt", ".vtt", "text/vtt", "segments"), ("rttm", ".rttm", "text/plain", "segments")]
    assert all(one.name == name and one.words and (one.write_many is None) == (one.scope == "segments")
               for name, one in FORMATS.items())
    assert [of_suffix(suffix).name for suffix in (".csv", ".json", ".JSONL")] == ["csv", "json", "jsonl"]
    with pytest.raises(UsageError, match=r"written as \.vtt: choose a name with \.json, \.jsonl, \.csv, or one without"):
        of_suffix(".vtt")


BAD = {"file": "bad\r, \"quoted\".wav", "error": "No sound.", "channel": 2}


def test_many_answers_are_a_list_lines_or_a_table() -> None:
    records, classes = [ONE.to_dict(), BAD, replace(ONE, channel=1).to_dict()], ("negative", "positive")

    def written(name: str, some: list[dict[str, object]]) -> str:
        write_many = FORMATS[name].write_many
        assert write_many is not None
        return "".join(write_many(some, classes))

    assert written("json", records) == json.dumps(records, indent=2) + "\n"
    assert written("json", []) == "[]\n"
    assert [json.loads(line) for line in written("jsonl", records).splitlines()] == records
    rows = list(csv.DictReader(io.StringIO(written("csv", records), newline="")))
    assert [row["file"] for row in rows] == [row["recording"] for row in rows] == [one["file"] for one in records]
    assert [row["channel"] for row in rows] == ["mix", "2", "1"]
    assert list(rows[0]) == columns(classes)
    assert {name for name, value in rows[1].items() if value} == {"file", "channel", "error", "recording"}


ADDED = """
import dataclasses, io, json, sys
from intone.recognition import formats

def shout(answer):
    return "".join(f"{one.label.upper()}!\\n" for one in answer.segments)

formats.FORMATS["shout"] = formats.Format("shout", "Labels, shouted", ".txt", "text/plain", "segments", shout)
formats.FORMATS["count"] = formats.Format("count", "How many", ".count", "text/plain", "answer", lambda answer: "1",
                                          lambda records, classes: iter([str(len(list(records)))]))

from intone.cli import main
from intone.web import create_app

sys.path.insert(0, sys.argv[2])
from web_server import StandIn, send, tone, wav

assert main(["predict", sys.argv[1], "--format", "shout"]) == 0
assert main(["predict", sys.argv[1], sys.argv[4], "--format", "count"]) == 0
assert main(["batch", sys.argv[1], "--to", sys.argv[3], "--jobs", "1"]) == 0
assert main(["predict", "--help"]) in (0, None)
client = create_app(StandIn()).test_client()
document = client.get("/api/v1/openapi.json").get_data(as_text=True)
assert "shout" in document and "count" in document
page = send(client, wav(tone("sad", 2)), "/").text
assert 'data-format="shout">Labels, shouted<' in page.replace("\\n", "") and 'data-format="count"' in page
answer = send(client, wav(tone("sad", 2))).json
print("API", client.post("/api/v1/annotations?format=shout", json=answer["views"]["2"]).text)
"""


def test_a_format_that_is_added_here_is_there_on_the_command_line_in_the_api_on_the_page_and_in_batch(
    tmp_path: Path
) -> None:
    recording, other, to = tmp_path / "in" / "a.wav", tmp_path / "b.wav", tmp_path / "out.count"
    recording.parent.mkdir()
    for path in (recording, other):
        path.write_bytes(pcm(voice(2), 16_000))
    ended = subprocess.run([sys.executable, "-c", ADDED, recording, Path(__file__).parents[1] / "support", to, other],
                           capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    label, _, rest = ended.stdout.partition("!\n")
    assert label.lower() in EMOTIONS and rest.startswith("2")
    assert "Labels, shouted" in " ".join(ended.stdout.replace("\u2502", " ").split())
    assert ended.stdout.endswith("API NEGATIVE!\nNEGATIVE!\n\n")
    assert to.read_text() == "1"


def test_praat_reads_the_pauses_too(tmp_path: Path) -> None:
    assert in_praat(ONE, tmp_path) == [(0, 0.5, ""), (0.5, 1.25, "positive 75%"), (1.25, 2, ""), (2, 3.5, "neither"),
                                       (3.5, 4, "")]


@pytest.mark.parametrize("duration_s", [0.0, 0.0004, 2.0])
def test_a_recording_without_speech_is_one_pause(duration_s: float, tmp_path: Path) -> None:
    none = answer(duration_s)
    assert in_praat(none, tmp_path) == in_grid(none, tmp_path) == [(0, max(duration_s, 0.001), "")]
    assert in_webvtt(none) == [] and FORMATS["audacity"].write(none) == FORMATS["rttm"].write(none) == ""
    assert FORMATS["segments"].write(none) == "start_s,end_s,label,negative,positive,speaker,overlap\n"


def test_a_hundred_hours_and_more_have_their_hours(tmp_path: Path) -> None:
    long = answer(400_000.0, (359_999.9996, 360_001.5, "positive"), (399_999.0, 400_000.003, "positive"))
    assert "\n100:00:00.000 --> 100:00:01.500\n" in FORMATS["webvtt"].write(long)
    assert in_webvtt(long) == in_audacity(long) == [(360_000.0, 360_001.5, "positive 75%"),
                                                    (399_999.0, 400_000.0, "positive 75%")]
    assert in_praat(long, tmp_path)[-1] == (399_999.0, 400_000.0, "positive 75%")


def test_neighbours_that_touch_or_overlap_by_rounding_stand_side_by_side(tmp_path: Path) -> None:
    near = answer(3.0, (0.0, 1.0, "positive"), (1.0, 1.5006, "neither"), (1.5004, 2.0, "positive"), (2.0001, 2.0004, "neither"))
    sides = [(0, 1, "positive 75%"), (1, 1.501, "neither"), (1.501, 2, "positive 75%")]
    assert in_webvtt(near) == in_audacity(near) == sides
    assert in_praat(near, tmp_path) == [*sides, (2, 3, "")]
    assert len(pd.read_csv(io.StringIO(FORMATS["segments"].write(near)))) == 4


SMALL = st.floats(-0.002, 0.002) | st.integers(0, 8).map(lambda halves: halves / 2000)
GAPS = SMALL | st.floats(0, 20_000)
LENGTHS = st.floats(0, 0.002) | st.integers(0, 20_001).map(lambda halves: halves / 2000) | st.floats(0, 20_000)
WORDS = st.sampled_from(["negative", "positive", "neither", 'quo"ted', "<b> & more --> &amp;", "two\nlines", "a\ttab", "Größe"])


@st.composite
def answers(draw: st.DrawFn) -> Prediction:
    """Segments one after another, some touching, some overlapping by rounding; some reach past the end."""
    made, free = [], 0.0
    for gap, length, word in draw(st.lists(st.tuples(GAPS, LENGTHS, WORDS), max_size=12)):
        start = max(0.0, free + gap, made[-1][0] if made else 0.0)
        free = start + length
        made.append((start, free, word))
    return answer(max(0.0, free + draw(GAPS)), *made)


@given(one=answers())
@example(one=answer(2.6745, (0.0, 2.6745, "positive")))  # half a millisecond, which two ways of rounding tell apart
def test_parsers_read_whatever_is_written(one: Prediction, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("grid")
    grid, spoken = in_grid(one, folder), in_webvtt(one)
    assert in_praat(one, folder) == grid
    assert in_audacity(one) == spoken == [piece for piece in grid if piece[2]]
    # No gap, no overlap, from the first attribution to the last.
    assert grid[0][0] == 0 and grid[-1][1] == pytest.approx(max(one.duration_s, 0.001), abs=6e-4)
    assert all(before[1] == after[0] for before, after in pairwise(grid))
    assert all(start < end for start, end, _ in grid)
    assert all(before[2] or after[2] for before, after in pairwise(grid))
    # Every segment that does not vanish is told, to the millisecond; the overlaps are of up to two.
    told = {(start, end) for start, end, _ in spoken}
    for segment in one.segments:
        end_s = min(segment.end_s, one.duration_s)
        if end_s - segment.start_s > 0.005:
            assert any(abs(start - segment.start_s) < 0.004 and abs(end - end_s) < 0.001 for start, end in told)
    assert len(spoken) <= len(one.segments)


@given(one=answers())
def test_the_table_has_every_segment_as_it_is(one: Prediction) -> None:
    table = pd.read_csv(io.StringIO(FORMATS["segments"].write(one)))
    assert list(table.columns) == ["start_s", "end_s", "label", "negative", "positive", "speaker", "overlap"]
    assert list(table["label"]) == [segment.label for segment in one.segments]
    times = np.reshape([(segment.start_s, segment.end_s) for segment in one.segments], (-1, 2))
    np.testing.assert_allclose(table[["start_s", "end_s"]].astype(float), times, rtol=0, atol=6e-4)
    assert set(table["negative"]) <= {0.25} and set(table["positive"]) <= {0.75}


@pytest.mark.parametrize(("share", "said"), [(0.874, "87%"), (0.999, ">99%"), (0.001, "<1%")])
def test_a_share_promises_nothing(share: float, said: str, tmp_path: Path) -> None:
    one = Prediction(None, 1.0, "positive", {"positive": share}, 0.0, True, (), "male",
                     (Segment(0.0, 1.0, "positive", {"positive": share}),), WHO)
    assert in_webvtt(one) == in_audacity(one) == in_praat(one, tmp_path) == [(0, 1, f"positive {said}")]


@given(st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Lu"]) | st.sampled_from('"<&-> ')))
def test_no_control_character_breaks_a_format(label: str) -> None:
    for name in ("audacity", "textgrid", "webvtt", "rttm"):
        plain, odd = (FORMATS[name].write(answer(2.0, (0.5, 1.0, text))) for text in ("a", f"a{label}a"))
        assert len(odd.splitlines()) == len(plain.splitlines())
        assert all(one.isprintable() for line in odd.split("\n") for one in line.replace("\t", ""))
        assert odd.count("\t") == plain.count("\t")


# Several speakers.


TALK_GRID = {"Speaker 1": [(0, 0.5, ""), (0.5, 1.5, "positive 75%"), (1.5, 5, ""), (5, 6, "neither"), (6, 7, "")],
             "Speaker 2": [(0, 1.5, ""), (1.5, 3, "negative 80%"), (3, 7, "")],
             "Overlap": [(0, 3, ""), (3, 3.5, "positive 75%"), (3.5, 7, "")]}


def tiers(one: Prediction, folder: Path) -> dict[str, list[Piece]]:
    """The tiers that the package textgrid reads, and that Praat reads alike."""
    path = folder / "tiers.TextGrid"
    path.write_text(FORMATS["textgrid"].write(one), encoding="utf-8")
    found = {tier.name: [(piece.minTime, piece.maxTime, piece.mark) for piece in tier]
             for tier in textgrid_parser.TextGrid.fromFile(str(path))}
    grid = parselmouth.read(str(path))
    asked = [f"Get {what} of interval" for what in ("start time", "end time", "label")]
    in_praat = {call(grid, "Get tier name", tier): [
        tuple(call(grid, what, tier, number) for what in asked)
        for number in range(1, call(grid, "Get number of intervals", tier) + 1)]
        for tier in range(1, call(grid, "Get number of tiers") + 1)}
    assert list(found.items()) == list(in_praat.items())
    return found


def voices(one: Prediction) -> list[tuple[float, float, str, str]]:
    """The cues of WebVTT with their voices."""
    cues = webvtt_parser.from_string(FORMATS["webvtt"].write(one), strict=True)
    return [(seconds(cue.start), seconds(cue.end), cue.voice, html.unescape(cue.raw_text.partition(">")[2])) for cue in cues]


def turns(one: Prediction) -> list[tuple[float, float, str]]:
    """The turns of an RTTM: ten fields a line, of which four say nothing here."""
    lines = [line.split(" ") for line in FORMATS["rttm"].write(one).splitlines()]
    assert all(len(line) == 10 and all(line) for line in lines)
    assert {(line[0], line[5], line[6], line[8], line[9]) for line in lines} <= {("SPEAKER", *["<NA>"] * 4)}
    return [(float(line[3]), round(float(line[3]) + float(line[4]), 3), line[7]) for line in lines]


def test_each_format_says_who_speaks_where_several_people_do(tmp_path: Path) -> None:
    assert tiers(TALK, tmp_path) == TALK_GRID
    assert FORMATS["audacity"].write(TALK) == (
        "0.500\t1.500\tSpeaker 1: positive 75%\n1.500\t3.000\tSpeaker 2: negative 80%\n"
        "3.000\t3.500\tOverlap: positive 75%\n5.000\t6.000\tSpeaker 1: neither\n")
    assert FORMATS["webvtt"].write(TALK).startswith("WEBVTT\n\n00:00:00.500 --> 00:00:01.500\n<v Speaker 1>positive 75%\n")
    assert voices(TALK) == [
        (0.5, 1.5, "Speaker 1", "positive 75%"), (1.5, 3, "Speaker 2", "negative 80%"), (3, 3.5, "Overlap", "positive 75%"),
        (5, 6, "Speaker 1", "neither")]
    assert FORMATS["segments"].write(TALK) == (
        "start_s,end_s,label,negative,positive,speaker,overlap\n0.500,1.500,positive,0.250000,0.750000,1,False\n"
        "1.500,3.000,negative,0.800000,0.200000,2,False\n3.000,3.500,positive,0.250000,0.750000,,True\n"
        "5.000,6.000,neither,0.250000,0.750000,1,False\n")
    assert FORMATS["rttm"].write(TALK) == (
        "SPEAKER my_talk 1 0.500 1.000 <NA> <NA> 1 <NA> <NA>\nSPEAKER my_talk 1 1.500 1.500 <NA> <NA> 2 <NA> <NA>\n"
        "SPEAKER my_talk 1 3.000 0.500 <NA> <NA> overlap <NA> <NA>\nSPEAKER my_talk 1 5.000 1.000 <NA> <NA> 1 <NA> <NA>\n")
    (line,) = csv.DictReader(io.StringIO(FORMATS["csv"].write(TALK)))
    assert (line["speakers"], line["segments"], line["sex"]) == ("2", "4", "mixed")


def test_without_overlapped_speech_there_is_no_tier_for_it_and_who_never_speaks_has_an_empty_one(tmp_path: Path) -> None:
    apart = replace(TALK, segments=tuple(one for one in TALK.segments if one.speaker == 1))
    assert tiers(apart, tmp_path) == {"Speaker 1": TALK_GRID["Speaker 1"], "Speaker 2": [(0, 7, "")]}


@st.composite
def talks(draw: st.DrawFn) -> Prediction:
    """Some people, of whom each segment has one, or several at once."""
    people = draw(st.integers(2, 4))
    alone = draw(answers())
    segments = []
    for one in alone.segments:
        who = draw(st.none() | st.integers(1, people))
        segments.append(replace(one, speaker=who, overlap=who is None))
    speakers = tuple(replace(TALK.speakers[0], number=number) for number in range(1, people + 1))
    return replace(alone, segments=tuple(segments), speakers=speakers)


@given(one=talks())
def test_parsers_read_who_speaks_as_it_is(one: Prediction, tmp_path_factory: pytest.TempPathFactory) -> None:
    grid, alone = tiers(one, tmp_path_factory.mktemp("grid")), replace(one, speakers=())
    assert list(grid) == [f"Speaker {who.number}" for who in one.speakers] + ["Overlap"] * ("Overlap" in grid)
    for pieces in grid.values():
        assert all(before[1] == after[0] for before, after in pairwise(pieces))
        assert (pieces[0][0], pieces[-1][1]) == (0, max(1, round(1000 * one.duration_s)) / 1000)
    spoken = sorted((start, end, name, text) for name, pieces in grid.items() for start, end, text in pieces if text)
    assert voices(one) == spoken
    assert in_audacity(one) == [(start, end, f"{name}: {text}") for start, end, name, text in spoken]
    named = {f"Speaker {who.number}": str(who.number) for who in one.speakers} | {"Overlap": "overlap"}
    assert turns(one) == [(start, end, named[name]) for start, end, name, _ in spoken]
    # The segments themselves are those of one speaker.
    assert [(start, end, text) for start, end, _, text in spoken] == in_audacity(alone) == in_webvtt(alone)
    assert turns(alone) == [(start, end, "1") for start, end, _, _ in spoken]
    # Who speaks is who was said to.
    for segment in one.segments:
        if min(segment.end_s, one.duration_s) - segment.start_s > 0.005:
            who = "Overlap" if segment.overlap else f"Speaker {segment.speaker}"
            assert any(name == who and abs(start - segment.start_s) < 0.004 for start, _, name, _ in spoken)
    table = pd.read_csv(io.StringIO(FORMATS["segments"].write(one)))
    assert [None if pd.isna(who) else int(who) for who in table["speaker"]] == [who.speaker for who in one.segments]
    assert list(table["overlap"]) == [who.overlap for who in one.segments]


@given(st.none() | st.text(st.characters(codec=None)), st.none() | st.integers(1, 99))
def test_no_name_of_a_recording_makes_more_fields_or_lines_in_rttm(file: str | None, channel: int | None) -> None:
    lines = FORMATS["rttm"].write(replace(TALK, file=file, channel=channel)).split("\n")
    assert lines[-1] == "" and len(lines) == 1 + len(TALK.segments)
    assert all(len(line.split()) == len(line.split(" ")) == 10 and line.isprintable() for line in lines[:-1])
    assert {line.split()[2] for line in lines[:-1]} == {str(channel or 1)}


@pytest.mark.parametrize(("file", "name"), [
    ("calls/3 May.2026.wav", "3_May.2026"), (None, "recording"), ("", "recording"), ("-", "-"), ("Größe.m4a", "Größe"),
    ("two\nlines.wav", "two_lines")])
def test_rttm_names_the_recording_in_one_word(file: str | None, name: str) -> None:
    assert FORMATS["rttm"].write(replace(TALK, file=file)).split()[1] == name


def test_a_record_of_before_is_of_one_speaker() -> None:
    old = ONE.to_dict()
    assert not {"speakers"} & set(old) and not {"speaker", "overlap"} & set(old["segments"][0])
    assert row(old, ("negative", "positive"))["speakers"] == 1
    assert [(one["speaker"], one["overlap"]) for one in segment_rows(old)] == [(1, False), (1, False)]
    assert [(one["speaker"], one["overlap"]) for one in segment_rows(TALK.to_dict())] == [
        (1, False), (2, False), (None, True), (1, False)]
    assert row(BAD, ("negative", "positive"))["speakers"] is None
