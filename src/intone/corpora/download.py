"""One file from a server: resumed where it was cut, waited for where the server is busy, and verified.

What is asked for is known beforehand by its size and its SHA-256, so that a part that an earlier run left needs no
record of where it came from: if the whole does not fit in the end, the download starts once more from nothing.
"""

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from tqdm import tqdm
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from intone import __version__
from intone.errors import DownloadError

USER_AGENT = f"intone/{__version__} (+https://doi.org/10.5281/zenodo.1188976)"
"""Zenodo has answered 429 to the default name of the library."""

_BLOCK = 1 << 16


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for.

    `tries` that bring nothing end the download, with `pause_s` after the first and twice as long after each; a server
    that asks for a longer pause than `longest_pause_s` ends it at once. `timeout_s` of silence cut a connection.
    """

    tries: int = 6
    pause_s: float = 1.0
    longest_pause_s: float = 120.0
    timeout_s: float = 30.0


PATIENCE = Patience()


class _TryAgainError(Exception):
    """A request that may succeed later, after `pause_s` at the least."""

    def __init__(self, reason: str, pause_s: float = 0.0) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


def download(url: str, part: Path, *, size: int, sha256: str, patience: Patience = PATIENCE) -> None:
    """Completes the file `part` to the `size` bytes with the digest `sha256`; no request where it is complete.

    Raises DownloadError, which leaves what was received, unless that is not what was published; and OSError where the
    disk refuses.
    """
    resumed = part.is_file()
    _complete(url, part, size, patience)
    if resumed and sha256_of(part) != sha256:
        part.unlink()
        _complete(url, part, size, patience)
    found = sha256_of(part)
    if found != sha256:
        part.unlink()
        raise DownloadError(f"{url} is not what was published: its SHA-256 is {found}, not {sha256}; try again later.")


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none."""
    return path.stat().st_size if path.is_file() else 0


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _complete(url: str, part: Path, size: int, patience: Patience) -> None:
    """Requests until `part` has its size. Only tries that bring nothing count against the patience."""
    best, fruitless = size_of(part), 0
    with (requests.Session() as session,
          tqdm(desc=part.stem, initial=best, total=size, unit="B", unit_scale=True, disable=None) as bar):
        session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
        while size_of(part) != size:
            try:
                _receive(session, url, part, size=size, timeout_s=patience.timeout_s, bar=bar)
            except _TryAgainError as again:
                fruitless = 0 if size_of(part) > best else fruitless + 1
                best = max(best, size_of(part))
                if fruitless >= patience.tries or again.pause_s > patience.longest_pause_s:
                    raise DownloadError(f"The download of {part.stem} stopped after {best} of {size} bytes ({again}): "
                                        "give the same command again later, it goes on from there.") from again
                bar.set_postfix_str(str(again))
                time.sleep(max(again.pause_s, patience.pause_s * 2.0 ** (fruitless - 1)))


def _receive(session: requests.Session, url: str, part: Path, *, size: int, timeout_s: float, bar: "tqdm[Any]") -> None:
    """One request for what is missing in `part`."""
    have = size_of(part)
    wanted = {"Range": f"bytes={have}-"} if have else {}
    try:
        with session.get(url, headers=wanted, stream=True, timeout=timeout_s) as response:
            start = _start(response, part, size)
            bar.n = start
            bar.set_postfix_str("")
            with part.open("ab" if start else "wb") as file:
                for block in response.iter_content(_BLOCK):
                    if start + len(block) > size:
                        raise _not_published(url, "more", size)
                    start += file.write(block)
                    bar.update(len(block))
    except requests.RequestException as error:
        if isinstance(error, ValueError):
            raise DownloadError(f"{url} is not an address that can be downloaded from: correct it.") from error
        raise _TryAgainError(_in_words(error)) from error
    if start < size:
        raise _TryAgainError("the connection was cut")


def _start(response: requests.Response, part: Path, size: int) -> int:
    """The place where an answer begins: the end of `part`, or 0 where it is the whole. All other answers are errors."""
    status = response.status_code
    if status == 416:
        part.unlink(missing_ok=True)
    if status in {408, 416, 429} or status >= 500:
        raise _TryAgainError(f"the server answers {status} {response.reason}", _retry_after(response))
    if status not in {200, 206}:
        raise DownloadError(f"{response.url} cannot be downloaded, the server answers {status} {response.reason}: try "
                            f"again later, or put {part.stem} into {part.parent} yourself.")
    start, total = _range(response)
    if total not in {None, size}:
        raise _not_published(response.url, str(total), size)
    if start not in {0, size_of(part)}:
        part.unlink()
        raise _TryAgainError("the server answers with another part than was asked for")
    return start


def _range(response: requests.Response) -> tuple[int, int | None]:
    """The first byte that an answer holds, and the size of the whole, if it is stated."""
    found = re.fullmatch(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)", response.headers.get("Content-Range", ""))
    start, total = found.groups() if found else ("0", response.headers.get("Content-Length", "*"))
    return int(start), int(total) if total.isdecimal() else None


def _not_published(url: str, found: str, size: int) -> DownloadError:
    return DownloadError(f"{url} is not what was published: it has {found} bytes, not {size}; try again later.")


def _retry_after(response: requests.Response) -> float:
    """The seconds that the server asks to wait; 0 where it does not say, or not understandably."""
    try:
        return Retry().parse_retry_after(response.headers.get("Retry-After", "0"))
    except InvalidHeader:
        return 0.0


def _in_words(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "the server does not answer"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate is not trusted"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was cut"
    return "there is no connection to the server"
