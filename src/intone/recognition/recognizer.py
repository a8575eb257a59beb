"""From a recording to an answer: speech -> front end -> network -> probabilities -> Prediction.

    import intone
    intone.load().predict("clip.m4a").label
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intone import audio, labels
from intone.audio import RATE, Sound, Source
from intone.audio.quality import warnings
from intone.errors import NoSpeech, RecognizerError, RecordingError, TooShort, UsageError
from intone.labels import EMOTIONS, Scheme
from intone.recognition.analysis import Heard, Progress, hear, masses, unheeded
from intone.recognition.model_file import RECOGNIZER, Model, load_model
from intone.recognition.occlusion import weighed
from intone.recognition.prediction import NEITHER, Prediction, RecognizerIdentity, Segment, in_scheme

DEFAULT = "default"
BUNDLED = (DEFAULT, "crema-d")
"""The recognizers that come with intone: the one that answers, and one whose weights may be used commercially."""

SHORT_S = 1.0
"""Seconds of speech below which an answer says that it stands on little."""


class Recognizer:
    """One to three networks: for men, for women, and for either. Make one with `load`.

    In a long recording `threads` segments of speech are heard side by side, None: one a core.
    """

    def __init__(self, models: dict[str, Model], threads: int | None = None) -> None:
        self._models, self._threads = models, threads

    @property
    def identity(self) -> RecognizerIdentity:
        """Name and version of the network that answers when no sex is chosen."""
        return _identity(self._model("auto"))

    @property
    def models(self) -> tuple[Model, ...]:
        """Every network, the one for either sex first."""
        return tuple(self._models[sex] for sex in ("both", "male", "female") if sex in self._models)

    @property
    def sexes(self) -> tuple[str, ...]:
        """The sexes of the voices that it was trained on, one or both."""
        return tuple(sorted({sex for model in self._models.values() for sex in model.settings.sexes}))

    def schemes(self) -> tuple[str, ...]:
        """The numbers of classes that can be asked for: all with eight emotions, else the network's own."""
        return _answerable(self._model("auto"))

    def predict(
        self, source: Source | NDArray[Any], rate: float | None = None, *, sex: str = "auto", classes: int | str = 2,
        channel: str | int = "mix", file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False,
    ) -> Prediction:
        """How a recording sounds.

        `source`: a path, a binary file object, or samples (samples,) or (samples, channels) with their `rate`.
        `sex`: male, female, or auto to leave it to the network. `classes`: 2, 3, 8 or "stress". `channel`: "mix" or a
        number from 1 (for "each" there is `predict_channels`). `file` is the name that the answer carries; a path
        carries its own. `explain` adds the weight of every attribution, which takes about as long as hearing a segment
        once for each quarter of a second of it. Raises RecordingError where the recording cannot be
        answered, UsageError for a wrong choice.
        """
        if channel == "each":
            raise UsageError("One answer cannot cover each channel: call predict_channels, or choose mix or a number.")
        return self.predict_channels(source, rate, sex=sex, classes=classes, channel=channel, file=file,
                                     max_seconds=max_seconds, explain=explain)[0]

    def predict_channels(
        self, source: Source | NDArray[Any], rate: float | None = None, *, sex: str = "auto", classes: int | str = 2,
        channel: str | int = "each", file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False,
    ) -> list[Prediction]:
        """One answer for every channel that is asked for and can be answered; else as `predict`.

        A channel that is silent or has no voice is left out; its error is raised where it is so with all of them.
        """
        found = self.answer_channels(source, rate, sex=sex, classes=classes, channel=channel, file=file,
                                     max_seconds=max_seconds, explain=explain)
        answers = [one for _, one in found if isinstance(one, Prediction)]
        for error in (one for _, one in found if isinstance(one, RecordingError) and not answers):
            raise error
        return answers

    def answer_channels(
        self, source: Source | NDArray[Any], rate: float | None = None, *, sex: str = "auto", classes: int | str = 2,
        channel: str | int = "each", file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False,
    ) -> list[tuple[int | None, Prediction | RecordingError]]:
        """Every channel that is asked for, by its number, with its answer or the error that says why it has none.

        Raises RecordingError only where the recording as a whole cannot be read; else as `predict`.
        """
        name = str(labels.scheme(classes).name)
        found = self._answer(source, rate, sex, [name], channel, file, max_seconds, explain)
        return [(number, one if isinstance(one, RecordingError) else one[name]) for number, one in found]

    def predict_schemes(
        self, source: Source | Sound | NDArray[Any], rate: float | None = None, *, schemes: Sequence[str],
        sex: str = "auto", channel: str | int = "mix", file: str | None = None,
        max_seconds: float = audio.MAX_HEARD_SECONDS, explain: bool = False, progress: Progress = unheeded,
    ) -> dict[str, Prediction]:
        """The same recording read in several schemes, by name, with one run of the network; else as `predict`.

        A `Sound` has its channel chosen already.
        `progress` is told, again and again, which share of the work is done, from 0 to 1; what it raises ends the work.
        """
        found = self._answer(source, rate, sex, schemes, channel, file, max_seconds, explain, progress)[0][1]
        if isinstance(found, RecordingError):
            raise found
        return found

    def _answer(
        self, source: Source | Sound | NDArray[Any], rate: float | None, sex: str, schemes: Sequence[str],
        channel: str | int, file: str | None, max_seconds: float, explain: bool = False, progress: Progress = unheeded,
    ) -> list[tuple[int | None, dict[str, Prediction] | RecordingError]]:
        """For every channel, the answer in every scheme. All choices are checked before anything is decoded."""
        labels.check_sex(sex, ("male", "female", "auto"))
        model = self._model(sex)
        wanted = [labels.scheme(name) for name in schemes]
        for scheme in wanted:
            _check_answerable(model, scheme, sex)
        if isinstance(source, np.ndarray):
            if rate is None:
                raise UsageError("Samples need their rate: predict(samples, rate).")
            sounds = [audio.sound(one) for one in audio.from_samples(source, rate, channel)]
        elif isinstance(source, Sound):
            sounds = [source]
        else:
            sounds = audio.sounds(source, channel, max_seconds=max_seconds)
            file = file or (str(source) if isinstance(source, str | Path) else None)
        hear_it = partial(hear, model, sex=sex, explain=explain, threads=self._threads, progress=progress)
        return [(one.number, _read(model, wanted, one, sex, file, hear_it)) for one in sounds]

    def check(self, *, sex: str = "auto", classes: int | str = 2) -> None:
        """A UsageError unless this can be asked of any recording."""
        labels.check_sex(sex, ("male", "female", "auto"))
        _check_answerable(self._model(sex), labels.scheme(classes), sex)

    def _model(self, sex: str) -> Model:
        """The network for a choice of sex: its own if there is one, else the one for both."""
        found = self._models.get("both" if sex == "auto" else sex) or self._models.get("both")
        if found is None and sex == "auto" and len(self._models) == 1:
            found = next(iter(self._models.values()))
        if found is None:
            known = ", ".join(self._models)
            raise UsageError(f"This recognizer was trained on {known} voices only: choose --sex {known}.")
        return found


def load(path: str | Path | None = None, *, threads: int | None = None) -> Recognizer:
    """The recognizer in a file, in the folder of a training run, or one that comes with intone, by its name.

    Without a path it is the bundled one named `default`; `BUNDLED` are all names. `threads` as in `Recognizer`. A
    RecognizerError says what is wrong with a file.
    """
    given = Path(path or DEFAULT).expanduser()
    if str(given) in BUNDLED and (path is None or not given.exists()):
        return _bundled(str(given), threads)
    if given.is_dir():
        if not (given / RECOGNIZER).is_file():
            raise RecognizerError(f"The folder {given} holds no {RECOGNIZER}: name the folder of a finished "
                                  "`intone train`, or a model file.")
        given = given / RECOGNIZER
    return Recognizer({_covers(model): model for model in [load_model(given)]}, threads)


def _bundled(name: str, threads: int | None) -> Recognizer:
    """The networks that `recognizers/NAME.toml` names: the one place that says which are used."""
    folder = Path(__file__).parents[1] / "recognizers"
    try:
        names = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))["recognizers"]
    except OSError as error:
        raise RecognizerError("The installation lacks its bundled recognizer: install intone again.") from error
    return Recognizer({_covers(model): model for model in (load_model(folder / name) for name in names)}, threads)


def _covers(model: Model) -> str:
    return "both" if len(model.settings.sexes) == 2 else model.settings.sexes[0]


def _identity(model: Model) -> RecognizerIdentity:
    return RecognizerIdentity(model.settings.name, model.version, labels.scheme(model.settings.classes).classes)


def _answerable(model: Model) -> tuple[str, ...]:
    return tuple(labels.SCHEMES) if model.settings.classes == "8" else (model.settings.classes,)


def _check_answerable(model: Model, scheme: Scheme, sex: str) -> None:
    if scheme.name not in _answerable(model):
        raise UsageError(f"This recognizer was trained for {model.settings.classes} classes and cannot answer "
                         f"{scheme.name}: choose --classes {model.settings.classes}.")
    if sex != "auto" and sex not in model.settings.sexes:
        raise UsageError(f"This recognizer was trained on {model.settings.sexes[0]} voices only: choose --sex "
                         f"{model.settings.sexes[0]}.")


def scheme_masses(model: Model, scheme: Scheme, classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Masses of the model's own classes (..., own) -> of a scheme's (..., classes): sums, or the same."""
    return scheme.sums(classes) if model.settings.classes == "8" else classes


def _read(
    model: Model, schemes: Sequence[Scheme], sound: Sound, sex: str, file: str | None, hear_it: Callable[..., Heard]
) -> dict[str, Prediction] | RecordingError:
    """The answer about one channel in every scheme, by name, or the error that says why there is none."""
    try:
        heard = hear_it(sound, seconds=sound.seconds)
    except (NoSpeech, TooShort) as error:
        return error
    found = {scheme.name: _in_words(model, scheme, heard, file, sound.number) for scheme in schemes}
    if not any(heard.attributions):
        return found
    answers = {scheme.name: _asked(model, scheme, found[scheme.name].label, None if sex == "auto" else sex)
               for scheme in schemes}
    return {name: replace(one, attributions=weighed(heard.rows, heard.shares, heard.attributions, answers[name]))
            for name, one in found.items()}


def _asked(model: Model, scheme: Scheme, label: str, sex: str | None) -> Callable[[NDArray[np.float64]], float]:
    """The probability of a label in a scheme, as a function of those of the network's labels."""

    def probability(row: NDArray[np.float64]) -> float:
        _, shares, outside = in_scheme(scheme, scheme_masses(model, scheme, masses(model, row, sex)))
        return outside if label == NEITHER else shares[label]

    return probability


def _in_words(model: Model, scheme: Scheme, heard: Heard, file: str | None, channel: int | None) -> Prediction:
    """What was heard, read in a scheme."""
    label, probabilities, outside = in_scheme(scheme, scheme_masses(model, scheme, heard.whole))
    segments = []
    for span, row in zip(heard.spans, heard.by_span, strict=True):
        name, shares, _ = in_scheme(scheme, scheme_masses(model, scheme, row))
        segments.append(Segment(round(span.start / RATE, 3), round(span.end / RATE, 3), name, shares))
    doubts = list(_doubts(model, scheme, probabilities, outside, heard))
    limits = [f"Only {spoken:.1f} s of speech was heard." for spoken in [sum(span.speech_s for span in heard.spans)]
              if spoken < SHORT_S]
    return Prediction(file, round(heard.duration_s, 3), label, probabilities, outside, not doubts,
                      (*doubts, *limits, *warnings(heard.quality)), heard.sex, tuple(segments), _identity(model),
                      channel)


def _is_ood(model: Model, heard: Heard) -> bool:
    """Whether a recording lies farther from what its network learned from than nearly all that it was tried on."""
    known = model.settings.familiar_below
    return known is not None and heard.ood_score is not None and heard.ood_score > known


def _doubts(
    model: Model, scheme: Scheme, probabilities: dict[str, float], outside: float, heard: Heard
) -> Iterator[str]:
    """Why the answer is not sure, each a sentence."""
    if _is_ood(model, heard):
        yield ("The recording sounds unlike those that this recognizer learned from, so that its figures do not hold "
               "here: the voice, its speed or the bandwidth may be unusual.")
    if outside > 0.5:
        others = [emotion for emotion in EMOTIONS if scheme.class_of(emotion) is None]
        most = max(others, key=lambda emotion: float(heard.whole[EMOTIONS.index(emotion)]))
        yield (f"Most of what is heard is neither {', '.join(scheme.classes[:-1])} nor {scheme.classes[-1]}, and "
               f"sounds rather {most}.")
        return
    needed, top = model.settings.sure_above.get(scheme.name), max(probabilities.values())
    if needed is None:
        yield "This recognizer was never right 8 times in 10 with these classes on voices that it had not heard."
    elif top < needed:
        yield (f"Its probability is below {needed:.0%}, as that of a fifth or more of this recognizer's answers to "
               "voices that it had not heard.")
