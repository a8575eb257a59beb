"""Every corpus by its name. To add one: a module with a subclass of `Corpus`, and one line in `ENTRIES`."""

from collections.abc import Iterable
from functools import cache
from pkgutil import resolve_name

from intone.corpora.corpus import Corpus

TABLE = "intone.corpora.csv_table:CsvTable"
"""The corpus whose table names corpora of the user's own."""

ENTRIES = [
    "intone.corpora.ravdess:Ravdess",
    "intone.corpora.crema_d:CremaD",
    "intone.corpora.named:Tess",
    "intone.corpora.named:Savee",
    "intone.corpora.named:EmoDB",
    "intone.corpora.named:Nemo",
    "intone.corpora.named:EmoSpeechCommand",
    TABLE,
    "intone.corpora.folder:LabelFolders",
]
"""`module:Class` of each corpus, in the order in which a folder whose kind is not stated is tried."""


def register(entry: str) -> None:
    """Make a corpus of one's own known, as `module:Class`; a folder is tried for it before all others."""
    ENTRIES.insert(0, entry)


def corpora() -> dict[str, type[Corpus]]:
    """The class of every corpus by its name, in the order of `ENTRIES`."""
    return {kind.name: kind for kind in map(_resolved, ENTRIES)}


def facts(name: str) -> type[Corpus]:
    """The class that states the facts of a corpus, by its name; those of a table for a name that a table gave."""
    return corpora().get(name) or _of_a_table(name)


def ordered(names: Iterable[str]) -> list[str]:
    """Names of corpora, each once: in the order of `ENTRIES`, and then those that a table gave."""
    places = {name: place for place, name in enumerate(corpora())}
    return sorted(set(names), key=lambda name: (places.get(name, len(places)), name))


def licence(names: set[str]) -> str:
    """The licences of some corpora together."""
    return " and ".join(dict.fromkeys(facts(name).licence for name in sorted(names)))


@cache
def _of_a_table(name: str) -> type[Corpus]:
    return type(name, (_resolved(TABLE),), {"name": name, "title": name})


@cache
def _resolved(entry: str) -> type[Corpus]:
    found: type[Corpus] = resolve_name(entry)
    return found
