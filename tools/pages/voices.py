"""Several recordings of one person: what the answers gain, by how many there are and how they sound."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intone.labels import EMOTIONS
from intone.recognition.adaptation import Adaptation, Offset, adapted, offset_of_clips, offset_of_emotion
from intone.training.ensemble import LEAST, means_of
from pages.committed import Results

WEIGHTS = (0.4, 0.6)
"""Those of `tools/bundle.py`, which imports PyTorch."""

Rows = NDArray[np.float64]


def voices(results: Results) -> str:
    """UAR of RAVDESS with other recordings of the same speaker."""
    found = Voices(results)
    rows = [("none", "-", found.score(0, found.others))]
    rows += [("of all emotions, not known", str(number), found.score(number, found.others))
             for number in (1, 2, 5, 10, 20)]
    rows += [("all of the emotion of the recording itself, not known", str(number), found.score(number, found.same))
             for number in (2, 10)]
    rows += [("neutral, and known to be", str(number), found.score(number, found.neutral, known=0))
             for number in (1, 2)]
    lines = ["| other recordings of the speaker | how many | UAR |", "|---|---:|---:|"]
    return "\n".join([*lines, *(f"| {what} | {number} | {100 * value:.1f} |" for what, number, value in rows), ""])


class Voices:
    """The out-of-fold evidence of both members about every clip of RAVDESS."""

    def __init__(self, results: Results) -> None:
        probe = results.csv("voices/probe").sort_values("clip", ignore_index=True)
        tuned = results.rows("members/tuned/folds/ravdess").sort_values("clip", ignore_index=True)
        assert list(probe["clip"]) == list(tuned["clip"])
        logs = np.log(np.maximum(tuned[list(EMOTIONS)].to_numpy(float), LEAST))
        own = np.stack([probe[[f"{kind}_{name}" for name in EMOTIONS]].to_numpy(float)
                        for kind in ("plain", "relative")], axis=1)
        self.evidence = np.stack([np.stack([logs, logs], axis=1), own], axis=1)
        self.truth = probe["truth"].map(EMOTIONS.index).to_numpy()
        self.actors, self.folds = probe["actor"].to_numpy(), probe["fold"].to_numpy()
        both = pd.concat([results.rows(f"members/tuned/folds/{name}").assign(corpus=name)
                          for name in ("ravdess", "crema-d")], ignore_index=True)
        means = means_of(both.assign(actor=both["corpus"] + both["actor"].astype(str)), EMOTIONS)
        self.adaptations = {int(fold): Adaptation(WEIGHTS, (means, tuple(map(tuple, one))))
                            for fold, one in results.json("voices/means").items()}

    def others(self, row: int) -> NDArray[np.int64]:
        """The other clips of the speaker of a clip."""
        found = np.flatnonzero(self.actors == self.actors[row])
        return found[found != row]

    def same(self, row: int) -> NDArray[np.int64]:
        """Those of the same emotion."""
        found = self.others(row)
        return found[self.truth[found] == self.truth[row]]

    def neutral(self, row: int) -> NDArray[np.int64]:
        """Those that are neutral."""
        found = self.others(row)
        return found[self.truth[found] == 0]

    def score(self, number: int, of: Callable[[int], NDArray[np.int64]], known: int | None = None) -> float:
        """UAR where every clip is answered with `number` others of its speaker, drawn from `of`, of a known emotion."""
        rng, found = np.random.default_rng(0), []
        for row in range(len(self.truth)):
            adaptation = self.adaptations[int(self.folds[row])]
            chosen = rng.permutation(of(row))[:number]
            offset: Offset | None = None
            if len(chosen):
                offset = (offset_of_clips(adaptation, self.evidence[[row, *chosen]]) if known is None else
                          offset_of_emotion(adaptation, self.evidence[chosen], known))
            found.append(int(adapted(adaptation, self.evidence[[row]], offset)[0].argmax()))
        answers = np.array(found)
        return float(np.mean([(answers[self.truth == one] == one).mean() for one in range(len(EMOTIONS))]))
