"""The wheel holds all that intone needs, and nothing else, and says under which licences; it works when installed alone."""

import email
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from intone.labels import EMOTIONS
from sounds import pcm, voice

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = {f"intone/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "docs").rglob("*") if path.is_file()}
"""The documents and their pictures, which the page serves."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive, made without the network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Iterator[zipfile.ZipFile]:
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    return email.message_from_bytes(wheel.read(f"{_info(wheel)}/METADATA"))


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the wheel's files; what intone needs besides is that of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    (path,) = built.glob("*.whl")
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder), str(path)], check=True,
                   env={**os.environ, "PIP_NO_INPUT": "1"})
    return folder


def _info(wheel: zipfile.ZipFile) -> str:
    return next(name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name)


def test_the_readme_says_how_large_the_wheel_is(built: Path) -> None:
    (path,) = built.glob("*.whl")
    (said,) = re.findall(r"(\d+) MB in all", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert path.stat().st_size / 1e6 == pytest.approx(int(said), abs=1)


def _tracked(folder: str) -> set[str]:
    """The files below a folder of the sources that are no leftovers of Python's."""
    return {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src" / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts}


def test_every_file_of_the_package_is_in_the_wheel_and_no_other(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if not name.startswith(_info(wheel))}
    assert inside == _tracked("intone") | DOCUMENTS
    assert {name for name in inside if name.endswith(".onnx")} == {
        "intone/audio/silero-vad.onnx", "intone/recognizers/ensemble.onnx", "intone/recognizers/crema-d.onnx",
        "intone/speakers/segmentation.onnx", "intone/speakers/speaker.onnx"}
    for needed in ("py.typed", "docs/index.md", "docs/images/plot-envelope.png", "recognizers/default.toml", "recognizers/results.json", "recognizers/README.md", "web/templates/page.html",
                   "web/static/scripts/page.js", "web/static/styles/page.css", "web/static/vendor/uplot/uPlot.iife.min.js",
                   "web/static/vendor/wavesurfer/wavesurfer.esm.js"):
        assert wheel.getinfo(f"intone/{needed}").file_size > 0 or needed == "py.typed"


def test_the_source_archive_makes_the_same_and_holds_no_results(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"src/{name}" for name in _tracked("intone")} <= inside
    assert {"pyproject.toml", "README.md", "LICENSE", "constraints.txt", "docs/index.md"} <= inside
    assert {name.partition("/")[0] for name in inside if "/" in name} == {"src", "docs"}


def test_licences_of_code_and_weights_are_stated_and_their_texts_included(wheel: zipfile.ZipFile, metadata: Message) -> None:
    stated = metadata["License-Expression"].split(" AND ")
    texts = {name: wheel.read(f"{_info(wheel)}/licenses/{name}").decode() for name in metadata.get_all("License-File", [])}
    begin = {"Apache-2.0": "Apache License", "MIT": "MIT License", "BSD-3-Clause": "BSD 3-Clause License",
             "CC-BY-NC-SA-4.0": "Attribution-NonCommercial-ShareAlike 4.0 International", "ODbL-1.0": "Open Database License (ODbL)"}
    assert sorted(stated) == sorted(begin)
    for licence in stated:
        assert any(begin[licence] in text for text in texts.values()), licence
    licences = {path.relative_to(ROOT).as_posix() for path in (ROOT / "src").rglob("*")
                if path.name.endswith("LICENSE") or path.parent.name == "licences"}
    assert licences | {"LICENSE"} <= set(texts)
    for source, name in (("OpenAI", "whisper.LICENSE"), ("Silero", "silero-vad.LICENSE"), ("CNRS", "pyannote.LICENSE"), ("katspaugh", "wavesurfer/LICENSE"), ("Leon Sorokin", "uplot/LICENSE")):
        assert source in next(text for file, text in texts.items() if file.endswith(name)), name


def test_the_licences_of_the_weights_are_those_in_their_files(metadata: Message) -> None:
    from intone.recognition.model_file import load_model

    short = {"CC BY-NC-SA 4.0": "CC-BY-NC-SA-4.0", "ODbL 1.0": "ODbL-1.0"}
    for path in (ROOT / "src" / "intone" / "recognizers").glob("*.onnx"):
        for licence in load_model(path).settings.licence.split(" and "):
            assert short[licence] in metadata["License-Expression"].split(" AND ")


def test_metadata_say_who_what_and_for_which_python(metadata: Message) -> None:
    assert metadata["Name"] == "intone" and metadata["Author"] and "emotion" in metadata["Summary"]
    assert metadata["Requires-Python"] == ">=3.11" and len(metadata["Keywords"].split(",")) > 3
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert not [one for one in metadata.get_all("Classifier", []) if one.startswith("License ::")]  # the expression says it
    known = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/credits.md"))
    for address in PROJECT["urls"].values():
        assert f"<{address}>" in known or f"({address})" in known, address


def test_an_installed_wheel_answers_from_the_command_and_in_python(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(pcm(voice(1.5, pitch=200, seed=1), 16_000))
    alone = {**os.environ, "PYTHONPATH": str(installed), "OMP_NUM_THREADS": "1"}
    script = installed / "bin" / "intone"
    shown = subprocess.run([sys.executable, str(script), "predict", "a.wav"], cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert re.search(rf"^({'|'.join(EMOTIONS)}) .* a\.wav \(1\.5 s\)$", shown.stdout, re.MULTILINE)
    code = ("import intone; from intone.web.app import create_app\n"
            "found = intone.load()\n"
            "print(intone.__file__, found.predict('a.wav').label, create_app(found).test_client().get('/').status_code)")
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=alone, capture_output=True, text=True, check=True).stdout.split()
    assert told[0] == str(installed / "intone" / "__init__.py") and told[1:] == [shown.stdout.splitlines()[1].split()[0], "200"]
