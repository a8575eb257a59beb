"""recording -> signal -> speech.

    decoding/  bytes of a recording -> blocks of samples, whatever the format
    channels   which channels make the signal: their mean, or the one that is not cancelled
    crosstalk  channels with a voice each, without what leaks from one into the other
    choice     which channel and track are asked for
    levels     what the samples say of their levels before they are resampled: flat tops, steps
    offset     a large constant offset is taken away
    signal     blocks -> one signal: mono, 16 kHz; this package has its names
    search     which files of a folder or a glob are recordings, and what is left out
    envelope   where in a signal there is sound
    vad        where in a signal someone speaks (voice activity detection), and the segments between pauses
    live       the speech in a signal that still comes in
    windows    a recording of any length in windows of two minutes, cut where nobody speaks
    quality    how noisy, clipped, quiet or coarse a recording is
    augment    noise, rooms, microphones, codecs, speed: augmentation in training, corruptions in evaluation

A *signal* is float32, mono, of shape (samples,), nominally in [-1, 1], at 16,000 samples a second. Times are seconds.
"""

from intone.audio.choice import check_choice
from intone.audio.decoding.formats import ACCEPT, SUFFIXES
from intone.audio.signal import (
    MAX_HEARD_SECONDS,
    MAX_SECONDS,
    RATE,
    Channel,
    Signal,
    Sound,
    Source,
    from_samples,
    read,
    read_mono,
    resample,
    sound,
    sounds,
    sounds_of_samples,
)

__all__ = ["ACCEPT", "MAX_HEARD_SECONDS", "MAX_SECONDS", "RATE", "SUFFIXES", "Channel", "Signal", "Sound", "Source",
           "check_choice", "from_samples", "read", "read_mono", "resample", "sound", "sounds", "sounds_of_samples"]
