"""Whole answers in the browser are those of Python: each view of a recording, with all that is said of it."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from device_scripts import Scripts, detected, stand_in_of, waves
from intone import Recognizer
from intone.audio import RATE, Signal, from_samples, sounds_of_samples
from intone.errors import RecordingError
from intone.features.front_end import LogMel
from intone.labels import EMOTIONS, SCHEMES, network_labels
from intone.recognition.adaptation import Adaptation, Offset, Reference
from intone.recognition.calibration import ConfidenceThreshold
from intone.recognition.model_file import ModelSettings
from intone.recognition.options import Options
from intone.recognition.prediction import RENAMED, Prediction
from intone.recognition.published import results_of
from intone.recognition.references import parsed
from intone.web.answers import Outline
from intone.web.device import facts, sentence
from intone.web.views import shown
from sounds import noise, silence, voice

pytestmark = pytest.mark.browser

MEANS = np.random.default_rng(0).normal(0, 2, (2, 8, 8))
ADAPTATION = Adaptation((0.3, 0.7), tuple(tuple(tuple(map(float, row)) for row in one) for one in MEANS))


def settings(classes: str = "8", **changes: Any) -> ModelSettings:
    steps = {name: ConfidenceThreshold(share, 0.8, 0.3, "validation speakers of nobody")
             for name, share in (("2", 0.8), ("8", 0.6), ("stress", None))}
    likely = {name: ConfidenceThreshold(share) for name, share in (("2", 0.6), ("8", 0.3))}
    return ModelSettings("waves", classes, network_labels(classes, "both"), LogMel(), steps, ("made",), "none",
                         likely=likely, **changes)


PLAIN = waves(settings())
ADAPTABLE = waves(settings(adaptation=ADAPTATION, ood_above=0.05, temperature=1.3, prior_correction={"calm": 2.0}))
TWO, STRESS = waves(settings("2")), waves(settings("stress", ood_above=0.05))


def measured() -> Recognizer:
    """The version of the bundled recognizer, for which results are known."""
    import intone

    version = intone.load().identity.version
    assert results_of(version)
    return waves(settings(), version)


RECOGNIZERS = {"plain": PLAIN, "adaptable": ADAPTABLE, "two": TWO, "stress": STRESS, "measured": measured()}


def recording(rng: np.random.Generator, seconds: float = 5.0) -> Signal:
    """Voices with pauses, sometimes noisy, clipped, coarse or quiet."""
    parts = list[Signal]()
    while sum(map(len, parts)) < seconds * RATE:
        parts += [voice(float(rng.uniform(0.15, 3)), float(rng.uniform(90, 250)), int(rng.integers(100)))
                  * np.float32(rng.uniform(0.1, 1)), silence(float(rng.uniform(0.05, 1.2)))]
    signal = np.concatenate(parts)
    signal = signal + noise(len(signal) / RATE, rms=float(10 ** rng.uniform(-4, -1.7)), seed=1)[: len(signal)]
    if rng.random() < 0.2:
        signal = np.round(signal * 40) / 64
    limit = float(rng.choice([1.0, 0.1]))
    return (np.clip(signal, -limit, limit) * 10 ** rng.uniform(-2.7, 0)).astype(np.float32)


def plain(found: Prediction) -> dict[str, Any]:
    """As the browser gives it: sentences are untranslated, and the names of version 0.2 are not there."""
    told = {name: value for name, value in found.to_dict().items() if name not in RENAMED}
    return {**told, "reasons": [sentence(one) for one in found.reasons]}


def alike(found: Any, expected: Any, where: str = "") -> None:
    """The same names, texts and numbers, but for the rounding of single precision."""
    if isinstance(expected, dict):
        assert set(found) == set(expected), where
        for name, value in expected.items():
            alike(found[name], value, f"{where}.{name}")
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected), where
        for number, (one, value) in enumerate(zip(found, expected, strict=True)):
            alike(one, value, f"{where}.{number}")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, abs=1e-6, rel=1e-6), where
    else:
        assert found == expected, where


def ask(scripts: Scripts, recognizer: Recognizer, calls: list[dict[str, Any]], signal: Signal, **options: Any) -> Any:
    (channel,) = from_samples(signal, RATE)
    levels = {"steps": channel.levels.steps, "flatTops": channel.levels.flat_tops}
    return scripts("""return refused(() => own.analyse(given.signal, given.facts, runOf(given.run), given.options))""",
                   signal={"samples": channel.signal, "levels": levels, "notes": []}, facts=facts(recognizer),
                   run=stand_in_of(recognizer, calls),
                   options={"sex": "auto", "classes": shown(recognizer.schemes())[0], "explain": False, **options})


def compared(scripts: Scripts, recognizer: Recognizer, signal: Signal, *, sex: str = "auto", explain: bool = False,
             reference: Reference | None = None) -> dict[str, Prediction] | RecordingError:
    """What Python says of a signal, after the browser said the same."""
    options = Options(sex, shown(recognizer.schemes()), explain=explain, reference=reference, speakers=1)
    with detected() as calls:
        ((_, expected),) = recognizer.answers(signal, RATE, options)
    found = ask(scripts, recognizer, calls, signal, sex=sex, explain=explain, reference=written(reference))
    if isinstance(expected, RecordingError):
        alike(found, {"kind": type(expected).__name__, "sentence": sentence(expected.args[0])})
        return expected
    assert set(found["views"]) == set(expected) and found["asked_sex"] == sex
    for name, one in expected.items():
        alike(found["views"][name], plain(one), name)
    return expected


def written(reference: Reference | None) -> str | None:
    return reference and json.dumps({"recognizer": reference.recognizer, "sex": reference.sex, "emotion":
                                     reference.emotion, "offset": {"clips": reference.offset.clips, "share":
                                                                   reference.offset.share, "values": reference.offset.values}})


def test_answers_are_the_same(scripts: Scripts) -> None:
    """With every recognizer; and among the answers is all that can be said of a recording of one speaker."""
    answers = list[Prediction]()
    for name, recognizer in RECOGNIZERS.items():
        for seed in range(12):
            rng = np.random.default_rng([seed, len(name)])
            found = compared(scripts, recognizer, recording(rng, float(rng.choice([1, 5]))),
                             sex=str(rng.choice(["auto", "auto", "male", "female"])))
            answers += found.values() if isinstance(found, dict) else ()
    assert {one.confidence for one in answers} == {"clear", "likely", "unclear"}
    assert {one.sex for one in answers} == {"female", "male"}
    assert {one.label for one in answers} > {"neither", "negative", "positive", "stressed", "not stressed"}
    assert any(one.reliability for one in answers)
    assert {str(one.template).split("(")[0].rstrip(" .") for answer in answers for one in answer.reasons} == {
        "The recording sounds unlike those that this recognizer was trained on", "The recording is coarse",
        "The recording is very quiet", "It sounds rather {emotion}, which is none of these", "The recording is noisy",
        "The recording is clipped", "Only {spoken:.1f} s of speech was found"}


@pytest.mark.parametrize("seed", range(3))
def test_longer_recordings_are_summed_up_alike(scripts: Scripts, seed: int) -> None:
    found = compared(scripts, RECOGNIZERS["measured"], recording(np.random.default_rng(seed), 40))
    assert isinstance(found, dict) and found["8"].summary is not None


def test_windows_that_speak_for_an_answer_are_the_same(scripts: Scripts) -> None:
    for seed in range(3):
        found = compared(scripts, ADAPTABLE, recording(np.random.default_rng(seed), 3), explain=True,
                         sex=("auto", "male", "auto")[seed])
        assert isinstance(found, dict) and len(found["8"].attributions) > 5


def test_measured_answers_have_their_reliability(scripts: Scripts) -> None:
    signal = np.concatenate([voice(2, 130, seed) + noise(2, rms=1e-4) for seed in range(2)])
    found = compared(scripts, RECOGNIZERS["measured"], signal)
    assert isinstance(found, dict) and any(one.reliability for one in found.values())


@pytest.mark.parametrize("signal", [silence(0), silence(0.2), silence(2), noise(2), voice(0.2), voice(0.5)[:6000]],
                         ids=["nothing", "short silence", "silence", "noise", "short", "little"])
def test_what_cannot_be_answered_has_the_same_sentence(scripts: Scripts, signal: Signal) -> None:
    found = compared(scripts, PLAIN, signal)
    assert isinstance(found, RecordingError) or len(signal) == 6000


# A reference


def reference_of(recognizer: Recognizer, *, sex: str = "", emotion: str | None = None, **changes: Any) -> Reference:
    values = np.random.default_rng(3).normal(0, 1, (2, 8)).tolist()
    offset = Offset(**{"clips": 3, "values": tuple(map(tuple, values)), "share": 0.7, **changes})
    return Reference(recognizer.identity.version, sex, emotion, offset)


def test_answers_beside_a_reference_are_the_same(scripts: Scripts) -> None:
    adapted = 0
    for seed in range(6):
        reference = reference_of(ADAPTABLE, sex=("", "male", "female")[seed % 3], emotion=(None, "neutral")[seed % 2])
        found = compared(scripts, ADAPTABLE, recording(np.random.default_rng(seed), 4), reference=reference)
        adapted += isinstance(found, dict) and found["8"].adapted_to is not None
    assert 0 < adapted < 6


@pytest.mark.parametrize("change", [{"recognizer": "1"}, {"offset": Offset(2, ((0.0,) * 8,))},
                                    {"offset": Offset(2, ((0.0,) * 7,) * 2)}])
def test_a_reference_that_does_not_fit_is_left_out_alike(scripts: Scripts, change: dict[str, Any]) -> None:
    reference = replace(reference_of(ADAPTABLE), **change)
    found = compared(scripts, ADAPTABLE, recording(np.random.default_rng(1), 4), reference=reference)
    assert isinstance(found, dict) and found["8"].adapted_to is None
    assert found["8"].reasons[-1].startswith("The reference was made with another recognizer")


BROKEN = ("", "{}", "null", "[]", "{", '{"a":1}', *(
    json.dumps({"recognizer": "0", "sex": "", "emotion": None, "offset": {"clips": 1, "share": 1.0, "values": [[0.0]]}}
               | change) for change in (
        {"sex": "other"}, {"emotion": "bored"}, {"recognizer": 1}, {"more": 1}, {"offset": None},
        {"offset": {"clips": 1, "share": 1.0}}, {"offset": {"clips": 0, "share": 1.0, "values": [[0.0]]}},
        {"offset": {"clips": 1.5, "share": 1.0, "values": [[0.0]]}},
        {"offset": {"clips": 1, "share": 1.5, "values": [[0.0]]}},
        {"offset": {"clips": 1, "share": 1.0, "values": [[0.0], [0.0, 1.0]]}},
        {"offset": {"clips": 1, "share": 1.0, "values": [["a"]]}}, {"offset": {"clips": 1, "share": 1.0, "values": [[1e5]]}},
        {"offset": {"clips": 1, "share": 1.0, "values": [[0.0] * 30_000]}})))


def test_what_is_no_reference_is_refused_as_python_does(scripts: Scripts) -> None:
    found = scripts("return Promise.all(given.all.map((one) => refused(() => own.parsedReference(one, given.facts))))",
                    all=BROKEN, facts=facts(ADAPTABLE))
    for text, one in zip(BROKEN, found, strict=True):
        with pytest.raises(RecordingError) as told:
            parsed(text.encode())
        assert one == {"kind": "UnfitReference", "sentence": sentence(told.value.args[0])}, text


def test_a_voice_is_learned_as_on_the_server(scripts: Scripts) -> None:
    """The text is the JSON of the very same reference, or the same sentence is said; some of both."""
    made, refusals = 0, set()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        signals = [recording(rng, 3) if rng.random() < 0.8 else silence(1) for _ in range(int(rng.integers(1, 4)))]
        emotion = (None, "neutral", "sad")[seed % 3]
        with detected() as calls:
            try:
                expected = ADAPTABLE.reference(*[(one, RATE) for one in signals], emotion=emotion)
            except RecordingError as error:
                expected = None
                refusal = {"kind": type(error).__name__, "sentence": sentence(error.args[0])}
        found = scripts("""const signals = given.signals.map((samples) => ({ samples, levels: null, notes: [] }));
            return refused(() => own.reference(signals, given.facts, runOf(given.run), given.emotion));""",
            signals=[from_samples(one, RATE)[0].signal for one in signals], facts=facts(ADAPTABLE), run=stand_in_of(ADAPTABLE, calls), emotion=emotion)
        if expected is None:
            alike(found, refusal)
            refusals.add(refusal["sentence"]["text"])
        else:
            alike(json.loads(found), json.loads(written(expected) or ""))
            assert parsed(found.encode()).offset.clips == expected.offset.clips
            made += 1
    assert made > 3 and refusals


# Channels, and what is drawn


def test_a_voice_that_is_lost_in_the_mix_is_found_in_its_channel(scripts: Scripts) -> None:
    """The first channel is loud noise that hides the voice of the second."""
    loud = noise(3, rms=0.3)
    samples = np.stack([loud, 0.02 * voice(3)[: len(loud)]], axis=1).astype(np.float32)
    (sound,) = sounds_of_samples(samples, RATE)
    options = Options("auto", ("8", "2", "3", "stress"), speakers=1)
    with detected() as calls:
        expected = PLAIN.answer(sound, options=options)
    found = scripts("""return refused(() => own.analyseChannels(given.channels, 16000, given.facts, runOf(given.run),
        { sex: "auto", classes: "8", explain: false, reference: null }))""",
        channels=[samples[:, 0], samples[:, 1]], facts=facts(PLAIN), run=stand_in_of(PLAIN, calls))
    for name, one in expected.items():
        alike(found["views"][name], plain(one), name)
    assert "channel 2 was analysed alone" in " ".join(expected["8"].reasons)


def test_channels_of_two_people_are_said_to_be_apart(scripts: Scripts) -> None:
    channels = [np.concatenate([voice(2, 120, 1), silence(2)]), np.concatenate([silence(2), voice(2, 220, 2)])]
    with detected() as calls:
        PLAIN.predict(np.stack(channels, axis=1), RATE, speakers=1)
    found = scripts("""return own.analyseChannels(given.channels, 16000, given.facts, runOf(given.run),
        { sex: "auto", classes: "2", explain: false, reference: null })""",
        channels=channels, facts=facts(PLAIN), run=stand_in_of(PLAIN, calls))
    assert found["apart"] and found["classes"] == "2"
    assert [one["text"][:40] for one in found["views"]["8"]["reasons"]][-1] == "The channels hold different voices in tu"


@pytest.mark.parametrize("samples", [1, 31, 32, 33, 5000, 64_000, 64_001, 200_003])
def test_the_waveform_is_drawn_alike(scripts: Scripts, samples: int) -> None:
    signal = np.random.default_rng(samples).normal(0, 0.4, samples).astype(np.float32)
    outline = Outline()
    outline.add(signal)
    assert tuple(scripts("return own.outlineOf(given.signal, given.facts)", signal=signal, facts=facts(PLAIN))) == outline.drawn()


def test_progress_grows_to_one(scripts: Scripts) -> None:
    signal = recording(np.random.default_rng(0), 12)
    with detected() as calls:
        found = PLAIN.predict(signal, RATE, speakers=1)
    shares = scripts("""const shares = [];
        await own.analyse({ samples: given.signal, levels: null, notes: [] }, given.facts, runOf(given.run),
            { sex: "auto", classes: "8", explain: false, reference: null }, (share) => shares.push(share));
        return shares;""", signal=signal, facts=facts(PLAIN), run=stand_in_of(PLAIN, calls))
    assert shares == sorted(shares) and len(shares) == len(found.segments) + 1 and shares[-1] == 1 and 0 < shares[0] < 1


def test_numbers_that_are_no_probabilities_are_no_answer(scripts: Scripts) -> None:
    signal = voice(2)
    with detected() as calls:
        PLAIN.predict(signal, RATE, speakers=1)
    found = scripts("""const run = runOf(given.run);
        run.network = async () => ({ probabilities: new Float32Array(16).fill(NaN), evidence: null, oodScore: null });
        try {
            return await refused(() => own.analyse({ samples: given.signal, levels: null, notes: [] }, given.facts, run,
                { sex: "auto", classes: "8", explain: false, reference: null }));
        } catch (error) {
            return error.message;
        }""", signal=signal, facts=facts(PLAIN), run=stand_in_of(PLAIN, calls))
    assert found == "The network gives numbers that are no probabilities."


def test_every_scheme_was_compared() -> None:
    assert {name for one in RECOGNIZERS.values() for name in one.schemes()} == set(SCHEMES)
    assert PLAIN.models[0].classes[:8] == EMOTIONS
