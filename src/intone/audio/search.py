"""Which files are recordings: those of a folder or of a glob, by their suffixes; and the signals of clips.

Nothing is left out silently: what looks like a recording and cannot be read is counted and named, and so is a folder
that cannot be searched. Hidden files, whose names begin with a dot, are no recordings, and what was deleted
is none.
"""

# By os.path, for a Path costs as much as the rest of a search, and its methods raise where a name is too long.
# ruff: noqa: PTH110, PTH112, PTH113, PTH114, PTH118, PTH119, PTH122, PTH207
import glob
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from intone.audio.decoding.formats import SUFFIXES
from intone.audio.signal import Signal, read_mono
from intone.errors import CorpusError, RecordingError

_SOUND_AND_VIDEO = """
    3g2 3ga 3gp 3gp2 3gpp 3gpp2 8svx aa aac aax aaxc ac3 adts aif aifc aiff alac alaw amr amv ape asf ast at3 au avi
    awb bwf caf cda dff divx dss ds2 dsf dts dtshd dvf eac3 ec3 evrc f4a f4b f4p f4v flac flv g722 g723 g726 g729
    gsm ircam ivf kar loas m1a m1v m2a m2t m2ts m2v m4a m4b m4p m4r m4v mid midi mjpeg mk3d mka mkv mov movie mp1
    mp2 mp3 mp4 mp4v mpa mpc mpe mpeg mpg mpga mpv msv mts mxf nist nsv oga ogg ogm ogv ogx oma opus pcm qcelp qcp
    qt ra ram rf64 rm rmi rmvb shn snd sph spx tak thd tta ulaw vob voc vox w64 wav wave wax weba webm wma wmv wtv
    wv wvx gxf m4s mlp mmf silk sln swf"""

LOOKS_LIKE = frozenset(f".{name}" for name in _SOUND_AND_VIDEO.split())
"""Suffixes of sound and video; those of them that are not in `SUFFIXES` cannot be read."""

_DELETED = (".trash", "$recycle.bin", ".appledouble")  # folders of what was deleted, and of what Macs note of files
_UNFINISHED = (".part", ".partial", ".crdownload", ".download")  # as browsers call them

Named = TypeVar("Named", str, Path)

_NAMED = 8  # files that a sentence names at most


@dataclass(frozen=True)
class Found:
    """The recordings that were found, sorted.

    `left_out` look like recordings and cannot be read; `closed` are the folders that cannot be searched, with reasons.
    `root` is where the search began.
    """

    root: Path
    recordings: tuple[Path, ...] = ()
    left_out: tuple[Path, ...] = ()
    closed: tuple[tuple[Path, str], ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence about the files and one about the folders that are left out; none where nothing is."""
        return (*left_out_note([_below(path, self.root) for path in self.left_out], self.root),
                *_closed_note([f"{_below(path, self.root)} ({reason})" for path, reason in self.closed], self.root))


def looks_like(name: str) -> bool:
    """Whether a file looks like a recording by its suffix, though it need not be one that can be read.

    So does a download that is not finished, such as `talk.mp3.part`.
    """
    if _suffix(name) in _UNFINISHED:
        return looks_like(os.path.splitext(name)[0])
    return _suffix(name) in LOOKS_LIKE or is_recording(name)


def is_recording(name: str) -> bool:
    """Whether a file is a recording that can be read, by its suffix."""
    return _suffix(name) in SUFFIXES


def is_hidden(name: str) -> bool:
    """Whether a file is hidden, such as the `._talk.wav` that macOS puts beside `talk.wav` on other systems' disks."""
    return os.path.basename(name).startswith(".")


def chosen(names: Sequence[str], where: object) -> tuple[list[str], list[str]]:
    """The recordings among the names of an archive or a store, and a sentence about what looks like one and is none."""
    shown = [name for name in names if not is_hidden(name)]
    return ([name for name in shown if is_recording(name)],
            left_out_note([name for name in shown if looks_like(name) and not is_recording(name)], where))


def left_out_note(names: Sequence[str], where: object) -> list[str]:
    """The sentence that counts and names files that look like recordings and cannot be read; empty without any."""
    if not names:
        return []
    look, their = ("look like recordings", "their") if len(names) > 1 else ("looks like a recording", "its")
    return [f"{_counted(names, 'file')} in {where} {look} and cannot be read: {_listed(names)}; save {their} sound as "
            "wav, flac or mp3."]


def search(root: Path) -> Found:
    """What lies below a folder, also behind links, each file once and under its own name rather than that of a link.

    A CorpusError where there is no such folder, or where it cannot be searched at all.
    """
    if not os.path.isdir(root):
        raise CorpusError(f"There is no folder {root}: name one that exists.")
    closed: dict[str, str] = {}
    files = [(path, there) for path, there in _files(str(root), closed) if looks_like(path) and not is_hidden(path)]
    if str(root) in closed:
        raise CorpusError(f"The folder {root} cannot be searched ({closed[str(root)]}): see that you may read it.")
    return Found(root, tuple(sorted(Path(path) for path, there in files if there and is_recording(path))),
                 tuple(sorted(Path(path) for path, there in files if not (there and is_recording(path)))),
                 tuple(sorted((Path(path), reason) for path, reason in closed.items())))


def named(name: str | Path) -> Found:
    """What a name stands for: the file or folder of that name, whatever signs are in it; else a glob.

    In a glob, `**` is any number of folders, and the recordings of a folder that it matches are found as well. A name
    that is neither, and a glob that matches nothing, have no recordings.
    """
    path = Path(name)
    if os.path.isdir(path):
        return search(path)
    if os.path.lexists(path):
        return Found(path, (path,))
    return _matched(path) if has_signs(str(path)) else Found(path)


def once(paths: Iterable[Named]) -> list[Named]:
    """Each file once, under its first name where it is named again, also through links; an address is its own."""
    first: dict[str, Named] = {}
    for path in paths:
        first.setdefault(str(path) if "://" in str(path) else os.path.realpath(path), path)
    return list(first.values())


def is_there(name: str) -> bool:
    """Whether there is a file or folder of that name, be it a link that leads nowhere."""
    return os.path.lexists(name)


def is_folder(name: str | Path) -> bool:
    """Whether there is a folder of that name."""
    return os.path.isdir(name)


def is_file(name: str) -> bool:
    """Whether there is a file of that name, and no pipe or device."""
    return os.path.isfile(name)


def has_signs(name: str) -> bool:
    """Whether a name that no file has may be a glob."""
    return glob.has_magic(name)


def read_clip(path: str | Path) -> Signal:
    """The signal of a clip, (samples,); a CorpusError names the clip where it cannot be used."""
    try:
        return read_mono(path)
    except RecordingError as error:
        raise CorpusError(f"The clip {path} cannot be used: {error}") from error


def fits(names: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the parts of a path match those of a glob.

    >>> fits(["a", "b", "c.wav"], ["**", "*.wav"]), fits(["a", "c.wav"], ["*.wav"])
    (True, False)
    """
    if not pattern or not names:
        return not names and all(part == "**" for part in pattern)
    if pattern[0] == "**":
        return fits(names, pattern[1:]) or fits(names[1:], pattern)
    return fnmatchcase(names[0], pattern[0]) and fits(names[1:], pattern[1:])


def _files(root: str, closed: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Every file below a folder, once, and whether there is one that can be opened; fills in `closed`.

    What links lead to comes last. A link to a folder that it lies in, near or far, is a loop and leads nowhere new.
    """
    seen: set[str] = set()
    own, linked = deque([root]), deque[str]()
    while own or linked:
        path = own.popleft() if own else linked.popleft()
        real = os.path.realpath(path)
        if real in seen:
            continue
        seen.add(real)
        if not os.path.isdir(path):  # a link to a file, or to nothing
            yield path, os.path.isfile(path)
            continue
        for entry in _entries(path, closed):
            if entry.name.lower().startswith(_DELETED):
                continue
            if entry.is_symlink():
                if not _holds(os.path.realpath(entry.path), real):
                    linked.append(entry.path)
            elif entry.is_dir(follow_symlinks=False):
                own.append(entry.path)
            else:
                seen.add(os.path.join(real, entry.name))
                yield entry.path, entry.is_file(follow_symlinks=False)


def _entries(folder: str, closed: dict[str, str]) -> "list[os.DirEntry[str]]":
    """What lies in a folder, sorted by name."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        closed[folder] = error.strerror or str(error)
        return []


def _holds(folder: str, path: str) -> bool:
    return os.path.join(path, "").startswith(os.path.join(folder, ""))


def _matched(pattern: Path) -> Found:
    """The recordings that a glob matches; a part of it that is the name of a folder stands for that folder."""
    parts = pattern.parts
    known = next(n for n in range(len(parts), -1, -1) if os.path.isdir(Path(*parts[:n])))
    root, signs = Path(*parts[:known]), parts[known:]
    if "**" in signs:
        found = search(root)  # glob would follow every loop of links
        return replace(found, recordings=_reached(found.recordings, root, signs),
                       left_out=_reached(found.left_out, root, signs))
    paths = [root / name for name in glob.glob(os.path.join(*signs), root_dir=root)]
    folders = [search(path) for path in paths if os.path.isdir(path)]
    files = [path for path in paths if not os.path.isdir(path) and looks_like(path.name)]
    recordings = {path for path in files if is_recording(path.name)}
    return Found(root, _joined(recordings, *(one.recordings for one in folders)),
                 _joined({*files} - recordings, *(one.left_out for one in folders)),
                 tuple(pair for one in folders for pair in one.closed))


def _reached(paths: Sequence[Path], root: Path, pattern: Sequence[str]) -> tuple[Path, ...]:
    """The paths that a glob matches, or a folder that they lie in."""
    def reached(names: Sequence[str]) -> bool:
        return any(fits(names[:n], pattern) for n in range(len(names), 0, -1))

    return tuple(path for path in paths if reached(path.relative_to(root).parts))


def _joined(paths: Iterable[Path], *more: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(sorted({*paths, *(path for some in more for path in some)}))


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _below(path: Path, root: Path) -> str:
    """A path below the root, and whether it is a link that leads nowhere."""
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    return f"{shown} (its link leads nowhere)" if os.path.islink(path) and not os.path.exists(path) else shown


def _closed_note(folders: Sequence[str], where: object) -> list[str]:
    if not folders:
        return []
    return [f"{_counted(folders, 'folder')} in {where} cannot be searched: {_listed(folders)}; see that you may read "
            f"{'them' if len(folders) > 1 else 'it'}."]


def _counted(names: Sequence[str], noun: str) -> str:
    return f"{len(names)} {noun}{'s' * (len(names) > 1)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
