"""`intone reference`: recordings of a person's normal voice -> a small file to compare other recordings with."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from intone.cli.answers import files_in
from intone.cli.messages import show
from intone.cli.standard_input import check_stdin, source_of
from intone.errors import UsageError

UNKNOWN = "unknown"
"""The emotion of recordings whose emotion is not known."""


def reference(
    recordings: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    to: Path,
    emotion: str = "neutral",
    recognizer_: Annotated[Path | None, Parameter(name="--recognizer")] = None,
) -> int:
    """Save how a person's voice sounds, to compare other recordings of this person with.

    The file holds numbers and no sound. `intone predict --reference` takes it.

    `intone reference me.wav --to me.json`

    Parameters
    ----------
    recordings
        Files of one person, folders that are searched for them, or - for one that is piped in: one or two sentences are
        enough. The exit status is 1 where a folder holds what looks like a recording and cannot be read.
    to
        The file, whose name ends with .json.
    emotion
        The emotion of all of them: neutral for the normal voice, another that the recognizer knows, or unknown.
    recognizer_
        A model file, the folder of a training run or of a pair, or the name of a bundled recognizer, instead of the
        default one. Only this recognizer can use the file.
    """
    from intone.recognition import recognizer, references

    if to.suffix != references.SUFFIX:
        raise UsageError(f"A reference is saved as {references.SUFFIX}, and not as {to.suffix or to.name}: choose a "
                         f"name such as me{references.SUFFIX}.")
    known = None if emotion == UNKNOWN else emotion
    check_stdin(recordings)
    files, left_out = files_in(recordings)
    found = recognizer.load(recognizer_).reference(*map(source_of, files), emotion=known)
    references.write(to, found)
    number = found.offset.clips
    show(f"{to}: what {number} segment{'s' * (number > 1)} of speech tell of this {found.sex or 'male or female'} "
         "voice, without any sound.")
    return 1 if left_out else 0
