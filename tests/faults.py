"""Long work killed in the middle: started again it must go on, and end with the same bytes.

    python tests/faults.py [--kills 20] [--seed 0] [--only WORK ...] [--to results/faults.json]     (make soak)

Every command that keeps what is done is run once undisturbed. Then, again and again, it is begun in a new folder,
killed (SIGKILL, with all of its processes) at a random moment, and started again.
"""

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from tqdm import tqdm

from archive_server import serving
from intone.files import write_json
from small_corpus import write_corpus
from sounds import pcm, voice
from tiny_encoder import write_encoder
from tiny_model import tiny_model

PATIENCE_S = 300


@dataclass(frozen=True)
class Work:
    """A command: `words` are what Python runs, given the folder of inputs and the one where the results go.

    `before` prepares the latter. Exit statuses in `fine` are those of work that is done.
    """

    name: str
    words: Callable[[Path, Path], Sequence[str]]
    before: Callable[[Path, Path], object] = lambda inputs, to: None
    fine: tuple[int, ...] = (0,)


def _intone(*words: object) -> list[str]:
    return ["-m", "intone", *map(str, words)]


def _train(inputs: Path, to: Path, *more: object) -> list[str]:
    return _intone("train", inputs / "corpus", "--to", to / "run", "--jobs", 1, *more)


def _tuned(inputs: Path, to: Path) -> list[str]:
    return _intone("train", inputs / "corpus", "--model", inputs / "encoder", "--epochs", 2, "--to", to / "run", "--jobs", 1)


def _copy_run(inputs: Path, to: Path) -> None:
    """The run that is verified."""
    subprocess.run(["cp", "-r", inputs / "trained", to / "run"], check=True)


FETCH = """
import sys
from pathlib import Path
from intone.corpora.fetch import Archive, fetch_archives
url, size, digest, to, *names = sys.argv[1:]
fetch_archives([Archive("Clips.zip", int(size), digest, tuple(names))], Path(to), base_url=url)
"""


def works(url: str, archive: bytes, names: Sequence[str]) -> list[Work]:
    """Every work; the archive is served at `url`."""
    digest = hashlib.sha256(archive).hexdigest()
    return [
        Work("clean", lambda inputs, to: _intone("clean", inputs / "corpus", "--to", to / "cleaned", "--jobs", 2)),
        Work("train", lambda inputs, to: _train(inputs, to, "--epochs", 3)),
        Work("train on an encoder", _tuned),
        Work("evaluate", lambda inputs, to: _intone("evaluate", inputs / "corpus", "--to", to / "evaluation", "--epochs", 1,
                                                    "--fold", 0, 1, "--jobs", 1)),
        Work("verify", lambda inputs, to: _intone("verify", to / "run", "--data", inputs / "corpus", "--jobs", 1), _copy_run),
        Work("fetch", lambda _, to: ["-c", FETCH, url, str(len(archive)), digest, str(to / "clips"), *names]),
        Work("batch", lambda inputs, to: _intone("batch", inputs / "calls", "--to", to / "answers.jsonl", "--jobs", 2,
                                                 "--recognizer", inputs / "tiny.onnx")),
    ]


def prepare(inputs: Path) -> None:
    """What the works need."""
    write_corpus(inputs / "corpus", actors=(1, 2, 3, 4, 5, 6, 14, 16))
    write_encoder(inputs / "encoder", layers=4)
    tiny_model(inputs / "tiny.onnx", {"male_sad": 0.7, "female_happy": 0.3}, {"male_sad": 0.1})
    (inputs / "calls").mkdir()
    for number in range(60):
        (inputs / "calls" / f"{number:03}.wav").write_bytes(pcm(voice(3 + number / 10, 100 + number, number), 16_000))
    ended = _start(_intone("train", inputs / "corpus", "--hold-out", "ravdess:5", "ravdess:6", "--to", inputs / "trained",
                           "--epochs", 1)).wait(PATIENCE_S)
    assert ended == 0


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


def _start(words: Sequence[str]) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NO_PROXY": "127.0.0.1"}
    return subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
                            start_new_session=True)


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def undisturbed(work: Work, inputs: Path, to: Path) -> tuple[dict[str, str], float]:
    """What a work ends with, and how long it takes."""
    to.mkdir()
    work.before(inputs, to)
    started = time.monotonic()
    status = _start(work.words(inputs, to)).wait(PATIENCE_S)
    assert status in work.fine, f"{work.name} ended with {status}"
    return contents(to), time.monotonic() - started


def killed(work: Work, inputs: Path, to: Path, after_s: float) -> tuple[bool, dict[str, str]]:
    """Begin, kill after some time, start again: whether it was still at work when it was killed, and what it ends with."""
    to.mkdir()
    work.before(inputs, to)
    process = _start(work.words(inputs, to))
    with suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
    hit = process.poll() is None
    if hit:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    status = _start(work.words(inputs, to)).wait(PATIENCE_S)
    found = contents(to)
    return hit, found if status in work.fine else {"ended with": str(status)}


def differences(wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    """The files that are not the same."""
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def trial(work: Work, inputs: Path, folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """One work with all its kills, two at a time."""
    rng = random.Random(f"{seed} {work.name}")
    wanted, seconds = undisturbed(work, inputs, folder / f"{work.name} whole")
    moments = [rng.uniform(0.1, 1) * seconds for _ in range(kills)]
    with ThreadPoolExecutor(2) as pool, tqdm(total=kills, desc=work.name, unit="kill", disable=None) as bar:
        def one(number: int) -> tuple[bool, list[str]]:
            hit, found = killed(work, inputs, folder / f"{work.name} {number}", moments[number])
            bar.update()
            return hit, differences(wanted, found)

        ends = list(pool.map(one, range(kills)))
    lost = [{"after_s": round(moments[i], 2), "differ": odd} for i, (_, odd) in enumerate(ends) if odd]
    return {"seconds": round(seconds, 1), "files": len(wanted), "kills": sum(hit for hit, _ in ends), "lost": lost}


def main() -> int:
    """Try all works; 1 where one did not end as it would have."""
    parser = argparse.ArgumentParser(description="Kill long work in the middle, and start it again.")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", help="the names of some works")
    parser.add_argument("--to", type=Path, help="a JSON file for what came of it")
    chosen = parser.parse_args()
    content, names = archive_of()
    found: dict[str, Any] = {}
    with serving() as server, tempfile.TemporaryDirectory(prefix="intone-faults-") as folder:
        server.files["Clips.zip"] = content
        inputs = Path(folder) / "inputs"
        inputs.mkdir()
        prepare(inputs)
        for work in works(server.url, content, names):
            if not chosen.only or work.name in chosen.only:
                found[work.name] = trial(work, inputs, Path(folder), chosen.kills, chosen.seed)
                print(f"{work.name}: {found[work.name]}", flush=True)
                if chosen.to:
                    write_json(chosen.to, found)
    return 1 if any(one["lost"] for one in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
