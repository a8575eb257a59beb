"""From a recording to an answer: speech -> front end -> network -> probabilities -> Prediction.

    import intone
    intone.load().predict("clip.m4a").label
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intone import audio, labels
from intone.audio import RATE, Sound, Source
from intone.errors import NoSpeech, RecognizerError, RecordingError, TooShort, UsageError
from intone.labels import Scheme
from intone.recognition.analysis import DEFAULTS, Analysis, Progress, analyse, unheeded
from intone.recognition.decision import decided, identity_of
from intone.recognition.model_file import RECOGNIZER, Model, load_model
from intone.recognition.options import Options
from intone.recognition.prediction import Prediction, RecognizerIdentity
from intone.recognition.published import results_of

DEFAULT = "default"
BUNDLED = (DEFAULT, "crema-d")
"""The recognizers that come with intone: the default one, and one whose weights may be used commercially."""


class Recognizer:
    """One to three networks: for men, for women, and for either. Make one with `load`.

    In a long recording `threads` segments run in parallel, None: one a core.

    >>> intone.load()  # doctest: +ELLIPSIS
    <Recognizer encoder-tuned both ...: 2, 3, 8, stress classes of female and male speech at 16 kHz; trained on ...>
    """

    def __init__(self, models: dict[str, Model], threads: int | None = None) -> None:
        self._models, self._threads = models, threads

    @property
    def identity(self) -> RecognizerIdentity:
        """Name and version of the network that answers when no sex is chosen."""
        return identity_of(self._model("auto"))

    @property
    def models(self) -> tuple[Model, ...]:
        """Every network, the one for either sex first."""
        return tuple(self._models[sex] for sex in ("both", "male", "female") if sex in self._models)

    @property
    def sexes(self) -> tuple[str, ...]:
        """The sexes of the speakers that it was trained on, one or both."""
        return tuple(sorted({sex for model in self._models.values() for sex in model.settings.sexes}))

    def schemes(self) -> tuple[str, ...]:
        """The class schemes that can be asked for: all with eight emotions, else the network's own.

        >>> intone.load().schemes()
        ('2', '3', '8', 'stress')
        """
        return _answerable(self._model("auto"))

    def predict(
        self, source: Source | NDArray[Any], rate: float | None = None, *, sex: str = "auto", classes: int | str = 2,
        channel: str | int = "mix", file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False,
    ) -> Prediction:
        """The emotion in a recording.

        `source`: a path, a binary file object, or samples (samples,) or (samples, channels) with their `rate` in Hz.
        `sex`: male, female, or auto to leave it to the network. `classes`: 2, 3, 8 or "stress". `channel`: "mix" or a
        number from 1 (for "each" there is `predict_channels`). `file`: the name that the answer carries; a path
        carries its own. `explain`: adds the attribution of every time window, which runs the network once more for
        each quarter of a second of speech. Raises RecordingError where the recording cannot be answered, UsageError
        for a choice that does not exist.

        >>> answer = intone.load().predict(samples, rate, classes=8)
        >>> answer.label in answer.probabilities, round(sum(answer.probabilities.values()), 6)
        (True, 1.0)
        >>> intone.load().predict(0 * samples, rate)
        Traceback (most recent call last):
        intone.errors.NoSpeech: The recording is silent: check the microphone and record again.
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

        A channel that is silent or has no speech is left out; its error is raised where it is so with all of them.

        >>> both = np.stack([samples, samples], axis=1)
        >>> [answer.channel for answer in intone.load().predict_channels(both, rate)]
        [1, 2]
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

        >>> half = np.stack([samples, 0 * samples], axis=1)
        >>> [(number, type(one).__name__) for number, one in intone.load().answer_channels(half, rate)]
        [(1, 'Prediction'), (2, 'NoSpeech')]
        """
        options = Options(sex, (str(classes),), channel, explain, max_seconds)
        return [(number, one if isinstance(one, RecordingError) else one[options.schemes[0]])
                for number, one in self.answers(source, rate, options, file=file)]

    def predict_schemes(
        self, source: Source | Sound | NDArray[Any], rate: float | None = None, *, schemes: Sequence[str],
        sex: str = "auto", channel: str | int = "mix", file: str | None = None,
        max_seconds: float = audio.MAX_HEARD_SECONDS, explain: bool = False, progress: Progress = unheeded,
    ) -> dict[str, Prediction]:
        """The same recording in several class schemes, by name, with one run of the network; else as `predict`.

        A `Sound` has its channel chosen already. `progress` is called, again and again, with the share of the work
        that is done, from 0 to 1; what it raises ends the work.

        >>> found = intone.load().predict_schemes(samples, rate, schemes=("2", "stress"))
        >>> {name: len(answer.probabilities) for name, answer in found.items()}
        {'2': 2, 'stress': 2}
        """
        options = Options(sex, tuple(schemes), channel, explain, max_seconds)
        return self.answer(source, rate, options, file=file, progress=progress)

    def answer(
        self, source: Source | Sound | NDArray[Any], rate: float | None = None, options: Options = DEFAULTS, *,
        file: str | None = None, progress: Progress = unheeded,
    ) -> dict[str, Prediction]:
        """The answers of the first channel of `answers`; its error is raised."""
        found = self.answers(source, rate, options, file=file, progress=progress)[0][1]
        if isinstance(found, RecordingError):
            raise found
        return found

    def answers(
        self, source: Source | Sound | NDArray[Any], rate: float | None = None, options: Options = DEFAULTS, *,
        file: str | None = None, progress: Progress = unheeded,
    ) -> list[tuple[int | None, dict[str, Prediction] | RecordingError]]:
        """For every channel the answer in every scheme of the options. All is checked before anything is decoded."""
        model = self.check_options(options)
        if isinstance(source, np.ndarray):
            if rate is None:
                raise UsageError("Samples need their rate: predict(samples, rate).")
            sounds = [audio.sound(one) for one in audio.from_samples(source, rate, options.channel)]
        elif isinstance(source, Sound):
            sounds = [source]
        else:
            sounds = audio.sounds(source, options.channel, max_seconds=options.max_seconds)
            file = file or (str(source) if isinstance(source, str | Path) else None)
        run = partial(analyse, model, options=options, threads=self._threads, progress=progress)
        return [(one.number, _read(model, options, one, file, run)) for one in sounds]

    def check_options(self, options: Options) -> Model:
        """The network that answers with these options; a UsageError unless they can be asked of any recording."""
        model = self._model(options.sex)
        for name in options.schemes:
            _check_answerable(model, labels.scheme(name), options.sex)
        return model

    def check(self, *, sex: str = "auto", classes: int | str = 2) -> None:
        """A UsageError unless this can be asked of any recording.

        >>> intone.load().check(classes=7)
        Traceback (most recent call last):
        intone.errors.UsageError: There is no scheme with 7 classes: choose 2, 3, 8 or stress.
        """
        self.check_options(Options(sex, (str(classes),)))

    def __repr__(self) -> str:
        identity, settings = self.identity, self._model("auto").settings
        found = results_of(identity.version)
        measured = f"; {found.measured_on}: " + ", ".join(
            f"UAR {by['all'].uar:.1%} of {name}" for name, by in found.schemes.items()) if found else ""
        return (f"<Recognizer {identity.name} {identity.version}: {', '.join(self.schemes())} classes of "
                f"{' and '.join(self.sexes)} speech at {RATE // 1000} kHz; trained on {', '.join(settings.data)}; "
                f"licence {settings.licence}{measured}>")

    def _model(self, sex: str) -> Model:
        """The network for a choice of sex: its own if there is one, else the one for both."""
        found = self._models.get("both" if sex == "auto" else sex) or self._models.get("both")
        if found is None and sex == "auto" and len(self._models) == 1:
            found = next(iter(self._models.values()))
        if found is None:
            known = ", ".join(self._models)
            raise UsageError(f"This recognizer was trained on {known} speakers only: choose --sex {known}.")
        return found


def load(path: str | Path | None = None, *, threads: int | None = None) -> Recognizer:
    """The recognizer in a file, in the folder of a training run, or one that comes with intone, by its name.

    Without a path it is the bundled one named `default`; `BUNDLED` are all names. `threads` as in `Recognizer`. A
    RecognizerError says what is wrong with a file.

    >>> intone.load("crema-d").identity.classes[:3]
    ('neutral', 'calm', 'happy')
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


def _answerable(model: Model) -> tuple[str, ...]:
    return tuple(labels.SCHEMES) if model.settings.classes == "8" else (model.settings.classes,)


def _check_answerable(model: Model, scheme: Scheme, sex: str) -> None:
    if scheme.name not in _answerable(model):
        raise UsageError(f"This recognizer was trained for {model.settings.classes} classes and cannot answer "
                         f"{scheme.name}: choose --classes {model.settings.classes}.")
    if sex != "auto" and sex not in model.settings.sexes:
        raise UsageError(f"This recognizer was trained on {model.settings.sexes[0]} speakers only: choose --sex "
                         f"{model.settings.sexes[0]}.")


def _read(
    model: Model, options: Options, sound: Sound, file: str | None, run: Callable[..., Analysis]
) -> dict[str, Prediction] | RecordingError:
    """The answer about one channel in every scheme, by name, or the error that says why there is none."""
    try:
        found = run(sound, seconds=sound.seconds)
    except (NoSpeech, TooShort) as error:
        return error
    return {name: replace(decided(model, labels.scheme(name), found, options), file=file, channel=sound.number)
            for name in options.schemes}
