"""The options that name corpora and say how their labels are read. Their help lists every corpus that is known."""

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from intone.cli.messages import say
from intone.corpora.emotions import Words, own_words
from intone.corpora.table import described, stated

Corpus = Annotated[str, Parameter(
    help=f"The recordings: a folder {described()}. Its kind is recognised; {stated()} states it.")]

Corpora = Annotated[list[str], Parameter(
    negative=(),
    help=f"The recordings: one or more folders {described()}. Their kind is recognised; {stated()} states it.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Labels:
    """How the labels of folders and tables are read."""

    emotion: Annotated[list[str] | None, Parameter(
        negative=(), consume_multiple=True,
        help="Which emotion a word of your labels stands for, as WORD=EMOTION, such as freude=happy.")] = None
    strict: Annotated[bool, Parameter(
        negative=(),
        help="Stop at a label that stands for no emotion; else such recordings are counted and left out.")] = False

    def words(self) -> Words:
        """The words; what is left out, and how a table was read, is told on the standard error.

        Raises UsageError for a pair that is none.
        """
        return Words(own_words(self.emotion or ()), self.strict, say, say)


PLAIN_LABELS = Labels()
"""No option about labels."""
