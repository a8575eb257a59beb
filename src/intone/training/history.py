"""The history of a training: one line an epoch."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from intone.files import FileError, told, write_whole


@dataclass(frozen=True)
class Epoch:
    """One line of the history; accuracies are shares, NaN where nothing validates."""

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float


COLUMNS = tuple(field.name for field in fields(Epoch))


def read_history(path: Path) -> list[Epoch]:
    """The epochs in a history file; none where there is no file, a FileError where it is no history."""
    if not path.is_file():
        return []
    try:
        with told(path), path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if set(reader.fieldnames or ()) != set(COLUMNS):
                raise ValueError("other columns")
            return [Epoch(int(row.pop("epoch")), **{name: float(value) for name, value in row.items()})
                    for row in reader]
    except (ValueError, TypeError, csv.Error) as error:
        raise FileError(f"{path} is damaged (it is not the history of a training): name the history.csv that a "
                        "training wrote, or train again into a new folder.") from error


def write_history(path: Path, history: Sequence[Epoch]) -> None:
    """Write all epochs, whole."""
    with write_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(asdict(line) for line in history)
