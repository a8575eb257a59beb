"""What is measured: a work, who does it, and what intone should reach in it."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

from contest import ONE_THREAD, Command, Contestant, Taken, Worker, ratio
from environment import ALTERNATIVES

HERE = Path(__file__).resolve().parent
OURS, FLOOR, TEN_MINUTES, TEN_HOURS = "intone", "floor", "ten minutes", "ten hours"
ALL = ("original", "pipeline", "egemaps")


@dataclass(frozen=True)
class Materials:
    """What the contestants work on.

    `clip` is one recording of about four seconds, `clips` a folder of some, `corpus` of all, and `cleaned` one of
    cleaned clips from which `chunks` are drawn; `hour`, `ten_minutes` and `ten_hours` are long recordings, the last
    None where nobody asked for it; `lengths` are recordings by their seconds. `samples` are what the network is given
    of `clip`. `python` and `models` are those of the alternatives, None where they are left out. `scratch` is a folder
    for what is written.
    """

    clip: Path
    clips: Path
    corpus: Path
    cleaned: Path
    chunks: int
    hour: Path
    ten_minutes: Path
    ten_hours: Path | None
    lengths: Mapping[float, Path]
    model: Path
    samples: int
    python: Path | None
    models: Path
    scratch: Path


def recordings(folder: Path) -> list[Path]:
    """The clips in a folder."""
    return sorted(folder.rglob("*.wav"))


@dataclass(frozen=True)
class Aim:
    """What intone should reach.

    `faster`: times that the contestant `beside` takes as long as intone, at least; `slower`: times that intone takes
    as long, at most; `seconds` and `memory_mb` of `beside`, at most; `more memory`: times that the longest recording
    takes as much memory as `beside`, at most.
    """

    beside: str
    kind: Literal["faster", "slower", "seconds", "memory_mb", "more memory"]
    wanted: float

    def found(self, taken: Mapping[str, Sequence[Taken]]) -> float:
        """What came out: the median over the rounds."""
        seconds = {name: [one.seconds for one in turns] for name, turns in taken.items()}
        memory = {name: [one.memory_mb for one in turns] for name, turns in taken.items()}
        if self.kind == "faster":
            return ratio(seconds[self.beside], seconds[OURS]).median
        if self.kind == "slower":
            return ratio(seconds[OURS], seconds[self.beside]).median
        if self.kind == "more memory":
            return ratio(memory[TEN_HOURS if TEN_HOURS in memory else OURS], memory[self.beside]).median
        return median(seconds[self.beside] if self.kind == "seconds" else memory[self.beside])


@dataclass(frozen=True)
class Row:
    """A work, who does it, and what intone should reach.

    `floor` says what the floor is, `counted` what there is many of in the materials.
    """

    name: str
    work: str
    contestants: Callable[[Materials], Mapping[str, Contestant]]
    aims: tuple[Aim, ...] = ()
    floor: str = ""
    counted: Literal["", "clips", "corpus", "chunks"] = ""


def _intone(*words: object) -> list[str]:
    return [sys.executable, "-m", "intone", *map(str, words)]


def _ours(*words: object) -> list[str]:
    return [sys.executable, str(HERE / "ours.py"), *map(str, words)]


def _alternative(of: Materials, name: str, task: str, *words: object) -> list[str]:
    assert of.python is not None
    return [str(of.python), str(ALTERNATIVES / f"{name}.py"), task, *map(str, words)]


def _answering(of: Materials, *recordings: Path, warm_up: bool = False) -> dict[str, Contestant]:
    """Every alternative, as a command that answers recordings."""
    return {name: Command(_alternative(of, name, "answer", of.models / name, *recordings), warm_up=warm_up)
            for name in ALL if of.python is not None}


def _cold(of: Materials) -> dict[str, Contestant]:
    return {OURS: Command(_intone("predict", of.clip), warm_up=True), **_answering(of, of.clip, warm_up=True),
            FLOOR: Command(_ours("bare", of.model, of.samples), warm_up=True)}


def _warm(of: Materials) -> dict[str, Contestant]:
    others = {name: Worker(_alternative(of, name, "warm", of.models / name, of.clip), ONE_THREAD)
              for name in ALL if of.python is not None}
    return {OURS: Worker(_ours("warm", of.clip), ONE_THREAD), **others,
            FLOOR: Worker(_ours("multiply", of.clip), ONE_THREAD)}


def _folder(of: Materials) -> dict[str, Contestant]:
    to = of.scratch / "answers.csv"
    return {OURS: Command(_intone("batch", of.clips, "--to", to), fresh=to),
            **_answering(of, *recordings(of.clips))}


def _cleaning(of: Materials) -> dict[str, Contestant]:
    to = of.scratch / "cleaned"
    others = {} if of.python is None else {
        "original": Command(_alternative(of, "original", "clean", of.corpus, to), fresh=to)}
    return {OURS: Command(_intone("clean", f"ravdess={of.corpus}", "--to", to), fresh=to), **others,
            FLOOR: Command(_ours("decode", of.corpus))}


def _chunks(of: Materials) -> dict[str, Contestant]:
    others = {} if of.python is None else {
        "original": Worker(_alternative(of, "original", "chunks", of.cleaned, of.chunks), ONE_THREAD)}
    return {OURS: Worker(_ours("chunks", of.cleaned, of.chunks), ONE_THREAD), **others}


def _mfcc(of: Materials) -> dict[str, Contestant]:
    return {OURS: Worker(_ours("draw", of.cleaned, of.chunks), ONE_THREAD),
            FLOOR: Worker(_ours("transform", of.chunks), ONE_THREAD)}


def _hour(of: Materials) -> dict[str, Contestant]:
    long = {} if of.ten_hours is None else {TEN_HOURS: Command(_intone("predict", of.ten_hours))}
    return {OURS: Command(_intone("predict", of.hour)), **long,
            TEN_MINUTES: Command(_intone("predict", of.ten_minutes))}


ROWS = {row.name: row for row in (
    Row("cold", "first answer, the whole process", _cold, (Aim("pipeline", "faster", 10), Aim(FLOOR, "slower", 1.3)),
        "imports, the runtime, one run of the network"),
    Row("warm", "an answer, warm, one thread", _warm, (Aim("pipeline", "faster", 8), Aim(FLOOR, "slower", 2)),
        "the network's matrix products"),
    Row("folder", "a folder of clips", _folder, (Aim("original", "faster", 20),), counted="clips"),
    Row("cleaning", "cleaning a folder of clips", _cleaning, (Aim("original", "faster", 15), Aim(FLOOR, "slower", 2)),
        "decoding and resampling them", "corpus"),
    Row("chunks", "MFCC to train on, from files", _chunks, (Aim("original", "faster", 5),), counted="chunks"),
    Row("mfcc", "MFCC to train on, from memory", _mfcc, (Aim(FLOOR, "slower", 2),), "their Fourier transforms",
        "chunks"),
    Row("hour", "one hour of recording", _hour, (
        Aim(OURS, "seconds", 60), Aim(OURS, "memory_mb", 400), Aim(TEN_MINUTES, "more memory", 1.2))),
)}
