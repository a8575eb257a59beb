"""From a recording to an answer: speech -> front end -> network -> probabilities -> Prediction.

    import intone
    intone.load().predict("clip.m4a").label
"""

import tomllib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intone import audio, labels
from intone.audio import RATE, Sound, Source
from intone.audio.tracks import DEFAULT as DEFAULT_TRACK
from intone.errors import NoSpeech, RecognizerError, RecordingError, TooShort, UnfitReference, UsageError
from intone.labels import Scheme
from intone.recognition.adaptation import Reference, offset_of_clips, offset_of_emotion
from intone.recognition.analysis import DEFAULTS, Analysis, Progress, analyse, detected_sex, unheeded
from intone.recognition.decision import decided, decided_with, identity_of
from intone.recognition.model_file import RECOGNIZER, Model, load_model
from intone.recognition.options import Options
from intone.recognition.prediction import Prediction, RecognizerIdentity
from intone.recognition.published import results_of

DEFAULT = "default"
FREE = "crema-d"
BUNDLED = (DEFAULT, FREE)
"""The recognizers that come with intone: the default one, and one whose weights may be used commercially."""


class Recognizer:
    """One to three networks: for men, for women, and for either. Make one with `load`.

    The one for either sex answers where no sex is chosen. Where there is none, the sex is first detected by the bundled
    recognizer `FREE`; of a pair the network for that sex answers. An answer from a network of the other sex is not
    confident. In a long recording `threads` segments run in parallel, None: one a core. `reference`: what is known of
    the voice of every recording (`adapted`).

    >>> intone.load()  # doctest: +ELLIPSIS
    <Recognizer ensemble both ...: 2, 3, 8, stress classes of female and male speech at 16 kHz; trained on ...>
    """

    def __init__(
        self, models: dict[str, Model], threads: int | None = None, reference: Reference | None = None
    ) -> None:
        self._models, self._threads, self._reference = models, threads, reference

    @property
    def identity(self) -> RecognizerIdentity:
        """Name and version of the network that answers when no sex is chosen; of a pair those of both."""
        found = [identity_of(model) for model in self._networks("auto")]
        return RecognizerIdentity(" and ".join(one.name for one in found), "+".join(one.version for one in found),
                                  found[0].classes)

    @property
    def models(self) -> tuple[Model, ...]:
        """Every network, the one for either sex first."""
        return tuple(self._models[sex] for sex in ("both", "male", "female") if sex in self._models)

    @property
    def sexes(self) -> tuple[str, ...]:
        """The sexes of the speakers that it was trained on, one or both."""
        return tuple(sorted({sex for model in self._models.values() for sex in model.settings.sexes}))

    @property
    def data(self) -> tuple[str, ...]:
        """The corpora that it was trained on."""
        return tuple(sorted({corpus for model in self._networks("auto") for corpus in model.settings.data}))

    @property
    def licence(self) -> str:
        """What may be done with it: the licence of the network, or of a pair those of both where they differ."""
        return "; ".join(dict.fromkeys(model.settings.licence for model in self._networks("auto")))

    def schemes(self) -> tuple[str, ...]:
        """The class schemes that can be asked for: all with eight emotions, else the network's own.

        >>> intone.load().schemes()
        ('2', '3', '8', 'stress')
        """
        return _answerable(self._networks("auto")[0])

    def predict(
        self, source: Source | NDArray[Any], rate: float | None = None, *, sex: str = "auto", classes: int | str = 2,
        channel: str | int = "mix", file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False, track: str | int = DEFAULT_TRACK,
    ) -> Prediction:
        """The emotion in a recording.

        `source`: a path, a binary file object, or samples (samples,) or (samples, channels) with their `rate` in Hz.
        `sex`: male, female, or auto to have it detected. `classes`: 2, 3, 8 or "stress". `channel`: "mix" or a
        number from 1 (for "each" there is `predict_channels`). `track`: "default" or a number from 1. `file`: the name
        that the answer carries; a path carries its own. `explain`: adds the attribution of every time window, which
        runs the network once more for each quarter of a second of speech. Raises RecordingError where the recording
        cannot be answered, UsageError for a choice that does not exist.

        >>> answer = intone.load().predict(samples, rate, classes=8)
        >>> answer.label in answer.probabilities, round(sum(answer.probabilities.values()), 6)
        (True, 1.0)
        >>> intone.load().predict(0 * samples, rate)
        Traceback (most recent call last):
        intone.errors.NoSpeech: The recording is silent: check the microphone and record again.
        """
        if channel == "each":
            raise UsageError("One answer cannot cover each channel: call predict_channels, or choose mix or a number.")
        if track == "each":
            raise UsageError("One answer cannot cover each track: call predict_channels, or choose one by its number.")
        return self.predict_channels(source, rate, sex=sex, classes=classes, channel=channel, file=file,
                                     max_seconds=max_seconds, explain=explain, track=track)[0]

    def predict_channels(
        self, source: Source | NDArray[Any], rate: float | None = None, *, sex: str = "auto", classes: int | str = 2,
        channel: str | int | None = None, file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False, track: str | int = DEFAULT_TRACK,
    ) -> list[Prediction]:
        """One answer for every channel that is asked for and can be answered; else as `predict`.

        `channel`: by default each, but with the `track` "each", which gives an answer for every track, mix.

        A channel that is silent or has no speech is left out; its error is raised where it is so with all of them.

        >>> both = np.stack([samples, samples], axis=1)
        >>> [answer.channel for answer in intone.load().predict_channels(both, rate)]
        [1, 2]
        """
        found = self.answer_channels(source, rate, sex=sex, classes=classes, channel=channel, file=file,
                                     max_seconds=max_seconds, explain=explain, track=track)
        answers = [one for _, one in found if isinstance(one, Prediction)]
        for error in (one for _, one in found if isinstance(one, RecordingError) and not answers):
            raise error
        return answers

    def answer_channels(
        self, source: Source | NDArray[Any], rate: float | None = None, *, sex: str = "auto", classes: int | str = 2,
        channel: str | int | None = None, file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False, track: str | int = DEFAULT_TRACK,
    ) -> list[tuple[int | None, Prediction | RecordingError]]:
        """Every channel or track that is asked for, by its number, with its answer or the error that says why not.

        Raises RecordingError only where the recording as a whole cannot be read; else as `predict`.

        >>> half = np.stack([samples, 0 * samples], axis=1)
        >>> [(number, type(one).__name__) for number, one in intone.load().answer_channels(half, rate)]
        [(1, 'Prediction'), (2, 'NoSpeech')]
        """
        channel = channel or ("mix" if track == "each" else "each")
        options = Options(sex, (str(classes),), channel, explain, max_seconds, track=track)
        return [(number, one if isinstance(one, RecordingError) else one[options.schemes[0]])
                for number, one in self.answers(source, rate, options, file=file)]

    def predict_schemes(
        self, source: Source | Sound | NDArray[Any], rate: float | None = None, *, schemes: Sequence[str],
        sex: str = "auto", channel: str | int = "mix", file: str | None = None,
        max_seconds: float = audio.MAX_HEARD_SECONDS, explain: bool = False, progress: Progress = unheeded,
        track: str | int = DEFAULT_TRACK,
    ) -> dict[str, Prediction]:
        """The same recording in several class schemes, by name, with one run of the network; else as `predict`.

        A `Sound` has its channel chosen already. `progress` is called, again and again, with the share of the work
        that is done, from 0 to 1; what it raises ends the work.

        >>> found = intone.load().predict_schemes(samples, rate, schemes=("2", "stress"))
        >>> {name: len(answer.probabilities) for name, answer in found.items()}
        {'2': 2, 'stress': 2}
        """
        options = Options(sex, tuple(schemes), channel, explain, max_seconds, track=track)
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
        """For every channel or track the answer in every scheme of the options.

        All is checked before anything is decoded.
        """
        reference = options.reference or self._reference
        return [(one.number, _answers(options, one, reference)) for one in
                self._recordings(source, rate, options, file=file, progress=progress)]

    def answers_together(
        self, sources: Iterable[Source | Sound], options: Options = DEFAULTS, *,
        progress: Progress = unheeded,
    ) -> list[list[tuple[int | None, dict[str, Prediction] | RecordingError]]]:
        """The `answers` about several recordings of one person, each with what all of them say of the voice.

        In the order of the sources. A recording that cannot be read has its error, and the others are answered. Where
        fewer than two can be answered, there is nothing to compare with, and each answer is as without. A UsageError
        where the recognizer cannot be adapted, and for options that contradict it.
        """
        self._check_adaptable()
        self.check_options(options)
        if options.reference or self._reference or options.several:
            raise UsageError("Recordings of one person are compared with each other: choose neither a reference nor "
                             "each channel or track, which may be another person.")
        found = [self._recordings_or_error(source, options, progress) for source in sources]
        heard = [one.heard for ones in found for one in ones if not isinstance(one.heard, RecordingError)]
        reference = _reference_of(heard, None) if len(heard) > 1 else None
        return [[(one.number, _answers(options, one, reference)) for one in ones] for ones in found]

    def reference(
        self, *sources: Source | Sound, emotion: str | None = "neutral", max_seconds: float = audio.MAX_HEARD_SECONDS,
    ) -> Reference:
        """What the voice in some recordings of one person sounds like, to compare others with.

        `emotion`: that of all of them where it is known, by default neutral. None where it is not: then there must be
        two segments of speech or more, and recordings that cannot be answered are left out. Use it as the `reference`
        of `Options`, or make a recognizer of it with `adapted`. RecordingError where a recording cannot be answered;
        UnfitReference where they sound like two persons; UsageError where the recognizer cannot be adapted or does not
        know the emotion.
        """
        self._check_adaptable()
        classes = self._networks("auto")[0].classes
        if emotion is not None and emotion not in classes:
            raise UsageError(f"This recognizer does not know '{emotion}': choose one of "
                             f"{', '.join(dict.fromkeys(classes))}.")
        options = Options(schemes=(self.schemes()[-1],), max_seconds=max_seconds)
        found = [one for source in sources for one in self._recordings_or_error(source, options, unheeded)]
        heard = [one.heard for one in found if not isinstance(one.heard, RecordingError)]
        for error in (one.heard for one in found if isinstance(one.heard, RecordingError)):
            if emotion is not None or not heard:
                raise error
        if not heard:
            raise UsageError("No recording of the voice is named: give one or more.")
        if emotion is None and sum(len(analysis.segments) for _, analysis in heard) < 2:
            raise UnfitReference("A single segment of speech has nothing to be compared with: give more recordings of "
                                 "the voice, or say which emotion it has.")
        made = _reference_of(heard, emotion)
        if emotion is not None and not made.sex:
            raise UnfitReference("Some recordings of the voice sound male and some female: give recordings of one "
                                 "person.")
        return made

    def adapted(self, reference: Reference) -> "Recognizer":
        """The same recognizer, each of whose answers is adapted to the voice of a reference.

        An answer that it does not fit, as that about a voice of the other sex, is as without it, and says why.
        """
        self._check_adaptable()
        return Recognizer(self._models, self._threads, reference)

    @property
    def adaptable(self) -> bool:
        """Whether its answers can be adapted to a speaker: all of its networks give evidence for that."""
        return all(model.settings.adaptation is not None for model in self.models)

    def _check_adaptable(self) -> None:
        if not self.adaptable:
            raise UsageError("This recognizer cannot be adapted to a speaker: name the bundled one, or one that "
                             "`intone train --recipe probe` wrote.")

    def _recordings(
        self, source: Source | Sound | NDArray[Any], rate: float | None, options: Options, *,
        file: str | None = None, progress: Progress = unheeded,
    ) -> list["_Recording"]:
        """Every channel of a recording that is asked for, with what its network says of it."""
        self.check_options(options)
        if isinstance(source, np.ndarray):
            if rate is None:
                raise UsageError("Samples need their rate: predict(samples, rate).")
            if options.track != DEFAULT_TRACK:
                raise UsageError("Samples have no tracks: leave `track` out.")
            sounds = audio.sounds_of_samples(source, rate, options.channel)
        elif isinstance(source, Sound):
            sounds = [source]
        else:
            sounds = audio.sounds(source, options.channel, track=options.track, max_seconds=options.max_seconds)
            file = file or (str(source) if isinstance(source, str | Path) else None)
        return [_Recording(one.number, one.track, file, self._heard(one, options, progress), one.notes)
                for one in sounds]

    def _recordings_or_error(
        self, source: Source | Sound, options: Options, progress: Progress
    ) -> list["_Recording"]:
        """The same where a recording that cannot be read, or lacks the channel, is one with its error."""
        try:
            return self._recordings(source, None, options, progress=progress)
        except RecordingError as error:
            return [_Recording(None, None, None, error)]
        except UsageError as error:
            if not options.numbered:
                raise
            return [_Recording(None, None, None, RecordingError(str(error)))]

    def _heard(self, sound: Sound, options: Options, progress: Progress) -> "_Heard":
        """What is said of a sound; where its channels were mixed, and no voice is left, of the first that has one."""
        try:
            return self._analysed(sound, options=options, progress=progress)
        except (NoSpeech, TooShort) as error:
            for one in sound.others():
                with suppress(NoSpeech, TooShort):
                    found = self._analysed(one, options=options, progress=progress)
                    sound.notes.append(f"No voice is in the mix of the channels, so that channel {one.number} was "
                                       "analysed alone.")
                    return found
            return error

    def check_options(self, options: Options) -> None:
        """A UsageError unless these options can be asked of any recording."""
        for model in self._networks(options.sex):
            for name in options.schemes:
                _check_answerable(model, labels.scheme(name))

    def check(self, *, sex: str = "auto", classes: int | str = 2) -> None:
        """A UsageError unless this can be asked of any recording.

        >>> intone.load().check(classes=7)
        Traceback (most recent call last):
        intone.errors.UsageError: There is no scheme with 7 classes: choose 2, 3, 8 or stress.
        """
        self.check_options(Options(sex, (str(classes),)))

    def __repr__(self) -> str:
        identity = self.identity
        found = results_of(identity.version)
        measured = f"; {found.measured_on}: " + ", ".join(
            f"UAR {by['all'].uar:.1%} of {name}" for name, by in found.schemes.items()) if found else ""
        return (f"<Recognizer {identity.name} {identity.version}: {', '.join(self.schemes())} classes of "
                f"{' and '.join(self.sexes)} speech at {RATE // 1000} kHz; trained on {', '.join(self.data)}; "
                f"licence {self.licence}{measured}>")

    def _networks(self, sex: str) -> tuple[Model, ...]:
        """The network for a choice of sex: its own if there is one, else the one for both.

        Where there is neither and no sex is chosen, all that there are: the detected sex chooses among them.
        """
        found = self._models.get("both" if sex == "auto" else sex) or self._models.get("both")
        if found is None and sex != "auto":
            known = ", ".join(self._models)
            raise UsageError(f"This recognizer was trained on {known} speakers only: choose --sex {known}.")
        return (found,) if found else self.models

    def _analysed(self, sound: Sound, *, options: Options, progress: Progress) -> tuple[Model, Analysis]:
        """The network that answers about a sound, and what it says of it."""
        first, *others = self._networks(options.sex)
        run = partial(analyse, options=options, threads=self._threads, seconds=sound.seconds, levels=sound.levels,
                      progress=progress)
        if options.given_sex or len(first.settings.sexes) > 1:
            return first, run(first, sound)
        sex = detected_sex(_sex_detector(), sound, threads=self._threads, progress=progress)
        model = next((one for one in (first, *others) if sex in one.settings.sexes), first)
        return model, replace(run(model, sound), sex=sex)


def load(path: str | Path | None = None, *, threads: int | None = None) -> Recognizer:
    """The recognizer in a file, in the folder of a training run, or one that comes with intone, by its name.

    The folder may be that of a pair (`intone train --sex each`). Without a path it is the bundled one named `default`;
    `BUNDLED` are all names. `threads` as in `Recognizer`. A RecognizerError says what is wrong with a file.

    >>> intone.load("crema-d").identity.classes[:3]
    ('neutral', 'calm', 'happy')
    """
    given = Path(path or DEFAULT).expanduser()
    if str(given) in BUNDLED and (path is None or not given.exists()):
        return _bundled(str(given), threads)
    return _recognizer(_files(given) if given.is_dir() else [given], threads)


def _files(folder: Path) -> list[Path]:
    """The model file in the folder of a run, or both in that of a pair; a RecognizerError where one is missing."""
    pair = [folder / sex / RECOGNIZER for sex in labels.SEXES]
    wanted = [folder / RECOGNIZER]
    if not wanted[0].is_file() and any(path.is_file() for path in pair):
        wanted = pair
    for path in wanted:
        if not path.is_file():
            raise RecognizerError(f"The folder {path.parent} holds no {RECOGNIZER}: name the folder of a finished "
                                  "`intone train`, or a model file.")
    return wanted


def _recognizer(paths: list[Path], threads: int | None) -> Recognizer:
    """A recognizer of some model files; a RecognizerError where they do not go together."""
    models = {_covers(model): model for model in map(load_model, paths)}
    if len(models) < len(paths) or len({model.settings.classes for model in models.values()}) > 1:
        raise RecognizerError(f"The model files in {paths[0].parent} and {paths[-1].parent} are no pair, one for each "
                              "sex and both of the same classes: train them with `intone train --sex each`.")
    return Recognizer(models, threads)


def _bundled(name: str, threads: int | None) -> Recognizer:
    """The networks that `recognizers/NAME.toml` names: the one place that says which are used."""
    folder = Path(__file__).parents[1] / "recognizers"
    try:
        names = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))["recognizers"]
    except OSError as error:
        raise RecognizerError("The installation lacks its bundled recognizer: install intone again.") from error
    return _recognizer([folder / name for name in names], threads)


@cache
def _sex_detector() -> Model:
    """The network that detects the sex where no other does: one whose licence permits commercial use."""
    return _bundled(FREE, None).models[0]


def _covers(model: Model) -> str:
    return "both" if len(model.settings.sexes) == 2 else model.settings.sexes[0]


def _answerable(model: Model) -> tuple[str, ...]:
    return tuple(labels.SCHEMES) if model.settings.classes == "8" else (model.settings.classes,)


def _check_answerable(model: Model, scheme: Scheme) -> None:
    if scheme.name not in _answerable(model):
        raise UsageError(f"This recognizer was trained for {model.settings.classes} classes and cannot answer "
                         f"{scheme.name}: choose --classes {model.settings.classes}.")


_Heard = tuple[Model, Analysis] | RecordingError
"""The network that answers about a sound with what it says of it, or the error that says why there is no answer."""


@dataclass(frozen=True)
class _Recording:
    """One channel or track of a recording. `notes` are sentences about how it was read (`Sound.notes`)."""

    channel: int | None
    track: int | None
    file: str | None
    heard: _Heard
    notes: Sequence[str] = ()

    @property
    def number(self) -> int | None:
        """That of the channel, or of the track."""
        return self.channel if self.track is None else self.track


def _answers(
    options: Options, one: _Recording, reference: Reference | None
) -> dict[str, Prediction] | RecordingError:
    """The answer about one channel in every scheme, by name, or the error that says why there is none."""
    if isinstance(one.heard, RecordingError):
        return one.heard
    model, found = one.heard
    decide = partial(decided_with, reference=reference) if reference else decided
    made = {name: decide(model, labels.scheme(name), found, options) for name in options.schemes}
    return {name: replace(answer, file=one.file, channel=one.channel, track=one.track,
                          reasons=(*answer.reasons, *one.notes)) for name, answer in made.items()}


def _reference_of(heard: Sequence[tuple[Model, Analysis]], emotion: str | None) -> Reference:
    """What is known of a voice from recordings, by the network of the first; an emotion is a class of the network.

    The sex is empty where some sound male and some female.
    """
    model, _ = heard[0]
    sexes = {one.sex for _, one in heard}
    evidence = np.concatenate([one.evidence for other, one in heard
                               if one.evidence is not None and other.version == model.version])
    assert model.settings.adaptation is not None
    offset = (offset_of_clips(model.settings.adaptation, evidence) if emotion is None else
              offset_of_emotion(model.settings.adaptation, evidence, model.classes.index(emotion)))
    return Reference(model.version, sexes.pop() if len(sexes) == 1 else "", emotion, offset)
