"""What is missing, damaged, doubled or misnamed in a folder of recordings.

Every recording is decoded once. What the check finds is a *problem* (training on it would be wrong), a *warning* (the
corpus is usable, but not what was published), or *known* (the publisher's own copy has it too).
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from tqdm import tqdm

from intone.audio import read
from intone.audio.decoding import missing_bytes
from intone.corpora import crema_d, ravdess
from intone.corpora.table import Corpus, open_corpus
from intone.errors import CorpusError, RecordingError, UsageError

Item = TypeVar("Item")
Severity = Literal["problem", "warning", "known"]

TITLES = {
    "damaged": "damaged files",
    "name": "names that do not fit",
    "doubled": "names that occur more than once",
    "equal": "sets of equal recordings",
    "silent": "silent recordings",
    "demographics": "sex and age of the actors",
    "stereo": "stereo files",
    "modality": "files that are not audio only, and are left out",
    "missing": "missing recordings",
}
"""Every kind of finding, in the order in which they are printed."""

SILENCE = 2.0**-15
"""The largest amplitude of a silent recording: one step of 16 bits."""

_LINES = 10
_VIDEO = {".mp4", ".mkv", ".mov", ".webm"}


@dataclass(frozen=True)
class Finding:
    """One thing found. `files` are paths relative to the root; for "missing", the names that were expected there.

    `reason` is empty where the kind says it all; `count` is the number of files, or of groups of equal ones.
    """

    severity: Severity
    kind: str
    files: tuple[str, ...]
    reason: str = ""
    count: int = 1

    def __str__(self) -> str:
        files = self.files
        if self.kind == "missing":
            more = f" and {len(files) - 3} more" if len(files) > 3 else ""
            return self.reason + (f": {', '.join(files[:3])}{more}" if files else "")
        return ": ".join(part for part in (" = ".join(files), self.reason) if part)


@dataclass(frozen=True)
class CheckReport:
    """What `check` found. `counts` are recordings by vocal channel ("speech", "song") and actor, or by label."""

    corpus: str
    root: str
    clips: int
    counts: dict[str, dict[str, int]]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no problem; warnings and known findings do not count."""
        return not self._total("problem")

    def _total(self, severity: Severity) -> int:
        return sum(finding.count for finding in self.findings if finding.severity == severity)

    def to_dict(self) -> dict[str, object]:
        """Everything found, ready for JSON; no list is shortened."""
        return {**asdict(self), "problems": self._total("problem"), "warnings": self._total("warning")}

    def to_text(self) -> str:
        """The lines to print: the counts, then at most ten findings of a kind, then the sum."""
        lines = [f"{self.corpus} in {self.root}: {self.clips} recordings"]
        lines += [f"{group}: {_counts_in_words(counts)}" for group, counts in self.counts.items()]
        for severity in ("problem", "warning", "known"):
            for kind, title in TITLES.items():
                found = [one for one in self.findings if (one.severity, one.kind) == (severity, kind)]
                if found:
                    lines.append(f"{severity}: {title}: {sum(one.count for one in found)}")
                    lines += [f"  {one}" for one in found[:_LINES]]
                    lines += [f"  and {len(found) - _LINES} more"] * (len(found) > _LINES)
        sums = [f"{number} {severity}{'s' * (number != 1)}"
                for severity, number in (("problem", self._total("problem")), ("warning", self._total("warning")))]
        return "\n".join([*lines, ", ".join(sums)])


@dataclass(frozen=True)
class Examined:
    """One file that was decoded. `peak`: the largest |x|; `error`: why it cannot be used, or empty."""

    path: Path
    file_hash: str = ""
    samples_hash: str = ""
    channels: int = 0
    peak: float = 0.0
    error: str = ""


def check(root: Path, *, jobs: int) -> CheckReport:
    """Examine every recording below a folder, in `jobs` threads, with a progress bar where there is a terminal.

    Raises CorpusError where the folder is none, holds no recordings or is no corpus that intone knows.
    """
    if jobs < 1:
        raise UsageError(f"There is no number of jobs {jobs}: 1 or more.")
    corpus = open_corpus(str(root))
    sort_out = _SORTERS[corpus.name]
    sorted_out = {path: sort_out(corpus, path) for path in corpus.files()}
    clips = {path: found for path, found in sorted_out.items() if isinstance(found, tuple)}
    misfits = [found for found in sorted_out.values() if isinstance(found, Finding)]
    if not clips:
        raise CorpusError(f"The folder {corpus.root} holds no clip of {corpus.name}: name the folder that holds its "
                          "recordings.")
    findings = (*misfits, *_doubled(corpus, clips), *_missing(corpus, clips), *_demographics(corpus, clips),
                *_judge(corpus, _examine_all(list(clips), jobs)))
    return CheckReport(corpus.name, str(corpus.root), len(clips), _count(clips.values()), findings)


def _count(places: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Recordings by group and member, speech before song."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for group, member in places:
        counts[group][member] += 1
    return {group: dict(sorted(counts[group].items())) for group in sorted(counts, reverse=True)}


def _examine_all(paths: list[Path], jobs: int) -> list[Examined]:
    # Threads: what decodes, resamples and hashes releases the interpreter; processes were 10 % faster on two cores.
    with ThreadPoolExecutor(jobs) as pool:
        try:
            return list(tqdm(pool.map(examine, paths), total=len(paths), desc="check", unit="file", disable=None))
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def examine(path: Path) -> Examined:
    """Decode one file; equal samples have equal hashes, whatever the format that holds them."""
    try:
        with path.open("rb") as file:
            file_hash = hashlib.file_digest(file, "sha256").hexdigest()
            missing = missing_bytes(file)
            file.seek(0)
            signals = np.stack([channel.signal for channel in read(file, "each")])
    except OSError as error:
        return Examined(path, error=f"The file cannot be read ({error.strerror or error}).")
    except RecordingError as error:
        return Examined(path, error=str(error))
    if missing > 8:  # some programs state the whole file's size where the size after these 8 bytes belongs
        return Examined(path, error=f"The file is cut off: {missing} bytes that its header states are missing.")
    samples_hash = hashlib.sha256(repr(signals.shape).encode() + signals.tobytes()).hexdigest()
    return Examined(path, file_hash, samples_hash, len(signals), float(np.abs(signals).max(initial=0.0)))


def _sort_ravdess(corpus: Corpus, path: Path) -> tuple[str, str] | Finding:
    """The vocal channel and the actor of a recording, or why it is none."""
    file = (_relative(corpus, path),)
    try:
        name = ravdess.parse_name(path.stem)
    except ValueError as error:
        return Finding("problem", "name", file, str(error))
    if path.parent.name.startswith("Actor_") and path.parent.name != f"Actor_{name.actor:02d}":
        return Finding("problem", "name", file, f"a recording of actor {name.actor:02d} in {path.parent.name}")
    if name.modality != ravdess.AUDIO_ONLY:
        return Finding("warning", "modality", file, f"modality {name.modality:02d}, audio only is 03")
    if path.suffix.lower() in _VIDEO:
        return Finding("warning", "modality", file, "a video file")
    return ravdess.VOCALS[name.vocal - 1], f"{name.actor:02d}"


def _sort_crema_d(corpus: Corpus, path: Path) -> tuple[str, str] | Finding:
    try:
        return "speech", str(crema_d.parse_name(path.stem).actor)
    except ValueError as error:
        return Finding("problem", "name", (_relative(corpus, path),), str(error))


def _sort_folder(corpus: Corpus, path: Path) -> tuple[str, str] | Finding:
    try:
        corpus.row(path)
    except CorpusError:
        return Finding("problem", "name", (_relative(corpus, path),), "not in a folder named after an emotion")
    return "labels", path.relative_to(corpus.root).parts[0]


_SORTERS: dict[str, Callable[[Corpus, Path], tuple[str, str] | Finding]] = {
    "ravdess": _sort_ravdess,
    "crema-d": _sort_crema_d,
    "folder": _sort_folder,
}


def _doubled(corpus: Corpus, clips: Iterable[Path]) -> Iterator[Finding]:
    if corpus.name == "folder":
        return  # two speakers may well use one name
    for paths in _groups(clips, lambda path: path.stem):
        yield Finding("problem", "doubled", tuple(_relative(corpus, path) for path in paths))


def _missing(corpus: Corpus, clips: dict[Path, tuple[str, str]]) -> Iterator[Finding]:
    """What a complete corpus has besides; of RAVDESS only for speech or song, whichever occurs."""
    here = {path.stem for path in clips}
    if corpus.name == "crema-d" and len(here) < crema_d.CLIPS:
        count = crema_d.CLIPS - len(here)
        yield Finding("warning", "missing", (), f"{len(here)} of {crema_d.CLIPS} are here", count)
    if corpus.name == "ravdess":
        for vocal in sorted({vocal for vocal, _ in clips.values()}, reverse=True):
            for actor, expected in ravdess.expected_clips(vocal).items():
                names = tuple(name for name in expected if name not in here)
                reason = f"{len(names)} of {len(expected)} recordings of {vocal} by actor {actor:02d}"
                if names:
                    yield Finding("warning", "missing", names, reason, len(names))


def _demographics(corpus: Corpus, clips: Iterable[Path]) -> Iterator[Finding]:
    if isinstance(corpus, crema_d.CremaD):
        try:
            for path in clips:
                corpus.row(path)
        except CorpusError as error:
            yield Finding("problem", "demographics", (), str(error))


def _judge(corpus: Corpus, examined: list[Examined]) -> Iterator[Finding]:
    """What the decoded files show."""
    for one in examined:
        file, stem = (_relative(corpus, one.path),), one.path.stem
        if one.error:
            yield Finding("problem", "damaged", file, one.error)
        elif one.peak <= SILENCE:
            yield Finding("known" if stem in crema_d.LEFT_OUT else "problem", "silent", file)
        elif one.channels > 1:
            yield Finding("known" if stem in ravdess.KNOWN_STEREO else "warning", "stereo", file,
                          f"{one.channels} channels" if one.channels > 2 else "")
    sounding = [one for one in examined if not one.error and one.peak > SILENCE]
    for equal in _groups(sounding, lambda one: one.samples_hash):
        stems = frozenset(one.path.stem for one in equal)
        known = len(stems) == len(equal) and (stems in ravdess.KNOWN_EQUAL or stems <= crema_d.LEFT_OUT)
        same_bytes = len({one.file_hash for one in equal}) == 1
        yield Finding("known" if known else "problem", "equal", tuple(_relative(corpus, one.path) for one in equal),
                      "" if same_bytes else "the same samples in different files")


def _groups(items: Iterable[Item], key: Callable[[Item], str]) -> list[list[Item]]:
    """The items that share a key with another one."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return [group for group in groups.values() if len(group) > 1]


def _relative(corpus: Corpus, path: Path) -> str:
    return path.relative_to(corpus.root).as_posix()


def _counts_in_words(counts: dict[str, int]) -> str:
    """`1437 recordings: 60 each of 01-04, 06-24; 57 of 05`."""
    members: dict[int, list[str]] = defaultdict(list)
    for member, count in counts.items():
        members[count].append(member)
    parts = [f"{count}{' each' * (len(names) > 1)} of {_ranges(names)}"
             for count, names in sorted(members.items(), key=lambda item: (-len(item[1]), -item[0]))]
    return f"{sum(counts.values())} recordings: {'; '.join(parts)}"


def _ranges(names: list[str]) -> str:
    """`01, 02, 03, 05` -> `01-03, 05`; words stay as they are."""
    runs: list[list[str]] = []
    for name in names:
        if runs and name.isdecimal() and runs[-1][-1].isdecimal() and int(name) == int(runs[-1][-1]) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else run[0] for run in runs)
