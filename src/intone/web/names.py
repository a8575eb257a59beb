"""Names of files that are made of a recording: its own, made safe for every file system; names.js does the same."""

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 200  # bytes of UTF-8: file systems take 255, and the endings need some
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
_FORBIDDEN = frozenset('/\\:*?"<>|')  # by some system
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|\Z)", re.IGNORECASE)  # devices of Windows


def named(recording: str) -> str:
    """The beginning of the name of a file about a recording; an ending follows.

    >>> named("interview 3.wav"), named("../a:b.mp3"), named("")
    ('interview 3.intone', '_a_b.intone', 'recording.intone')
    """
    stem = _ENDING.sub("", unicodedata.normalize("NFC", recording))
    safe = "".join(map(_safe, stem)).lstrip(" .")
    cut = safe.encode()[:_LONGEST].decode(errors="ignore").rstrip("\N{REPLACEMENT CHARACTER} .")
    return f"{'_' * bool(_RESERVED.match(cut))}{cut or 'recording'}.intone"


def attachment(name: str) -> str:
    """The Content-Disposition of a file with a safe name: by RFC 6266 twice where it is not of ASCII.

    >>> attachment("Zoë.csv")
    'attachment; filename="Zoe.csv"; filename*=UTF-8\'\'Zo%C3%AB.csv'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    other = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'attachment; filename="{"".join(map(_safe, plain))}"{other}'  # a wide sign may have become a forbidden one


def _safe(sign: str) -> str:
    """The sign, a space for any kind of space, or `_` for what is forbidden or cannot be seen."""
    category = unicodedata.category(sign)
    return "_" if sign in _FORBIDDEN or category.startswith("C") else " " if category.startswith("Z") else sign
