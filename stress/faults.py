"""What befalls long work: after each trouble the same command must end with the same bytes as if nothing had happened.

    python stress/faults.py [--tries 20] [--seed 0] [--only WORK ...] [--trouble NAME ...] [--to results/faults.json]
                                                                                                      (make soak)

Every command that keeps what is done is run once undisturbed. Then, again and again, it is begun in a new folder and

* killed: with all of its processes (SIGKILL), at a random moment;
* disk full: on a disk that holds only a random share of what it writes;
* read-only: killed at a random moment, and begun again while its folder cannot be written;
* clock back: killed at a random moment, and begun again with a clock that is a year behind all of its files;
* two at once: begun twice.

What it says then is one sentence. When the trouble is gone it is begun again, and must end with the same files.
A disk of its own is mounted (tmpfs), which takes root; without, `disk full` and `read-only` are left out, and told.
The results of works and troubles that were not tried stay as they are in the file.
"""

import argparse
import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from tqdm import tqdm

from archive_server import serving
from intone.files import read_json, write_json
from small_corpus import write_corpus
from sounds import pcm, voice
from tiny_encoder import write_encoder
from tiny_model import tiny_model

PATIENCE_S = 600
YEAR_S = 365 * 86_400


@dataclass(frozen=True)
class Work:
    """A command: `words` are what Python runs, given the folder of inputs and the one where the results go.

    `before` prepares the latter. Exit statuses in `fine` are those of work that is done.
    """

    name: str
    words: Callable[[Path, Path], Sequence[str]]
    before: Callable[[Path, Path], object] = lambda inputs, to: None
    fine: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote on the standard error."""

    status: int
    said: str

    @property
    def odd(self) -> list[str]:
        """What is wrong with how a command that failed says so: it must be one sentence, after what it always says."""
        lines = [line for line in self.said.splitlines() if not line.endswith(": only these are used.")]
        if len(lines) == 1 and re.fullmatch(r"intone: \S.*\.", lines[0]):
            return []
        return [f"said: {self.said[-300:]}"]


@dataclass(frozen=True)
class Found:
    """What came of one try: whether the trouble struck, and what is not as it should be."""

    struck: bool
    odd: list[str]


# The works.


def _intone(*words: object) -> list[str]:
    return ["-m", "intone", *map(str, words)]


def _train(inputs: Path, to: Path, *more: object) -> list[str]:
    return _intone("train", inputs / "corpus", "--to", to / "run", "--jobs", 1, *more)


def _tuned(inputs: Path, to: Path) -> list[str]:
    return _intone("train", inputs / "corpus", "--model", inputs / "encoder", "--epochs", 2, "--to", to / "run", "--jobs", 1)


def _batch(inputs: Path, to: Path) -> list[str]:
    return _intone("batch", inputs / "calls", "--to", to, "--jobs", 2, "--recognizer", inputs / "tiny.onnx")


def _copy_run(inputs: Path, to: Path) -> None:
    """The run that is verified."""
    subprocess.run(["cp", "-r", inputs / "trained", to / "run"], check=True)


FETCH = """
import sys
from pathlib import Path
from intone.cli.messages import tell
from intone.corpora.fetch import Archive, fetch_archives
from intone.errors import IntoneError
url, size, digest, to, *names = sys.argv[1:]
try:
    fetch_archives([Archive("Clips.zip", int(size), digest, tuple(names))], Path(to), base_url=url)
except IntoneError as error:
    sys.exit(tell(error, ["corpus", "fetch"]))
"""
"""`intone corpus fetch` of an archive of this machine."""


def works(url: str, archive: bytes, names: Sequence[str]) -> list[Work]:
    """Every work; the archive is served at `url`."""
    digest = hashlib.sha256(archive).hexdigest()
    return [
        Work("clean", lambda inputs, to: _intone("clean", inputs / "corpus", "--to", to / "cleaned", "--jobs", 2)),
        Work("plots", lambda inputs, to: _intone("plots", inputs / "corpus", "--to", to / "plots", "--jobs", 2)),
        Work("train", lambda inputs, to: _train(inputs, to, "--epochs", 3)),
        Work("train on an encoder", _tuned),
        Work("evaluate", lambda inputs, to: _intone("evaluate", inputs / "corpus", "--to", to / "evaluation", "--epochs", 1,
                                                    "--fold", 0, 4, "--jobs", 1)),
        Work("verify", lambda inputs, to: _intone("verify", to / "run", "--data", inputs / "corpus", "--jobs", 1), _copy_run),
        Work("fetch", lambda _, to: ["-c", FETCH, url, str(len(archive)), digest, str(to / "clips"), *names]),
        Work("batch", lambda inputs, to: _batch(inputs, to / "answers.jsonl")),
        Work("batch to Parquet", lambda inputs, to: _batch(inputs, to / "answers")),
    ]


def prepare(inputs: Path) -> None:
    """What the works need."""
    write_corpus(inputs / "corpus", actors=(1, 2, 3, 4, 5, 6, 14, 16))
    write_encoder(inputs / "encoder", layers=4)
    tiny_model(inputs / "tiny.onnx", {"male_sad": 0.7, "female_happy": 0.3}, {"male_sad": 0.1})
    (inputs / "calls").mkdir()
    for number in range(60):
        (inputs / "calls" / f"{number:03}.wav").write_bytes(pcm(voice(3 + number / 10, 100 + number, number), 16_000))
    ended = _run(_intone("train", inputs / "corpus", "--hold-out", "ravdess:5", "ravdess:6", "--to", inputs / "trained",
                         "--epochs", 1))
    assert ended.status == 0, ended.said


def archive_of(clips: int = 40, size: int = 400_000) -> tuple[bytes, list[str]]:
    """An archive as a publisher has it, and the names in it."""
    import io
    import zipfile

    names = [f"Actor_01/03-01-{1 + i % 8:02}-01-{1 + i // 16:02}-{1 + i // 8 % 2:02}-01.wav" for i in range(clips)]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name in names:
            packed.writestr(name, hashlib.shake_256(name.encode()).digest(size))
    return file.getvalue(), names


# How they run.


def _start(words: Sequence[str]) -> "subprocess.Popen[str]":
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NO_PROXY": "127.0.0.1"}
    return subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment,
                            text=True, start_new_session=True)


def _end(process: "subprocess.Popen[str]") -> Ended:
    try:
        _, said = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return Ended(-signal.SIGKILL, f"it did not end within {PATIENCE_S} s")
    return Ended(process.returncode, said)


def _run(words: Sequence[str]) -> Ended:
    return _end(_start(words))


def _kill(words: Sequence[str], after_s: float) -> bool:
    """Begin, and kill after some time; whether it was still at work then."""
    process = _start(words)
    with suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    hit = process.poll() is None
    if hit:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return hit


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def differences(wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    """The files that are not the same."""
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


@cache
def mounts() -> bool:
    """Whether this process may mount a disk."""
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, check=False).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


@contextmanager
def disk(folder: Path, size: int = 1 << 30) -> Iterator[None]:
    """A disk of its own of some bytes, mounted at a folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={max(size, 4096)}", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def _remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


# The troubles. Each gets the work in an empty folder, what it ends with undisturbed, and a random share.


@dataclass(frozen=True)
class Undisturbed:
    """What a work ends with, and how long it takes."""

    files: dict[str, str]
    bytes: int
    seconds: float


def undisturbed(work: Work, inputs: Path, to: Path) -> Undisturbed:
    """Run a work where nothing happens to it."""
    to.mkdir()
    work.before(inputs, to)
    started = time.monotonic()
    ended = _run(work.words(inputs, to))
    assert ended.status in work.fine, f"{work.name} ended with {ended.status}: {ended.said}"
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file())
    return Undisturbed(contents(to), size, time.monotonic() - started)


def _again(work: Work, inputs: Path, to: Path, whole: Undisturbed) -> list[str]:
    """Begin again, now that all is well: what is not as it would have been."""
    ended = _run(work.words(inputs, to))
    if ended.status not in work.fine:
        return [f"ended with {ended.status}: {ended.said[-300:]}"]
    return differences(whole.files, contents(to))


def killed(work: Work, inputs: Path, to: Path, whole: Undisturbed, share: float) -> Found:
    """Killed with all of its processes."""
    to.mkdir()
    work.before(inputs, to)
    hit = _kill(work.words(inputs, to), share * whole.seconds)
    return Found(hit, _again(work, inputs, to, whole))


def disk_full(work: Work, inputs: Path, to: Path, whole: Undisturbed, share: float) -> Found:
    """A disk that holds a share of what is written."""
    with disk(to):
        work.before(inputs, to)
        there = sum(-(-path.stat().st_size // 4096) * 4096 for path in to.rglob("*") if path.is_file())
        _remount(to, f"size={max(4096, there + int(share * (whole.bytes - there)))}")
        ended = _run(work.words(inputs, to))
        odd = ended.odd if ended.status not in work.fine else []
        if ended.status not in work.fine and "full" not in ended.said:
            odd = [*odd, f"said: {ended.said[-300:]}"]
        _remount(to, f"size={1 << 30}")
        return Found(ended.status not in work.fine, [*odd, *_again(work, inputs, to, whole)])


def read_only(work: Work, inputs: Path, to: Path, whole: Undisturbed, share: float) -> Found:
    """A folder that cannot be written, after a part of the work."""
    with disk(to):
        work.before(inputs, to)
        _kill(work.words(inputs, to), share * whole.seconds)
        before = contents(to)
        _remount(to, "ro")
        ended = _run(work.words(inputs, to))
        odd = ended.odd if ended.status not in work.fine else []
        odd += differences(before, contents(to))
        _remount(to, "rw")
        return Found(ended.status not in work.fine, [*odd, *_again(work, inputs, to, whole)])


def clock_back(work: Work, inputs: Path, to: Path, whole: Undisturbed, share: float) -> Found:
    """A clock that is a year behind the files of the part that is done."""
    to.mkdir()
    work.before(inputs, to)
    hit = _kill(work.words(inputs, to), share * whole.seconds)
    for path in to.rglob("*"):
        os.utime(path, (time.time() + YEAR_S,) * 2)
    return Found(hit and bool(contents(to)), _again(work, inputs, to, whole))


def two_at_once(work: Work, inputs: Path, to: Path, whole: Undisturbed, share: float) -> Found:
    """The same command twice, the second some moments after the first: one of them does it, or both."""
    to.mkdir()
    work.before(inputs, to)
    first = _start(work.words(inputs, to))
    with suppress(subprocess.TimeoutExpired):
        first.wait(share / 2 * whole.seconds)
    struck = first.poll() is None
    second = _run(work.words(inputs, to))
    ends = [_end(first), second]
    odd = [line for one in ends if one.status not in work.fine for line in one.odd]
    if all(one.status not in work.fine for one in ends):
        odd.append("neither of the two did it")
    return Found(struck, [*odd, *differences(whole.files, contents(to)), *_again(work, inputs, to, whole)])


Trouble = Callable[[Work, Path, Path, Undisturbed, float], Found]

TROUBLES: dict[str, Trouble] = {"killed": killed, "disk full": disk_full, "read-only": read_only, "clock back": clock_back,
                                "two at once": two_at_once}
MOUNTED = ("disk full", "read-only")


def trial(work: Work, inputs: Path, folder: Path, whole: Undisturbed, trouble: str, tries: int, seed: int) -> dict[str, Any]:
    """One trouble of a work, again and again, two at a time: how often it struck, and what was lost."""
    rng = random.Random(f"{seed} {work.name}" + (f" {trouble}" if trouble != "killed" else ""))
    shares = [rng.uniform(0.1, 1) if trouble in ("killed", "clock back") else rng.uniform(0, 0.9) for _ in range(tries)]
    with ThreadPoolExecutor(2) as pool, tqdm(total=tries, desc=f"{work.name}, {trouble}", disable=None) as bar:
        def one(number: int) -> Found:
            found = TROUBLES[trouble](work, inputs, folder / f"{work.name} {trouble} {number}", whole, shares[number])
            bar.update()
            return found

        ends = list(pool.map(one, range(tries)))
    lost = [{"share": round(shares[i], 3), "odd": found.odd[:10]} for i, found in enumerate(ends) if found.odd]
    return {"struck": sum(found.struck for found in ends), "lost": lost}


def main() -> int:
    """Try all works; 1 where one did not end as it would have."""
    parser = argparse.ArgumentParser(description="Disturb long work in every way, and start it again.")
    parser.add_argument("--tries", type=int, default=20, help="kills; of every other trouble there are a quarter as many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", help="the names of some works")
    parser.add_argument("--trouble", nargs="+", choices=TROUBLES, default=list(TROUBLES), help="some troubles")
    parser.add_argument("--to", type=Path, help="a JSON file for what came of it")
    chosen = parser.parse_args()
    content, names = archive_of()
    found: dict[str, Any] = read_json(chosen.to) if chosen.to and chosen.to.is_file() else {}
    lost = False
    with serving() as server, tempfile.TemporaryDirectory(prefix="intone-faults-") as folder:
        server.files["Clips.zip"] = content
        inputs = Path(folder) / "inputs"
        inputs.mkdir()
        prepare(inputs)
        for work in works(server.url, content, names):
            if chosen.only and work.name not in chosen.only:
                continue
            whole = undisturbed(work, inputs, Path(folder) / f"{work.name} whole")
            one = found.setdefault(work.name, {})
            one |= {"seconds": round(whole.seconds, 1), "files": len(whole.files)}
            for trouble in chosen.trouble:
                if trouble in MOUNTED and not mounts():
                    print(f"{work.name}, {trouble}: left out, since only root can mount a disk", flush=True)
                    continue
                tries = chosen.tries if trouble == "killed" else max(1, chosen.tries // 4)
                one[trouble] = trial(work, inputs, Path(folder), whole, trouble, tries, chosen.seed)
                lost |= bool(one[trouble]["lost"])
                print(f"{work.name}, {trouble}: {one[trouble]}", flush=True)
                if chosen.to:
                    write_json(chosen.to, found)
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
