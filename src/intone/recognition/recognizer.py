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
from intone.audio.quality import CLIPPED as CLIPPED_SHARE
from intone.audio.quality import NOISY_DB, warnings
from intone.errors import NoSpeech, RecognizerError, RecordingError, TooShort, UsageError
from intone.labels import EMOTIONS, Scheme
from intone.recognition.analysis import DEFAULTS, Analysis, Progress, analyse, by_class, unheeded
from intone.recognition.model_file import RECOGNIZER, Model, load_model
from intone.recognition.occlusion import attributions
from intone.recognition.options import Options
from intone.recognition.prediction import (
    NEITHER,
    Prediction,
    RecognizerIdentity,
    Reliability,
    Segment,
    in_scheme,
    percent,
)
from intone.recognition.published import CLIPPED, NOISY, RECORDED, results_of

DEFAULT = "default"
BUNDLED = (DEFAULT, "crema-d")
"""The recognizers that come with intone: the default one, and one whose weights may be used commercially."""

SHORT_S = 1.0
"""Seconds of speech below which an answer says that it stands on little."""


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
        return _identity(self._model("auto"))

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


def _identity(model: Model) -> RecognizerIdentity:
    return RecognizerIdentity(model.settings.name, model.version, labels.scheme(model.settings.classes).classes)


def _answerable(model: Model) -> tuple[str, ...]:
    return tuple(labels.SCHEMES) if model.settings.classes == "8" else (model.settings.classes,)


def _check_answerable(model: Model, scheme: Scheme, sex: str) -> None:
    if scheme.name not in _answerable(model):
        raise UsageError(f"This recognizer was trained for {model.settings.classes} classes and cannot answer "
                         f"{scheme.name}: choose --classes {model.settings.classes}.")
    if sex != "auto" and sex not in model.settings.sexes:
        raise UsageError(f"This recognizer was trained on {model.settings.sexes[0]} speakers only: choose --sex "
                         f"{model.settings.sexes[0]}.")


def in_own_scheme(model: Model, scheme: Scheme, classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of the model's own classes (..., own) -> of a scheme's (..., classes): sums, or the same."""
    return scheme.sums(classes) if model.settings.classes == "8" else classes


def _read(
    model: Model, options: Options, sound: Sound, file: str | None, run: Callable[..., Analysis]
) -> dict[str, Prediction] | RecordingError:
    """The answer about one channel in every scheme, by name, or the error that says why there is none."""
    try:
        found = run(sound, seconds=sound.seconds)
    except (NoSpeech, TooShort) as error:
        return error
    return {name: _explained(model, labels.scheme(name), found, options,
                             _in_scheme(model, labels.scheme(name), found, options, file, sound.number))
            for name in options.schemes}


def _explained(
    model: Model, scheme: Scheme, found: Analysis, options: Options, answer: Prediction
) -> Prediction:
    """An answer with its attributions, where they were asked for."""
    if not any(found.occluded):
        return answer
    asked = _asked(model, scheme, answer.label, options.given_sex)
    return replace(answer, attributions=attributions(found.rows, found.weights, found.occluded, asked))


def _asked(model: Model, scheme: Scheme, label: str, sex: str | None) -> Callable[[NDArray[np.float64]], float]:
    """The probability of a label in a scheme, as a function of those of the network's labels."""

    def probability(row: NDArray[np.float64]) -> float:
        _, shares, outside = in_scheme(scheme, in_own_scheme(model, scheme, by_class(model, row, sex)))
        return outside if label == NEITHER else shares[label]

    return probability


def _in_scheme(
    model: Model, scheme: Scheme, found: Analysis, options: Options, file: str | None, channel: int | None
) -> Prediction:
    """What a network says of a recording, read in a scheme."""
    label, probabilities, outside = in_scheme(scheme, in_own_scheme(model, scheme, found.whole))
    segments = []
    for span, row in zip(found.segments, found.by_segment, strict=True):
        name, shares, _ = in_scheme(scheme, in_own_scheme(model, scheme, row))
        segments.append(Segment(round(span.start / RATE, 3), round(span.end / RATE, 3), name, shares))
    doubts = list(_doubts(model, scheme, probabilities, outside, found))
    limits = [f"Only {spoken:.1f} s of speech was found." for spoken in [sum(one.speech_s for one in found.segments)]
              if spoken < SHORT_S]
    return Prediction(file, round(found.duration_s, 3), label, probabilities, outside, not doubts,
                      (*doubts, *limits, *warnings(found.quality)), found.sex, tuple(segments), _identity(model),
                      channel, reliability=_reliability(model, scheme, found, options, probabilities.get(label)))


def _is_ood(model: Model, found: Analysis) -> bool:
    """Whether a recording is out of distribution: farther from the training data than nearly all validation clips."""
    most = model.settings.ood_above
    return most is not None and found.ood_score is not None and found.ood_score > most


def _doubts(
    model: Model, scheme: Scheme, probabilities: dict[str, float], outside: float, found: Analysis
) -> Iterator[str]:
    """Why the answer is not confident, each a sentence."""
    if _is_ood(model, found):
        yield ("The recording sounds unlike those that this recognizer was trained on (it is out of distribution), so "
               "that its measured results do not hold here: the voice, its speed or the bandwidth may be unusual.")
    if outside > 0.5:
        others = [emotion for emotion in EMOTIONS if scheme.class_of(emotion) is None]
        most = max(others, key=lambda emotion: float(found.whole[EMOTIONS.index(emotion)]))
        yield (f"Most of the probability lies with neither {', '.join(scheme.classes[:-1])} nor {scheme.classes[-1]}: "
               f"it sounds rather {most}.")
        return
    yield from _below_threshold(model, scheme, max(probabilities.values()))


def _below_threshold(model: Model, scheme: Scheme, probability: float) -> Iterator[str]:
    """Why a probability is not enough, from nothing but what the threshold says of itself."""
    one = model.settings.confidence.get(scheme.name)
    if one is None:
        yield "This recognizer was not calibrated for these classes, so that none of its answers counts as confident."
    elif one.threshold is None:
        measured = "" if one.precision is None else (
            f" (of its answers{_to(one.measured_on)} {percent(one.precision)} were right)")
        yield f"No confidence threshold makes this recognizer's answers in these classes reliable enough{measured}."
    elif not one.reached_by(probability):
        measured = "" if one.precision is None or one.coverage is None else (
            f" ({percent(one.coverage)} of the answers{_to(one.measured_on)} reach it, and {percent(one.precision)} of "
            "those were right)")
        yield f"Its probability is below the confidence threshold of {one.threshold:.0%}{measured}."


def _to(whom: str) -> str:
    return f" to {whom}" if whom else ""


def _reliability(
    model: Model, scheme: Scheme, found: Analysis, options: Options, probability: float | None
) -> Reliability | None:
    """How often such answers were right; None for what was not measured.

    It was measured with the sex left to the network, and with one fault of a recording at a time.
    """
    faults = [name for name, there in ((NOISY, found.quality.snr_db < NOISY_DB),
                                       (CLIPPED, found.quality.clipped > CLIPPED_SHARE)) if there]
    results = results_of(model.version)
    if results is None or probability is None or options.given_sex or len(faults) > 1 or _is_ood(model, found):
        return None
    return results.reliable(scheme.name, faults[0] if faults else RECORDED, probability)
