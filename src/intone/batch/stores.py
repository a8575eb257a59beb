"""Files at the addresses of stores, such as s3://calls/a.wav, through fsspec.

An address is PROTOCOL://PATH, and may be a chain, such as `simplecache::s3://calls/a.wav`.
"""

import re
from typing import IO, Any

from intone.audio.search import chosen, is_recording, is_there

_HTTP = ("http://", "https://")


def file(address: str) -> IO[bytes]:
    """The file at an address; raises what fsspec and its stores raise."""
    fs, path = _located(address)
    opened: IO[bytes] = fs.open(path, "rb")
    return opened


def search(address: str) -> tuple[list[str], list[str]]:
    """The addresses of the recordings that an address names, by name, and sentences about what is left out.

    It names a folder, a file, or else a glob. Raises what fsspec and its stores raise.
    """
    head = address if _chain(address) is None else address.partition("::")[0]
    signs = "*[" if head.startswith(_HTTP) else "*?["
    has_signs = any(sign in head for sign in signs)
    if is_recording(path_of(head)) and not has_signs:
        return [address], []  # a store need not be searched for it
    fs, path = _located(address)
    if fs.isdir(path):
        names = fs.find(path)
    elif not has_signs or fs.exists(path):
        return [address], []
    else:
        names = [name for name in fs.glob(_known_part(fs, path)) if not fs.isdir(name)]
    recordings, notes = chosen(sorted(names), address)
    return [_address(fs, name, address) for name in recordings], notes


def path_of(address: str) -> str:
    """An address without the query and the fragment that one of the web may have."""
    return re.split("[?#]", address, maxsplit=1)[0] if address.startswith(_HTTP) else address


def _known_part(fs: Any, path: str) -> str:
    """A glob in which a part that is the name of a folder stands for that folder."""
    parts = path.split("/")
    for n, part in enumerate(parts):
        if any(sign in part for sign in "*?["):
            if not fs.isdir("/".join(parts[: n + 1])):
                break
            parts[n] = re.sub(r"([*?[])", r"[\1]", part)
    return "/".join(parts)


def _chain(address: str) -> str | None:
    """What follows the first part of a chain; None for an address that is none, though a name in it may have `::`."""
    head, sign, rest = address.partition("::")
    first, more, _ = rest.partition("::")
    linked = "://" in first or (more and re.fullmatch("[a-z]+", first)) or is_there(rest)
    return rest if sign and ("://" not in head or linked) else None


def _located(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    import fsspec

    if "::" in address and _chain(address) is None:  # fsspec would take it for one
        fs, _ = fsspec.core.url_to_fs(address.partition("::")[0])
        return fs, fs._strip_protocol(address)
    found: tuple[Any, str] = fsspec.core.url_to_fs(address)
    return found


def _address(fs: Any, name: str, asked: str) -> str:
    """What names a file of a store again."""
    rest = _chain(asked)
    return str(fs.unstrip_protocol(name)) if rest is None else f"{asked.partition('://')[0]}://{name}::{rest}"
