"""The options that name corpora. Their help lists every corpus that is known."""

from typing import Annotated

from cyclopts import Parameter

from intone.corpora.table import described, stated

Corpus = Annotated[str, Parameter(
    help=f"The recordings: a folder {described()}. Its kind is recognised; {stated()} states it.")]

Corpora = Annotated[list[str], Parameter(
    negative=(),
    help=f"The recordings: one or more folders {described()}. Their kind is recognised; {stated()} states it.")]
