"""Words for columns -> what they hold. Case, accents of another form, and what joins the parts of a word do not matter.

The words are those of programs and of some languages; of two columns with words for the same, the word that is listed
first counts.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from intone.errors import CorpusError

RECORDING = ("recording", "path", "file", "address", "audio", "url")
"""The words for the column of recordings that a sentence names."""

WORDS = {
    "path": (
        *RECORDING, "filename", "file_name", "filepath", "file_path", "recordings", "files", "paths", "audio_file",
        "audiofile", "audio_path", "audiopath", "audio_url", "sound_file", "soundfile", "wav", "wav_file", "wav_path",
        "uri", "fname", "full_path", "fullpath", "relative_path",
        "datei", "dateiname", "dateipfad", "pfad", "aufnahme", "audiodatei",
        "fichier", "nom_du_fichier", "nom_de_fichier", "chemin", "enregistrement",
        "archivo", "nombre_de_archivo", "nombre_del_archivo", "fichero", "ruta", "grabación",
        "nome_file", "nome_del_file", "percorso", "registrazione", "bestand", "bestandsnaam", "opname",
        "arquivo", "nome_do_arquivo", "ficheiro", "caminho", "gravação", "plik", "nazwa_pliku", "ścieżka", "nagranie"),
    "emotion": (
        "emotion", "emotions", "label", "emotion_label", "gefühl", "émotion", "emoción", "emozione", "emotie", "emoção",
        "emocja"),
    "speaker": (
        "speaker", "speaker_id", "speakerid", "actor", "actor_id", "subject", "subject_id", "participant",
        "participant_id", "person", "person_id", "client_id", "sprecher", "sprecherin", "sprecher_id", "locuteur",
        "locutrice", "hablante", "locutor", "parlante", "spreker", "falante", "mówca"),
    "sex": ("sex", "gender", "geschlecht", "sexe", "sexo", "género", "sesso", "genere", "geslacht", "gênero",
            "płeć"),
    "corpus": ("corpus",),
    "fold": ("fold",),
}
"""What a column holds -> the words for it, as `key` gives them."""


def key(name: str) -> str:
    """A word as it is compared.

    >>> key(" File-Name "), key("Dateiname")
    ('file_name', 'dateiname')
    """
    return re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFKC", name).strip().strip('"').casefold().strip())


def found(names: Sequence[str], words: Iterable[str], file: str) -> int | None:
    """The place among the names of columns of the first word that is there, or None; a CorpusError for one twice."""
    keys = [key(name) for name in names]
    for word in map(key, words):
        if keys.count(word) > 1:
            raise CorpusError(f"{file} has the column '{word}' more than once: keep one of them.")
        if word in keys:
            return keys.index(word)
    return None
