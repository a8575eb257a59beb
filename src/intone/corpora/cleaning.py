"""Cleaning a corpus into a folder: 16 kHz, mono, only where there is sound, float32 WAV under the same names.

A folder of cleaned clips carries `manifest.json` with the settings. A clip is written whole or not at all, and gets
the modification time of its original, so that a clip of another time is seen to be stale and cleaned again.
"""

import io
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from intone import dataclass_json
from intone.audio import RATE, Signal, read_mono
from intone.audio.envelope import EnvelopeSettings, mask
from intone.audio.search import read_clip
from intone.corpora.registry import facts
from intone.errors import CorpusError, IntoneError, RecordingError, printable
from intone.files import alone, read_json, write_json, write_whole
from intone.parallel import mapped

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
SHORTEST_S = 0.1
"""Seconds of sound below which a cleaned clip is reported by name: the network takes a tenth of a second at a time."""


@dataclass(frozen=True)
class Manifest:
    """What a folder of cleaned clips was made with. `made_by` names the layout of the folder."""

    envelope: EnvelopeSettings
    rate: int = RATE
    made_by: str = "intone clean 1"


@dataclass(frozen=True)
class Cleaned:
    """One cleaned clip: its name, its seconds before and after, and a sentence where it was not written."""

    clip: str
    before_s: float
    after_s: float
    problem: str | None = None


@dataclass(frozen=True)
class CleaningReport:
    """What became of the clips of a table; `done_before` were there already."""

    folder: Path
    clips: tuple[Cleaned, ...]
    done_before: int

    @property
    def failed(self) -> tuple[Cleaned, ...]:
        return tuple(clip for clip in self.clips if clip.problem)

    @property
    def short(self) -> tuple[Cleaned, ...]:
        """Clips with less sound than one chunk."""
        return tuple(clip for clip in self.clips if not clip.problem and clip.after_s < SHORTEST_S)

    def to_text(self) -> str:
        before, after = sum(clip.before_s for clip in self.clips), sum(clip.after_s for clip in self.clips)
        number = len(self.clips) - len(self.failed)
        lines = [f"{number} clip{'s' * (number != 1)} cleaned into {self.folder}"
                 + (f", {self.done_before} were there before" if self.done_before else "")]
        if before:
            lines.append(f"{after / 60:.1f} of {before / 60:.1f} minutes of sound are kept ({after / before:.0%}).")
        lines += [f"{clip.clip} has only {clip.after_s:.2f} s of sound, under {SHORTEST_S:g} s." for clip in self.short]
        lines += [f"{clip.clip} was left out: {clip.problem}" for clip in self.failed]
        return "\n".join(map(printable, lines))


def clean(table: "pd.DataFrame", to: Path, envelope: EnvelopeSettings, *, jobs: int | None = None) -> CleaningReport:
    """Clean the clips of a table into a folder; what is there already with the same settings is kept.

    Each clip is written where its corpus wants it (`Corpus.cleaned_path`): flat, or in the folders that carry its
    label. A CorpusError where the folder holds clips of other settings.
    """
    manifest = Manifest(envelope)
    if manifest_of(to) is None and to.is_dir() and any(not child.name.startswith(".") for child in to.iterdir()):
        raise CorpusError(f"The folder {to} holds other things than cleaned clips: choose an empty or a new folder.")
    check_manifest(to, envelope)
    names = _names(table)
    if doubled := [name for name, times in Counter(names).items() if times > 1]:
        raise CorpusError(f"{len(doubled)} names would stand for more than one clip in {to}, such as {doubled[0]}: "
                          "clean one folder at a time, or rename the clips.")
    pairs = [(Path(path), to / name) for path, name in zip(table["path"], names, strict=True)]
    with alone(to):
        write_json(to / MANIFEST, dataclass_json.to_dict(manifest))
        todo = [(source, target) for source, target in pairs if not _is_done(source, target)]
        clips = tuple(mapped(partial(_clean_clip, envelope=envelope), todo, title="cleaning", jobs=jobs))
    return CleaningReport(to, clips, len(pairs) - len(todo))


def signals(table: "pd.DataFrame", envelope: EnvelopeSettings, *, jobs: int | None = None) -> list[Signal]:
    """The cleaned signal of every clip of a table, read from cleaned folders or cleaned in memory.

    A CorpusError where a cleaned folder was made with other settings, or a clip cannot be read.
    """
    paths = [Path(path) for path in table["path"]]
    done = are_clean(paths, envelope)
    return list(mapped(partial(_read_clean, envelope=envelope), list(zip(paths, done, strict=True)),
                       title="reading", jobs=jobs))


def are_clean(paths: Sequence[Path], envelope: EnvelopeSettings) -> list[bool]:
    """Whether each path lies in a folder of cleaned clips; a CorpusError where that has other settings."""
    folders = {folder for path in paths for folder in path.parents}
    cleaned = {folder for folder in folders if check_manifest(folder, envelope)}
    return [not cleaned.isdisjoint(path.parents) for path in paths]


def manifest_of(folder: Path) -> Manifest | None:
    """The manifest of a folder of cleaned clips, None for another folder; a CorpusError for a damaged one."""
    if not (folder / MANIFEST).is_file():
        return None
    values = read_json(folder / MANIFEST)
    if not (isinstance(values, dict) and "made_by" in values):
        return None
    try:
        return dataclass_json.from_dict(Manifest, values)
    except (ValueError, IntoneError) as error:
        raise CorpusError(f"{folder / MANIFEST} is not one that this version writes ({error}): clean into a new "
                          "folder.") from error


def check_manifest(folder: Path, envelope: EnvelopeSettings) -> bool:
    """True for a folder that was cleaned with these settings, False for any other; a CorpusError for stale ones."""
    found = manifest_of(folder)
    if found is not None and found != Manifest(envelope):
        raise CorpusError(f"The clips in {folder} were cleaned with threshold {found.envelope.threshold:g} of "
                          f"{found.envelope.relative_to}, but {envelope.threshold:g} of {envelope.relative_to} is "
                          "asked for: use the original clips, or clean them into another folder.")
    return found is not None


def _names(table: "pd.DataFrame") -> list[str]:
    """Where each clip goes below the folder."""
    return [facts(row["corpus"]).cleaned_path({str(name): value for name, value in row.items()})
            for row in table.to_dict("records")]


def _is_done(source: Path, target: Path) -> bool:
    return target.is_file() and target.stat().st_mtime_ns == source.stat().st_mtime_ns


def _clean_clip(job: tuple[Path, Path], envelope: EnvelopeSettings) -> Cleaned:
    source, target = job
    try:
        signal = read_mono(source)
    except RecordingError as error:
        return Cleaned(source.stem, 0.0, 0.0, str(error))
    kept = signal[mask(signal, envelope)]
    if not len(kept):
        target.unlink(missing_ok=True)
        return Cleaned(source.stem, len(signal) / RATE, 0.0, "No sound in it is above the threshold.")
    with write_whole(target) as part:
        part.write_bytes(_wav(kept))
        time = source.stat().st_mtime_ns
        os.utime(part, ns=(time, time))
    return Cleaned(source.stem, len(signal) / RATE, len(kept) / RATE)


def _wav(signal: Signal) -> bytes:
    """A signal as float32 WAV; not by libsndfile, which puts the time of writing into such a file."""
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="wav", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("pcm_f32le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(signal[None]), format="flt", layout="mono")
        frame.rate = RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return file.getvalue()


def _read_clean(job: tuple[Path, bool], envelope: EnvelopeSettings) -> Signal:
    path, is_clean = job
    signal = read_clip(path)
    return signal if is_clean else np.ascontiguousarray(signal[mask(signal, envelope)])
