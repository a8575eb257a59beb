"""Names of files that are made of a recording: its own, made safe for every file system; names.js does the same."""

import re
import unicodedata

_LONGEST = 200  # bytes of UTF-8: file systems take 255, and the endings need some
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
_FORBIDDEN = frozenset('/\\:*?"<>|')  # by some system
_UNSEEN = ("C", "Zl", "Zp")  # Unicode categories of what cannot be seen
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|\Z)", re.IGNORECASE)  # devices of Windows


def named(recording: str) -> str:
    """The beginning of the name of a file about a recording; an ending follows.

    >>> named("interview 3.wav"), named("../a:b.mp3"), named("")
    ('interview 3.intone', '_a_b.intone', 'recording.intone')
    """
    stem = _ENDING.sub("", unicodedata.normalize("NFC", recording))
    safe = "".join("_" if _unsafe(sign) else sign for sign in stem).lstrip(" .")
    cut = safe.encode()[:_LONGEST].decode(errors="ignore").rstrip("\N{REPLACEMENT CHARACTER} .")
    return f"{'_' * bool(_RESERVED.match(cut))}{cut or 'recording'}.intone"


def _unsafe(sign: str) -> bool:
    return sign in _FORBIDDEN or unicodedata.category(sign).startswith(_UNSEEN)
