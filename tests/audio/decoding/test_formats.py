"""Every format of the list is read, and nothing else is; a refusal says what was found."""

import io
import re
import zipfile
from pathlib import Path

import av
import numpy as np
import pytest
from av.format import ContainerFormat

from containers import MADE, WITHOUT_A_VOICE, muxed
from intone import audio
from intone.audio import RATE, read_mono
from intone.audio.decoding import formats
from intone.errors import Damaged, NotAudio
from sounds import correlation, encode, mux, noise, tone, voice

PAGE = Path(__file__).resolve().parents[3] / "docs" / "prediction.md"

LOSSY = {"amr": 0.8, "3gp": 0.8, "dsf": 0.5, "dff": 0.5}
"""How like the sound what is decoded is at least; the bits of DSD are drawn by chance here."""

OPENS_OTHERS = {"hls", "concat", "sdp", "rtsp", "rtp", "sap", "image2", "image2pipe", "webm_dash_manifest", "vobsub",
                "lavfi", "data", "tty", "s16le", "u8", "alaw", "mulaw", "rawvideo", "ffmetadata", "imf", "dash"}


def suffix(name: str) -> str:
    return f".{name.rpartition('.')[2]}"


# The list


def test_the_list_has_each_once():
    for many in (formats.SUFFIXES, formats.DEMUXERS.split(","), [one.name for one in formats.FORMATS]):
        assert len(set(many)) == len(many)
    assert all(re.fullmatch(r"\.[a-z0-9]+", one) for one in formats.SUFFIXES)


def test_nothing_of_it_opens_other_files_or_takes_any_bytes():
    assert not set(formats.DEMUXERS.split(",")) & OPENS_OTHERS
    for name in formats.DEMUXERS.split(","):
        flags = int(ContainerFormat(name, "r").flags)
        assert not flags & 1, f"{name} opens files itself"


def test_the_file_chooser_of_a_phone_offers_all():
    assert audio.ACCEPT.split(",") == ["audio/*", "video/*", *audio.SUFFIXES]


def test_the_page_has_the_list():
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    found = {row[0][2:]: row[1].rstrip(" |") for row in rows if len(row) == 2}
    for one in formats.FORMATS:
        assert found[one.name] == ", ".join(ending[1:] for ending in one.suffixes)


# What is read


def test_every_format_has_a_recording_here():
    made = {suffix(name) for name in MADE}
    assert [one.name for one in formats.FORMATS if not made & set(one.suffixes)] == []
    assert made <= set(formats.SUFFIXES)


@pytest.mark.parametrize("name", MADE)
def test_a_recording_is_read(name):
    signal = voice(2)
    heard = read_mono(io.BytesIO(MADE[name](signal)))
    assert len(heard) == pytest.approx(len(signal), abs=0.1 * RATE)
    if name not in WITHOUT_A_VOICE:
        assert correlation(signal, heard) > LOSSY.get(name, 0.97)


@pytest.mark.parametrize("name", [name for name in MADE if name not in ("dv", "mxf", "gsm")])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_recording_is_read_as_far_as_it_goes_or_told(name, share):
    whole = MADE[name](voice(2))
    cut = whole[: round(len(whole) * share)]
    stated = next(one for one in formats.FORMATS if suffix(name) in one.suffixes).states_length
    try:
        heard = read_mono(io.BytesIO(cut))
    except Damaged as told:
        assert re.search(r"states 2\.\d s, but only [01]\.\d s", str(told))
    except NotAudio as told:
        assert "is cut off, was not finished or is damaged" in str(told) or "no sound at all" in str(told)
    else:
        assert len(heard) < 2.1 * RATE
        assert not stated or len(heard) > 1.6 * RATE, "a length that is stated is not found out"


@pytest.mark.parametrize("name", ["sound", "sound.txt", "sound.wav"])
def test_the_content_decides_and_not_the_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(MADE["wma"](voice(1)))
    assert len(read_mono(path)) == pytest.approx(RATE, abs=0.1 * RATE)


# What is refused


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as whole:
        whole.writestr("a.wav", b"RIFF")
    return file.getvalue()


def with_tag(tag: bytes) -> bytes:
    return encode(voice(1), "m4a").replace(b"mp4a", tag)


REFUSED = {
    "pdf": (b"%PDF-1.7\n" * 200, "is a PDF document, not a recording"), "zip": (archive(), "is a ZIP archive"),
    "html": (b"<!DOCTYPE html><html></html>" * 50, "is a web page"), "text": ("Grüße\n".encode() * 500, "is a text"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(3000), "is a PNG picture"),
    "heic": (b"\0\0\0\x24ftypheic\0\0\0\0mif1heic" + bytes(3000), "is a HEIC or AVIF picture"),
    "midi": (b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk" + bytes(300), "is a MIDI file, which holds notes and no sound"),
    "silk": (b"\2#!SILK_V3" + noise(0.1).tobytes(), "is a SILK voice message"),
    "playlist": (b"#EXTM3U\nhttp://127.0.0.1/a.wav\n", "is a playlist, which holds no sound itself"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "is a pointer of Git LFS"),
    "zeros": (bytes(5000), "is empty at its beginning"), "audible": (b"\0\0\0\x24ftypaax \0\0\0\0", "copy-protected"),
    "game": (mux(tone(440, 1, 44_100), 44_100, "adx", "adpcm_adx"), "is of the format CRI ADX, not a recording"),
    "flash": (mux(tone(440, 1, 44_100), 44_100, "swf", "libmp3lame"), "is of the format SWF"),
    "cut mp4": (encode(voice(2), "m4a")[:9000], "begins like MP4, QuickTime, 3GP, but cannot be decoded"),
    "protected": (with_tag(b"drms"), "copy-protected"), "protected too": (with_tag(b"enca"), "copy-protected"),
}


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_names_what_was_found(content, said):
    with pytest.raises(NotAudio, match=said) as told:
        read_mono(io.BytesIO(content))
    assert str(told.value).count(". ") == 0 and str(told.value).endswith(".")


def test_a_video_without_sound_is_named():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        track = container.add_stream("mpeg4", rate=10)
        track.width = track.height = 64
        container.mux([*track.encode(av.VideoFrame(64, 64, "yuv420p")), *track.encode(None)])
    with pytest.raises(NotAudio, match=r"The file \(MP4, QuickTime, 3GP\) has no audio track"):
        read_mono(file)


def test_a_list_of_files_in_a_container_is_not_followed(tmp_path):
    """A QuickTime file may say that its sound lies in another."""
    (tmp_path / "secret.wav").write_bytes(encode(voice(1), "wav"))
    whole = muxed(voice(1), "f4v")
    alias = b"\0\0\0\x0curl \0\0\0\x01"
    assert alias in whole
    elsewhere = whole.replace(alias, b"\0\0\0\x0curl \0\0\0\0")
    try:
        assert np.isfinite(read_mono(io.BytesIO(elsewhere))).all()
    except NotAudio as told:
        assert str(told)
