"""Robustness: the clips of an evaluation recognised again after corruptions (noise, rooms, microphones), or cut short.

    intone robustness RUN --data ravdess=DIR

The spoken clips of a corpus are recognised again under every condition, each by the network of the fold in which its
speaker is unseen, the way a user's recording is: the corrupted samples are mixed to one channel, speech is found, the
network answers. There are two families of conditions: those of `audio.augment`, and clips cut short.

A part, one condition in one fold, is a file of its own in that fold's folder, so that an interrupted measurement goes
on. Its name carries the version of the recognizer and a digest of the clips: of another it is another file.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intone import audio, labels
from intone.audio import RATE, Signal
from intone.audio.augment import CORRUPTIONS, Corruption, Surroundings
from intone.audio.search import read_clip
from intone.audio.vad import WINDOW, Span, find_speech
from intone.corpora import splits
from intone.corpora.registry import facts, ordered
from intone.corpora.splits import FOLDS
from intone.corpora.table import assign
from intone.errors import CorpusError, RecordingError, TrainingError, UsageError
from intone.evaluation import report
from intone.labels import EMOTIONS
from intone.parallel import mapped
from intone.recognition import model_file, scoring
from intone.recognition.analysis import analyse
from intone.recognition.model_file import Model, load_model
from intone.training import run

if TYPE_CHECKING:
    import pandas as pd

AS_RECORDED = "as recorded"
TALKING = 48
"""Clips of speakers that train, from which the babble of a fold is made."""

_Row = NDArray[np.float64]


@dataclass(frozen=True)
class Family:
    """Conditions that are measured together, the name of their file, and the column in it that names them."""

    name: str
    column: str
    conditions: Mapping[str, Corruption]


def begun(signal: Signal, seconds: float) -> Signal:
    """The beginning of the speech, cut off as soon as the voice detector has found `seconds` of speech in it.

    It begins where the found speech begins, with the tenth of a second before it, and ends abruptly, perhaps within a
    word. The detector works in steps of 32 ms, so that there is a little more speech than asked for. Where there is
    less speech nothing is cut off the end.
    """
    start = next((span.start for span in _found(signal)), 0)
    for end in range(start + round(seconds * RATE), len(signal), WINDOW):
        if sum(span.speech_s for span in _found(signal[start:end])) >= seconds:
            return signal[start:end]
    return signal[start:]


ROBUSTNESS = Family("robustness", "condition", CORRUPTIONS)
SHORT = Family("short", "seconds", {
    "0.3": lambda signal, _: begun(signal, 0.3), "0.5": lambda signal, _: begun(signal, 0.5),
    "0.7": lambda signal, _: begun(signal, 0.7), "1.0": lambda signal, _: begun(signal, 1.0)})
FAMILIES = (ROBUSTNESS, SHORT)


@dataclass(frozen=True)
class Part:
    """One condition in one fold: its file, the recognizer, the clips to recognise, and those that make the babble."""

    family: Family
    condition: str
    fold: int
    path: Path
    recognizer: Path
    clips: "pd.DataFrame"
    talking: tuple[str, ...]


@dataclass(frozen=True)
class _Task:
    family: str
    condition: str
    recognizer: Path
    version: str
    clip: str
    path: str
    talking: tuple[str, ...]


def measure(
    table: "pd.DataFrame", evaluation: Path, family: Family = ROBUSTNESS, *, corpus: str | None = None,
    conditions: Sequence[str] | None = None, only: Sequence[int] | None = None, every: int = 1, jobs: int | None = None,
) -> dict[str, "pd.DataFrame"]:
    """Recognise the clips of an evaluation of eight classes under some conditions (all), in some folds (all done ones).

    Of `table` the spoken clips of one corpus are used (`tested_corpus` without one), of each speaker and emotion only
    every `every`-th. Returns out-of-fold predictions by condition, "as recorded" first, of everything that is measured
    by now, and writes those of the family to `file_of(evaluation, family, corpus, every)`. UsageError for an unknown
    condition or corpus, TrainingError for a folder that holds no evaluation, CorpusError where the clips of a fold are
    missing.
    """
    names = [known(name, family) for name in conditions or family.conditions]
    numbers = _folds(evaluation, only)
    corpus = tested_corpus(evaluation, corpus)
    parts = [part for number in _folds(evaluation, None)
             for part in _parts(table, evaluation, number, family, corpus, every, number in numbers)]
    _answer([part for part in parts if part.fold in numbers and part.condition in (AS_RECORDED, *names)], jobs)
    found = dict(_collected(parts))
    write(file_of(evaluation, family, corpus, every), family, found)
    return found


def tested_corpus(evaluation: Path, name: str | None = None) -> str:
    """The corpus of that name, or the first one of which speakers test in an evaluation.

    A UsageError for a corpus of which none do.
    """
    settings = [run.read_run(evaluation / f"fold-{number}") for number in _folds(evaluation, None)]
    tested = ordered(speaker.partition(":")[0] for one in settings for speaker in one.held_out)
    if name is not None and name not in tested:
        raise UsageError(f"In the evaluation in {evaluation} no speaker of {facts(name).title} tests: choose "
                         f"{', '.join(tested)}, or name an evaluation that has this corpus.")
    return name or tested[0]


def known(name: str, family: Family) -> str:
    """The condition of a family that is meant, spaces written as such or as "-"; a UsageError that lists them all."""
    for condition in family.conditions:
        if slug(condition) == slug(name):
            return condition
    raise UsageError(f"There is no condition '{name}': choose {'; '.join(family.conditions)}.")


def slug(name: str) -> str:
    """A condition as a part of a file's name."""
    return re.sub(r"[^a-z0-9.+-]+", "-", name.lower()).strip("-")


def file_of(evaluation: Path, family: Family, corpus: str | None = None, every: int = 1) -> Path:
    """Where the predictions of a family are written; those of fewer clips never replace those of all clips."""
    name = family.name + facts(corpus or tested_corpus(evaluation)).file_suffix()
    return evaluation / (f"{name}.csv" if every == 1 else f"{name}-every-{every}.csv")


def write(path: Path, family: Family, found: Mapping[str, "pd.DataFrame"]) -> None:
    """Write rows by condition as one file, the condition in its first column."""
    import pandas as pd

    kept = [found[name].assign(**{family.column: name}) for name in family.conditions if name in found]
    rows = pd.concat(kept, ignore_index=True)
    scoring.write_rows(path, rows[[family.column, *(name for name in rows.columns if name != family.column)]])


def read(path: Path, family: Family = ROBUSTNESS) -> dict[str, "pd.DataFrame"]:
    """Out-of-fold rows by condition from such a file; a CorpusError where columns are missing."""
    rows = scoring.read_rows(path, family.column)
    return {str(name): part.drop(columns=family.column).reset_index(drop=True)
            for name, part in rows.groupby(family.column, sort=False)}


def to_markdown(found: Mapping[str, "pd.DataFrame"], family: Family = ROBUSTNESS) -> str:
    """Rows by condition as a table: UAR of emotions and two classes in percent, and the change against "as recorded".

    Only emotions that the clips have stand to choose. The change is in points of their UAR, with a 95 % interval over
    speakers, on the clips that the condition has; below zero the condition is worse.
    """
    emotions = len(report.summarize(found[AS_RECORDED]).by_class)
    heads = (family.column, "clips", f"UAR, {emotions} classes", "UAR, 2 classes", "change", "refused")
    return report.table(heads, [_line(name, rows, found[AS_RECORDED]) for name, rows in found.items()])


def _line(name: str, rows: "pd.DataFrame", recorded: "pd.DataFrame") -> list[str]:
    whole = report.summarize(rows)
    same = recorded[recorded["clip"].isin(rows["clip"])]
    change = report.difference(report.answers(rows), report.answers(same))
    return [name, str(whole.clips), report.percent(whole.uar.value),
            report.percent(report.summarize(rows, labels.scheme(2)).uar.value),
            "-" if name == AS_RECORDED else report.signed(change), str(whole.refused)]


def _folds(evaluation: Path, only: Sequence[int] | None) -> list[int]:
    """The folds that are done, or those of `only`, which must be."""
    done = [number for number in FOLDS if (evaluation / f"fold-{number}" / model_file.RECOGNIZER).is_file()]
    if not done:
        raise TrainingError(f"The folder {evaluation} holds no evaluation: name the folder that `intone evaluate` "
                            "wrote.")
    for number in only or ():
        if number not in done:
            raise UsageError(f"The evaluation in {evaluation} has no finished fold {number}: choose "
                             f"{', '.join(map(str, done))}, or finish it with `intone evaluate`.")
    return done if only is None else sorted(set(only))


def _parts(table: "pd.DataFrame", evaluation: Path, number: int, family: Family, corpus: str, every: int,
           wanted: bool) -> Iterator[Part]:
    """The parts of a fold, "as recorded" first; none where the table lacks its clips and they are not wanted."""
    import pandas as pd

    folder = evaluation / f"fold-{number}"
    settings = run.read_run(folder)
    recognizer = folder / model_file.RECOGNIZER
    version = _version(recognizer)
    if settings.classes != "8":
        raise UsageError(f"The evaluation in {evaluation} is one of {settings.classes} classes, and robustness is "
                         "measured in 8: name one of `intone evaluate --classes 8`.")
    spoken = table[(table["corpus"] == corpus) & (table["vocal"] == "speech")]
    chosen = assign(spoken, 8, settings.sex) if len(spoken) else spoken
    speaker = splits.speakers(chosen)
    clips = chosen[speaker.isin(settings.held_out)]
    talking = _talking(chosen[~speaker.isin([*settings.held_out, *settings.validating])], number)
    if not len(clips) or not len(talking):
        if not wanted:
            return
        raise CorpusError(f"The data lacks spoken clips of {facts(corpus).title} speakers that fold {number} "
                          f"{'trains on' if len(clips) else 'tests'}: use the complete corpus.")
    clips = _every(clips, every)
    digest = run.digest(pd.concat([clips, talking]))
    for kind, condition in _distinct([(ROBUSTNESS, AS_RECORDED), *((family, name) for name in family.conditions)]):
        path = folder / kind.name / f"{slug(condition)}-{version}-{digest}.csv"
        yield Part(kind, condition, number, path, recognizer, clips, tuple(talking["path"]))


def _distinct(pairs: Iterable[tuple[Family, str]]) -> list[tuple[Family, str]]:
    """Pairs of a family and a condition, each once."""
    return list({(family.name, name): (family, name) for family, name in pairs}.values())


@lru_cache(maxsize=16)
def _version_of(path: Path, changed_ns: int) -> str:
    del changed_ns  # part of the key
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _version(recognizer: Path) -> str:
    """The version of a model file, as `load_model` gives it, without running it."""
    return _version_of(recognizer, recognizer.stat().st_mtime_ns)


def _every(clips: "pd.DataFrame", every: int) -> "pd.DataFrame":
    """Every `every`-th clip of each emotion of each speaker, in an order that does not depend on their content."""
    shuffled = clips.sort_values("clip", key=lambda names: names.map(_digest))
    chosen = shuffled[shuffled.groupby(["actor", "class"]).cumcount() % every == 0]
    return chosen.sort_values("clip", ignore_index=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _talking(training: "pd.DataFrame", number: int) -> "pd.DataFrame":
    """The clips of a fold's training speakers that make the babble: a choice that depends on the fold alone."""
    return training.sort_values("clip").sample(min(TALKING, len(training)), random_state=number)


def _answer(parts: Sequence[Part], jobs: int | None) -> None:
    """Recognise what is not done yet, in one pool of processes, and write every part as soon as it is complete."""
    open_ = [part for part in parts if not part.path.is_file()]
    tasks = [task for part in open_ for task in _tasks(part)]
    if not tasks:
        return
    answers = mapped(_recognised, tasks, title="answering", jobs=jobs)
    for part in open_:
        masses = np.stack(list(islice(answers, len(part.clips))))
        rows = part.clips[["clip", "actor"]].assign(fold=part.fold, truth=part.clips["class"])
        columns = {name: masses[:, i] for i, name in enumerate(EMOTIONS)}
        scoring.write_rows(part.path, rows[["clip", "fold", "actor", "truth"]].assign(**columns))
    next(answers, None)  # the bar comes to its end, and the processes to theirs


def _tasks(part: Part) -> list[_Task]:
    version = _version(part.recognizer)
    return [_Task(part.family.name, part.condition, part.recognizer, version, str(row.clip), str(row.path),
                  part.talking) for row in part.clips.itertuples()]


def _collected(parts: Sequence[Part]) -> Iterator[tuple[str, "pd.DataFrame"]]:
    """The rows of every condition that is measured in one fold at least, sorted by clip."""
    import pandas as pd

    for condition in dict.fromkeys(part.condition for part in parts):
        done = [scoring.read_rows(part.path) for part in parts if part.condition == condition and part.path.is_file()]
        if done:
            yield condition, pd.concat(done, ignore_index=True).sort_values("clip", ignore_index=True)


# In the worker processes.


@lru_cache(maxsize=1)  # parts come fold after fold
def _model(recognizer: Path, version: str) -> Model:
    del version  # part of the key
    return load_model(recognizer)


@lru_cache(maxsize=1)
def _talkers(talking: tuple[str, ...]) -> list[Signal]:
    return [read_clip(path) for path in talking]


def _recognised(task: _Task) -> _Row:
    """The probabilities of one clip under one condition, (8,); NaN where it is refused."""
    model = _model(task.recognizer, task.version)
    corruption = next(one for one in FAMILIES if one.name == task.family).conditions[task.condition]
    around = Surroundings(_random(task), _talkers(task.talking))
    samples = corruption(read_clip(task.path), around)
    signal = audio.from_samples(samples, RATE)[0].signal
    try:
        return analyse(model, [signal]).whole
    except RecordingError:
        return np.full(len(EMOTIONS), np.nan)


def _random(task: _Task) -> np.random.Generator:
    """Random numbers that depend on the names of clip and condition alone."""
    digest = hashlib.sha256(f"{task.clip}/{task.condition}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


def _found(signal: Signal) -> list[Span]:
    """The speech in a signal; nothing where there is none."""
    try:
        return find_speech(signal)
    except RecordingError:
        return []
