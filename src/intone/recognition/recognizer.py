"""From a recording to an answer: speech -> front end -> network -> probabilities -> Prediction.

    import intone
    intone.predict("clip.m4a").label
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, overload

from numpy.typing import NDArray

from intone import audio, labels
from intone.audio import RATE, Sound
from intone.audio.decoding.tracks import DEFAULT as DEFAULT_TRACK
from intone.audio.decoding.tracks import is_note
from intone.errors import RecognizerError, RecordingError, UsageError
from intone.language import said, sentence_of
from intone.recognition import given
from intone.recognition.adaptation import Reference
from intone.recognition.analysis import DEFAULTS, Progress, unheeded
from intone.recognition.decision import decided, decided_with
from intone.recognition.given import Given
from intone.recognition.loading import models_of, place_of
from intone.recognition.model_file import Model
from intone.recognition.networks import Expected, Heard, Networks
from intone.recognition.options import Options, asked
from intone.recognition.prediction import Prediction
from intone.recognition.published import results_of

if TYPE_CHECKING:
    import pandas as pd

    from intone.recognition.kept import Kept
    from intone.recognition.live import Live


class Choices(TypedDict, total=False):
    """What `predict` can be asked beside the recording."""

    sex: str
    classes: int | str | None
    channel: str | int
    file: str | None
    max_seconds: float
    explain: bool
    track: str | int
    speakers: str | int


class Recognizer(Networks):
    """One to three networks: for men, for women, and for either. Make one with `load`.

    The one for either sex answers where no sex is chosen. Where there is none, the sex is first detected by the bundled
    recognizer `FREE`; of a pair the network for that sex answers. An answer from a network of the other sex is not
    confident. In a long recording `threads` segments run in parallel, None: one a core. `reference`: what is known of
    the voice of every recording (`adapted`). `place`: the file, the folder or the name that it was loaded from.

    It never changes: several threads may share one, and a copy is the same. Pickled it is its place and its version, so
    that another process loads it from there.

    >>> intone.load()  # doctest: +ELLIPSIS
    <Recognizer ensemble both ...: 2, 3, 8, stress classes of female and male speech at 16 kHz; trained on ...>
    """

    def __init__(
        self, models: dict[str, Model], threads: int | None = None, reference: Reference | None = None,
        place: str | None = None,
    ) -> None:
        super().__init__(models, threads)
        self._reference, self._place = reference, place

    @property
    def place(self) -> str | None:
        """The file, the folder or the name that it was loaded from; None where its networks were given."""
        return self._place

    @overload
    def predict(  # type: ignore[overload-overlap]  # a text is one recording, though it can be iterated over
        self, source: Given, rate: float | None = None, **choices: Unpack[Choices]
    ) -> Prediction: ...

    @overload
    def predict(self, source: Iterable[Given], rate: None = None, **choices: Unpack[Choices]) -> list[Prediction]: ...

    def predict(
        self, source: Any, rate: float | None = None, *, sex: str = "auto", classes: int | str | None = None,
        channel: str | int = "mix", file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False, track: str | int = DEFAULT_TRACK, speakers: str | int = "auto",
    ) -> Prediction | list[Prediction]:
        """The emotion in a recording, or in each of several.

        `source`: a path; the bytes of a file; an open binary file; samples (samples,) or (samples, channels) with their
        `rate` in Hz, as an array, a tensor or a list; or a pair (samples, rate). A list, a tuple, an iterator or a
        column of these has a list of answers; the first that cannot be answered raises its error, which says which one
        it is (`predict_many` goes on).
        `sex`: male, female, or auto to have it detected. `classes`: 2, 3, 8 or "stress"; the emotions by default.
        `channel`: "mix" or a number from 1 (for "each" there is `predict_channels`). `track`: "default" or a number
        from 1. `file`: the name that the answer carries; a path carries its own. `explain`: adds the attribution of
        every time window, which runs the network once more for each quarter of a second of speech. `speakers`: how many
        people speak, 1 to 8, or "auto" to have them counted; where there are several, each is one of
        `Prediction.speakers`, and with 1 nobody is told apart. Raises RecordingError where the recording cannot be
        answered, UsageError for a choice that does not exist.

        >>> answer = intone.load().predict(samples, rate, classes=8)
        >>> answer.label in answer.probabilities, round(sum(answer.probabilities.values()), 6)
        (True, 1.0)
        >>> intone.load().predict(samples, rate, speakers=1).speakers
        ()
        >>> intone.load().predict(0 * samples, rate)
        Traceback (most recent call last):
        intone.errors.NoSpeech: The recording is silent: check the microphone and record again.
        """
        if channel == "each":
            raise UsageError("One answer cannot cover each channel: call predict_channels, or choose mix or a number.")
        if track == "each":
            raise UsageError("One answer cannot cover each track: call predict_channels, or choose one by its number.")
        recordings = given.several(source, rate)
        if recordings is None:
            return self.predict_channels(source, rate, sex=sex, classes=classes, channel=channel, file=file,
                                         max_seconds=max_seconds, explain=explain, track=track, speakers=speakers)[0]
        if file is not None:
            raise UsageError("The name of an answer is that of one recording, and several are given: leave file out.")
        options = Options(sex, asked(classes), channel, explain, max_seconds, track=track, speakers=speakers)
        return self._predict_each(recordings, options)

    def _predict_each(self, recordings: Iterable[Given], options: Options) -> list[Prediction]:
        self.check_options(options)
        given.check_all(recordings)
        answers = list[Prediction]()
        for number, one in enumerate(recordings, start=1):
            with given.numbered(number, one):
                answers += self.answer(one, options=options).values()
        return answers

    def live(
        self, blocks: Iterable[NDArray[Any]], rate: float = RATE, *, sex: str = "auto",
        classes: int | str | None = None, speakers: str | int = "auto", file: str | None = None,
        max_seconds: float = 3600.0,
    ) -> "Live":
        """A recording that still goes on: what it sounds like, second by second.

        `blocks`: its samples as they come, (samples,) each, int16 or floats from -1 to 1, at `rate` in Hz. To iterate
        over it gives a `State` for every second, and `Live.answer()` the `Prediction` about all of it, which is that
        about a file with the same samples. Who falls behind gives what waits as one block, which has one state. After
        `max_seconds`, an hour unless more is asked for, it ends as if there were no more blocks. `sex`, `classes`,
        `speakers` and `file` as in `predict`. The states are not adapted to a reference; the answer is.

        >>> live = intone.load().live((samples[at : at + 4000] for at in range(0, len(samples), 4000)), rate)
        >>> [(state.time_s, state.speaking) for state in live]
        [(1.0, True), (2.0, True), (2.0, False)]
        >>> live.answer().duration_s, len(live.segments)
        (2.0, 1)
        """
        from intone.recognition.live import Live

        options = self.in_full(Options(sex, asked(classes), speakers=speakers))
        self.check_options(options)
        scheme = labels.scheme(options.schemes[0])
        return Live(blocks, rate, scheme, options.given_sex, partial(self.judged, sex=sex),
                    lambda recording: self.answer(recording, options=options, file=file)[scheme.name], max_seconds)

    def predict_many(
        self, recordings: Given | Iterable[Given], *, sex: str = "auto", classes: int | str | None = None,
        channel: str | int = "mix", max_seconds: float = audio.MAX_HEARD_SECONDS, progress: bool | None = None,
        track: str | int = DEFAULT_TRACK, speakers: str | int = "auto",
    ) -> "pd.DataFrame":
        """The emotion in many recordings as a table, which needs pandas.

        `recordings`: as several are given to `predict`, or a folder, which is searched for them. A row a recording, in
        their order, with the columns of the CSV that the command line writes, of which `speakers` is how many people
        speak; one that cannot be answered has the sentence that says why in the column `error`, which is empty for the
        others. With the channel or the track "each" there is a row for every one. The index is that of a pandas.Series
        that is given. `progress`: whether a bar shows how far it is; None: on a terminal and in a notebook.

        Interrupted (Ctrl+C, or the stop button of a notebook) it raises a KeyboardInterrupt that has the rows that are
        done as `done`. UsageError as `predict`, for what concerns all recordings.

        >>> found = intone.load().predict_many([(samples, rate), (0 * samples, rate)])
        >>> found["error"].isna().tolist(), found["error"][1]
        ([True, False], 'The recording is silent: check the microphone and record again.')
        >>> list(found.columns[:4])
        ['file', 'channel', 'duration_s', 'label']
        """
        from intone.recognition.many import table_of

        options = Options(sex, asked(classes), channel, False, max_seconds, track=track, speakers=speakers)
        return table_of(self, recordings, options, progress)

    def predict_channels(
        self, source: Given, rate: float | None = None, *, sex: str = "auto", classes: int | str | None = None,
        channel: str | int | None = None, file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False, track: str | int = DEFAULT_TRACK, speakers: str | int = "auto",
    ) -> list[Prediction]:
        """One answer for every channel that is asked for and can be answered; else as `predict`.

        `channel`: by default each, but with the `track` "each", which gives an answer for every track, mix. `speakers`
        are those of one channel or track: with "auto" each of several channels has one, as in a call, and those of a
        track are counted.

        A channel that is silent or has no speech is left out; its error is raised where it is so with all of them.

        >>> both = np.stack([samples, samples], axis=1)
        >>> [answer.channel for answer in intone.load().predict_channels(both, rate)]
        [1, 2]
        """
        found = self.answer_channels(source, rate, sex=sex, classes=classes, channel=channel, file=file,
                                     max_seconds=max_seconds, explain=explain, track=track, speakers=speakers)
        answers = [one for _, one in found if isinstance(one, Prediction)]
        for error in (one for _, one in found if isinstance(one, RecordingError) and not answers):
            raise error
        return answers

    def answer_channels(
        self, source: Given, rate: float | None = None, *, sex: str = "auto", classes: int | str | None = None,
        channel: str | int | None = None, file: str | None = None, max_seconds: float = audio.MAX_HEARD_SECONDS,
        explain: bool = False, track: str | int = DEFAULT_TRACK, speakers: str | int = "auto",
    ) -> list[tuple[int | None, Prediction | RecordingError]]:
        """Every channel or track that is asked for, by its number, with its answer or the error that says why not.

        Raises RecordingError only where the recording as a whole cannot be read; else as `predict_channels`.

        >>> half = np.stack([samples, 0 * samples], axis=1)
        >>> [(number, type(one).__name__) for number, one in intone.load().answer_channels(half, rate)]
        [(1, 'Prediction'), (2, 'NoSpeech')]
        """
        channel = ("mix" if track == "each" else "each") if channel is None else channel
        options = Options(sex, asked(classes), channel, explain, max_seconds, track=track, speakers=speakers)
        return [(number, one if isinstance(one, RecordingError) else next(iter(one.values())))
                for number, one in self.answers(source, rate, options, file=file)]

    def predict_schemes(
        self, source: Given, rate: float | None = None, *, schemes: Sequence[str],
        sex: str = "auto", channel: str | int = "mix", file: str | None = None,
        max_seconds: float = audio.MAX_HEARD_SECONDS, explain: bool = False, progress: Progress = unheeded,
        track: str | int = DEFAULT_TRACK, speakers: str | int = "auto",
    ) -> dict[str, Prediction]:
        """The same recording in several class schemes, by name, with one run of the network; else as `predict`.

        A `Sound` has its channel chosen already. `progress` is called, again and again, with the share of the work
        that is done, from 0 to 1; what it raises ends the work.

        >>> found = intone.load().predict_schemes(samples, rate, schemes=("2", "stress"))
        >>> {name: len(answer.probabilities) for name, answer in found.items()}
        {'2': 2, 'stress': 2}
        """
        options = Options(sex, tuple(schemes), channel, explain, max_seconds, track=track, speakers=speakers)
        return self.answer(source, rate, options, file=file, progress=progress)

    def answer(
        self, source: Given, rate: float | None = None, options: Options = DEFAULTS, *,
        file: str | None = None, progress: Progress = unheeded,
    ) -> dict[str, Prediction]:
        """The answers of the first channel of `answers`; its error is raised."""
        found = self.answers(source, rate, options, file=file, progress=progress)[0][1]
        if isinstance(found, RecordingError):
            raise found
        return found

    def answers(
        self, source: Given, rate: float | None = None, options: Options = DEFAULTS, *,
        file: str | None = None, progress: Progress = unheeded,
    ) -> list[tuple[int | None, dict[str, Prediction] | RecordingError]]:
        """For every channel or track the answer in every scheme of the options.

        All is checked before anything is decoded.
        """
        options, reference = self.in_full(options), options.reference or self._reference
        return [(one.number, _answers(options, one, reference)) for one in
                self._recordings(source, rate, options, file=file, progress=progress)]

    def answers_together(
        self, sources: Iterable[Given], options: Options = DEFAULTS, *,
        progress: Progress = unheeded,
    ) -> list[list[tuple[int | None, dict[str, Prediction] | RecordingError]]]:
        """The `answers` about several recordings of one person, each with what all of them say of the voice.

        In the order of the sources. A recording that cannot be read has its error, and the others are answered. Where
        fewer than two can be answered, there is nothing to compare with, and each answer is as without. Nobody is told
        apart, since one person speaks. A UsageError where the recognizer cannot be adapted, and for options that
        contradict it.
        """
        from intone.recognition import together

        options = self.of_one_person(options)
        found = [self._recordings_or_error(source, options, progress) for source in sources]
        reference = together.common([one.heard for ones in found for one in ones])
        return [[(one.number, _answers(options, one, reference)) for one in ones] for ones in found]

    def of_one_person(self, options: Options = DEFAULTS) -> Options:
        """These options in full, for recordings that are compared with others of the same person.

        Nobody is told apart in them. A UsageError where the recognizer cannot be adapted, and for options that
        contradict it.
        """
        self._check_adaptable()
        options = self.in_full(options)
        self.check_options(options)
        if options.reference or self._reference or options.several:
            raise UsageError("Recordings of one person are compared with each other: choose neither a reference nor "
                             "each channel or track, which may be another person.")
        if options.speakers not in ("auto", 1):
            raise UsageError("Recordings of one person have one speaker: leave the number of speakers out.")
        return replace(options, speakers=1)

    def keep(self, source: Given, options: Options, *, file: str | None = None) -> "Kept":
        """What is heard in a recording, to be answered by `answer_kept` when others of the person are heard too.

        `options` are those that `of_one_person` gives. Its error is raised where it cannot be answered.
        """
        from intone.recognition.kept import kept

        one = self._recordings(source, None, options, file=file)[0]
        if isinstance(one.heard, RecordingError):
            raise one.heard
        return kept(*one.heard, file=one.file, channel=one.channel, track=one.track, notes=one.notes)

    def common(self, heard: Iterable["Kept"], options: Options) -> Reference | None:
        """What recordings of one person have in common; None for fewer than two, which have nothing to compare."""
        from intone.recognition import together

        return together.common([one.analysis(self.models, options.given_sex) for one in heard])

    def answer_kept(
        self, heard: "Kept", options: Options, reference: Reference | None = None
    ) -> dict[str, Prediction]:
        """The answer about a recording in every scheme of the options, with what is known of the voice."""
        told = _Recording(heard.channel, heard.track, heard.file, heard.analysis(self.models, options.given_sex),
                          heard.notes)
        found = _answers(options, told, reference)
        assert not isinstance(found, RecordingError)
        return found

    def reference(
        self, *sources: Given, emotion: str | None = "neutral", max_seconds: float = audio.MAX_HEARD_SECONDS,
    ) -> Reference:
        """What the voice in some recordings of one person sounds like, to compare others with.

        `emotion`: that of all of them where it is known, by default neutral. None where it is not: then there must be
        two segments of speech or more, recordings that cannot be answered are left out, and one person is taken to
        speak. Use it as the `reference` of `Options`, or make a recognizer of it with `adapted`. RecordingError where a
        recording cannot be answered; UnfitReference where they sound like two persons; UsageError where the recognizer
        cannot be adapted or does not know the emotion.
        """
        from intone.recognition import together

        self._check_adaptable()
        classes = self._networks("auto")[0].classes
        if emotion is not None and emotion not in classes:
            raise UsageError(f"This recognizer does not know '{emotion}': choose one of "
                             f"{', '.join(dict.fromkeys(classes))}.")
        # Who is heard in many moods may be taken for two; who speaks in one seldom is.
        options = Options(schemes=(self.schemes()[-1],), max_seconds=max_seconds, speakers="auto" if emotion else 1)
        found = [one for source in sources for one in self._recordings_or_error(source, options, unheeded)]
        return together.reference_of([one.heard for one in found], emotion)

    def adapted(self, reference: Reference) -> "Recognizer":
        """The same recognizer, each of whose answers is adapted to the voice of a reference.

        An answer that it does not fit, as that about a voice of the other sex, is as without it, and says why.
        """
        self._check_adaptable()
        return Recognizer(self._models, self._threads, reference, self._place)

    def _recordings(
        self, source: Given, rate: float | None, options: Options, *,
        file: str | None = None, progress: Progress = unheeded,
    ) -> list["_Recording"]:
        """Every channel of a recording that is asked for, with what its network says of it."""
        self.check_options(options)
        found = given.one(source, rate)
        if isinstance(found, tuple):
            if options.track != DEFAULT_TRACK:
                raise UsageError("Samples have no tracks: leave `track` out.")
            return self._each(audio.sounds_of_samples(*found, options.channel), options, file, progress)
        if isinstance(found, Sound):
            return self._each([found], options, file, progress)
        file = file or (str(found) if isinstance(found, Path) else None)
        opened = partial(audio.sounds, channel=options.channel, track=options.track, max_seconds=options.max_seconds)
        if progress is unheeded:
            return self._each(opened(found), options, file, progress)
        from intone.recognition.progress import counted, readable

        with counted(found) as watched:
            if watched is None:
                return self._each(opened(found), options, file, progress)
            return self._each([watched.followed(one) for one in opened(readable(watched))], options, file, progress,
                              watched.expected_s)

    def _each(
        self, sounds: Sequence[Sound], options: Options, file: str | None, progress: Progress,
        expected: Expected | None = None,
    ) -> list["_Recording"]:
        """What is found in each of some channels or tracks, one after the other; `expected` as in `_heard`."""
        def part(number: int) -> Progress:
            return progress if len(sounds) == 1 else lambda share: progress((number + share) / len(sounds))

        return [_Recording(one.number, one.track, file, self._heard(one, options, part(number), expected), one.notes)
                for number, one in enumerate(sounds)]

    def _recordings_or_error(
        self, source: Given, options: Options, progress: Progress
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

    def __copy__(self) -> "Recognizer":
        return self

    def __deepcopy__(self, _memo: object) -> "Recognizer":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        if self._place is None:
            raise TypeError("A recognizer that was made of models in memory cannot be pickled: save them, and load it "
                            "with intone.load in each process.")
        return _loaded_again, (self._place, self.identity.version, self._threads, self._reference)

    def __repr__(self) -> str:
        identity = self.identity
        found = results_of(identity.version)
        measured = f"; {found.measured_on}: " + ", ".join(
            f"UAR {by['all'].uar:.1%} of {name}" for name, by in found.schemes.items()) if found else ""
        return (f"<Recognizer {identity.name} {identity.version}: {', '.join(self.schemes())} classes of "
                f"{' and '.join(self.sexes)} speech at {RATE // 1000} kHz; trained on {', '.join(self.data)}; "
                f"licence {self.licence}{measured}>")

def load(path: str | Path | None = None, *, threads: int | None = None) -> Recognizer:
    """The recognizer in a file, in the folder of a training run, or one that comes with intone, by its name.

    The folder may be that of a pair (`intone train --sex each`). Without a path it is the bundled one named `default`;
    `loading.BUNDLED` are all names. `threads` as in `Recognizer`. A RecognizerError says what is wrong with a file.

    >>> intone.load("crema-d").identity.classes[:3]
    ('neutral', 'calm', 'happy')
    """
    place = place_of(path)
    return Recognizer(models_of(place), threads, place=place)


def _loaded_again(place: str, version: str, threads: int | None, reference: Reference | None) -> Recognizer:
    """A recognizer that was pickled; a RecognizerError where its file is another now."""
    found = load(place, threads=threads)
    if found.identity.version != version:
        raise RecognizerError(f"The recognizer {place} was {version} when it was pickled, and is "
                              f"{found.identity.version} here: load it anew.")
    return Recognizer(found._models, threads, reference, place)


@dataclass(frozen=True)
class _Recording:
    """One channel or track of a recording. `notes` are sentences about how it was read (`Sound.notes`)."""

    channel: int | None
    track: int | None
    file: str | None
    heard: Heard
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
        other = next(filter(is_note, one.notes), None)  # a track that has the voice
        return type(one.heard)(said("{error} {note}", error=sentence_of(one.heard), note=other)) if other else one.heard
    model, found = one.heard
    decide = partial(decided_with, reference=reference) if reference else decided
    made = {name: decide(model, labels.scheme(name), found, options) for name in options.schemes}
    return {name: replace(answer, file=one.file, channel=one.channel, track=one.track,
                          reasons=(*answer.reasons, *one.notes)) for name, answer in made.items()}
