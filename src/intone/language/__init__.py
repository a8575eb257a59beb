"""What people read, in their language: English, German, Spanish.

    english    every text of the page and of the answers, by key: the table that the others translate
    german     the same in German, and the sentences about recordings
    spanish    the same in Spanish
    sentences  sentences that are made deep inside, and said in another language at the end

A text has a key, `answer.title`; a sentence about a recording (an error, a reason) is its own key, in English.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module

from intone.errors import UsageError
from intone.language.sentences import Sentence, filled, said

__all__ = ["LANGUAGES", "Sentence", "Texts", "best", "said", "told"]

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español"}
"""Every language by its code, with its own name for itself."""

_MODULES = {"en": "intone.language.english", "de": "intone.language.german", "es": "intone.language.spanish"}


class Texts:
    """The texts of one language: `texts("form.send")`, `texts("error.too-large", megabytes="100")`.

    >>> Texts("de")("class.angry")
    'wütend'
    """

    def __init__(self, language: str) -> None:
        self.language = checked(language)
        self._table: Mapping[str, str] = import_module(_MODULES[language]).TEXTS

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with its places filled in; KeyError for a key that no table has."""
        return filled(self._table[key], self.language, values)

    def __contains__(self, key: str) -> bool:
        return key in self._table


@cache
def texts(language: str) -> Texts:
    """The texts of a language, made once."""
    return Texts(language)


def told(sentence: str, language: str) -> str:
    """A sentence in a language; one that was not made by `said`, as a foreign error's, stays as it is.

    >>> told(said("The file is empty: record or export it again."), "es")
    'El archivo está vacío: grábalo o expórtalo otra vez.'
    """
    if language == "en" or not isinstance(sentence, Sentence):
        return sentence
    template = _sentences(language).get(sentence.template)
    if template is None:
        return sentence
    values = {name: told(value, language) if isinstance(value, str) else value
              for name, value in sentence.values.items()}
    return filled(template, language, values)


def teller(language: str) -> Callable[[str], str]:
    """`told` in one language."""
    return lambda sentence: told(sentence, language)


def checked(language: str) -> str:
    """The code of a language that there is; else a UsageError that lists them."""
    if language not in LANGUAGES:
        raise UsageError(f"There are no texts in '{language}': choose {', '.join(LANGUAGES)}.")
    return language


@cache
def _sentences(language: str) -> Mapping[str, str]:
    found: Mapping[str, str] = import_module(_MODULES[language]).SENTENCES
    return found
