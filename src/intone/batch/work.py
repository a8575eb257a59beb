"""What a worker does: an address -> the answer about the recording there."""

import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from intone.audio.decoding.tracks import DEFAULT
from intone.batch.sources import opened
from intone.dataclass_json import to_dict
from intone.errors import RecognizerError, RecordingError, UsageError
from intone.recognition.options import Options, asked
from intone.recognition.recognizer import Recognizer, load


@dataclass(frozen=True)
class Question:
    """What is asked of every recording, as the journal keeps it.

    `classes`, `sex`, `channel`, `track` and `speakers` are those of `Options`, and not each; no `classes` means the
    recognizer's own. `recognizer` is a path, None for the bundled one; `version` is what it must be. `same_speaker`:
    whether recordings of one person are compared with each other.
    """

    classes: str | None = None
    sex: str = "auto"
    channel: str | int = "mix"
    recognizer: str | None = None
    version: str = ""
    track: str | int = DEFAULT
    speakers: str | int = "auto"
    same_speaker: bool = False

    @property
    def options(self) -> Options:
        """The options of the question; a UsageError for those that do not exist, or not for many recordings."""
        if self.channel == "each":
            raise UsageError("--channel each cannot be asked of many recordings: choose mix or a number.")
        if self.track == "each":
            raise UsageError("--track each cannot be asked of many recordings: choose default or a number.")
        return Options(self.sex, asked(self.classes), self.channel, track=self.track, speakers=self.speakers)


@dataclass(frozen=True)
class Outcome:
    """What came of one recording: `told` is `Prediction.to_dict()`, or file and error. `cpu_s` is what it cost.

    `heard`: a `Kept` as JSON, where it is to be compared with others of the same person.
    """

    recording: str
    told: dict[str, Any]
    cpu_s: float = 0.0
    heard: dict[str, Any] | None = None

    @property
    def failed(self) -> bool:
        """Whether there is no answer."""
        return "error" in self.told

    @property
    def duration_s(self) -> float:
        """Seconds of the recording, 0 where there is no answer."""
        return float(self.told.get("duration_s", 0.0))


def analyse(question: Question, recording: str) -> Outcome:
    """Answer one recording; what is wrong with it is its answer.

    Raises RecognizerError where no answer could be right.
    """
    started = time.process_time()
    try:
        with opened(recording) as file:
            told, heard = _told(question, file, recording)
    except RecognizerError:
        raise
    except (RecordingError, UsageError) as error:
        return failed(recording, str(error), time.process_time() - started)
    except Exception as error:  # one recording of a million must not end the work
        return failed(recording, f"Its analysis failed ({type(error).__name__}: {error}).",
                      time.process_time() - started)
    return Outcome(recording, told, time.process_time() - started, heard)


def failed(recording: str, sentence: str, cpu_s: float = 0.0) -> Outcome:
    """A recording without an answer, and the sentence that says why."""
    return Outcome(recording, {"file": recording, "error": sentence}, cpu_s)


def _told(question: Question, file: Any, recording: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The answer, and what is kept of the recording where it is to be compared with others."""
    recognizer, options = loaded(question), question.options
    if not question.same_speaker:
        (answer,) = recognizer.answer(file, options=options, file=recording).values()
        return answer.to_dict(), None
    options = recognizer.of_one_person(options)
    heard = recognizer.keep(file, options, file=recording)
    (answer,) = recognizer.answer_kept(heard, options).values()
    return answer.to_dict(), to_dict(heard)


@lru_cache(maxsize=1)
def loaded(question: Question) -> Recognizer:
    """The recognizer of this process: one thread, for every core has a process of its own."""
    found = load(Path(question.recognizer) if question.recognizer else None, threads=1)
    if found.identity.version != question.version:
        raise RecognizerError(f"A worker has the recognizer {found.identity.version} and not {question.version}: give "
                              "all machines the same intone, and the same file under the same path.")
    return found


def checked(question: Question) -> Question:
    """The question with the version of its recognizer; an IntoneError where it cannot be asked."""
    found = load(Path(question.recognizer) if question.recognizer else None, threads=1)
    options = found.in_full(question.options)
    found.check_options(options)
    if question.same_speaker:
        found.of_one_person(options)
    return replace(question, classes=options.schemes[0], version=found.identity.version)


