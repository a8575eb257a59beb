"""intone beside what a person would use instead, measured in turns on the machine at hand: `make bench`.

    benchmarks/bench.py --ravdess DIR [--only ROW ...] [--repeats 5] [--clips 120] [--long] [--again]
                        [--to results/bench.json]
    benchmarks/bench.py --quick         made-up clips, once, without the alternatives: does it run?

The alternatives, each as its own users run it, are in alternatives/, and their environment is made in runs/bench-env. A
row that was measured with the same code, clips and repeats is kept, so that a run that was stopped goes on. `--long`
hears ten hours as well. All processes share the first two cores.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import environment
import growth
from contest import ONE_THREAD, QUIET, ContestantError, Taken, alternated, ratio
from intone.files import read_json, write_json
from machine import machine, ours
from rows import FLOOR, OURS, ROWS, Materials, Row, recordings

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULT = ROOT / "results" / "bench.json"
PARTS = (*ROWS, "growth", "stages")


def code() -> str:
    """The beginning of a digest of all that is measured and measures."""
    found = hashlib.sha256()
    paths = [path for folder in (ROOT / "src", HERE) for path in folder.rglob("*")]
    for path in sorted(path for path in paths if path.suffix in (".py", ".onnx", ".toml", ".txt")):
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:12]


def measured(row: Row, of: Materials, repeats: int) -> dict[str, Any]:
    """What every contestant of a row took in every round, and what that says.

    A ratio is what the other took over what intone took; of the floor, what intone took over the floor.
    """
    taken = alternated(row.contestants(of), repeats)
    seconds = {name: [one.seconds for one in turns] for name, turns in taken.items()}
    ratios = {name: ratio(seconds[OURS], took) if name == FLOOR else ratio(took, seconds[OURS])
              for name, took in seconds.items() if name != OURS}
    return {"work": row.work, "amount": amount(row, of), "floor": row.floor,
            "taken": {name: _columns(turns) for name, turns in taken.items()},
            "ratios": {name: asdict(one) for name, one in ratios.items()}, "aims": list(judged(row, taken))}


def amount(row: Row, of: Materials) -> str:
    """How much of what a row works on there is: `120 clips`."""
    if row.counted == "chunks":
        return f"{of.chunks:,} chunks"
    return f"{len(recordings(of.clips if row.counted == 'clips' else of.corpus)):,} clips" if row.counted else ""


def judged(row: Row, taken: Mapping[str, Sequence[Taken]]) -> Iterator[dict[str, Any]]:
    """Every aim of a row whose contestant took part: what was wanted, what was found, and whether that is enough."""
    for aim in row.aims:
        if aim.beside in taken:
            found = aim.found(taken)
            yield {"beside": aim.beside, "kind": aim.kind, "wanted": aim.wanted, "found": round(found, 3),
                   "met": found >= aim.wanted if aim.kind == "faster" else found <= aim.wanted}


def _columns(turns: Sequence[Taken]) -> dict[str, list[float]]:
    return {name: [round(getattr(one, name), 6) for one in turns] for name in ("seconds", "cpu_s", "memory_mb")}


def told(*words: str | Path) -> dict[str, float]:
    """What `ours.py` says of something, on one thread."""
    said = subprocess.run([sys.executable, HERE / "ours.py", *words], stdout=subprocess.PIPE, check=True,
                          env={**os.environ, **QUIET, **ONE_THREAD})
    found: dict[str, float] = json.loads(said.stdout)
    return found


def gathered(scratch: Path, chosen: argparse.Namespace) -> Materials:
    """What the contestants work on, made in another process: a child's memory is counted from that of this one."""
    python = None if chosen.quick else environment.python()
    models = Path() if chosen.quick else environment.models()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_gathered, scratch, chosen, python, models).result()


def _gathered(scratch: Path, chosen: argparse.Namespace, python: Path | None, models: Path) -> Materials:
    sys.path.append(str(ROOT / "tests" / "support"))  # its made-up voices
    from materials import gathered

    return gathered(scratch, chosen.ravdess, chosen.clips, python, models, quick=chosen.quick, long=chosen.long)


@contextmanager
def two_cores() -> Iterator[None]:
    """This process, and those that it starts, on at most two cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:2])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def run(chosen: argparse.Namespace, scratch: Path) -> int:
    """Measure what is not measured yet, a part after the other; returns the exit status."""
    found: dict[str, Any] = read_json(chosen.to) if chosen.to.is_file() else {}
    of = gathered(scratch, chosen)
    stamp = {"code": code(), "repeats": chosen.repeats, "clips": len(recordings(of.clips)),
             "chunks": of.chunks, "long": chosen.long, "machine": machine()}
    stale = [name for name in chosen.only or PARTS
             if chosen.again or name not in found or found[name]["stamp"] != stamp]
    if stale:
        found |= {"machine": stamp["machine"], "matrix_speed": told("speed"),
                  "versions": {"intone": ours(), "alternatives": {} if chosen.quick else environment.versions()}}
    for name in stale:
        print(f"{name} ...", file=sys.stderr, flush=True)
        if name == "growth":
            part = growth.measured(of)
        elif name == "stages":
            part = {"milliseconds": told("stages", of.clip)}
        else:
            part = measured(ROWS[name], of, chosen.repeats)
        found[name] = {"stamp": stamp, **part}
        write_json(chosen.to, found)
    return 0


def main(words: Sequence[str] | None = None) -> int:
    """Measure; returns the exit status."""
    parser = argparse.ArgumentParser(description="intone beside what a person would use instead.")
    parser.add_argument("--ravdess", type=Path, help="the folder of RAVDESS, with Actor_01 to Actor_24 in it")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="these rows alone")
    parser.add_argument("--repeats", type=int, default=5, help="rounds of every row")
    parser.add_argument("--clips", type=int, default=120, help="clips of the folder, taken evenly from the corpus")
    parser.add_argument("--long", action="store_true", help="hear ten hours as well")
    parser.add_argument("--again", action="store_true", help="measure what was measured")
    parser.add_argument("--quick", action="store_true", help="made-up clips, once, without the alternatives")
    parser.add_argument("--to", type=Path, default=RESULT, help="the file of the figures")
    chosen = parser.parse_args(words)
    if not chosen.quick and (chosen.ravdess is None or not chosen.ravdess.is_dir()):
        parser.error("name the folder of RAVDESS by --ravdess (make bench RAVDESS=DIR), or try --quick")
    if chosen.quick:
        chosen.repeats = 1
    try:
        with two_cores(), tempfile.TemporaryDirectory(prefix="intone-bench-") as scratch:
            return run(chosen, Path(scratch))
    except ContestantError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
