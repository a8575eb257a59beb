"""Texts in the cells of a CSV table: none that a spreadsheet takes for a formula, each read back as it was.

A spreadsheet computes a cell that begins with one of these signs, whoever chose the text, such as the name of a
recording. An apostrophe before it makes it a text (https://owasp.org/www-community/attacks/CSV_Injection). Numbers are
written as they are.
"""

import re
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import pandas as pd

Value = TypeVar("Value")

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001  # a Japanese spreadsheet knows the wide signs too


def neutral(value: Value) -> Value | str:
    """What stands in a cell: a text that would be a formula with an apostrophe before it, anything else as it is.

    >>> neutral("=2+3.wav"), neutral("talk.wav"), neutral(-2)
    ("'=2+3.wav", 'talk.wav', -2)
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def restored(value: Value) -> Value | str:
    """The text that `neutral` was given.

    >>> restored("'=2+3.wav"), restored("'s.wav")
    ('=2+3.wav', "'s.wav")
    """
    return value[1:] if isinstance(value, str) and value.startswith("'") and _FORMULA.match(value) else value


def plain(cell: str) -> str:
    """What a person means by a cell: without the spaces, and the quotes, around it.

    >>> plain(' "anna" '), plain("'=2")
    ('anna', '=2')
    """
    text = restored(cell).strip()
    return text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] == '"' else text


def to_csv(rows: "pd.DataFrame") -> str:
    """A table as CSV, its numbers to six digits."""
    texts = rows.select_dtypes(exclude=["number", "bool"]).columns
    safe = rows.assign(**{str(name): rows[name].map(neutral) for name in texts})
    return safe.rename(columns=neutral).to_csv(index=False, float_format="%.6f")
