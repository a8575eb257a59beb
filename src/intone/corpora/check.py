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
from typing import TypeVar

import numpy as np
from tqdm import tqdm

from intone.audio import read
from intone.audio.decoding import missing_bytes
from intone.audio.search import Found
from intone.corpora.corpus import Corpus, Finding, Severity
from intone.corpora.emotions import PLAIN, Words
from intone.corpora.table import open_corpus
from intone.errors import RecordingError, UsageError, printable

Item = TypeVar("Item")

TITLES = {
    "damaged": "damaged files",
    "unread": "files that look like recordings and cannot be read",
    "closed": "folders that cannot be searched",
    "name": "names that do not fit",
    "label": "labels that stand for no emotion",
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
        return "\n".join(map(printable, [*lines, ", ".join(sums)]))


@dataclass(frozen=True)
class Examined:
    """One file that was decoded. `peak`: the largest |x|; `error`: why it cannot be used, or empty."""

    path: Path
    file_hash: str = ""
    samples_hash: str = ""
    channels: int = 0
    peak: float = 0.0
    error: str = ""


def check(root: Path, *, jobs: int, words: Words = PLAIN) -> CheckReport:
    """Examine every recording below a folder, in `jobs` threads, with a progress bar where there is a terminal.

    Raises CorpusError where the folder is none, holds no recordings or is no corpus that intone knows.
    """
    if jobs < 1:
        raise UsageError(f"There is no number of jobs {jobs}: 1 or more.")
    corpus = open_corpus(str(root), words)
    searched = corpus.search()
    sorted_out = {path: corpus.sort(path) for path in searched.recordings}
    clips = {path: found for path, found in sorted_out.items() if isinstance(found, tuple)}
    misfits = [found for found in sorted_out.values() if isinstance(found, Finding)]
    if not clips:
        raise corpus.empty()
    findings = (*_left_out(corpus, searched), *misfits, *_doubled(corpus, clips), *_missing(corpus, clips),
                *corpus.faults(clips), *_judge(corpus, _examine_all(list(clips), jobs)))
    corpus.note()
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


def _left_out(corpus: Corpus, searched: Found) -> Iterator[Finding]:
    for path in searched.left_out:
        yield Finding("problem", "unread", (corpus.relative(path),))
    for path, reason in searched.closed:
        yield Finding("problem", "closed", (corpus.relative(path),), reason)


def _doubled(corpus: Corpus, clips: Iterable[Path]) -> Iterator[Finding]:
    if corpus.unique_names:
        for paths in _groups(clips, lambda path: path.stem):
            yield Finding("problem", "doubled", tuple(map(corpus.relative, paths)))


def _missing(corpus: Corpus, clips: dict[Path, tuple[str, str]]) -> Iterator[Finding]:
    """What a complete corpus has besides, of the vocal channels that occur: by name, or else only how many."""
    here = {path.stem for path in clips}
    vocals = sorted({group for group, _ in clips.values()}, reverse=True)
    for vocal in vocals:
        for member, expected in corpus.expected(vocal).items():
            names = tuple(name for name in expected if name not in here)
            reason = f"{len(names)} of {len(expected)} recordings of {vocal} by actor {member}"
            if names:
                yield Finding("warning", "missing", names, reason, len(names))
    whole = corpus.complete(vocals)
    if len(here) < whole and not any(map(corpus.expected, vocals)):
        yield Finding("warning", "missing", (), f"{len(here)} of {whole} are here", whole - len(here))


def _judge(corpus: Corpus, examined: list[Examined]) -> Iterator[Finding]:
    """What the decoded files show."""
    for one in examined:
        file, stem = (corpus.relative(one.path),), one.path.stem
        if one.error:
            yield Finding("problem", "damaged", file, one.error)
        elif one.peak <= SILENCE:
            yield Finding("known" if stem in corpus.known_silent else "problem", "silent", file)
        elif one.channels > 1:
            yield Finding("known" if stem in corpus.known_stereo else "warning", "stereo", file,
                          f"{one.channels} channels" if one.channels > 2 else "")
    sounding = [one for one in examined if not one.error and one.peak > SILENCE]
    for equal in _groups(sounding, lambda one: one.samples_hash):
        stems = frozenset(one.path.stem for one in equal)
        known = len(stems) == len(equal) and any(stems <= names for names in corpus.known_equal)
        same_bytes = len({one.file_hash for one in equal}) == 1
        yield Finding("known" if known else "problem", "equal", tuple(corpus.relative(one.path) for one in equal),
                      "" if same_bytes else "the same samples in different files")


def _groups(items: Iterable[Item], key: Callable[[Item], str]) -> list[list[Item]]:
    """The items that share a key with another one."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return [group for group in groups.values() if len(group) > 1]


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
