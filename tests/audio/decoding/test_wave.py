"""WAV files of 16-bit integers or floats are read without FFmpeg, and give what FFmpeg gives."""

import io
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import IO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intone.audio import decoding
from intone.audio.decoding import bounds, chunks, ffmpeg, wave
from intone.errors import Damaged, RecordingError, TooLong
from sounds import noise, pcm
from web_server import tone, wav


def plain(channels: int = 1, rate: int = 16_000, frames: int = 5000, before: bytes = b"", after: bytes = b"",
          floats: bool = False) -> bytes:
    """A WAV of noise with chunks before and after its samples."""
    noise = np.random.default_rng(channels).integers(-(2**15), 2**15, (frames, channels))
    samples = (noise / 3e4).astype("<f4").tobytes() if floats else noise.astype("<i2").tobytes()
    frame, code = channels * (4 if floats else 2), 3 if floats else 1
    stated = struct.pack("<4sIHHIIHH", b"fmt ", 16, code, channels, rate, frame * rate, frame, 8 * frame // channels)
    body = b"WAVE" + stated + before + struct.pack("<4sI", b"data", len(samples)) + samples + after
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def is_plain(file: bytes) -> bool:
    found = chunks.forms(io.BytesIO(file))
    return bool(found) and wave.plain(io.BytesIO(file), found[0]) is not None


def blocks(file: IO[bytes], max_seconds: float) -> Iterator[tuple[bounds.Block, int]]:
    return decoding.blocks(file, max_seconds, bounds.Budget(1000))


def joined(those) -> tuple[np.ndarray, set[int]]:
    found = list(those)
    return np.concatenate([block for block, _ in found], axis=1), {rate for _, rate in found}


@pytest.mark.parametrize("floats", [False, True], ids=["integers", "floats"])
@pytest.mark.parametrize("channels", [1, 2, 3, 6, 8])
@pytest.mark.parametrize("rate", [8000, 44_100, 96_000])
def test_the_samples_are_those_of_ffmpeg(channels: int, rate: int, floats: bool) -> None:
    note = struct.pack("<4sI", b"LIST", 5) + b"INFOa\0"
    file = plain(channels, rate, before=note, after=note, floats=floats)
    assert is_plain(file)
    found, rates = joined(blocks(io.BytesIO(file), 60))
    wanted, also = joined(ffmpeg.samples(io.BytesIO(file), bounds.Budget(len(file)), []))
    np.testing.assert_array_equal(found, wanted)
    assert rates == also == {rate} and found.dtype == wanted.dtype == np.float32


@pytest.mark.parametrize("container", ["RF64", "W64"])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_32", "FLOAT"])
def test_those_of_longer_files_are_too(container: str, subtype: str) -> None:
    file = pcm(np.stack([noise(1), noise(1, seed=1)], 1), 44_100, container, subtype)
    assert is_plain(file)
    found, rates = joined(blocks(io.BytesIO(file), 60))
    wanted, also = joined(ffmpeg.samples(io.BytesIO(file), bounds.Budget(len(file)), []))
    np.testing.assert_array_equal(found, wanted)
    assert rates == also == {44_100}


def test_one_longer_than_a_block_comes_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "BLOCK", 1000)
    found = [block for block, _ in blocks(io.BytesIO(plain(3, frames=5000)), 60)]
    assert {len(block) for block in found} == {3} and max(block.size for block in found) <= 1000
    assert sum(block.shape[1] for block in found) == 5000
    with pytest.raises(TooLong, match="longer than"):
        list(blocks(io.BytesIO(plain(frames=16_001)), 1))


ODD: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda file: file[:-100],
    "a frame of no bytes": lambda file: file[:32] + b"\0\0" + file[34:],
    "another rate of bytes": lambda file: file[:28] + b"\1\0\0\0" + file[32:],
    "a rate of zero": lambda file: file[:24] + bytes(8) + file[32:],
    "no channel": lambda file: file[:22] + bytes(2) + file[24:],
    "24 bits": lambda file: file[:34] + b"\x18\0" + file[36:],
    "mp3 inside": lambda file: file[:20] + b"\x55\0" + file[22:],
    "no samples": lambda file: file[:40] + bytes(4),
    "a length that is no multiple of a frame": lambda file: file[:40] + b"\x01\x10\0\0" + file[44 : 45 + 4096],
    "samples before their header": lambda file: file[:12] + file[36:] + file[12:36],
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_what_is_odd_is_left_to_ffmpeg(change: Callable[[bytes], bytes]) -> None:
    assert not is_plain(change(plain()))


@given(st.binary(max_size=60), st.integers(0, 60))
def test_whatever_a_header_states_gives_samples_or_a_sentence(bytes_: bytes, at: int) -> None:
    file = plain(frames=300)
    changed = file[:at] + bytes_ + file[at + len(bytes_) :]
    try:
        found = list(blocks(io.BytesIO(changed), 10))
    except RecordingError as error:
        assert str(error)
    else:
        assert all(block.size and np.isfinite(block).all() for block, _ in found) or not is_plain(changed)


def test_a_file_that_is_cut_while_it_is_read_is_told() -> None:
    class Shrinks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return b"" if size is not None and size > 1000 else super().read(size)

    with pytest.raises(Damaged, match="shorter while it was read"):
        list(blocks(Shrinks(plain()), 10))


def test_ffmpeg_is_not_loaded_for_it() -> None:
    script = "import io, sys; from intone import audio; audio.read(io.BytesIO(sys.stdin.buffer.read())); assert 'av' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], input=wav(tone("sad", 1)), check=True)
