"""Files that are wrong in every way: each must give an answer or one sentence, in little time and memory.

    python stress/fuzz.py [--files 20000] [--seed 0] [--jobs 2] [--to results/fuzz.json]     (make fuzz)

A file is made from its number alone, so that one that does harm can be made again: `python stress/fuzz.py --only 1234`.
With `--outcomes FILE` what came of each is kept, and a run that was interrupted goes on where it was.
"""

import argparse
import gc
import io
import json
import os
import resource
import socket
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import bombs
import mutations
from containers import MADE
from intone.audio import RATE, resample
from intone.audio.decoding import bounds
from intone.errors import IntoneError
from intone.files import write_json
from intone.parallel import mapped
from intone.recognition.recognizer import Recognizer, load
from sounds import FORMATS, encode, mux, noise, pcm, silence, tone, voice

MOST_S, MOST_MB = 5.0, 300.0
"""What a file may cost: processor seconds, and memory above that of the idle process."""

SPEECH_S = 0.05
"""What a decoded second of speech may cost. The tables of an MP4 may give the same packets again and again: what is
then heard is a recording of minutes, and takes the time of one."""

ANALYSIS_S = 0.002
"""What the analysis of a decoded second of a bomb may cost, beside the budget of its decoding."""

LAST_S = 0.5
"""What a packet may cost whose decoding began within the budget: the budget is looked at between two packets."""

MAX_SECONDS = 7500.0
"""The limit of the page, under which strangers send files."""

Rng = np.random.Generator


@dataclass(frozen=True)
class Outcome:
    """What came of one file. `result` is "answer" or the kind of error; `harm` says what should not have happened."""

    number: int
    kind: str
    result: str
    size: int
    cpu_s: float
    allowed_s: float
    memory_mb: float
    harm: str = ""


# What is done to files.


@cache
def seeds() -> tuple[bytes, ...]:
    """A short recording in every format, and some unusual ones."""
    spoken = voice(0.9, 140, 3)
    stereo = np.stack([spoken, noise(0.9)], axis=1)
    found = [encode(spoken, suffix) for suffix in FORMATS]
    found += [pcm(spoken, 16_000, "WAV", kind) for kind in ("FLOAT", "DOUBLE", "PCM_U8", "PCM_24", "ULAW", "IMA_ADPCM")]
    found += [pcm(stereo, 48_000, container) for container in ("WAV", "W64", "FLAC", "AIFF", "RF64")]
    found.append(mux(stereo, 48_000, "webm", "libopus"))
    found += [MADE[suffix](spoken) for suffix in _NEW]
    return tuple(found)


_NEW = tuple(suffix for suffix in MADE if suffix not in (*FORMATS, "dv"))  # a picture of a camcorder has 144 kB
_OF_NEW = {"caf": ("caf", "alac.caf"), "avi": ("avi",), "asf": ("wma",), "flv": ("flv",), "mpegts": ("ts",)}


def _seed(rng: Rng) -> bytes:
    return seeds()[int(rng.integers(len(seeds())))]


def changed_bytes(rng: Rng) -> bytes:
    """Some bytes changed, most often in the header."""
    content = bytearray(_seed(rng))
    reach = len(content) if rng.random() < 0.4 else min(len(content), 400)
    for at in rng.integers(reach, size=int(rng.integers(1, 30))):
        content[at] = int(rng.choice([0, 255, 127, 128, rng.integers(256)]))
    return bytes(content)


def cut(rng: Rng) -> bytes:
    """Cut after one of 50 equal parts."""
    content = _seed(rng)
    return content[: len(content) * int(rng.integers(50)) // 50]


def spliced(rng: Rng) -> bytes:
    """The beginning of one file and the rest of another, or a part twice, or a part left out."""
    one, other = _seed(rng), _seed(rng)
    a, b = (int(rng.integers(len(content))) for content in (one, other))
    return (one[:a] + other[b:], one[:a] + one[a // 2 :], one[: a // 2] + one[a:])[int(rng.integers(3))]


def lying_header(rng: Rng) -> bytes:
    """A WAV whose header states any rate, channels, bits and lengths."""
    def choose(*values: int) -> int:
        return int(rng.choice(values))

    data = pcm(voice(0.5, 120, 1), 16_000)[44:]
    bits, channels = choose(0, 1, 8, 12, 16, 24, 32, 64, 255), choose(0, 1, 2, 3, 8, 64, 255, 65_535)
    rate = choose(0, 1, 999, 8000, 16_000, 48_000, 384_000, 768_000, 2**31 - 1, 2**32 - 1)
    form = struct.pack("<HHIIHH", choose(0, 1, 2, 3, 6, 7, 17, 85, 0xFFFE), channels, rate,
                       choose(0, 32_000, 2**32 - 1), choose(0, 1, 2, 4, 65_535), bits)
    length = choose(0, 1, len(data), 2 * len(data), 30 * 3600 * 32_000, 2**32 - 1)
    body = b"fmt " + struct.pack("<I", choose(16, 16, 16, 0, 18, 40, 2**31)) + form
    return b"RIFF" + struct.pack("<I", choose(len(data) + 36, 0, 2**32 - 1)) + b"WAVE" + body + b"data" + struct.pack(
        "<I", length) + data


def odd_samples(rng: Rng) -> bytes:
    """Samples that are not numbers, far too large, at odd rates or in many channels."""
    signal = voice(0.8, 150, 2).astype(np.float64)
    kind = int(rng.integers(4))
    if kind == 0:
        signal[rng.integers(len(signal), size=3)] = rng.choice([np.nan, np.inf, -np.inf])
    elif kind == 1:
        signal *= float(rng.choice([1e-30, 1e3, 1e30, 1e300]))
    elif kind == 2:
        return pcm(np.stack([signal] * int(rng.choice([3, 8, 9, 32, 64])), 1), 16_000, "WAV", "FLOAT")
    return pcm(signal, int(rng.choice([1000, 4000, 11_025, 192_000, 384_000])), "WAV", "DOUBLE")


@cache
def _honest() -> dict[str, tuple[bytes, ...]]:
    """Files whose structure is changed, by container."""
    spoken, cover = voice(0.9, 140, 3), bombs.picture(20)
    by = {"mp4": "m4a mp4 mov", "flac": "flac", "ogg": "ogg opus", "matroska": "webm mkv", "wav": "wav", "aiff": "aiff",
          "mp3": "mp3", "aac": "aac"}
    more = {"mp4": [bombs.mp4(100, edits=2), bombs.fragments(3, 50), bombs.with_cover("m4a", cover)],
            "ogg": [mux(resample(spoken, 16_000, 48_000), 48_000, "ogg", "libopus", page_duration="50000")],
            "flac": [bombs.with_cover("flac", cover)], "mp3": [bombs.with_cover("mp3", cover)],
            "wav": [pcm(spoken, 16_000, "RF64"), pcm(spoken, 16_000, "WAV", "MS_ADPCM")]}
    known = {suffix for suffixes in _OF_NEW.values() for suffix in suffixes}
    new = _OF_NEW | {"others": (*(suffix for suffix in _NEW if suffix not in known), "dv")}
    return {name: (*(encode(spoken, suffix) for suffix in suffixes.split()), *more.get(name, ()))
            for name, suffixes in by.items()} | {
                name: tuple(MADE[suffix](spoken[: RATE // 5] if suffix in ("dv", "mxf", "dsf", "dff") else spoken)
                            for suffix in suffixes) for name, suffixes in new.items()}


def structure(rng: Rng, container: str) -> bytes:
    """A file whose fields, lengths and pieces are changed."""
    files = _honest()[container]
    return mutations.changed(rng, container, files[int(rng.integers(len(files)))])


def _up_to(rng: Rng, most: float) -> int:
    """A number from 1, each order of magnitude as likely."""
    return int(most ** rng.random())


def tables(rng: Rng) -> bytes:
    """An MP4 whose tables state many samples, chunks, edits and tracks."""
    tracks = int(rng.choice([1, 1, 2, 8, 9, 20]))
    chunks, edits = _up_to(rng, 200_000 / tracks), int(rng.choice([0, _up_to(rng, 50_000 / tracks)]))
    samples = max(chunks, _up_to(rng, 2e8 if edits else 2**32 - 1))  # beyond 350,000 they are more than the limit
    return bombs.mp4(samples, tracks=tracks, chunks=chunks, edits=edits, length=int(rng.choice([6, 6, 0, 1, 2000, 2**31])),
                     data_frames=_up_to(rng, 10_000))


def fragments(rng: Rng) -> bytes:
    """An MP4 of many fragments."""
    return bombs.fragments(_up_to(rng, 8000), _up_to(rng, 2**32 - 1))


def covers(rng: Rng) -> bytes:
    """A large picture of next to no bytes, before a voice."""
    return bombs.with_cover(str(rng.choice(["flac", "m4a", "mp3"])), _cover(int(rng.choice([16, 500, 2000, 4000]))))


_cover = cache(bombs.picture)


def long_silence(rng: Rng) -> bytes:
    """Much silence in few bytes, in many channels, at high and at low rates: below the limit and beyond."""
    rate = int(rng.choice([1000, 8000, 16_000, 48_000, 384_000, 655_350]))
    frames = _up_to(rng, 4000)
    return _some_changed(rng, bombs.flac_of_silence(frames * 65_535 / rate, rate, int(rng.integers(1, 9))))


def pauses(rng: Rng) -> bytes:
    """Flash Video whose sound pauses again and again, by any time."""
    whole, at, now_ms = bytearray(MADE["flv"](voice(0.9, 140, 3))), 13, 0
    most_ms = _up_to(rng, 2**31)
    while at + 11 <= len(whole):
        now_ms += _up_to(rng, most_ms) if rng.random() < 0.3 else 23
        whole[at + 4 : at + 8] = (now_ms % 2**24).to_bytes(3, "big") + bytes([now_ms >> 24 & 255])
        at += 15 + int.from_bytes(whole[at + 1 : at + 4], "big")
    return bytes(whole)


def joined(rng: Rng) -> bytes:
    """Recordings one behind the other, of one format or of any, short ones often."""
    first = _seed(rng)
    found = [first]
    while sum(map(len, found)) < 300_000 and rng.random() < 0.95:
        content = first if rng.random() < 0.7 else _seed(rng)
        found.append(content[: _up_to(rng, len(content))] if rng.random() < 0.5 else content)
    return b"".join(found)[: mutations.MOST_BYTES - 1]


_DECODERS = (
    "A_SPEEX", "A_AAC", "A_AC3", "A_EAC3", "A_DTS", "A_MLP", "A_TRUEHD", "A_MPEG/L1", "A_MPEG/L2", "A_MPEG/L3", "A_FLAC",
    "A_VORBIS", "A_OPUS", "A_WAVPACK4", "A_TTA1", "A_ALAC", "A_REAL/14_4", "A_REAL/28_8", "A_REAL/COOK", "A_REAL/SIPR",
    "A_REAL/ATRC", "A_MS/ACM", "A_QUICKTIME")


def other_decoder(rng: Rng) -> bytes:
    """Noise, as long as it may be, for a decoder that is seldom called."""
    codec = str(rng.choice(_DECODERS))
    signal = noise(rng.uniform(0.1, 25), seed=int(rng.integers(1000)))
    if rng.random() < 0.3:
        signal[:] = 0
    return bombs.said_to_be(codec, signal) + rng.bytes(_up_to(rng, 100_000))


def _some_changed(rng: Rng, whole: bytes) -> bytes:
    content = bytearray(whole)
    for at in rng.integers(len(content), size=int(rng.integers(0, 3))):
        content[at] = int(rng.integers(256))
    return bytes(content)


def pointing(rng: Rng) -> bytes:
    """A playlist, a description of a session, a script or a nested file that points elsewhere."""
    there = str(rng.choice([f"http://127.0.0.1:{_port()}/x.wav", "/etc/passwd", "file:///etc/passwd", "concat:/etc/passwd",
                            f"tcp://127.0.0.1:{_port()}", "../secret.wav"]))
    texts = (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{there}\n#EXT-X-ENDLIST\n", f"ffconcat version 1.0\nfile '{there}'\n",
        f"[playlist]\nFile1={there}\nNumberOfEntries=1\n", f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\n"
        f"t=0 0\nm=audio {_port()} RTP/AVP 0\n", f'<?xml version="1.0"?><MPD><BaseURL>{there}</BaseURL></MPD>',
        f"REM x\nFILE \"{there}\" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n",
    )
    text = texts[int(rng.integers(len(texts)))].encode()
    return text if rng.random() < 0.6 else text + _seed(rng)


def anything(rng: Rng) -> bytes:
    """Random bytes, by themselves or behind a signature."""
    signatures = (b"", b"RIFF\xff\xff\xff\xffWAVE", b"fLaC", b"OggS\0", b"ID3\x04\0\0\0\0\0\x7f", b"\x1aE\xdf\xa3",
                  b"\0\0\0\x20ftypM4A ", b"FORM\0\0\xff\xffAIFF", b"\xff\xf1\x50\x80", b"caff\0\1", b"riff\x2e\x91\xcf\x11",
                  *dict.fromkeys(content[:16] for content in seeds()))
    return signatures[int(rng.integers(len(signatures)))] + rng.bytes(int(rng.integers(0, 5000)))


def no_voice(rng: Rng) -> bytes:
    """Whole files in which nobody speaks, or hardly."""
    made = (silence(rng.uniform(0, 3)), noise(rng.uniform(0, 3)), tone(440, rng.uniform(0, 3)), voice(rng.uniform(0.01, 0.4)),
            1e-5 * voice(1.0))
    return encode(np.asarray(made[int(rng.integers(len(made)))], np.float32), str(rng.choice(["wav", "flac", "mp3"])))


BOMBS: dict[str, tuple[Callable[[Rng], bytes], float]] = {
    "bombs of tables": (tables, 0.007), "bombs of fragments": (fragments, 0.01), "bombs of covers": (covers, 0.01),
    "bombs of pauses": (pauses, 0.01), "bombs of joined files": (joined, 0.01),
    "bombs of silence": (long_silence, 0.015), "bombs of noise": (other_decoder, 0.01),
}
"""Files that are made by hand to cost much, and how often."""

KINDS: dict[str, tuple[Callable[[Rng], bytes], float]] = {
    "changed bytes": (changed_bytes, 0.27), "cut": (cut, 0.09), "spliced": (spliced, 0.1),
    "lying headers": (lying_header, 0.08), "odd samples": (odd_samples, 0.04), "pointing elsewhere": (pointing, 0.04),
    "random bytes": (anything, 0.04), "no voice": (no_voice, 0.02),
    **{f"structure of {name}": (partial(structure, container=name), share) for name, share in (
        ("mp4", 0.08), ("matroska", 0.04), ("ogg", 0.04), ("flac", 0.03), ("wav", 0.03), ("mp3", 0.02), ("aiff", 0.01),
        ("aac", 0.01), ("caf", 0.02), ("avi", 0.02), ("asf", 0.03), ("flv", 0.02), ("mpegts", 0.02), ("others", 0.1))},
    **BOMBS,
}
"""What is done to files, and how often."""


def made(number: int, seed: int = 0) -> tuple[str, bytes]:
    """The kind and the content of a file."""
    rng = np.random.default_rng([seed, number])
    names = list(KINDS)
    shares = np.array([share for _, share in KINDS.values()])
    kind = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    return kind, KINDS[kind][0](rng)


# What comes of them.


@cache
def _recognizer() -> Recognizer:
    found = load(threads=1)
    found.predict(voice(6.0), 16_000)  # what is made once is made now, the networks for speakers among it
    for content in seeds():
        with suppress(IntoneError):
            found.predict(io.BytesIO(content))
    return found


@cache
def _idle_mb() -> float:
    """The memory of this process before the first file."""
    gc.collect()
    return _status_mb("VmRSS") or _peak_mb()


def _peak_mb() -> float:
    """The most memory that this process had since `_begin_peak`; where that does nothing, since it began."""
    return _status_mb("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform == "linux" else 1024**2)


def _status_mb(name: str) -> float:
    """A line of what Linux tells of this process; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


def _begin_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


@contextmanager
def _budgets() -> Iterator[list[bounds.Budget]]:
    """The budgets with which files are decoded meanwhile."""
    found: list[bounds.Budget] = []

    def begun(budget: bounds.Budget, size: int) -> None:
        found.extend([budget] if all(one is not budget for one in found) else [])
        usual(budget, size)

    usual, bounds.Budget.begin = bounds.Budget.begin, begun  # type: ignore[method-assign]
    try:
        yield found
    finally:
        bounds.Budget.begin = usual  # type: ignore[method-assign]


def most_s(kind: str, budgets: list[bounds.Budget]) -> float:
    """The processor seconds that a file may take, which has one budget for all that is done with it."""
    if len(budgets) > 1:
        return 0.0
    one = budgets[0] if budgets else bounds.Budget()
    if kind not in BOMBS:
        return max(MOST_S, SPEECH_S * one.decoded_s)
    return one.allowed_s + LAST_S + ANALYSIS_S * one.decoded_s


@cache
def _trap() -> socket.socket:
    """A server on loopback that nobody must call."""
    found = socket.create_server(("127.0.0.1", 0))
    found.setblocking(False)
    return found


def _port() -> int:
    return int(_trap().getsockname()[1])


def _called() -> bool:
    try:
        connection, _ = _trap().accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


@cache
def _own_folder() -> Path:
    """The folder for temporary files of this process, where none may be left."""
    folder = Path(tempfile.mkdtemp(prefix="intone-fuzz-"))
    tempfile.tempdir = str(folder)
    os.environ["TMPDIR"] = str(folder)
    return folder


def tried(number: int, seed: int = 0) -> Outcome:
    """Make a file, hear it, and say what came of it."""
    recognizer, _, folder, idle_mb = _recognizer(), _port(), _own_folder(), _idle_mb()
    kind, content = made(number, seed)
    descriptors, harm = _descriptors(), ""
    _begin_peak()
    started = time.process_time()
    try:
        with _budgets() as budgets:
            found = recognizer.predict(io.BytesIO(content), classes=8, max_seconds=MAX_SECONDS)
        result = "answer"
        if not np.isclose(sum(found.probabilities.values()), 1):
            harm = "probabilities that do not sum to 1"
    except IntoneError as error:
        result, sentence = type(error).__name__, str(error)
        if not sentence.endswith(".") or "\n" in sentence or len(sentence) > 400:
            harm = f"no single sentence: {sentence[:200]}"
    except Exception as error:  # this is what is looked for
        result, harm = type(error).__name__, f"{type(error).__name__}: {str(error)[:200]}"
    cpu_s = time.process_time() - started
    memory_mb, allowed_s = _peak_mb() - idle_mb, most_s(kind, budgets)
    gc.collect()
    left = _descriptors() - descriptors
    for is_so, what in ((cpu_s > allowed_s, f"{cpu_s:.1f} s"), (memory_mb > MOST_MB, f"{memory_mb:.0f} MB above idle"),
                        (left > 0, f"{left} descriptors left"), (any(folder.iterdir()), "temporary files left"),
                        (_called(), "a connection")):
        harm = harm or (what if is_so else "")
    return Outcome(number, kind, result, len(content), cpu_s, allowed_s, memory_mb, harm)


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0  # noqa: PTH208 - only their number


def summary(outcomes: list[Outcome], seed: int) -> dict[str, object]:
    """What is written down."""
    return {
        "files": len(outcomes), "seed": seed, "harm": [asdict(one) for one in outcomes if one.harm],
        "kinds": dict(sorted(Counter(one.kind for one in outcomes).items())),
        "results": dict(sorted(Counter(one.result for one in outcomes).items())),
        "slowest_s": round(max((one.cpu_s for one in outcomes if one.kind not in BOMBS), default=0.0), 2),
        "slowest_bomb_s": round(max((one.cpu_s for one in outcomes if one.kind in BOMBS), default=0.0), 2),
        "median_ms": round(1000 * float(np.median([one.cpu_s for one in outcomes])), 1),
        "most_above_idle_mb": round(max(one.memory_mb for one in outcomes)),
    }


def _kept(path: Path | None, seed: int) -> Iterator[Outcome]:
    """What came of files in an earlier run, each on a line of which the last may be cut."""
    for line in path.read_text(encoding="utf-8").splitlines() if path and path.exists() else ():
        with suppress(json.JSONDecodeError):
            found = json.loads(line)
            if found.pop("seed") == seed:
                yield Outcome(**found)


def all_of(numbers: Sequence[int], seed: int, jobs: int | None, kept: Path | None) -> list[Outcome]:
    """What comes of many files; `kept`: where it is kept, and taken from what was made before."""
    known = {one.number: one for one in _kept(kept, seed)}
    missing = [number for number in numbers if number not in known]
    with kept.open("a", encoding="utf-8") if kept else nullcontext() as file:
        for one in mapped(partial(tried, seed=seed), missing, title="hearing", jobs=jobs):
            known[one.number] = one
            if file:
                file.write("\n" * (one.number == missing[0]) + json.dumps({"seed": seed} | asdict(one)) + "\n")
                file.flush()
    return [known[number] for number in numbers]


def main() -> int:
    """Try many files; 1 where one did harm."""
    parser = argparse.ArgumentParser(description="Hear files that are wrong in every way.")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--only", type=int, help="the number of one file, to look into what it did")
    parser.add_argument("--to", type=Path, help="a JSON file for what came of it")
    parser.add_argument("--outcomes", type=Path, help="a file for what came of each, with which to go on")
    chosen = parser.parse_args()
    if chosen.only is not None:
        print(tried(chosen.only, chosen.seed))
        return 0
    outcomes = all_of(range(chosen.files), chosen.seed, chosen.jobs, chosen.outcomes)
    found = summary(outcomes, chosen.seed)
    for name, value in found.items():
        print(f"{name}: {value}")
    if chosen.to:
        write_json(chosen.to, found)
    return 1 if found["harm"] else 0


if __name__ == "__main__":
    sys.exit(main())
