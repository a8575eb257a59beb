"""What Python users give as a recording: all of it gets the same answer, or one sentence."""

import array
import gzip
import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import given as drawn
from hypothesis import strategies as st

from intone import Prediction, Recognizer
from intone.audio import RATE, sounds
from intone.errors import NoSpeech, RecordingError, UsageError
from intone.recognition.given import one, several
from intone.recognition.recognizer import load
from sounds import encode, pcm, silence, voice
from tiny_model import tiny_model

VOICE = voice(1.5, 110, 1)
WHOLE = pcm(VOICE, RATE)
SIXTEEN = soundfile.read(io.BytesIO(WHOLE), dtype="int16")[0]


@pytest.fixture(scope="module")
def tilted(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    """Answers differ with the sound."""
    return load(tiny_model(tmp_path_factory.mktemp("tiny") / "tiny.onnx", {"male_sad": 0.02, "male_happy": 0.98},
                           {"male_sad": 0.1, "male_happy": -0.1}))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "voice.wav"
    found.write_bytes(WHOLE)
    return found


class Pathlike:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)


class Unseekable(io.RawIOBase):
    """A stream as of a socket or a pipe: it gives few bytes at a time, and cannot go back."""

    def __init__(self, content: bytes) -> None:
        self.left = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self.left.read(min(len(buffer), 1000))
        buffer[: len(part)] = part
        return len(part)


class Reader:
    """A file of which nothing is known but that it can be read."""

    def __init__(self, content: bytes) -> None:
        self.read = io.BytesIO(content).read


def spooled(content: bytes) -> Any:
    file = tempfile.SpooledTemporaryFile()  # noqa: SIM115  # the test closes it
    file.write(content)
    return file


def zipped(content: bytes) -> Any:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("voice.wav", content)
    return zipfile.ZipFile(file).open("voice.wav")


# One recording


@pytest.mark.parametrize("made", [
    str, Path, Pathlike, os.fspath, lambda path: path.read_bytes(),
    lambda path: bytearray(path.read_bytes()), lambda path: memoryview(path.read_bytes()),
    lambda path: io.BytesIO(path.read_bytes()), lambda path: Unseekable(path.read_bytes()),
    lambda path: Reader(path.read_bytes()), lambda path: spooled(path.read_bytes()),
    lambda path: zipped(path.read_bytes()), lambda path: gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(path.read_bytes()))),
    lambda path: sounds(path)[0], lambda path: (SIXTEEN, RATE), lambda path: [SIXTEEN, RATE],
    lambda path: soundfile.read(path, dtype="int16")],
    ids=["str", "Path", "PathLike", "fspath", "bytes", "bytearray", "memoryview", "BytesIO", "unseekable", "only read",
         "spooled", "in a zip", "gzip", "Sound", "pair", "pair in a list", "soundfile.read"])
def test_every_form_of_one_recording_gets_its_answer(made: Callable[[Path], Any], tilted: Recognizer, path: Path) -> None:
    given = made(path)
    expected, found = tilted.predict(path, classes=8), tilted.predict(given, classes=8)
    if hasattr(given, "close"):
        given.close()
    assert isinstance(found, Prediction)
    assert (found.probabilities, found.segments) == (expected.probabilities, expected.segments)


def test_an_open_file_is_left_open_and_read_from_its_beginning(tilted: Recognizer, path: Path) -> None:
    with path.open("rb") as file:
        file.seek(50)
        assert tilted.predict(file) == tilted.predict(file)
        assert not file.closed
    with path.open("rb", buffering=0) as raw:
        assert tilted.predict(raw).duration_s == 1.5


def test_a_path_names_the_answer_and_nothing_else_does(tilted: Recognizer, path: Path) -> None:
    assert [tilted.predict(one).file for one in (path, str(path), Pathlike(path))] == [str(path)] * 3
    assert tilted.predict(path.read_bytes()).file is None
    assert tilted.predict(path.read_bytes(), file="hers").file == "hers"


FLOATS = VOICE[:RATE]


@pytest.mark.parametrize("made", [
    lambda: FLOATS, lambda: FLOATS.astype(np.float64), FLOATS.tolist, lambda: tuple(FLOATS.tolist()),
    lambda: array.array("f", FLOATS), lambda: memoryview(FLOATS), lambda: pd.Series(FLOATS, index=range(7, 7 + RATE)),
    lambda: iter(FLOATS.tolist()), lambda: FLOATS[:, None], lambda: np.stack([FLOATS, FLOATS], axis=1),
    lambda: [[one, one] for one in FLOATS.tolist()], lambda: pd.DataFrame({"left": FLOATS, "right": FLOATS}),
    lambda: np.ma.array(FLOATS)],
    ids=["float32", "float64", "list", "tuple", "array.array", "memoryview", "Series", "iterator", "a column", "stereo",
         "list of lists", "DataFrame", "masked"])
@pytest.mark.parametrize("rate", [RATE, float(RATE), np.int64(RATE), np.float32(RATE)], ids=lambda rate: type(rate).__name__)
def test_whatever_numpy_makes_numbers_of_is_samples(made: Callable[[], Any], rate: Any, tilted: Recognizer) -> None:
    assert tilted.predict(made(), rate) == tilted.predict(FLOATS, RATE)


def test_samples_of_torch_need_no_conversion(tilted: Recognizer) -> None:
    torch = pytest.importorskip("torch")
    expected = tilted.predict(FLOATS, RATE)
    tensor = torch.from_numpy(FLOATS.copy())
    assert tilted.predict(tensor, RATE) == expected
    assert tilted.predict(tensor.clone().requires_grad_(), RATE) == expected
    assert tilted.predict([(tensor, RATE), (tensor[:, None], RATE)]) == [expected, expected]
    with pytest.raises(UsageError, match=r"these are \(1, 16000\), the other way round: give samples\.T"):
        tilted.predict(tensor[None], RATE)
    with pytest.raises(UsageError, match="Samples need their rate"):
        tilted.predict(tensor)
    with pytest.raises(UsageError, match="no numbers that numpy takes"):
        tilted.predict(tensor.to(torch.bfloat16), RATE)


# Several


@pytest.mark.parametrize("made", [
    list, tuple, iter, lambda paths: (one for one in paths), pd.Series, lambda paths: pd.Series(paths, dtype="string"),
    lambda paths: pd.Series(paths, dtype="category"), pd.Index, np.array, lambda paths: np.array(paths, dtype=object),
    lambda paths: dict(enumerate(paths)).values(), lambda paths: map(Path, paths),
    lambda paths: [Path(one).read_bytes() for one in paths],
    lambda paths: [Path(one).open("rb") for one in paths],  # noqa: SIM115  # the test closes them
    lambda paths: [soundfile.read(one, dtype="int16") for one in paths]],
    ids=["list", "tuple", "iterator", "generator", "Series", "Series of strings", "categories", "Index", "array",
         "array of objects", "values", "map", "bytes", "files", "pairs"])
def test_several_have_a_list_of_answers(made: Callable[[list[str]], Any], tilted: Recognizer, tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("b.wav", "a.wav", "c.wav")]
    for number, name in enumerate(paths):
        Path(name).write_bytes(pcm(voice(1.0 + number / 2, 110, number), RATE))
    given = made(paths)
    found = tilted.predict(given, classes=8)
    for file in given if isinstance(given, list) else ():
        if hasattr(file, "close"):
            file.close()
    assert [answer.duration_s for answer in found] == [1.0, 1.5, 2.0]
    assert [answer.probabilities for answer in found] == [tilted.predict(one, classes=8).probabilities for one in paths]


def test_none_have_none(tilted: Recognizer) -> None:
    assert tilted.predict([]) == tilted.predict(iter(())) == tilted.predict(pd.Series([], dtype=object)) == []
    with pytest.raises(UsageError, match="no scheme"):
        tilted.predict([], classes=7)


def test_two_recordings_are_no_pair_of_samples_and_rate() -> None:
    assert several(("a.wav", "b.wav")) == ["a.wav", "b.wav"]
    assert several([[0.0, 0.5], [0.5, 0.0]]) == [[0.0, 0.5], [0.5, 0.0]]
    assert several(["a.wav", None]) == ["a.wav", None]
    assert several(["a.wav", 3]) == ["a.wav", 3]
    assert several([FLOATS, RATE]) is None


def test_an_error_says_which_of_several_it_is_about(tilted: Recognizer, path: Path) -> None:
    with pytest.raises(NoSpeech, match=r"^Recording 2: The recording is silent: check the microphone"):
        tilted.predict([path, (silence(1), RATE)])
    with pytest.raises(RecordingError, match=rf"^Recording 2 \({path.parent}/none.wav\): The file cannot be read \(No such"):
        tilted.predict(iter([path, path.parent / "none.wav"]))
    with pytest.raises(UsageError, match="leave file out"):
        tilted.predict([path], file="hers")


def test_what_is_no_recording_is_found_before_the_first_of_a_list_is_analysed(
    tilted: Recognizer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tilted, "answer", lambda *_, **__: pytest.fail("one was analysed"))
    for wrong in (None, 3, float("nan"), pd.NA, path.parent, [path], {"path": path}):
        with pytest.raises(UsageError, match=r"^Recording 2"):
            tilted.predict([path, wrong])


# What is no recording


class Closed(io.BytesIO):
    def __init__(self) -> None:
        super().__init__()
        self.close()


WRONG: dict[str, tuple[Callable[[Path], Any], str]] = {
    "nothing": (lambda folder: None, r"^A missing value \(None\) is no recording: give a path, the bytes of a file, an open"),
    "nan": (lambda folder: float("nan"), r"^A missing value \(nan\)"),
    "NaT": (lambda folder: pd.NaT, r"^A missing value \(NaT\)"),
    "a number": (lambda folder: 3, r"^The number 3 is no recording: samples need their rate"),
    "a number of numpy": (lambda folder: np.float32(0.5), r"^The number 0\.5 is no recording"),
    "a truth": (lambda folder: True, r"^The number True"),
    "samples": (lambda folder: FLOATS, r"^Samples need their rate: predict\(samples, rate\)"),
    "a list of samples": (lambda folder: FLOATS.tolist(), "^Samples need their rate"),
    "a view of samples": (lambda folder: memoryview(FLOATS), "^Samples need their rate"),
    "an array of samples": (lambda folder: array.array("h", SIXTEEN), "^Samples need their rate"),
    "a column of samples": (lambda folder: pd.Series(FLOATS), "^Samples need their rate"),
    "a folder": (lambda folder: folder, "is a folder: call predict_many for all of its recordings, or name one of them"),
    "a folder's name": (str, "is a folder"),
    "no name": (lambda folder: "", "^The path is empty"),
    "a NUL": (lambda folder: "a\0.wav", "^The path is empty, or holds a NUL"),
    "an address": (lambda folder: "https://example.org/a.wav", r"is an address, and not a file of this computer: download"),
    "a text": (lambda folder: io.StringIO("text"), r"^The file is open as text: open it as bytes, as in open\(name, 'rb'\)"),
    "a closed file": (lambda folder: Closed(), r"^The file cannot be read \(I/O operation on closed file.*\): open it anew"),
    "a dictionary": (lambda folder: {"array": FLOATS, "sampling_rate": RATE}, "^Something of the type dict is no recording"),
    "a set": (lambda folder: {"a.wav"}, "^Something of the type set is no recording"),
    "a table": (lambda folder: pd.DataFrame({"path": ["a.wav"]}), r"^A table is no recording: name its column of recordings"),
    "an object": (lambda folder: object(), "^Something of the type object is no recording"),
    "a class": (lambda folder: Path, "^Something of the type type is no recording"),
    "a list in a list": (lambda folder: [["a.wav"]], "^Recording 1: Several recordings are given in the place of one"),
    "a pair with a text": (lambda folder: (FLOATS, "16000"), "^The rate '16000' is no number of samples a second"),
    "a pair without a rate": (lambda folder: (FLOATS, None), "^The rate None is no number of samples a second"),
    "a pair and more": (lambda folder: (FLOATS, RATE, "a.wav"), r"^A pair \(samples, rate\) has two parts, and 3 are given"),
    "a pair the wrong way round": (lambda folder: (RATE, FLOATS), "^The samples come first, then their rate"),
    "a path and a number": (lambda folder: ("a.wav", RATE), "^Recording 2: The number 16000 is no recording"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_recording_has_one_sentence(name: str, tilted: Recognizer, tmp_path: Path) -> None:
    made, said = WRONG[name]
    with pytest.raises(UsageError, match=said) as told:
        tilted.predict(made(tmp_path))
    assert "\n" not in str(told.value) and str(told.value).endswith(".")


@pytest.mark.parametrize(("mode", "said"), [("r", "open as text"), ("r+", "open as text"), ("wb", r"\((not readable|read)\)")])
def test_a_file_that_is_open_in_another_way_has_one_sentence(
    mode: str, said: str, tilted: Recognizer, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("text")
    with (tmp_path / "a.txt").open(mode) as file, pytest.raises(UsageError, match=said):
        tilted.predict(file)
    with tempfile.NamedTemporaryFile("w+") as file, pytest.raises(UsageError, match="open as text"):
        tilted.predict(file)


@pytest.mark.parametrize(("samples", "rate", "said"), [
    (FLOATS.reshape(2, -1), RATE, r"these are \(2, 8000\), the other way round: give samples\.T, or several recordings as a list"),
    ([FLOATS, FLOATS], RATE, r"these are \(2, 16000\), the other way round"),
    (FLOATS[None], RATE, r"\(1, 16000\), the other way round"),
    ([FLOATS, FLOATS[1:]], RATE, r"no numbers that numpy takes \("),
    (FLOATS.reshape(2, 2, -1), RATE, r"not float32 of shape \(2, 2, 4000\)"),
    ((1000 * FLOATS).astype(int), RATE, "Samples of int64 have no full scale: give them as int16, or as floats"),
    ((1000 * FLOATS).astype(int).tolist(), RATE, "no full scale"),
    (["a.wav", "b.wav"], RATE, "Samples are numbers"), ([None, 0.5], RATE, "Samples are numbers"),
    (FLOATS + 0j, RATE, "Samples are numbers"), (FLOATS > 0, RATE, "Samples are numbers"),
    (None, RATE, "^Something of the type NoneType is no samples"), ({"a": 1}, RATE, "^Something of the type dict"),
    (RATE, FLOATS, "^The samples come first, then their rate"), (3, 4, "^Something of the type int is no samples"),
    (FLOATS, "fast", "^The rate 'fast' is no number of samples a second"), (FLOATS, [RATE], r"^The rate \[16000\] is no number"),
    (FLOATS, 0, "A rate of 0 samples a second"), (FLOATS, -1, "A rate of -1"), (FLOATS, float("nan"), "A rate of nan"),
    (FLOATS, float("inf"), "A rate of inf"), (FLOATS, 44.1, r"A rate of 44\.1 samples a second"),
    ("a.wav", 8, "^A file states its own rate, so 8 says nothing: leave it out, or name it, as in classes=8"),
    (Path("a.wav"), RATE, "^A file states its own rate"), (io.BytesIO(WHOLE), RATE, "^A file states its own rate"),
    (WHOLE, RATE, r"^Bytes are a whole file, which states its own rate: .* numpy\.frombuffer\(content, 'int16'\)"),
])
def test_samples_that_are_none_have_one_sentence(samples: Any, rate: Any, said: str, tilted: Recognizer) -> None:
    with pytest.raises(UsageError, match=said) as told:
        tilted.predict(samples, rate)
    assert "\n" not in str(told.value)


def test_the_other_questions_take_one_recording_in_the_same_forms(tilted: Recognizer, path: Path) -> None:
    whole = path.read_bytes()
    (channel,) = tilted.predict_channels(whole)
    assert channel.channel == 1
    assert tilted.answer_channels((SIXTEEN, RATE))[0][1] == channel
    assert tilted.predict_schemes(bytearray(whole), schemes=["8"])["8"] == tilted.predict(whole, classes=8)
    for ask in (tilted.predict_channels, tilted.answer_channels, tilted.answer, tilted.answers):
        with pytest.raises(UsageError, match="Several recordings are given in the place of one"):
            ask([path, path])


PLAIN = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5)
                     | st.builds(PurePosixPath, st.text(max_size=5)),
                     lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.sets(st.integers(), max_size=2)
                     | st.dictionaries(st.text(max_size=3), inner, max_size=2))


@drawn(PLAIN, st.none() | st.integers(-1, 10**6) | st.floats() | st.text(max_size=3))
def test_anything_is_a_recording_or_told(anything: Any, rate: Any) -> None:
    found: Any = None
    try:
        found = several(anything, rate)
        found = one(anything, rate) if found is None else found
    except UsageError as error:
        assert str(error).endswith(".") and "\n" not in str(error)
    else:
        assert found is not None


def test_nothing_is_imported_for_what_is_not_given() -> None:
    source = Path(one.__code__.co_filename).read_text("utf-8")
    assert "import torch" not in source and "import pandas" not in source


def test_the_rate_of_a_file_is_its_own(tilted: Recognizer) -> None:
    assert tilted.predict(encode(VOICE, "flac")).duration_s == pytest.approx(1.5, abs=0.01)
