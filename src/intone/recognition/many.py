"""Many recordings -> one table of answers, a pandas.DataFrame. Nothing else of this package knows pandas."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intone.audio.search import search
from intone.errors import RecordingError, UsageError
from intone.labels import scheme
from intone.recognition import given
from intone.recognition.formats import Record, columns, row
from intone.recognition.options import Options

if TYPE_CHECKING:
    import pandas as pd

    from intone.recognition.recognizer import Recognizer


class Interrupted(KeyboardInterrupt):
    """Ctrl+C, or the stop button of a notebook. `done`: the rows of the recordings that are done."""

    def __init__(self, done: "pd.DataFrame") -> None:
        super().__init__(f"{len(done)} rows are done, and kept as `done` of this error (sys.last_value.done).")
        self.done = done


def table_of(
    recognizer: "Recognizer", recordings: Any, options: Options, progress: bool | None = None
) -> "pd.DataFrame":
    """The answers as `Recognizer.predict_many` gives them; raises Interrupted."""
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise UsageError("A table of answers is a pandas.DataFrame, and pandas is not installed: run pip install "
                         "pandas, or call predict for a list of answers.") from error
    options = recognizer.in_full(options)
    recognizer.check_options(options)
    classes = scheme(options.schemes[0]).classes
    items, index, rows = _items(recordings), list[Any](), list[dict[str, Any]]()

    def made() -> pd.DataFrame:
        named = index if isinstance(recordings, pd.Series) else None
        return pd.DataFrame(rows, named, columns(classes))

    labels = recordings.index if isinstance(recordings, pd.Series) else None
    try:
        for number, item in enumerate(_followed(items, progress)):
            found = [row(record, classes) for record in _records(recognizer, item, options)]
            rows += found
            index += [labels[number] if labels is not None else number] * len(found)
    except KeyboardInterrupt as stop:
        raise Interrupted(made()) from stop
    return made()


def _items(recordings: Any) -> Iterable[Any]:
    """Every recording; those of a folder where one is named."""
    if isinstance(recordings, str | os.PathLike) and (folder := Path(os.fsdecode(recordings))).is_dir():
        found = search(folder).recordings
        if not found:
            raise UsageError(f"The folder {folder} holds no recordings: name another.")
        return found
    items = given.several(recordings)
    if items is None:
        given.check(recordings)
    return [recordings] if items is None else items


def _records(recognizer: "Recognizer", item: Any, options: Options) -> Iterator[Record]:
    """The record of every channel of a recording that is asked for; of one that cannot be answered, of the error."""
    name = os.fsdecode(item) if isinstance(item, str | os.PathLike) else None
    try:
        channels = recognizer.answers(item, options=options)
    except (RecordingError, UsageError) as error:
        yield {"file": name, "error": str(error)}
        return
    for number, found in channels:
        if isinstance(found, RecordingError):
            yield {"file": name, "error": str(found)} | ({"channel": number} if len(channels) > 1 else {})
        else:
            yield from (one.to_dict() for one in found.values())


def _followed(items: Iterable[Any], progress: bool | None) -> Iterable[Any]:
    """The same items, with a bar."""
    from tqdm import tqdm

    shown = True if progress is None and "ipykernel" in sys.modules else progress  # its stderr is no terminal
    return tqdm(items, unit="recording", leave=False, mininterval=0, disable=None if shown is None else not shown)
