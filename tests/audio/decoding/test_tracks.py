"""Files with several tracks of sound: which one is read, and what is said of it."""

import io

import numpy as np
import pytest

import intone
from intone.audio import RATE, Signal, read, read_mono, sounds
from intone.errors import NoSpeech, NotAudio, UsageError
from sounds import correlation, noise, pcm, silence, tone, tracks, voice

VOICE, OTHER = voice(2), voice(2, pitch=220, seed=5)


def film_of(*signals: Signal, **choices) -> io.BytesIO:
    """A file with a track for each signal."""
    return io.BytesIO(tracks(*signals, **choices))


def heard(file: io.BytesIO, **asked) -> tuple[Signal, str]:
    (one,) = read(file, **asked)
    return one.signal, " ".join(one.notes)


def test_one_track_is_read_without_a_word():
    signal, said = heard(film_of(VOICE))
    assert correlation(signal, VOICE) > 0.98 and said == ""


@pytest.mark.parametrize("muxer", ["matroska", "mov"])
def test_of_several_the_first_is_read_and_named(muxer):
    signal, said = heard(film_of(VOICE, OTHER, muxer=muxer, default=1))
    assert correlation(signal, VOICE) > 0.98
    assert said == ("The recording has 2 tracks of sound (1, 2), of which track 1 was analysed: choose another by its number, or "
                    "each.")


def test_the_default_track_is_read_with_its_language():
    signal, said = heard(film_of(OTHER, VOICE, OTHER, default=2, t1="deu", t2="eng"))
    assert correlation(signal, VOICE) > 0.98
    assert said == ("The recording has 3 tracks of sound (1 (deu), 2 (eng), 3), of which track 2 (eng) was analysed: choose "
                    "another by its number, or each.")


@pytest.mark.parametrize("empty", [silence(2), noise(2, rms=1e-3), 0.001 * voice(2, seed=3)],
                         ids=["zeros", "hiss", "far below"])
@pytest.mark.parametrize("default", [None, 1])
def test_a_silent_track_is_passed_over(empty, default):
    signal, said = heard(film_of(empty, VOICE, default=default))
    assert correlation(signal, VOICE) > 0.98 and "track 2 was analysed" in said


def test_where_the_track_has_no_voice_the_others_are_named():
    recognizer = intone.load()
    with pytest.raises(NoSpeech, match=r"^No voice was found in .* of which track 1 was analysed: choose another by its number"):
        recognizer.predict(film_of(tone(300, 2), VOICE).getvalue())
    with pytest.raises(NoSpeech, match=r"close to the microphone\.$"):
        recognizer.predict(film_of(tone(300, 2)).getvalue())


def test_a_track_that_is_silent_for_a_while_is_not_passed_over():
    signal, said = heard(film_of(np.concatenate([silence(20), VOICE]), tone(300, 22), default=1))
    assert correlation(signal[20 * RATE :], VOICE) > 0.98 and "track 1 was analysed" in said


def test_where_all_are_silent_the_default_is_read():
    _, said = heard(film_of(silence(1), silence(1), silence(1), default=3))
    assert "track 3 was analysed" in said


@pytest.mark.parametrize("number", [1, 2])
def test_a_track_may_be_chosen(number):
    signal, said = heard(film_of(VOICE, OTHER), track=number)
    assert correlation(signal, (VOICE, OTHER)[number - 1]) > 0.98 and said == ""


def test_each_track_has_its_signal():
    for found in (read(film_of(VOICE, OTHER), track="each"), sounds(film_of(VOICE, OTHER), track="each")):
        assert [(one.number, one.track) for one in found] == [(None, 1), (None, 2)]
        for one, wanted in zip(found, (VOICE, OTHER), strict=True):
            signal = one.signal if hasattr(one, "signal") else np.concatenate(list(one))
            assert correlation(signal, wanted) > 0.98


@pytest.mark.parametrize("track", [3, 8])
def test_a_track_that_is_not_there_is_told_with_those_that_are(track):
    with pytest.raises(UsageError, match=rf"no track {track}: the recording has these: 1, 2 \(eng\); choose"):
        read(film_of(VOICE, OTHER, t2="eng"), track=track)


@pytest.mark.parametrize("content", [pcm(VOICE, RATE), pcm(VOICE, RATE, "FLAC")], ids=["wav", "flac"])
def test_a_file_of_one_kind_of_track_has_one(content):
    assert correlation(read(io.BytesIO(content), track="each")[0].signal, VOICE) > 0.98
    assert np.array_equal(read(io.BytesIO(content), track=1)[0].signal, read_mono(io.BytesIO(content)))
    with pytest.raises(UsageError, match="no track 2: the recording has these: 1; choose"):
        read(io.BytesIO(content), track=2)


@pytest.mark.parametrize("wrong", ["mix", "one", 0, -1, True, None, "1"])
def test_a_choice_that_does_not_exist_is_refused_before_reading(wrong):
    with pytest.raises(UsageError, match=r"There is no track .*: default, each, or a number from 1"):
        read("/no/such/file", track=wrong)


def test_each_track_and_each_channel_is_too_much():
    with pytest.raises(UsageError, match="choose one track, or one channel"):
        sounds(film_of(VOICE, OTHER), "each", track="each")


def test_what_is_no_recording_has_no_tracks():
    with pytest.raises(NotAudio):
        sounds(io.BytesIO(b"no recording" * 99), track="each")
