"""The same recordings through one process, several, and a Dask cluster: the same rows, whatever befalls the workers.

    python stress/scale.py [--recordings 5000] [--only RUN ...] [--to results/scale.json]     (make scale)

The recordings are made, each from its number: 1.5 to 4 s of something like a voice in five formats, every hundredth
damaged, every hundredth silent. `RUNS` are the ways they go; the rows of each are compared with those of the first. What
is in the JSON file already is not done again. The run in which a machine is cut off needs root and `ip`, for its
machines are network namespaces; without them it is left out, and told.
"""

import argparse
import json
import os
import platform
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import numpy as np
import psutil

from batch_work import at_once
from intone.batch import engines, results
from intone.batch.work import Question
from intone.files import write_json, write_whole
from intone.parallel import mapped
from sounds import encode, pcm, silence, voice

KILL_EVERY_S = 10.0
PATIENCE_S = 3600
SUFFIXES = ("wav", "wav", "flac", "opus", "mp3")
PART = 10  # every so manyth recording is enough to compare speeds, and to see that four workers give the same
CALL_S, CALLS = 300, 12
INSTANT = 2000
LOG = Path(tempfile.gettempdir()) / "intone-scale.log"
"""What everything that is started says."""


@dataclass
class Ran:
    """What a run came to. `first_s`: until the first recording was heard; `worker_mb`: the most memory of a worker."""

    seconds: float
    first_s: float
    worker_mb: int
    kills: int = 0
    rows: int = 0
    differ: int = 0


@dataclass
class Batch:
    """`intone batch` at work, with whatever else was started for it."""

    process: "subprocess.Popen[bytes]"
    journal: Path
    helpers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def workers(self) -> list[psutil.Process]:
        """The processes that hear."""
        found = []
        for one in (self.process, *self.helpers):
            with suppress(psutil.NoSuchProcess):
                found += [child for child in psutil.Process(one.pid).children(recursive=True) if _hears(child)]
        return found

    def heard(self) -> int:
        """Recordings that are done; all where the journal is gone."""
        try:
            return self.journal.read_bytes().count(b"\n") - 1
        except FileNotFoundError:
            return 0 if self.process.poll() is None else sys.maxsize


def _hears(process: psutil.Process) -> bool:
    try:
        return any("spawn_main" in word for word in process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False


def recording(number: int) -> tuple[str, bytes]:
    """The name and the bytes of a recording."""
    rng = random.Random(number)
    suffix = SUFFIXES[number % len(SUFFIXES)]
    content = encode(voice(rng.uniform(1.5, 4), rng.uniform(90, 260), number) * np.float32(rng.uniform(0.1, 1)), suffix)
    if number % 100 == 50:
        content = content[:300]
    if number % 100 == 75:
        suffix, content = "wav", pcm(silence(3.0), 16_000)
    return f"{number // 1000:02}/{number:05}.{suffix}", content


def call(number: int) -> bytes:
    """A call of five minutes as it is kept: opus at 16 kbit/s, sentences of 2 to 8 s, pauses of 0.5 to 4 s."""
    rng = random.Random(-1 - number)
    parts, seconds = [], 0.0
    while seconds < CALL_S:
        said, pause = rng.uniform(2, 8), rng.uniform(0.5, 4)
        parts += [voice(said, rng.choice((110, 210)), rng.randrange(10**6)), silence(pause)]
        seconds += said + pause
    return encode(np.concatenate(parts)[: CALL_S * 16_000], "opus", bits=16_000)


def _write_recording(number: int, folder: Path) -> None:
    name, content = recording(number)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with write_whole(folder / name) as part:
        part.write_bytes(content)


def _write_call(number: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with write_whole(folder / f"{number:02}.opus") as part:
        part.write_bytes(call(number))


def prepare(folder: Path, number: int) -> None:
    """Make the recordings that are missing, and the tables that name them."""
    there = {path.stem for path in (folder / "recordings").rglob("*.*")}
    missing = [one for one in range(number) if f"{one:05}" not in there]
    for _ in mapped(partial(_write_recording, folder=folder / "recordings"), missing, title="recordings"):
        pass
    calls = [one for one in range(CALLS) if not (folder / "calls" / f"{one:02}.opus").is_file()]
    for _ in mapped(partial(_write_call, folder=folder / "calls"), calls, title="calls"):
        pass
    paths = sorted(str(path) for path in (folder / "recordings").rglob("*.*"))[:number]
    for name, some in (("all", paths), ("part", paths[::PART])):
        (folder / f"{name}.csv").write_text("\n".join(["recording", *some]) + "\n", encoding="utf-8")


def _start(*words: object, prefix: Sequence[str] = ()) -> "subprocess.Popen[bytes]":
    here = [str(Path(__file__).resolve().parents[1] / "tests" / "support"), *filter(None, [os.environ.get("PYTHONPATH")])]  # workers import `batch_work`
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(here)}
    with LOG.open("ab") as log:
        return subprocess.Popen([*prefix, sys.executable, "-m", *map(str, words)], stdout=log, stderr=log,
                                env=environment, start_new_session=True)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def batch(source: Path, to: Path, *more: object, prefix: Sequence[str] = ()) -> Iterator[Batch]:
    """`intone batch` from nothing."""
    journal = to.with_name(f"{to.name}.journal")
    for old in (to, journal):
        shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    process = _start("intone", "batch", source, "--to", to, *more, prefix=prefix)
    try:
        yield Batch(process, journal)
    finally:
        _end(process)


@contextmanager
def dask(folder: Path, workers: int) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """A scheduler and workers, each a process of its own, as people start them; yields its address and the workers."""
    file = folder / "scheduler.json"
    file.unlink(missing_ok=True)
    with ExitStack() as stack:
        scheduler = _start("dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                           "--scheduler-file", file)
        stack.callback(_end, scheduler)
        _await(file.is_file, scheduler)
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        started = []
        for _ in range(workers):
            started.append(_worker(folder, address))
            stack.callback(_end, started[-1])
        yield address, started


def _worker(folder: Path, address: str, prefix: Sequence[str] = ()) -> "subprocess.Popen[bytes]":
    return _start("dask", "worker", address, "--nthreads", 1, "--nworkers", 1, "--no-dashboard", "--local-directory",
                  folder / "dask", prefix=prefix)


def _await(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", patience_s: float = 60) -> None:
    until = time.monotonic() + patience_s
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{process.args} did not begin")
        time.sleep(0.05)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def machines(number: int) -> Iterator[tuple[list[str], str]]:
    """Network namespaces, each with a cable to a head; yields the prefixes of the machines, and that of the head."""
    head, names = "intone-head", [f"intone-{one}" for one in range(number)]
    with ExitStack() as stack:
        for name in (head, *names):
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "delete", name)
            _ip("-n", name, "link", "set", "lo", "up")
        for one, name in enumerate(names):
            _ip("-n", head, "link", "add", f"to{one}", "type", "veth", "peer", "name", "cable", "netns", name)
            for space, device, last in ((head, f"to{one}", 1), (name, "cable", 2)):
                _ip("-n", space, "address", "add", f"10.203.{one}.{last}/30", "dev", device)
                _ip("-n", space, "link", "set", device, "up")
        yield names, head


def _inside(name: str) -> list[str]:
    return ["ip", "netns", "exec", name]


def watched(work: Batch, meddle: Callable[[Batch, float], int] = lambda _work, _seconds: 0) -> Ran:
    """Wait until a batch has ended; `meddle` is called again and again with the seconds since it began."""
    started = time.monotonic()
    first, most, kills = 0.0, 0, 0
    while work.process.poll() is None:
        seconds = time.monotonic() - started
        first = first or (seconds if work.heard() > 0 else 0.0)
        kills += meddle(work, seconds)
        if int(seconds * 20) % 20 == 0:
            most = max([most, *(_memory_mb(one) for one in work.workers())])
        if seconds > PATIENCE_S:
            raise RuntimeError("The batch did not end.")
        time.sleep(0.05)
    if work.process.returncode not in (0, 1):
        raise RuntimeError(f"The batch ended with {work.process.returncode}: see {LOG}.")
    return Ran(round(time.monotonic() - started, 2), round(first, 2), most, kills)


def _memory_mb(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss / 1e6)
    except psutil.NoSuchProcess:
        return 0


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Killing:
    """Kills a random worker every `KILL_EVERY_S` seconds."""

    def __init__(self) -> None:
        self.next, self.random = KILL_EVERY_S, random.Random(0)

    def __call__(self, work: Batch, seconds: float) -> int:
        if seconds < self.next:
            return 0
        self.next = seconds + KILL_EVERY_S
        for worker in self.random.sample(found := work.workers(), len(found))[:1]:
            try:
                worker.kill()
            except psutil.NoSuchProcess:
                return 0
            return 1
        return 0


class Cutting:
    """Pulls the cable of a machine once a quarter of the recordings are done."""

    def __init__(self, machine: str, recordings: int) -> None:
        self.machine, self.after = machine, recordings // 4

    def __call__(self, work: Batch, _: float) -> int:
        if not self.machine or work.heard() < self.after:
            return 0
        _ip("-n", self.machine, "link", "set", "cable", "down")
        self.machine = ""
        return 1


def local_run(folder: Path, to: Path, jobs: int, *, killed: bool = False, part: bool = False) -> Ran:
    """Processes of this machine."""
    with batch(folder / ("part.csv" if part else "all.csv"), to, "--jobs", jobs) as work:
        return watched(work, Killing() if killed else lambda _work, _seconds: 0)


def dask_run(folder: Path, to: Path, workers: int, *, killed: bool = False, part: bool = False) -> Ran:
    """A cluster whose processes are there already."""
    table = folder / ("part.csv" if part else "all.csv")
    with dask(folder, workers) as (address, helpers), batch(table, to, "--cluster", address) as work:
        work.helpers = helpers
        return watched(work, Killing() if killed else lambda _work, _seconds: 0)


def cut_run(folder: Path, to: Path) -> Ran:
    """A cluster of three machines, one of which is cut off in the middle and stays so."""
    with machines(2) as (names, head), ExitStack() as stack:
        scheduler = _start("dask", "scheduler", "--port", 8786, "--no-dashboard", prefix=_inside(head))
        stack.callback(_end, scheduler)
        helpers = []
        for one, name in enumerate(names):
            helpers.append(_worker(folder, f"tcp://10.203.{one}.1:8786", _inside(name)))
            stack.callback(_end, helpers[-1])
        work = stack.enter_context(batch(folder / "part.csv", to, "--cluster", "tcp://127.0.0.1:8786",
                                         prefix=_inside(head)))
        work.helpers = helpers
        return watched(work, Cutting(names[1], _lines(folder / "part.csv")))


RUNS: dict[str, tuple[bool, Callable[[Path, Path], Ran]]] = {
    "one process": (False, partial(local_run, jobs=1)),
    "two processes": (False, partial(local_run, jobs=2)),
    "Dask, two workers": (False, partial(dask_run, workers=2)),
    "two processes, one killed every ten seconds": (False, partial(local_run, jobs=2, killed=True)),
    "Dask, two workers, one killed every ten seconds": (False, partial(dask_run, workers=2, killed=True)),
    "four processes": (True, partial(local_run, jobs=4, part=True)),
    "Dask, four workers": (True, partial(dask_run, workers=4, part=True)),
    "Dask, two machines, one cut off": (True, cut_run),
}
"""Name -> whether only a part of the recordings is heard, and the run."""


def compared(found: Ran, to: Path, wanted: Path, part: bool) -> Ran:
    """A run with its number of rows, and of those that are not as in the first run."""
    rows = to.read_bytes().splitlines()
    right = wanted.read_bytes().splitlines()[:: PART if part else 1]
    found.rows = len(rows)
    found.differ = sum(one != other for one, other in zip(rows, right, strict=False)) + abs(len(rows) - len(right))
    return found


def efficiency(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of a part of the recordings with one and two processes, by turns."""
    found: dict[str, list[float]] = {"one": [], "two": []}
    for _ in range(rounds):
        for name, jobs in (("one", 1), ("two", 2)):
            found[name].append(local_run(folder, folder / "turn.jsonl", jobs, part=True).seconds)
    return found


def costs(folder: Path) -> dict[str, Any]:
    """What an hour of calls costs: seconds of a core, bytes read, bytes written in each form."""
    before = _cpu_of_children()
    with batch(folder / "calls", folder / "calls.jsonl", "--jobs", 1) as work:
        ran = watched(work)
    cpu_s = round(_cpu_of_children() - before, 2)
    told_of = [json.loads(line) for line in (folder / "calls.jsonl").read_bytes().splitlines()]
    written = {".jsonl": (folder / "calls.jsonl").stat().st_size}
    for name in ("calls.csv", "calls-parquet"):
        shutil.rmtree(folder / name, ignore_errors=True)
        results.write(folder / name, told_of, ("negative", "positive"))
        files = [folder / name] if (folder / name).is_file() else (folder / name).rglob("*.parquet")
        written[name.replace("calls", "", 1)] = sum(file.stat().st_size for file in files)
    return {"hours": sum(one["duration_s"] for one in told_of) / 3600, "calls": CALLS, "cpu_s": cpu_s,
            "worker_mb": ran.worker_mb, "segments": sum(len(one["segments"]) for one in told_of),
            "bytes_read": sum(path.stat().st_size for path in (folder / "calls").iterdir()), "bytes_written": written}


def handed_out(folder: Path) -> dict[str, float]:
    """Recordings a second that an engine of two workers gives out and takes back where hearing takes no time."""
    question, names = Question(), [f"{one}.wav" for one in range(INSTANT)]
    found = {}
    with dask(folder, 2) as (address, _):
        for name, engine in (("processes", engines.local(2, at_once)),
                             ("Dask", engines.dask(address, 2, lambda _link: None, at_once))):
            outcomes = engine(question, names)
            next(outcomes)  # the workers are there
            started = time.monotonic()
            number = sum(1 for _ in outcomes)
            found[name] = round(number / (time.monotonic() - started), 1)
    return found


def _lines(table: Path) -> int:
    return table.read_text(encoding="utf-8").count("\n") - 1


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.processor()


def run(folder: Path, recordings: int, rounds: int, only: Sequence[str], to: Path | None) -> dict[str, Any]:
    """All that is not in `to` yet, written there as it comes."""
    found: dict[str, Any] = json.loads(to.read_text(encoding="utf-8")) if to and to.is_file() else {}
    folder.mkdir(parents=True, exist_ok=True)
    prepare(folder, recordings)
    found |= {"recordings": recordings, "processor": _processor(), "cores": os.cpu_count(),
              "bytes": sum(path.stat().st_size for path in (folder / "recordings").rglob("*.*"))}
    found.setdefault("runs", {})

    def keep() -> None:
        if to:
            write_json(to, found)

    first = folder / "one process.jsonl"
    for name, (part, way) in RUNS.items():
        if name in found["runs"] or (only and name not in only):
            continue
        if way is cut_run and (os.geteuid() or not shutil.which("ip")):
            print(f"{name}: left out, it needs root and ip.")
            continue
        ran = compared(way(folder, folder / f"{name}.jsonl"), folder / f"{name}.jsonl", first, part)
        found["runs"][name] = vars(ran)
        print(f"{name}: {ran}", flush=True)
        if way is RUNS["one process"][1]:
            lines = [json.loads(line) for line in first.read_bytes().splitlines()]
            found["hours"] = sum(one.get("duration_s", 0.0) for one in lines) / 3600
            found["failed"] = sum("error" in one for one in lines)
        keep()
    measures: dict[str, Callable[[], Any]] = {"efficiency": lambda: efficiency(folder, rounds),
                                              "costs": lambda: costs(folder), "handed_out": lambda: handed_out(folder)}
    for name, measure in measures.items():
        if name not in found and (not only or name in only):
            found[name] = measure()
            print(f"{name}: {found[name]}", flush=True)
            keep()
    return found


def main() -> int:
    """All runs; 1 where a row differs."""
    parser = argparse.ArgumentParser(description="The same recordings through every engine.")
    parser.add_argument("--recordings", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3, help="turns of one and two processes, for the efficiency")
    parser.add_argument("--only", nargs="+", default=[], help="the names of some runs")
    parser.add_argument("--folder", type=Path, default=Path("runs/scale"), help="where the recordings are made")
    parser.add_argument("--to", type=Path, help="a JSON file for what came of it")
    chosen = parser.parse_args()
    found = run(chosen.folder.absolute(), chosen.recordings, chosen.rounds, chosen.only, chosen.to)
    return 1 if any(one["differ"] for one in found["runs"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
