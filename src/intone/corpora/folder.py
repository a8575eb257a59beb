"""A folder of the user's own: a folder per label.

`ROOT/angry/clip.wav`, or with the sex `ROOT/female_angry/clip.wav`, or with the speaker
`ROOT/angry/SPEAKER/clip.wav`. The label is a word of `emotions`. Without speakers' folders all clips count as one
speaker: no part of them can be held out and taken for an unseen speaker.
"""

from collections.abc import Mapping
from pathlib import Path

from intone.corpora.corpus import UNKNOWN, Corpus, Finding
from intone.corpora.emotions import PLAIN, Words
from intone.labels import SEXES


class LabelFolders(Corpus):
    """Recordings in folders that are named after emotions, with or without the sex before it."""

    name = "folder"
    title = "a folder for each label"
    licence = "that of the recordings"
    unique_names = False

    @classmethod
    def described(cls) -> str:
        return f"with {cls.title}"

    @classmethod
    def recognizes(cls, root: Path) -> bool:
        return any(_split(child.name, PLAIN) for child in root.iterdir() if child.is_dir())

    def row(self, path: Path) -> dict[str, object] | None:
        label, *inner = path.relative_to(self.root).parts
        found = _split(label, self.words)
        if not inner or found is None:
            return None
        sex, emotion = found
        return {
            "actor": inner[0] if len(inner) > 1 else UNKNOWN,
            "sex": sex,
            "emotion": emotion,
            "vocal": "speech",
        }

    def unknown_label(self, path: Path) -> str | None:
        """The first folder below the root, or the file's own name where it lies in none."""
        return None if self.row(path) else path.relative_to(self.root).parts[0]

    def sort(self, path: Path) -> tuple[str, str] | Finding:
        return ("labels", path.relative_to(self.root).parts[0]) if self.row(path) else self.unknown_finding(path)

    @classmethod
    def cleaned_path(cls, clip: Mapping[str, object]) -> str:
        """The folders stay, for they carry the labels."""
        label = f"{clip['sex']}_{clip['emotion']}" if isinstance(clip["sex"], str) else clip["emotion"]
        return f"{label}/{clip['actor']}/{clip['clip']}.wav"


def _split(folder: str, words: Words) -> tuple[str | None, str] | None:
    """`female_angry` -> (female, angry); `anger` -> (None, angry); None for anything else."""
    sex = next((one for one in SEXES if folder.lower().startswith(f"{one}_")), None)
    emotion = words.emotion_of(folder[len(f"{sex}_"):] if sex else folder)
    return (sex, emotion) if emotion else None
