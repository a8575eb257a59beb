"""The download of RAVDESS from Zenodo.

An archive is downloaded into `NAME.zip.part`, checked against the published SHA-256, unpacked file by file, and
deleted. Each step goes on where an earlier run was stopped, and is left out where it is done. A `NAME.zip` that is in
the folder already is taken instead, and stays.
"""

import errno
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from intone.corpora.download import PATIENCE, Patience, download, sha256_of, size_of
from intone.corpora.ravdess import expected_clips
from intone.errors import DownloadError, UsageError
from intone.files import alone

ZENODO = "https://zenodo.org/records/1188976/files"

TERMS = """\
RAVDESS may be used under CC BY-NC-SA 4.0 (https://creativecommons.org/licenses/by-nc-sa/4.0/); cite it as:
Livingstone SR, Russo FA (2018) The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS): A dynamic,
multimodal set of facial and vocal expressions in North American English. PLoS ONE 13(5): e0196391.
https://doi.org/10.1371/journal.pone.0196391"""

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_MOST_UNPACKED = 10  # times the archive's size: zip makes recordings two or three times smaller


@dataclass(frozen=True)
class Archive:
    """A published zip: its name, its size in bytes, its SHA-256, and the clips in it, as `Actor_NN/CLIP.wav`."""

    name: str
    size: int
    sha256: str
    clips: tuple[str, ...]


@dataclass(frozen=True)
class Fetched:
    """What `fetch` did: `clips` recordings are in the folder now, `new` of them were not before."""

    folder: Path
    clips: int
    new: int

    def to_text(self) -> str:
        """The lines to print, with the terms of use where something is new."""
        if not self.new:
            return f"All {self.clips} recordings are in {self.folder} already: nothing was downloaded."
        return f"{self.clips} recordings are in {self.folder}.\n{TERMS}"


def _clips(vocal: str) -> tuple[str, ...]:
    return tuple(f"Actor_{actor:02d}/{name}.wav" for actor, names in expected_clips(vocal).items() for name in names)


SPEECH = Archive("Audio_Speech_Actors_01-24.zip", 208_468_073,
                 "5d208e01632cc3e5242106fa2af3273e6dc5239fb8143131979ac74c4aa40657", _clips("speech"))
SONG = Archive("Audio_Song_Actors_01-24.zip", 225_505_317,
               "89f3df66cc67ebb70c8af6f72f3f359bee497f6f763a9d863b6477619716d428", _clips("song"))


def fetch(name: str, to: Path, *, song: bool = False, base_url: str = ZENODO) -> Fetched:
    """The corpus `name` ("ravdess") in the folder `to`: spoken, and with `song` sung recordings as well.

    Raises UsageError for another name, and DownloadError for everything that stops it; what was downloaded stays.
    """
    if name != "ravdess":
        raise UsageError(f"There is no download of '{name}': ravdess is the one that can be fetched.")
    return fetch_archives([SPEECH, SONG] if song else [SPEECH], to, base_url=base_url)


def fetch_archives(archives: Sequence[Archive], to: Path, *, base_url: str,
                   patience: Patience = PATIENCE) -> Fetched:
    """The clips of the archives in the folder `to`; an archive whose clips are all there is not downloaded."""
    new = 0
    for archive in archives:
        absent = sum(not (to / clip).is_file() for clip in archive.clips)
        if absent:
            with _disk(archive, to):
                to.mkdir(parents=True, exist_ok=True)
                with alone(to):
                    source = _obtain(archive, to, f"{base_url}/{archive.name}?download=1", patience)
                    _unpack(archive, source, to)
                    if source.suffix == ".part":
                        source.unlink()
        new += absent
    return Fetched(to, sum(len(archive.clips) for archive in archives), new)


@contextmanager
def _disk(archive: Archive, to: Path) -> Iterator[None]:
    """Turns what the disk refuses into a DownloadError."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise DownloadError(f"The disk is full: make room for {archive.name} and what it holds, and give the same "
                                f"command again; what was downloaded stays in {to}.") from error
        raise DownloadError(f"The folder {to} cannot be written ({error.strerror or error}): choose another "
                            "one.") from error


def _obtain(archive: Archive, to: Path, url: str, patience: Patience) -> Path:
    """A file with the published SHA-256: the one that is in the folder, or a downloaded one that ends in `.part`."""
    given = to / archive.name
    if given.is_file():
        if sha256_of(given) != archive.sha256:
            raise DownloadError(f"{given} is not the archive that was published, or only a part of it: delete it and "
                                "give the same command again.")
        return given
    part = to / f"{archive.name}.part"
    download(url, part, size=archive.size, sha256=archive.sha256, patience=patience)
    return part


def _unpack(archive: Archive, source: Path, to: Path) -> None:
    """Writes the clips that are not there yet, each whole or not at all."""
    try:
        with zipfile.ZipFile(source) as packed:
            members = _members(archive, packed)
            for clip, member in tqdm(members.items(), desc="unpack", unit="file", disable=None):
                target = to / clip
                if size_of(target) != member.file_size:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    _extract(packed, member, target)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DownloadError(f"{source} cannot be unpacked ({error}): delete it and give the same command "
                            "again.") from error


def _members(archive: Archive, packed: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The member of each clip; a DownloadError if there is anything in the zip that could do harm."""
    for member in packed.infolist():
        reason = _harm(member)
        if reason:
            raise DownloadError(f"{archive.name} is refused, nothing was unpacked: {member.filename!r} in it {reason}.")
    stated = sum(member.file_size for member in packed.infolist())
    if stated > _MOST_UNPACKED * archive.size:
        raise DownloadError(f"{archive.name} is refused, nothing was unpacked: its {archive.size} bytes would become "
                            f"{stated}.")
    by_name = {PurePosixPath(member.filename).name: member for member in packed.infolist()}
    absent = [clip for clip in archive.clips if PurePosixPath(clip).name not in by_name]
    if absent:
        raise DownloadError(f"{archive.name} lacks {len(absent)} of its {len(archive.clips)} recordings, such as "
                            f"{absent[0]}: nothing was unpacked.")
    return {clip: by_name[PurePosixPath(clip).name] for clip in archive.clips}


def _harm(member: zipfile.ZipInfo) -> str:
    """Why a member is refused; empty for a good one. The sizes are those that zipfile reads at most."""
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in member.filename:
        return "leads out of the folder"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    if member.flag_bits & 1:
        return "is encrypted"
    return ""


def _extract(packed: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    try:
        with packed.open(member) as source, part.open("wb") as file:
            shutil.copyfileobj(source, file)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
