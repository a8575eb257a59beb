"""What a network says of a recording, as JSON keeps it: it can be answered later, when others of the person are heard.

It holds numbers and no sound.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from intone.audio.quality import Quality
from intone.audio.vad import Span
from intone.errors import RecognizerError
from intone.recognition.analysis import Analysis, by_class
from intone.recognition.model_file import Model

Row = tuple[float, ...]


@dataclass(frozen=True)
class Kept:
    """An `Analysis` by the network of that version, without attributions, of a recording in which one person speaks.

    `file`, `channel`, `track` and `notes` as in `Prediction`, the notes being reasons that concern how it was read.
    """

    network: str
    duration_s: float
    sex: str
    whole: Row
    segments: tuple[Span, ...]
    rows: tuple[Row, ...]
    weights: Row
    quality: Quality
    ood_score: float | None
    evidence: tuple[tuple[tuple[Row, ...], ...], ...]
    file: str | None = None
    channel: int | None = None
    track: int | None = None
    notes: tuple[str, ...] = ()

    def analysis(self, models: Iterable[Model], given_sex: str | None) -> tuple[Model, Analysis]:
        """The network that said it, one of `models`, and what it said; a RecognizerError where it is another now."""
        for model in models:
            if model.version == self.network:
                rows = np.array(self.rows)
                return model, Analysis(
                    self.duration_s, self.sex, np.array(self.whole), self.segments,
                    tuple(by_class(model, row, given_sex) for row in rows), rows, np.array(self.weights), self.quality,
                    ((),) * len(rows), self.ood_score, np.array(self.evidence))
        raise RecognizerError(f"What is kept of {self.file or 'a recording'} was said by another recognizer "
                              f"({self.network}): analyse it again.")


def kept(
    model: Model, found: Analysis, *, file: str | None = None, channel: int | None = None, track: int | None = None,
    notes: Iterable[str] = (),
) -> Kept:
    """What is kept of an analysis with evidence."""
    assert found.evidence is not None and not found.speakers
    return Kept(model.version, found.duration_s, found.sex, tuple(found.whole.tolist()), found.segments,
                tuple(map(tuple, found.rows.tolist())), tuple(found.weights.tolist()), found.quality, found.ood_score,
                tuple(tuple(tuple(map(tuple, kind)) for kind in one) for one in found.evidence.tolist()), file, channel,
                track, tuple(map(str, notes)))
