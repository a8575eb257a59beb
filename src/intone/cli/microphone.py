"""The microphone of `intone listen`: sounddevice, which speaks to the sound system of every platform by PortAudio."""

import sys
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intone.audio import RATE
from intone.cli.ending import Ending
from intone.cli.messages import say
from intone.errors import IntoneError, UsageError

Block = NDArray[np.int16]

_PATIENCE_S = 0.5  # without a sample, after which it is asked whether the microphone is still there


class NoMicrophone(IntoneError):
    """There is no microphone, or it cannot be used."""


class Microphone:
    """A microphone, by its number or a part of its name, the default one without any.

    `rate` is that of its samples: `RATE` where it has that, else its own.
    """

    def __init__(self, device: str | None = None) -> None:
        self._sounds = _sounddevice()
        self._device = int(device) if device and device.isdecimal() else device
        try:
            found = self._sounds.query_devices(self._device, "input")
        except (ValueError, self._sounds.PortAudioError) as error:
            if device is None:
                raise NoMicrophone("No microphone was found: connect one, or allow this program to use it.") from error
            raise UsageError(f"There is no microphone '{device}', or more than one: choose one that `intone listen "
                             "--list-devices` names, by its number.") from error
        self.name, self.rate = str(found["name"]), RATE
        try:
            self._sounds.check_input_settings(self._device, 1, "int16", samplerate=RATE)
        except (ValueError, self._sounds.PortAudioError):
            self.rate = round(found["default_samplerate"])

    def blocks(self, ending: Ending) -> Iterator[Block]:
        """The samples (samples,) as they come, until the end is asked for. What waits comes as one block."""
        waiting, lost = SimpleQueue[Block](), False

        def hear(samples: NDArray[np.int16], _count: int, _time: Any, status: Any) -> None:
            nonlocal lost
            lost = lost or bool(status.input_overflow)
            waiting.put(samples[:, 0].copy())

        try:
            stream = self._sounds.InputStream(samplerate=self.rate, channels=1, dtype="int16", device=self._device,
                                              callback=hear)
        except (ValueError, self._sounds.PortAudioError) as error:
            raise NoMicrophone(f"The microphone {self.name} cannot be opened ({_words(error)}): end what else uses it, "
                               "or allow this program to use it.") from error
        with stream:
            while not ending.asked:
                parts = ending.wait(lambda: _all(waiting))
                if parts:
                    yield np.concatenate(parts)
                elif not ending.asked and not stream.active:
                    say(f"The microphone {self.name} is gone: what it recorded until then is answered.")
                    break
        if lost:
            say("Some of the sound was lost, since this computer was busy.")


def listed() -> list[str]:
    """Every microphone, a line for each: its number and its name; the default one is marked by a star."""
    sounds = _sounddevice()
    default = sounds.default.device[0]
    found = [(number, one["name"]) for number, one in enumerate(sounds.query_devices()) if one["max_input_channels"]]
    if not found:
        raise NoMicrophone("No microphone was found: connect one, or allow this program to use it.")
    return [f"{'*' if number == default else ' '} {number:3}  {name}" for number, name in found]


def _all(waiting: "SimpleQueue[Block]") -> list[Block]:
    """All blocks that wait; none where none has come for some time."""
    try:
        found = [waiting.get(timeout=_PATIENCE_S)]
        while not waiting.empty():
            found.append(waiting.get())
    except Empty:
        return []
    return found


def _sounddevice() -> Any:
    try:
        import sounddevice
    except OSError as error:  # the package is there, and the library that it calls is not
        how = " (on Debian and Ubuntu: apt install libportaudio2)" if sys.platform == "linux" else ""
        raise NoMicrophone(f"The library PortAudio is not installed, by which microphones are read: install it{how}."
                           ) from error
    return sounddevice


def _words(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
