"""A cell that names a recording -> its path or address, which counts from the table's folder where it is relative.

A path that is there is the right one, letter by letter. Only where there is none is a cell read as people write them:
with spaces or quotes around it, with the backslashes of Windows, or with accents in the other form of Unicode, as files
from a Mac have them.
"""

import os
from functools import partial
from pathlib import Path
from unicodedata import normalize

from intone.tables.cells import plain, restored

_FORMS = (str, partial(normalize, "NFC"), partial(normalize, "NFD"))


def named(cell: str, folder: str) -> str:
    """The path or the address that a cell means, as it would have been written best; empty for an empty cell.

    `folder` is that of the table, where "" is the current one. What is on another machine is not looked for: there
    spaces around it are none of its own, and backslashes are slashes.
    """
    exact = restored(cell)
    best = exact if exact != cell else plain(cell)  # an apostrophe guards the very letters behind it
    if "://" in best:
        return best
    if "://" in folder:
        return best.replace("\\", "/")
    if cell == best and "\\" not in cell and cell.isascii():
        return cell
    readings = (form(one) for form in _FORMS for one in (exact, cell, cell.strip(), best, best.replace("\\", "/")))
    return next((one for one in readings if one and os.path.exists(beside(folder, one))), best)  # noqa: PTH110 - the cell stays as it is


def beside(folder: str, path: str) -> str:
    """A path of a table that lies in a folder, or an address, as it can be opened.

    >>> beside("calls", "a.wav"), beside("zip://calls::x.zip", "a.wav"), beside("calls", "s3://d/a.wav")
    ('calls/a.wav', 'zip://calls/a.wav::x.zip', 's3://d/a.wav')
    """
    if "://" in path or path.startswith("/") or Path(path).is_absolute():
        return path
    head, chain, rest = folder.partition("::") if "://" in folder else (folder, "", "")
    return f"{head}{'' if not head or head.endswith('/') else '/'}{path}{chain}{rest}"


def folder_of(table: str) -> str:
    """The folder of a table, such that `beside` finds its neighbours.

    >>> folder_of("calls/a.csv"), folder_of("zip://a.csv::x/y.zip"), folder_of("https://host/a.csv?key=x/y")
    ('calls', 'zip://::x/y.zip', 'https://host')
    """
    if "://" not in table:
        return os.path.dirname(table)  # noqa: PTH120 - a Path gives "." where there is none
    head, chain, rest = table.partition("::")
    folder = head.partition("?")[0].rpartition("/")[0]
    return f"{folder}{'/' * folder.endswith(':/')}{chain}{rest}"
