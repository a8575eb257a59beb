"""Everything that can go wrong, as one tree; each message is one sentence for the person at the other end.

    IntoneError
    ├── UsageError          an option, a name or a combination that does not exist     exit 2, HTTP 400
    ├── RecordingError      this recording cannot be answered                          exit 1, HTTP 422
    │   ├── NotAudio        no sound that can be decoded is in the file                HTTP 415
    │   ├── Damaged         the file ends before the length that its header states     HTTP 422
    │   ├── TooLong         more seconds or bytes than the limit                       HTTP 413
    │   ├── TooShort        less sound than an answer needs                            HTTP 422
    │   ├── NoSpeech        silence, noise or music, but no voice                      HTTP 422
    │   └── UnfitReference  nothing that tells how one person's voice sounds           HTTP 422
    ├── CorpusError         a folder of recordings that is not what was expected       exit 1
    ├── DownloadError       a download that failed or is not what was published        exit 1
    ├── RecognizerError     a model file that is damaged or not one of ours            exit 1
    └── TrainingError       training or evaluation cannot start or go on               exit 1

A message says what was found, what was expected and what to do. Foreign errors (PyAV, onnxruntime, OSError) are
turned into these where the foreign library is called, and nowhere else.
"""


def printable(text: str) -> str:
    """A text as one line that no file's name can break or colour: what cannot be printed is escaped."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


class IntoneError(Exception):
    """Root of every error that intone raises on purpose; `str(error)` is one sentence."""

    exit_status = 1
    http_status = 500


class UsageError(IntoneError):
    """An option, a name or a combination of them that does not exist."""

    exit_status = 2
    http_status = 400


class RecordingError(IntoneError):
    """This recording cannot be answered."""

    http_status = 422


class NotAudio(RecordingError):
    """The file holds no sound that can be decoded."""

    http_status = 415


class Damaged(RecordingError):
    """The file ends before the length that its header states, or its samples are not numbers."""


class TooLong(RecordingError):
    """The recording is longer than the limit."""

    http_status = 413


class TooShort(RecordingError):
    """The recording holds less sound than an answer needs."""


class NoSpeech(RecordingError):
    """The recording holds silence, noise or music, but no voice."""


class UnfitReference(RecordingError):
    """Recordings, or a saved reference, that do not tell how the voice of one person sounds."""


class CorpusError(IntoneError):
    """A folder of recordings that is not what was expected."""


class DownloadError(IntoneError):
    """A download that failed, or that is not what was published."""


class RecognizerError(IntoneError):
    """A model file that is damaged, or not one of ours."""


class TrainingError(IntoneError):
    """Training or evaluation cannot start or go on."""
