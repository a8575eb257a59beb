"""One to three networks: which of them answers about a recording, and what they are."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial

from intone import labels
from intone.audio import RATE, Signal, Sound
from intone.audio.windows import WINDOW_S, has_voice
from intone.errors import Damaged, NoSpeech, RecordingError, TooShort, UsageError
from intone.labels import Scheme
from intone.language.sentences import said
from intone.recognition.analysis import Analysis, Progress, analyse, detected_sex, joined, likelier_sex
from intone.recognition.decision import identity_of, scale
from intone.recognition.loading import FREE, bundled
from intone.recognition.model_file import Judged, Model
from intone.recognition.options import CHANNELS, Options, asked
from intone.recognition.prediction import RecognizerIdentity

Heard = tuple[Model, Analysis] | RecordingError
"""The network that answers about a sound with what it says of it, or the error that says why there is no answer."""

Expected = Callable[[], float | None]


class Networks:
    """For men, for women, and for either, by the sex; `threads` as in `Recognizer`."""

    def __init__(self, models: dict[str, Model], threads: int | None = None) -> None:
        self._models, self._threads = models, threads

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

    def scale(self, classes: int | str) -> str:
        """What clear and likely were measured to mean in a class scheme, in a sentence.

        >>> intone.load().scale(8).startswith("Measured on recordings from elsewhere (crema-d, emospeech-command, ")
        True
        """
        return scale(self._networks("auto")[0], labels.scheme(classes))

    @property
    def adaptable(self) -> bool:
        """Whether its answers can be adapted to a speaker: all of its networks give evidence for that."""
        return all(model.settings.adaptation is not None for model in self.models)

    def _check_adaptable(self) -> None:
        if not self.adaptable:
            raise UsageError("This recognizer cannot be adapted to a speaker: name the bundled one, or one that "
                             "`intone train --recipe probe` wrote.")

    def _heard(self, sound: Sound, options: Options, progress: Progress, expected: Expected | None = None) -> Heard:
        """`expected` estimates the seconds of a sound whose length is not known before its end."""
        try:
            if options.speakers == CHANNELS:
                return self._of_lines(sound, expected, options, progress)
            counted = options.speakers == "auto"
            return self._analysed(_unless_apart(sound) if counted else sound, expected, options=options,
                                  progress=progress)
        except _Apart:
            found = self._of_lines(sound, expected, options, progress)
            sound.notes.append(said(
                "Each channel holds a voice of its own, as in a call, and is taken as one speaker."))
            return found
        except (NoSpeech, TooShort) as error:
            with suppress(NoSpeech, TooShort):
                return self._of_others(sound, options, progress) or error
            return error

    def _of_lines(
        self, sound: Sound, expected: Expected | None, options: Options, progress: Progress
    ) -> tuple[Model, Analysis]:
        """What is said of all channels of a recording, each with a speaker of its own; those without speech have none.

        One network answers about all, as about speakers who share a signal.
        """
        lines = sound.lines()
        if not lines:
            raise UsageError(said("The recording has one channel, so that it cannot have a speaker on each: choose "
                                  "auto, or the number of speakers."))
        found, model, silent = list[tuple[int, Analysis]](), None, list[RecordingError]()
        for number, one in enumerate(lines):
            part = partial(_share, progress, number, len(lines))
            try:
                model, analysis = self._analysed(replace(one, seconds=one.seconds or sound.seconds), expected, model,
                                                 options=replace(options, speakers=1), progress=part)
                found.append((one.number or 1, analysis))
            except (NoSpeech, TooShort) as error:
                silent.append(error)
        if model is None:
            raise silent[0]
        sound.notes[:] = dict.fromkeys(note for one in lines for note in one.notes)
        return model, joined(model, found, options.given_sex)

    def _of_others(self, sound: Sound, options: Options, progress: Progress) -> Heard | None:
        """Where channels were mixed, and no voice is left: what is said of the first that has one."""
        with sound.searched():
            try:
                one = next((one for one in sound.others() if has_voice(one)), None)
            except Damaged:
                return NoSpeech(said(
                    "No voice was found in the mix of the channels, and to look into each takes longer than a file of "
                    "this size is worth: choose a channel by its number."))
        if one is None:
            return None
        found = self._analysed(one, None, options=options, progress=progress)
        sound.notes.append(said(
            "No voice is in the mix of the channels, so that channel {number} was analysed alone.", number=one.number))
        return found

    def judged(self, signal: Signal, sex: str = "auto") -> tuple[Model, Judged]:
        """The network for a sex, and what it says of one segment of speech; TooShort where that is too short for it.

        Where there is none for either sex, that of a voice is detected by `FREE`.
        """
        first, *others = self._networks(sex)
        if sex == "auto" and len(first.settings.sexes) == 1:
            detector = _sex_detector()
            likelier = likelier_sex(detector, detector.judged(signal).row)
            first = next((one for one in (first, *others) if likelier in one.settings.sexes), first)
        return first, first.judged(signal)

    def in_full(self, options: Options) -> Options:
        """Options with a class scheme: where none is asked for, that of the network, usually the eight emotions."""
        return options if options.schemes else replace(options, schemes=(self._networks("auto")[0].settings.classes,))

    def check_options(self, options: Options) -> None:
        """A UsageError unless these options can be asked of any recording."""
        for model in self._networks(options.sex):
            for name in options.schemes:
                _check_answerable(model, labels.scheme(name))

    def check(self, *, sex: str = "auto", classes: int | str | None = None) -> None:
        """A UsageError unless this can be asked of any recording.

        >>> intone.load().check(classes=7)
        Traceback (most recent call last):
        intone.errors.UsageError: There is no scheme with 7 classes: choose 2, 3, 8 or stress.
        """
        self.check_options(Options(sex, asked(classes)))

    def _networks(self, sex: str) -> tuple[Model, ...]:
        """The network for a choice of sex: its own if there is one, else the one for both.

        Where there is neither and no sex is chosen, all that there are: the detected sex chooses among them.
        """
        found = self._models.get("both" if sex == "auto" else sex) or self._models.get("both")
        if found is None and sex != "auto":
            known = ", ".join(self._models)
            raise UsageError(f"This recognizer was trained on {known} speakers only: choose --sex {known}.")
        return (found,) if found else self.models

    def _analysed(
        self, sound: Sound, expected: Expected | None, model: Model | None = None, *, options: Options,
        progress: Progress,
    ) -> tuple[Model, Analysis]:
        """The network that answers about a sound, by default the one for its sex, and what it says of it."""
        first, *others = self._networks(options.sex)
        run = partial(analyse, options=options, threads=self._threads, seconds=sound.seconds or expected,
                      levels=sound.levels, progress=progress)
        if model or options.given_sex or len(first.settings.sexes) > 1:
            return model or first, run(model or first, sound)
        sex = detected_sex(_sex_detector(), sound, threads=self._threads, progress=progress)
        model = next((one for one in (first, *others) if sex in one.settings.sexes), first)
        return model, replace(run(model, sound), sex=sex)


class _Apart(Exception):
    """Each channel of a recording has a voice of its own."""


def _unless_apart(sound: Sound) -> Sound:
    """The same; to iterate over it raises _Apart where its channels are apart, before any network has heard of it."""
    def blocks() -> Iterator[Signal]:
        samples = 0
        for block in sound:
            before, samples = samples, samples + len(block)
            if before <= WINDOW_S * RATE < samples and sound.apart():  # then the first window is full
                raise _Apart
            yield block
        if samples <= WINDOW_S * RATE and sound.apart():
            raise _Apart

    return replace(sound, blocks=blocks)


def _share(progress: Progress, done: int, all_of_them: int, share: float) -> None:
    progress((done + share) / all_of_them)


@cache
def _sex_detector() -> Model:
    """The network that detects the sex where no other does: one whose licence permits commercial use."""
    return bundled(FREE)["both"]


def _answerable(model: Model) -> tuple[str, ...]:
    return tuple(labels.SCHEMES) if model.settings.classes == "8" else (model.settings.classes,)


def _check_answerable(model: Model, scheme: Scheme) -> None:
    if scheme.name not in _answerable(model):
        raise UsageError(f"This recognizer was trained for {model.settings.classes} classes and cannot answer "
                         f"{scheme.name}: choose --classes {model.settings.classes}.")
