"""The order, names and colours of the classes in a table of clips; its `label` column names them."""

from collections.abc import Iterable, Sequence

from intone.labels import SCHEMES, network_labels, split_label
from intone.plots import canvas


def ordered(labels: Iterable[str]) -> list[str]:
    """The distinct labels, sorted by sex and then in the order of their scheme."""
    present = set(labels)
    return next([label for label in every if label in present]
                for every in (network_labels(scheme, "both") for scheme in SCHEMES) if present <= set(every))


def words(label: str) -> str:
    """`male_negative` -> `male negative`."""
    return label.replace("_", " ")


def colours(labels: Sequence[str]) -> list[str]:
    """A colour per label; both sexes of a class share one."""
    names = [split_label(label)[1] for label in labels]
    distinct = list(dict.fromkeys(names))
    return [canvas.CLASS_COLOURS[distinct.index(name)] for name in names]


def hatches(labels: Sequence[str]) -> list[str]:
    """A hatch per label: "//" for male where female labels occur too, else none."""
    sexes = [split_label(label)[0] for label in labels]
    return ["//" if sex == "male" and "female" in sexes else "" for sex in sexes]
