"""Recordings of one person compared with each other, when all of them are heard."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from intone import dataclass_json
from intone.batch.journal import Journal
from intone.batch.work import Question, loaded
from intone.files import FileError
from intone.recognition.adaptation import Reference
from intone.recognition.kept import Kept


class Together:
    """Recordings that are done, and who speaks in them; of a recording that is not in `people` it is not known.

    Of the journal only the recordings of one person are in memory at a time.
    """

    def __init__(
        self, journal: Journal, recordings: Sequence[str], people: Mapping[str, str], question: Question
    ) -> None:
        self._journal, self._recordings, self._people = journal, recordings, people
        self._recognizer = loaded(question)
        self._options = self._recognizer.of_one_person(question.options)
        theirs: dict[str, list[str]] = {}
        for one in recordings:
            if one in people:
                theirs.setdefault(people[one], []).append(one)
        self._known = {who: self._common(ones) for who, ones in theirs.items()}
        self.alone = 0

    def answers(self) -> Iterator[dict[str, Any]]:
        """What is told of every recording, in their order; `alone` counts those that nothing was compared with."""
        for recording, line in zip(self._recordings, self._journal.lines(self._recordings), strict=True):
            heard, known = _heard(line), self._known.get(self._people.get(recording, ""))
            self.alone += heard is not None and known is None
            if heard is None or known is None:
                yield line["told"]
            else:
                (answer,) = self._recognizer.answer_kept(heard, self._options, known).values()
                yield answer.to_dict()

    def _common(self, recordings: Sequence[str]) -> Reference | None:
        found = map(_heard, self._journal.lines(recordings))
        return self._recognizer.common([one for one in found if one is not None], self._options)


def _heard(line: Mapping[str, Any]) -> Kept | None:
    try:
        return dataclass_json.from_dict(Kept, line["heard"]) if "heard" in line else None
    except ValueError as error:
        raise FileError(f"The journal is damaged ({error}): delete it and start again.") from error
