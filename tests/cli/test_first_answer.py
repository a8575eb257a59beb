"""What one answer loads: a command imports what it uses, and nothing else. Modules are counted, which no clock can blur."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sounds import encode, pcm, voice

LOADED = """
import json, sys
from intone.cli import main
status = main(sys.argv[1:])
print(json.dumps([status, sorted(sys.modules)]), file=sys.stderr)
"""

NEEDED = {"intone", "numpy", "onnxruntime"}
"""Packages, besides Python's own, of the answer about a WAV file of 16 kHz."""

PARSER = {"cyclopts", "attr", "attrs"}
"""What reads a command line that has more than recordings; cyclopts stands on attrs."""

OWN = {
    "intone": 56,
    "intone.audio": 19,
    "intone.features": 3,
    "intone.speakers": 5,
    "intone.recognition": 15,
    "intone.cli": 6,
    "intone.language": 3,
}
"""At most so many modules of intone's own, by package, that package included."""

MOST = 219
"""Modules of an answer at most, those of Python and of the libraries included."""

WITHOUT = {"argparse", "asyncio", "concurrent", "http", "logging", "multiprocessing", "random", "socket", "ssl",
           "tempfile", "zipfile"}
"""Modules of Python that are slow to import, and that a line of text about one recording does without."""


def loaded(*words: object) -> set[str]:
    """The modules that a command has imported at its end."""
    environment_alone = [sys.executable, "-c", "import json, sys; print(json.dumps(sorted(sys.modules)))"]
    before = json.loads(subprocess.run(environment_alone, check=True, capture_output=True, text=True).stdout)
    ran = subprocess.run([sys.executable, "-c", LOADED, *map(str, words)], check=True, capture_output=True, text=True)
    status, modules = json.loads(ran.stderr.splitlines()[-1])
    assert status == 0
    return set(modules) - set(before)


def packages(modules: set[str]) -> set[str]:
    """The packages of modules that are not Python's own."""
    return {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"__main__"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What the answer about a WAV file of 16 kHz loads."""
    path = tmp_path_factory.mktemp("clip") / "voice.wav"
    path.write_bytes(pcm(voice(2.0), 16_000))
    return loaded("predict", path)


def test_an_answer_loads_no_package_that_it_does_not_need(plain: set[str]) -> None:
    assert packages(plain) == NEEDED


def test_an_answer_loads_few_modules(plain: set[str]) -> None:
    for package, most in OWN.items():
        there = {name for name in plain if f"{name}.".startswith(f"{package}.")}
        assert 0 < len(there) <= most, sorted(there)
    assert len(plain) <= MOST
    assert not plain & WITHOUT
    assert not {name for name in plain if name.startswith(("numpy.ma.", "numpy.random", "intone.corpora", "intone.web"))}


def test_other_rates_and_formats_load_what_resamples_and_decodes(tmp_path: Path) -> None:
    (tmp_path / "other rate.wav").write_bytes(pcm(voice(2.0), 22_050))
    (tmp_path / "other format.flac").write_bytes(encode(voice(2.0), "flac"))
    assert packages(loaded("predict", tmp_path / "other rate.wav")) == NEEDED | {"soxr"}
    assert packages(loaded("predict", tmp_path / "other format.flac")) >= NEEDED | {"av"}


def test_the_version_loads_neither_the_recognizer_nor_numpy() -> None:
    assert not {"intone.recognition", "intone.corpora", "onnxruntime", "numpy", "torch"} & loaded("--version")


def test_options_load_the_parser_of_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(pcm(voice(2.0), 16_000))
    assert packages(loaded("predict", path, "--classes", "8")) == NEEDED | PARSER


def test_recordings_alone_get_the_answer_that_the_options_written_out_get(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(pcm(voice(2.0), 16_000))
    options = ["--classes", "8", "--sex", "auto", "--channel", "mix", "--format", "table"]
    short, long = (subprocess.run([sys.executable, "-m", "intone", "predict", path, *words], check=True,
                                  capture_output=True, text=True).stdout for words in ([], options))
    assert short == long != ""
