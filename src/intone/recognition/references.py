"""What is known of a voice (`adaptation.Reference`) as a file: JSON of some hundred numbers, and no sound."""

import json
from pathlib import Path

import numpy as np

from intone import dataclass_json
from intone.errors import UnfitReference
from intone.files import told, write_json
from intone.labels import SCHEMES, SEXES
from intone.language.sentences import said
from intone.recognition.adaptation import Reference

SUFFIX = ".json"
"""By which a saved reference is told from a recording."""

LARGEST = 65_536
"""Bytes of a reference at most; one of ten members would have a tenth of it."""

LARGEST_NUMBER = 1e4
"""No offset of a voice is so large."""


def write(path: Path, reference: Reference) -> None:
    """Write a reference whole; a FileError where that cannot be."""
    write_json(path, dataclass_json.to_dict(reference))


def read(path: Path) -> Reference:
    """A reference from its file; a FileError where it cannot be read, else as `parsed`."""
    with told(path), path.open("rb") as file:
        return parsed(file.read(LARGEST + 1))


def parsed(content: bytes) -> Reference:
    """A reference from its JSON; an UnfitReference where it is not one as `write` writes it.

    >>> parsed(b"{}")
    Traceback (most recent call last):
    intone.errors.UnfitReference: This is no saved reference: give a file that `intone reference` wrote, as it wrote it.
    """
    try:
        if len(content) > LARGEST:
            raise ValueError("too large")
        reference = dataclass_json.from_dict(Reference, json.loads(content.decode()))
        _check(reference)
    except (ValueError, RecursionError) as error:
        raise UnfitReference(said(
            "This is no saved reference: give a file that `intone reference` wrote, as it wrote it.")) from error
    return reference


def _check(reference: Reference) -> None:
    offset = reference.offset
    values = np.array(offset.values)  # a ValueError where its rows differ in length
    classes = {name for one in SCHEMES.values() for name in one.classes}
    good = (reference.sex in (*SEXES, "") and reference.emotion in (*classes, None) and values.ndim == 2
            and bool((np.abs(values) <= LARGEST_NUMBER).all()) and 1 <= offset.clips < 2**31 and 0 <= offset.share <= 1)
    if not good:
        raise ValueError("numbers that no recognizer writes")
