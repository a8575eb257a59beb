"""Words for emotions: what corpora and people call them -> the eight of `labels.EMOTIONS`.

Case does not matter, nor whether a word's parts are joined by spaces, hyphens or underscores. A speaker's code in
capitals or digits may stand before the word, as in `OAF_angry`. Of words that could be two emotions, such as anxious
or excited, and of emotions that are none of the eight, such as boredom, nothing is known.
"""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from intone.errors import UsageError
from intone.labels import EMOTIONS

SYNONYMS = {word: emotion for emotion, words in {
    "neutral": "neutral neutrality neu",
    "calm": "calm calmness",
    "happy": "happy happiness joy joyful hap",
    "sad": "sad sadness",
    "angry": "angry anger ang",
    "fearful": "fearful fear afraid scared fea",
    "disgust": "disgust disgusted dis",
    "surprised": "surprised surprise pleasant_surprise pleasantly_surprised pleasant_surprised ps sur",
}.items() for word in words.split()}
"""The emotion of every word that is known in all corpora."""

_CODE = re.compile(r"(?!NON?_|NOT_)(?:[A-Z]{2,4}[0-9]*|[A-Z]?[0-9]+)_")


def _warn(sentence: str) -> None:
    warnings.warn(sentence, stacklevel=2)


@dataclass(frozen=True)
class Words:
    """How labels are read: the words of one's own, and what becomes of a label that stands for no emotion.

    `own` maps words, as `own_words` gives them, to emotions, and comes before `SYNONYMS`. Recordings with another label
    are left out, and `tell` gets the sentence that counts and names them; where `strict`, it is a CorpusError instead.
    `note` gets the sentence that says how a table was read.

    >>> words = Words(own_words(["Freude=joy"]))
    >>> [words.emotion_of(label) for label in ("freude", "OAF_Pleasant-surprise", "boredom")]
    ['happy', 'surprised', None]
    """

    own: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    tell: Callable[[str], object] = _warn
    note: Callable[[str], object] = lambda _: None

    def emotion_of(self, label: str) -> str | None:
        """The emotion that a label stands for, or None."""
        keys = [_key(label), _key(_CODE.sub("", label.strip(), count=1))]
        return next((words[key] for key in keys for words in (self.own, SYNONYMS) if key in words), None)


PLAIN = Words()
"""No words of one's own, and a warning about unknown ones."""


def own_words(pairs: Sequence[str]) -> dict[str, str]:
    """`["freude=happy"]` -> `{"freude": "happy"}`; a UsageError for a pair that does not name an emotion."""
    found = {}
    for pair in pairs:
        word, _, name = pair.partition("=")
        emotion = PLAIN.emotion_of(name)
        if not word.strip() or emotion is None:
            raise UsageError(f"'{pair}' does not say which emotion a word stands for: write WORD=EMOTION, such as "
                             f"freude=happy, with one of {', '.join(EMOTIONS)}.")
        found[_key(word)] = emotion
    return found


def _key(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.strip().casefold())
