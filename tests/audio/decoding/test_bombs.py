"""Small files that are made to cost much: what each may take of memory and of processor time, and what is said of it."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

import bombs
from intone.audio import decoding, read, read_mono, sounds
from intone.audio.decoding import bounds
from intone.errors import Damaged, RecordingError, TooLong
from sounds import encode, mux, noise, silence, tracks, voice

MOST_MB = 300.0
"""What a file below 1 MB may take above an idle process."""

COST = """
import json, sys, time
import bombs
from intone.audio import read_mono, sounds
content = sys.stdin.buffer.read()
sys.stdin.close()
import io, av, soxr
for _ in sounds(io.BytesIO(open(sys.argv[1], "rb").read()))[0]: pass
def memory(name):  # ru_maxrss would count the process that started this one
    return next(int(line.split()[1]) / 1e3 for line in open("/proc/self/status") if line.startswith(name))
idle = memory("VmRSS")
seconds, begun, said = 0.0, time.process_time(), ""
try:
    for block in sounds(io.BytesIO(content), max_seconds=7500)[0]:
        seconds += len(block) / 16_000
except Exception as error:
    said = f"{type(error).__name__}: {error}"
peak = memory("VmHWM")
print(json.dumps({"cpu_s": time.process_time() - begun, "mb": peak - idle, "seconds": seconds, "said": said}))
"""


def cost(content: bytes, folder: Path) -> dict[str, object]:
    """What a process takes to decode a file: its peak of memory above what it needs for any file, and processor time."""
    usual = folder / "usual.mp3"
    usual.write_bytes(encode(voice(1.0), "mp3"))
    support = Path(bombs.__file__).parent
    ran = subprocess.run([sys.executable, "-c", f"import sys; sys.path.append({str(support)!r})\n{COST}", usual],
                         input=content, capture_output=True, check=True)
    found: dict[str, object] = json.loads(ran.stdout)
    return found


BOMBS = {
    "millions of samples": lambda: bombs.mp4(80_000_000),
    "in two tracks": lambda: bombs.mp4(80_000_000, tracks=2),
    "samples that overlap": lambda: bombs.mp4(5_600_000, chunks=8000),
    "many tracks": lambda: bombs.mp4(600_000, tracks=20),
    "as many as are read": lambda: bombs.mp4(600_000, tracks=8),
    "an edit list": lambda: bombs.mp4(600_000, edits=30, tracks=8),
    "fragments": lambda: bombs.fragments(2000, 1_000_000),
    "cover of flac": lambda: bombs.with_cover("flac", bombs.picture(9000)),
    "cover of m4a": lambda: bombs.with_cover("m4a", bombs.picture(9000)),
    "cover of mp3": lambda: bombs.with_cover("mp3", bombs.picture(9000)),
    "channels at a high rate": lambda: bombs.flac_of_silence(750),
    "Speex": bombs.speex_in_matroska,
}


SENTENCES = {"channels at a high rate": "Damaged: .*many times as long to decode as a recording of its length and size"}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_takes_little(name, tmp_path):
    content = BOMBS[name]()
    assert len(content) < 1_000_000
    found = cost(content, tmp_path)
    assert found["mb"] < MOST_MB, found
    assert found["cpu_s"] < 5 + 2 * len(content) / 1e6 + 0.004 * found["seconds"] + 10, found
    assert found["seconds"] or found["said"].split(":")[0] in ("NotAudio", "Damaged", "TooLong"), found
    assert re.match(SENTENCES.get(name, ""), found["said"]), found


class Clock:
    """The processor time of a thread, as a test tells it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(bounds, "thread_time", lambda: self.now_s)


def test_all_passes_over_a_file_have_one_budget(monkeypatch):
    clock = Clock(monkeypatch)
    budget = bounds.Budget()
    for spent_s in (2, 2, 3):
        budget.begin(1_000_000)
        budget.reach(60)
        clock.now_s += spent_s
        budget.check()
        budget.pause()
        clock.now_s += 1000
        budget.go_on()
        budget.check()
        budget.pause()
    assert budget.allowed_s == pytest.approx(5 + 2 + 0.24)
    budget.begin(1_000_000)
    clock.now_s += 0.3
    with pytest.raises(Damaged, match="many times as long"):
        budget.check()


def test_a_search_counts_as_a_whole_and_has_half(monkeypatch):
    clock = Clock(monkeypatch)
    budget = bounds.Budget()
    with budget.searched():
        budget.begin(0)
        budget.pause()
        clock.now_s += 2.4
        budget.go_on()
        budget.check()
        clock.now_s += 0.2
        with pytest.raises(Damaged):
            budget.check()
    budget.begin(0)
    clock.now_s += 2.3
    budget.check()


@pytest.mark.parametrize("choice", [{}, {"track": "each"}, {"track": 2}, {"channel": "each"}])
def test_each_channel_and_track_of_a_file_has_the_same_budget(choice, monkeypatch):
    begun = []
    monkeypatch.setattr(bounds.Budget, "begin", lambda budget, _size: begun.append(budget))
    for one in sounds(io.BytesIO(tracks(silence(1), 0.5 * noise(1))), **choice):
        list(one)
        list(one)
    assert len(begun) >= 2 and all(one is begun[0] for one in begun)


def test_the_search_for_a_track_with_sound_counts_no_seconds_of_its_own():
    budget = bounds.Budget()
    list(decoding.blocks(io.BytesIO(tracks(silence(4), silence(3), noise(2))), 60, budget))
    assert budget.decoded_s == pytest.approx(4, abs=0.1) and budget.at_s == pytest.approx(2, abs=0.1)


def test_the_search_for_a_track_with_sound_ends_where_a_recording_would():
    budget = bounds.Budget()
    with pytest.raises(TooLong):
        list(decoding.blocks(io.BytesIO(bombs.mp4(9000, tracks=3, data_frames=9000)), 3, budget))
    assert 3 <= budget.decoded_s < 60  # of 192


def test_more_tracks_than_a_recording_has_are_told():
    with pytest.raises(RecordingError, match="more than 8 tracks, or larger tables than a recording has"):
        read_mono(io.BytesIO(bombs.mp4(1000, tracks=20)))


def test_silence_that_is_small_but_honest_is_read():
    assert len(read_mono(io.BytesIO(bombs.flac_of_silence(60, rate=48_000, channels=2)))) == pytest.approx(
        60 * 16_000, rel=0.03)


def test_the_sound_beside_a_cover_is_what_it_is_without():
    small = bombs.picture(10)
    for suffix in ("mp3", "flac"):
        np.testing.assert_array_equal(read_mono(io.BytesIO(bombs.with_cover(suffix, small))),
                                      read_mono(io.BytesIO(encode(voice(1.0), suffix))))


def test_what_a_process_writes_meanwhile_or_after_has_ffmpegs_own_limit():
    hour = np.zeros(30_000_000, np.float32)
    read_mono(io.BytesIO(encode(voice(1.0), "mp3")))
    assert mux(hour, 48_000, "wav", "pcm_s16le")
    assert bounds._OPEN_SIZES == []


def test_the_limit_grows_with_the_largest_file_that_is_open():
    small = iter(decoding.blocks(io.BytesIO(encode(voice(1.0), "mp3")), 60, bounds.Budget(1000)))
    next(small)
    large = iter(decoding.blocks(io.BytesIO(encode(voice(1.0), "mp3")), 60, bounds.Budget(50_000_000)))
    next(large)
    assert sorted(bounds._OPEN_SIZES) == [1000, 50_000_000]
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 20_000_000), np.float32), "flt", "mono")  # 80 MB, of 100
    assert frame.samples == 20_000_000
    large.close()
    with pytest.raises(MemoryError):
        av.AudioFrame.from_ndarray(np.zeros((1, 20_000_000), np.float32), "flt", "mono")
    small.close()
    assert bounds._OPEN_SIZES == []


def test_an_edit_list_keeps_its_meaning():
    """The track twice over, as its edit list says, is what one gets."""
    once, twice = (read(io.BytesIO(bombs.mp4(700, edits=edits)))[0].signal for edits in (1, 2))
    assert len(twice) == pytest.approx(2 * len(once), abs=2 * 16_000 * 1024 / 48_000)
