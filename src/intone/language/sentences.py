"""Sentences that can be said in another language after they were made.

What is wrong with a recording is found deep inside, where nobody knows who will read it. So a sentence there is made by
`said` from a template and values. It is English text like any other, and remembers both, so that `told` can say it in
the language of the reader, by a table whose keys are the English templates.
"""

from collections.abc import Mapping
from string import Formatter
from typing import Any

DECIMAL_COMMA = frozenset({"de", "es"})
"""Languages that write 3,5 and 87 %."""


class Sentence(str):
    """A text that knows the template and the values that it was made of.

    >>> found = said("The recording is {seconds:.1f} s long.", seconds=3.54)
    >>> found
    'The recording is 3.5 s long.'
    >>> found.template, found.values
    ('The recording is {seconds:.1f} s long.', {'seconds': 3.54})
    """

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any]) -> "Sentence":
        made = super().__new__(cls, template.format(**values))
        made.template, made.values = template, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Sentence, (self.template, dict(self.values))


def said(template: str, **values: object) -> Sentence:
    """A sentence in English: the template with its places filled in. A value may be a sentence itself."""
    return Sentence(template, values)


class _Written(Formatter):
    """Fills places as a language writes numbers."""

    def __init__(self, language: str) -> None:
        self._comma = language in DECIMAL_COMMA

    def format_field(self, value: Any, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        if not self._comma or not isinstance(value, float):
            return text
        return text.replace(".", ",").replace("%", "\N{NO-BREAK SPACE}%")


def filled(template: str, language: str, values: Mapping[str, Any]) -> str:
    """A template with its places filled in, numbers as the language writes them.

    >>> filled("{seconds:.1f} s", "de", {"seconds": 3.54})
    '3,5 s'
    """
    return _Written(language).vformat(template, (), values)
