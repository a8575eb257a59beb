"""What people read, in their language: English, German, Spanish.

    english    every text of the page and of the answers, by key: the table that the others translate
    german     the same in German, and the sentences about recordings
    spanish    the same in Spanish
    sentences  sentences that are made deep inside, and said in another language at the end

A text has a key, `answer.title`; a sentence about a recording (an error, a reason) is its own key, in English.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from intone.errors import UsageError
from intone.language.sentences import DECIMAL_COMMA, Sentence, filled, said

__all__ = ["DECIMAL_COMMA", "LANGUAGES", "Sentence", "Texts", "checked", "said", "sentence_of", "sentences_in", "texts",
           "told"]

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
        self.table: Mapping[str, str] = import_module(_MODULES[language]).TEXTS

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with its places filled in; KeyError for a key that no table has."""
        return filled(self.table[key], self.language, values)

    def __contains__(self, key: str) -> bool:
        return key in self.table

    def percent(self, share: float) -> str:
        """A probability as the language writes it; never 0 % or 100 %, which would be a promise.

        >>> Texts("en").percent(0.874), Texts("de").percent(0.999)
        ('87%', '>99\xa0%')
        """
        sign = "\N{NO-BREAK SPACE}%" if self.language in DECIMAL_COMMA else "%"
        return ("<1" if share < 0.01 else ">99" if share > 0.99 else f"{100 * share:.0f}") + sign

    def clock(self, seconds: float) -> str:
        """Seconds as a person writes them.

        >>> Texts("en").clock(3.54), Texts("de").clock(83.21)
        ('3.5 s', '1:23,2')
        """
        tenths = round(10 * seconds)
        text = f"{tenths / 10:.1f} s" if tenths < 600 else f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"
        return text.replace(".", ",") if self.language in DECIMAL_COMMA else text

    def seconds(self, seconds: float) -> str:
        """Seconds, however many.

        >>> Texts("de").seconds(83.21)
        '83,2 s'
        """
        return filled("{seconds:.1f} s", self.language, {"seconds": seconds})

    def word(self, label: str) -> str:
        """What people call a class; a class that no table knows is called by its name."""
        return self.table.get(f"class.{label}", label)


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
    template = sentences_in(language).get(sentence.template)
    if template is None:
        return sentence
    values = {name: told(value, language) if isinstance(value, str) else value
              for name, value in sentence.values.items()}
    return filled(template, language, values)


def sentence_of(error: Exception) -> str:
    """The sentence of an error, which remembers what it is made of where it was made by `said`."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


def checked(language: str) -> str:
    """The code of a language that there is; else a UsageError that lists them."""
    if language not in LANGUAGES:
        raise UsageError(f"There are no texts in '{language}': choose {', '.join(LANGUAGES)}.")
    return language


@cache
def sentences_in(language: str) -> Mapping[str, str]:
    """The sentences about recordings in a language, by their English templates; empty for English."""
    if language == "en":
        return {}
    found: Mapping[str, str] = import_module(_MODULES[language]).SENTENCES
    return found
