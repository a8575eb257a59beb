"""Whatever is parsed, fuzzed along the branches that it takes: names, tables, journals, settings, model files.

    python stress/fuzz_parsers.py [--seconds 60] [--only TARGET ...] [--to results/parsers.json]     (part of make fuzz)

atheris (libFuzzer for Python) changes what it was given so that other lines of code are reached. A parser must read
what it is given or raise the error that it documents; anything else is a finding, and its input is kept in
runs/atheris/findings. atheris is no part of the project: it is installed into runs/atheris.
"""

import argparse
import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

HOME = Path(__file__).resolve().parents[1] / "runs" / "atheris"
ATHERIS = "atheris==3.0.0"


@dataclass(frozen=True)
class Target:
    """A parser: `parse` raises what should not happen; `seeds` are good inputs to begin with."""

    parse: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    longest: int = 4096


@cache
def folder() -> Path:
    """Where inputs lie that are files, one at a time."""
    return Path(tempfile.mkdtemp(prefix="intone-parsers-"))


def file(name: str, content: bytes) -> Path:
    """The input as a file."""
    path = folder() / name
    path.write_bytes(content)
    return path


def ravdess_name(content: bytes) -> None:
    """A name that is read is the one that it was read from."""
    from intone.corpora.ravdess import parse_name

    text = content.decode(errors="surrogateescape")
    try:
        found = str(parse_name(text))
    except ValueError:
        return
    assert found == text


def crema_d_name(content: bytes) -> None:
    """A name that is read is the one that it was read from."""
    from intone.corpora.crema_d import parse_name

    text = content.decode(errors="surrogateescape")
    try:
        found = str(parse_name(text))
    except ValueError:
        return
    assert found == text


def actors(content: bytes) -> None:
    """The table of CREMA-D's actors."""
    from intone.corpora.crema_d import _people, _read
    from intone.errors import CorpusError

    try:
        found = _read(file("VideoDemographics.csv", content), "actors", _people)
    except CorpusError:
        return
    assert all(sex in ("male", "female") and isinstance(age, int) for sex, age in found.values())


def label_folder(content: bytes) -> None:
    """The name of a folder of the user's own."""
    from intone.corpora.emotions import PLAIN
    from intone.corpora.folder import _split
    from intone.labels import EMOTIONS

    found = _split(content.decode(errors="surrogateescape"), PLAIN)
    assert found is None or (found[0] in (None, "male", "female") and found[1] in EMOTIONS)


def tables(content: bytes) -> None:
    """A table of recordings, with and without labels. Not Parquet: pyarrow's threads stand still under libFuzzer."""
    from intone.batch.sources import addresses
    from intone.corpora.csv_table import parsed
    from intone.errors import CorpusError, UsageError

    for name in () if content.startswith(b"PAR1") else ("list.csv", "list.json"):
        with suppress(UsageError):
            found = addresses(str(file(name, content)))
            assert found and all(isinstance(one, str) for one in found)
        with suppress(CorpusError):
            rows = parsed(io.BytesIO(content), Path(name))[1]
            assert all(one.path and one.speaker and one.corpus for one in rows)


def journal(content: bytes) -> None:
    """A journal of a batch: what is done in it can be told."""
    from intone.batch.journal import Journal
    from intone.batch.work import Question
    from intone.errors import UsageError
    from intone.files import FileError

    try:
        with Journal(file("a.journal", content), Question()) as opened:
            assert all(isinstance(one, dict) for one in opened.outcomes(sorted(opened.done)))
    except (FileError, UsageError):
        return


def settings_text(content: bytes) -> None:
    """The settings inside a model file, and those of a run and of a cleaned folder."""
    from intone.corpora.cleaning import MANIFEST, manifest_of
    from intone.errors import CorpusError, RecognizerError, TrainingError
    from intone.files import FileError
    from intone.recognition.model_file import _read_settings
    from intone.training.run import SETTINGS, read_run

    with suppress(RecognizerError):
        _read_settings(content.decode(errors="replace"), Path("x.onnx"))
    with suppress(CorpusError, FileError):
        manifest_of(file(MANIFEST, content).parent)
    with suppress(TrainingError, FileError):
        read_run(file(SETTINGS, content).parent)


def model_file(content: bytes) -> None:
    """A model file."""
    from intone.errors import RecognizerError
    from intone.recognition.model_file import load_model

    try:
        load_model(file("x.onnx", content))
    except RecognizerError as error:
        assert "\n" not in str(error) and str(error).endswith(".")


def history(content: bytes) -> None:
    """The history of a training."""
    from intone.files import FileError
    from intone.training.history import read_history

    try:
        read_history(file("history.csv", content))
    except FileError:
        return


# Good inputs.


def _journal() -> list[bytes]:
    from intone.batch.journal import Journal
    from intone.batch.work import Question, failed

    path = folder() / "good.journal"
    with Journal(path, Question()) as opened:
        for name in ("a.wav", "b.wav"):
            opened.add(failed(name, "Not a recording."))
    return [path.read_bytes()]


def _settings() -> list[bytes]:
    from intone import dataclass_json
    from intone.corpora.cleaning import Manifest
    from intone.training.recipes import recipe
    from intone.training.run import RunSettings
    from tiny_model import tiny_settings

    original = recipe("original")
    made = RunSettings(original, "male", "2", ("male_negative", "male_positive"), 1, "actors", (), ("ravdess:1",), "0")
    every = (tiny_settings(), tiny_settings("2", "male"), made, Manifest(original.front_end.envelope))
    return [json.dumps(dataclass_json.to_dict(one)).encode() for one in every]


def _model() -> list[bytes]:
    from tiny_model import tiny_model

    return [tiny_model(folder() / "good.onnx", {"male_sad": 1.0}).read_bytes(),
            tiny_model(folder() / "good.onnx", {"male_negative": 1.0}, classes="2", sex="male").read_bytes()]


TARGETS: dict[str, Target] = {
    "RAVDESS names": Target(ravdess_name, lambda: [b"03-01-06-01-02-01-12", b"03-02-01-01-02-02-24"], 64),
    "CREMA-D names": Target(crema_d_name, lambda: [b"1001_DFA_ANG_XX", b"1091_WSI_SAD_HI"], 64),
    "table of actors": Target(actors, lambda: [b"ActorID,Age,Sex,Race\n1001,51,Male,x\n1002,21,Female,y\n"], 512),
    "label folders": Target(label_folder, lambda: [b"female_angry", b"happy", b"male_calm"], 64),
    "batch tables": Target(tables, lambda: [
        b"path,x\na.wav,1\n\"b,c.wav\",2\n", b'{"path": "a.wav"}\n', b"path,emotion,speaker,votes_sad\na.wav,sad,anna,3\n",
        "Datei;Emotion;Sprecher\r\n\"a;b.wav\";wütend;Jörg\r\n".encode("utf-16")], 2048),
    "batch journals": Target(journal, _journal),
    "settings": Target(settings_text, _settings),
    "model files": Target(model_file, _model, 20_000),
    "histories": Target(history, lambda: [b"epoch,loss,accuracy,validation_loss,validation_accuracy\n1,0.5,nan,1e9,0\n"], 512),
}


# How they are fuzzed.


def installed() -> None:
    """Put atheris into its own folder, once."""
    if not (HOME / "atheris").is_dir():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                        "--target", HOME, ATHERIS], check=True)


def fuzz(name: str, words: list[str]) -> None:
    """Fuzz one target in this process, which libFuzzer ends; `words` are its options."""
    import logging
    import warnings

    sys.path.append(str(HOME))
    import atheris

    warnings.simplefilter("ignore")
    logging.disable()
    with atheris.instrument_imports(include=["intone", "csv", "json"]):
        import intone.batch.journal
        import intone.batch.sources
        import intone.corpora.cleaning
        import intone.corpora.crema_d
        import intone.corpora.folder
        import intone.corpora.ravdess
        import intone.recognition.model_file
        import intone.tables.reading
        import intone.training.history
        import intone.training.run  # noqa: F401 - atheris watches what is imported here
    atheris.Setup([sys.argv[0], *words], TARGETS[name].parse)
    atheris.Fuzz()


def tried(name: str, seconds: int, seed: int) -> dict[str, Any]:
    """Fuzz one target in a process of its own: how many inputs, what they reached, and what was found."""
    findings = HOME / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="intone-corpus-") as corpus:
        for number, content in enumerate(TARGETS[name].seeds()):
            (Path(corpus) / f"seed-{number}").write_bytes(content)
        ended = subprocess.run(
            [sys.executable, __file__, "--fuzz", name, corpus, f"-max_total_time={seconds}", f"-seed={seed + 1}",
             f"-max_len={TARGETS[name].longest}", f"-artifact_prefix={findings}/", "-print_final_stats=1", "-timeout=10",
             "-rss_limit_mb=2048"], capture_output=True, text=True, errors="replace", check=False, timeout=3 * seconds + 120)
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", ended.stderr)
    reached = re.findall(r"cov: (\d+)", ended.stderr)
    found = {"inputs": int(executed[1]) if executed else 0, "reached": int(reached[-1]) if reached else 0, "findings": []}
    if ended.returncode:
        told = re.search(r"=== Uncaught Python exception: ===\n(.*)", ended.stdout + ended.stderr)
        kept = re.search(r"Test unit written to \S*/(\S+)", ended.stderr)
        found["findings"] = [f"{told[1] if told else ended.stderr[-500:]} ({kept[1] if kept else 'no input was kept'})"]
    return found


def main() -> int:
    """Fuzz all targets; 1 where something was found."""
    if sys.argv[1:2] == ["--fuzz"]:
        fuzz(sys.argv[2], sys.argv[3:])
        return 0
    parser = argparse.ArgumentParser(description="Fuzz everything that is parsed.")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=TARGETS, default=list(TARGETS))
    parser.add_argument("--to", type=Path, help="a JSON file for what came of it")
    chosen = parser.parse_args()
    from intone.files import write_json

    installed()
    found = {}
    for name in chosen.only:
        found[name] = tried(name, chosen.seconds, chosen.seed)
        print(f"{name}: {found[name]}", flush=True)
    if chosen.to:
        write_json(chosen.to, {"seconds_each": chosen.seconds, "targets": found})
    return 1 if any(one["findings"] for one in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
