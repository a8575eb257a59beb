"""A cell that names a recording -> its path or address, which counts from the table's folder where it is relative.

A path that is there is the right one, letter by letter. Only where there is none is a cell read as people write them:
with spaces or quotes around it, or with the backslashes of Windows.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from intone.tables.cells import restored


def named(cell: str, folder: str) -> str:
    """The path or the address that a cell means, as it would have been written best; empty for an empty cell.

    `folder` is that of the table, where "" is the current one. What is on another machine is not looked for: there
    spaces around it are none of its own, and backslashes are slashes.
    """
    exact = restored(cell)
    plain = exact if exact != cell else _unquoted(cell)  # an apostrophe guards the letters behind it
    if "://" in plain:
        return plain
    if "://" in folder:
        return plain.replace("\\", "/")
    return next((one for one in _readings(cell) if one and os.path.exists(beside(folder, one))), plain)  # noqa: PTH110


def _readings(cell: str) -> Iterator[str]:
    """What a cell may mean, the most literal first; nothing where it can only mean one thing."""
    plain = _unquoted(cell)
    if plain != cell or "\\" in cell or restored(cell) != cell:
        yield from (restored(cell), cell, cell.strip(), plain, plain.replace("\\", "/"))


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    return cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


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
        return os.path.dirname(table)  # noqa: PTH120
    head, chain, rest = table.partition("::")
    folder = head.partition("?")[0].rpartition("/")[0]
    return f"{folder}{'/' * folder.endswith(':/')}{chain}{rest}"
