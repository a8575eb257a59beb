"""How long a command takes until it is of use, and how much of a processor it takes for that.

    python tests/support/start_up.py

`serve` until the first visitor sees the page, `batch` until the only recording of a folder has its answer, both with the
bundled recognizer. On a busy machine the seconds of a processor tell what it would take on an idle one.
"""

import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from command import start
from sounds import pcm, voice


@dataclass(frozen=True)
class Took:
    """Seconds on the clock until a command was of use, and seconds of processors until its end, over all its processes."""

    wall_s: float
    cpu_s: float


def served(*words: object) -> Took:
    """`intone serve` until its first answer."""
    def visit(process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with urllib.request.urlopen(process.stdout.readline().split()[2]) as page:
            assert page.status == 200

    return _took(visit, "serve", "--port", 0, *words)


def heard(folder: Path) -> Took:
    """`intone batch` of one recording, to its end."""
    (folder / "calls").mkdir()
    (folder / "calls" / "one.wav").write_bytes(pcm(voice(3, 150), 16_000))
    return _took(lambda process: process.wait(), "batch", folder / "calls", "--to", folder / "answers.csv", "--jobs", 1)


def _took(useful: Callable[["subprocess.Popen[str]"], object], *words: object) -> Took:
    before, begun = _cpu_s(), time.perf_counter()
    with start(*words, stderr=subprocess.DEVNULL) as process:
        useful(process)
        wall_s = time.perf_counter() - begun
        process.terminate()
        process.communicate()
    return Took(wall_s, _cpu_s() - before)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print what each command took."""
    with tempfile.TemporaryDirectory() as folder:
        for name, took in (("serve", served()), ("serve --processes 2", served("--processes", 2)),
                           ("batch of one recording", heard(Path(folder)))):
            print(f"{name}: {took.wall_s:.1f} s, {took.cpu_s:.1f} s of a processor")


if __name__ == "__main__":
    main()
