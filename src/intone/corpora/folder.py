"""A folder of the user's own: a folder per label.

`ROOT/angry/clip.wav`, or with the sex `ROOT/female_angry/clip.wav`, or with the speaker
`ROOT/angry/SPEAKER/clip.wav`. Without speakers' folders all clips count as one speaker: no part of them can be held
out and taken for an unseen speaker.
"""

from collections.abc import Mapping
from pathlib import Path

from intone.corpora.corpus import Corpus, Finding
from intone.errors import CorpusError
from intone.labels import EMOTIONS, SEXES


class LabelFolders(Corpus):
    """Recordings in folders that are named after the eight emotions, with or without the sex before it."""

    name = "folder"
    title = "a folder for each label"
    licence = "that of the recordings"
    unique_names = False

    @classmethod
    def described(cls) -> str:
        return f"with {cls.title}"

    @classmethod
    def recognizes(cls, root: Path) -> bool:
        return any(_split(child.name) for child in root.iterdir() if child.is_dir())

    def row(self, path: Path) -> dict[str, object] | None:
        parts = path.relative_to(self.root).parts
        found = _split(parts[0])
        if len(parts) < 2 or found is None:
            raise CorpusError(f"{path} is not in a folder named after an emotion ({', '.join(EMOTIONS)}), with or "
                              "without 'male_' or 'female_' before it.")
        sex, emotion = found
        return {
            "actor": parts[1] if len(parts) > 2 else "unknown",
            "sex": sex,
            "emotion": emotion,
            "vocal": "speech",
        }

    def sort(self, path: Path) -> tuple[str, str] | Finding:
        try:
            self.row(path)
        except CorpusError:
            return Finding("problem", "name", (self.relative(path),), "not in a folder named after an emotion")
        return "labels", path.relative_to(self.root).parts[0]

    @classmethod
    def cleaned_path(cls, clip: Mapping[str, object]) -> str:
        """The folders stay, for they carry the labels."""
        label = f"{clip['sex']}_{clip['emotion']}" if isinstance(clip["sex"], str) else clip["emotion"]
        return f"{label}/{clip['actor']}/{clip['clip']}.wav"


def _split(folder: str) -> tuple[str | None, str] | None:
    """`female_angry` -> (female, angry); `angry` -> (None, angry); None for anything else."""
    name = folder.lower()
    sex = next((one for one in SEXES if name.startswith(f"{one}_")), None)
    emotion = name.removeprefix(f"{sex}_")
    return (sex, emotion) if emotion in EMOTIONS else None
