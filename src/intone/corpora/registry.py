"""Every corpus by its name. To add one: a module with a subclass of `Corpus`, and one line in `ENTRIES`."""

from functools import cache
from pkgutil import resolve_name

from intone.corpora.corpus import Corpus
from intone.errors import CorpusError

ENTRIES = [
    "intone.corpora.ravdess:Ravdess",
    "intone.corpora.crema_d:CremaD",
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
    """The class that states the facts of a corpus, by its name; a CorpusError lists those that are known."""
    known = corpora()
    if name not in known:
        raise CorpusError(f"Nothing is known of a corpus '{name}', such as its licence: choose {', '.join(known)}, or "
                          "register it.")
    return known[name]


def licence(names: set[str]) -> str:
    """The licences of some corpora together; a CorpusError where one of them is not known."""
    return " and ".join(facts(name).licence for name in sorted(names))


@cache
def _resolved(entry: str) -> type[Corpus]:
    found: type[Corpus] = resolve_name(entry)
    return found
