"""What a program gives as a recording -> what `audio` takes: a path, a binary file, or samples with their rate.

    a path         str or os.PathLike
    a whole file   bytes, bytearray or memoryview
    an open file   binary; one that cannot be rewound is read to its end
    samples        (samples,) or (samples, channels), whatever numpy makes numbers of, with their rate in Hz
    a pair         (samples, rate)
    several        a list, a tuple, an iterator or a column of these

Anything else is a UsageError that says what to give instead.
"""

import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from intone.audio import Sound
from intone.audio.search import is_folder, is_there
from intone.errors import IntoneError, UsageError

Samples = tuple[NDArray[Any], float]
Given = (str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | Sound | NDArray[Any] | Sequence[float]
         | tuple[Any, float])
"""One recording."""

KINDS = "a path, the bytes of a file, an open binary file, or samples with their rate"


def one(given: Any, rate: float | None = None) -> Path | IO[bytes] | Sound | Samples:
    """What `audio` reads of one recording; a UsageError where it is none, or several.

    >>> one(b"RIFF").read(), one([0.0, 0.5], 16_000)[0].shape
    (b'RIFF', (2,))
    """
    check(given, rate)
    if rate is not None:
        return _samples(given, rate)
    if _is_pair(given):
        return _samples(*given)
    if _is_path(given):
        return Path(os.fsdecode(given))
    if _is_content(given):
        return io.BytesIO(given)
    found: IO[bytes] | Sound = given
    return found if isinstance(found, Sound) or hasattr(found, "seekable") else io.BytesIO(found.read())


def several(given: Any, rate: float | None = None) -> Iterable[Any] | None:
    """The recordings in a list, a tuple, an iterator or a column; None where it is one, or none of these.

    >>> several(("a.wav", "b.wav")), several("a.wav"), several(([0.0, 0.5], 16_000))
    (['a.wav', 'b.wav'], None, None)
    """
    if rate is not None or not _is_several(given):
        return None
    if isinstance(given, Iterator):
        return given
    found: list[Any] = _as_array(given).tolist() if _is_array(given) else list(given)
    return found


def check_all(recordings: Iterable[Any]) -> None:
    """Find what is none of several recordings before the first is analysed; those of an iterator come one by one."""
    for number, item in enumerate(() if isinstance(recordings, Iterator) else recordings, start=1):
        with numbered(number, item):
            check(item)


@contextmanager
def numbered(number: int, given: Any) -> Iterator[None]:
    """Within the block, an error says which of several recordings it is about."""
    try:
        yield
    except IntoneError as error:
        name = f" ({os.fsdecode(given)})" if _is_path(given) else ""
        raise type(error)(f"Recording {number}{name}: {error}") from error


def check(given: Any, rate: float | None = None) -> None:
    """A UsageError unless this is one recording, as far as that can be told before it is read."""
    said = _refused(given) if rate is None else _refused_beside(given, rate)
    if said:
        raise UsageError(said)


# Why something is no recording; None where it is one.


def _refused(given: Any) -> str | None:
    if _is_path(given):
        return _refused_path(os.fsdecode(given))
    if _is_pair(given):
        return _refused_beside(*given) if len(given) == 2 else (
            f"A pair (samples, rate) has two parts, and {len(given)} are given: leave out what follows the rate.")
    if isinstance(given, Sound) or _is_content(given):
        return None
    if _is_file(given):
        return _refused_file(given)
    if _is_missing(given):
        return f"A missing value ({given}) is no recording: give {KINDS}, or a list of these."
    if _is_number(given):
        return f"The number {given} is no recording: samples need their rate, as in predict(samples, rate)."
    if hasattr(given, "columns"):
        return "A table is no recording: name its column of recordings, as in predict(table['path'])."
    if _holds_numbers(given):
        return "Samples need their rate: predict(samples, rate), or a pair (samples, rate)."
    if _is_several(given):
        return "Several recordings are given in the place of one: call predict for a list of answers, or predict_many."
    return f"Something of the type {type(given).__name__} is no recording: give {KINDS}, or a list of these."


def _refused_path(name: str) -> str | None:
    if not name or "\0" in name:
        return "The path is empty, or holds a NUL: name a file."
    if is_folder(name):
        return f"{name} is a folder: call predict_many for all of its recordings, or name one of them."
    if "://" in name and not is_there(name):
        return f"{name} is an address, and not a file of this computer: download it, or run `intone batch`."
    return None


def _refused_file(file: Any) -> str | None:
    try:
        nothing = file.read(0)
    except (OSError, ValueError, TypeError) as error:  # as of one that is closed, or open for writing alone
        return f"The file cannot be read ({error}): open it anew, as in open(name, 'rb')."
    return "The file is open as text: open it as bytes, as in open(name, 'rb')." if isinstance(nothing, str) else None


def _refused_beside(given: Any, rate: Any) -> str | None:
    """The same of samples with a rate."""
    if _is_number(given) and not _is_number(rate):
        return "The samples come first, then their rate: predict(samples, rate)."
    if _is_content(given):
        return ("Bytes are a whole file, which states its own rate: leave the rate out, or give raw samples, as "
                "numpy.frombuffer(content, 'int16') does.")
    if _is_path(given) or _is_file(given) or isinstance(given, Sound):
        return f"A file states its own rate, so {rate!r} says nothing: leave it out, or name it, as in classes=8."
    if not _is_number(rate):
        return f"The rate {rate!r} is no number of samples a second: predict(samples, rate)."
    if given is None or _is_number(given) or isinstance(given, Mapping | Set):
        return f"Something of the type {type(given).__name__} is no samples: give numbers, as in a numpy array."
    return None


# What something is.


def _is_path(given: Any) -> bool:
    return isinstance(given, str | os.PathLike)


def _is_content(given: Any) -> bool:
    """Whether it is the bytes of a file; a view of wider numbers is samples."""
    return isinstance(given, bytes | bytearray) or (
        isinstance(given, memoryview) and (given.itemsize, given.ndim) == (1, 1))


def _is_file(given: Any) -> bool:
    return hasattr(given, "read")


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float | np.number)


def _is_missing(given: Any) -> bool:
    """Whether it is None, or what stands in a column of pandas where there is nothing."""
    return given is None or type(given).__name__ in ("NAType", "NaTType") or (
        isinstance(given, float) and np.isnan(given))


def _is_pair(given: Any) -> bool:
    """Whether it is samples and their rate, in either order; or was to be, with a wrong rate or more behind it."""
    if isinstance(given, tuple) and len(given) > 1 and _holds_numbers(given[0]):
        return given[1] is None or isinstance(given[1], str) or _is_number(given[1])
    return (isinstance(given, tuple | list) and len(given) == 2 and _is_number(given[0]) != _is_number(given[1])
            and not any(_is_path(one) or _is_content(one) or _is_file(one) or one is None for one in given))


def _is_array(given: Any) -> bool:
    return hasattr(given, "__array__")


def _holds_numbers(given: Any) -> bool:
    if hasattr(given, "detach"):  # a tensor
        return True
    if _is_array(given):
        return _as_array(given).dtype.kind not in "OSUT"  # objects and texts
    return isinstance(given, Iterable) and not isinstance(given, Iterator) and _is_number(next(iter(given), None))


def _is_several(given: Any) -> bool:
    if (_is_path(given) or _is_content(given) or _is_file(given) or _is_pair(given) or hasattr(given, "columns")
            or isinstance(given, Sound | Mapping | Set)):
        return False
    if _is_array(given):
        return not _holds_numbers(given) and _as_array(given).ndim > 0
    return isinstance(given, Iterable) and not _holds_numbers(given)


# Samples.


def _as_array(given: Any) -> NDArray[Any]:
    """What numpy makes of it; a tensor of torch may lie on a GPU, or keep gradients."""
    return np.asarray(given.detach().cpu() if hasattr(given, "detach") else given)


def _samples(given: Any, rate: float) -> Samples:
    try:
        array = _as_array(list(given) if isinstance(given, Iterator) else given)
    except (TypeError, ValueError, RuntimeError) as error:
        raise UsageError(f"The samples are no numbers that numpy takes ({' '.join(str(error).split())}): give an array "
                         "of shape (samples,) or (samples, channels).") from error
    if array.ndim == 2 and 0 < len(array) < array.shape[1]:
        raise UsageError(f"Samples are (samples, channels), and these are {array.shape}, the other way round: give "
                         "samples.T, or several recordings as a list of pairs (samples, rate).")
    if array.dtype.kind in "iu" and array.itemsize == 8:
        raise UsageError(f"Samples of {array.dtype} have no full scale: give them as int16, or as floats from -1 to 1.")
    return array, rate
