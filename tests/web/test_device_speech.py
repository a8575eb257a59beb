"""Where the browser finds speech is where Python finds it, to the sample."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import intone
from device_scripts import Scripts, detected, unpacked
from intone.audio import RATE, Signal, vad
from intone.audio import windows as windows_module
from intone.audio.vad import WINDOW, Span, find_speech, speech_probability
from intone.audio.windows import windows
from intone.errors import NoSpeech, TooShort
from intone.web.device import facts, sentence
from sounds import hum, noise, silence, tone, voice

pytestmark = pytest.mark.browser

FACTS = facts(intone.load())
RUN = {"labels": 0, "members": 0, "classes": 0}


def spans_of(found: list[dict[str, Any]]) -> list[Span]:
    return [Span(one["start"], one["end"], pytest.approx(one["speech_s"])) for one in found]


def random_probability(rng: np.random.Generator) -> NDArray[np.float32]:
    """Runs of speech and of pauses of all lengths, with flutter."""
    parts = [np.clip(rng.normal(level, rng.choice([0.02, 0.2]), int(rng.integers(1, 400 if level else 40))), 0, 1)
             for level in rng.permutation([0.9, 0.0, 0.7, 0.1, 0.5, 0.0, 0.95, 0.0, 0.6, 0.2] * 2)]
    return np.concatenate(parts).astype(np.float32)


def test_segments_of_random_probabilities_are_the_same(scripts: Scripts, monkeypatch: pytest.MonkeyPatch) -> None:
    probabilities = [random_probability(np.random.default_rng(seed)) for seed in range(150)]
    found = scripts("return given.all.map((one) => own.spansOf(one, one.length * 512 + 100, given.facts))",
                    all=probabilities, facts=FACTS)
    monkeypatch.setattr(vad, "are_tones", lambda *_: False)
    counts = set()
    for probability, spans in zip(probabilities, found, strict=True):
        monkeypatch.setattr(vad, "speech_probability", lambda *_, found=probability: found)
        expected = find_speech(np.ones(len(probability) * WINDOW + 100, np.float32))
        assert expected == spans_of(spans)
        counts.add(len(spans))
    assert len(counts) > 10


SOUNDS: dict[str, Signal] = {
    "voice": voice(3), "nothing": silence(0), "silence": silence(2), "faint": voice(2) * np.float32(1e-4), "short": voice(0.2),
    "noise": noise(3), "hum": hum(3), "wail": tone(900, 1.2) + tone(1800, 1.2, peak=0.3) + noise(1.2, rms=0.02),
    "high": voice(1.5, pitch=700), "tone": tone(440, 2),
    "melody": np.concatenate([tone(hertz, 0.4) for hertz in (262, 330, 392, 523, 440, 349)]),
    "pauses": np.concatenate([voice(1.5, 110, 1), silence(1), voice(2, 190, 2), noise(1.5, rms=3e-4), voice(0.6, 140, 3)]),
    "long": np.concatenate([voice(10.5, 150, 4), silence(0.3), voice(0.4, 120, 5)]),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_speech_is_found_where_python_finds_it(scripts: Scripts, name: str) -> None:
    signal, expected = SOUNDS[name], None
    with detected() as calls:
        try:
            expected = find_speech(signal)
        except NoSpeech as error:
            refusal = sentence(error.args[0])
    found = scripts("return refused(() => own.findSpeech(given.signal, given.facts, runOf(given.run)))",
                    signal=signal, facts=FACTS, run=RUN | {"calls": calls})
    if expected is None:
        assert found == {"kind": "NoSpeech", "sentence": refusal}
    else:
        assert expected == spans_of(found)


@pytest.mark.parametrize("deaf", [1, 2])
@pytest.mark.parametrize("samples", [48_000, 33_333, 8191])
def test_what_the_detector_hears_only_when_it_is_played_slower_is_the_same(
    scripts: Scripts, deaf: int, samples: int
) -> None:
    """As of a scream: nothing is found the first time, or the first two times."""
    signal = voice(3)[:samples]
    with detected(deaf) as calls:
        expected = find_speech(signal)
    found = scripts("return own.findSpeech(given.signal, given.facts, runOf(given.run))",
                    signal=signal, facts=FACTS, run=RUN | {"calls": calls})
    assert len(calls) == 3 and expected == spans_of(found)


@pytest.mark.parametrize("pieces", [[100_000], [1], [511, 513, 64, 4000, 16_000], [16_000]])
def test_a_recording_that_grows_has_the_same_probability_in_the_end(scripts: Scripts, pieces: list[int]) -> None:
    """Piece by piece, whatever their lengths, with the peak of the whole."""
    signal = voice(2.3)[: 40_000 if pieces[0] > 1 else 1500]
    whole = speech_probability(signal)
    sizes = np.resize(pieces, len(signal)).cumsum()
    edges = [0, *sizes[sizes < len(signal)].tolist(), len(signal)]
    found = scripts("""const heard = [];
        const run = { async speech(windows, n, hidden, cell) {
            heard.push(...Array.from({ length: n }, (_, i) => windows.slice(i * 576, (i + 1) * 576)));
            const first = hidden[0];
            return { probability: Float32Array.from({ length: n }, (_, i) => first + i), hidden: hidden.map((one) => one + n), cell };
        } };
        const detector = new own.Detector(run, given.facts, own.peakOf(given.signal));
        for (let i = 1; i < given.edges.length; i++) {
            await detector.add(given.signal.slice(given.edges[i - 1], given.edges[i]));
        }
        return { probability: packed(detector.probability), heard: heard.map(packed) };""",
        signal=signal, edges=edges, facts=FACTS)
    assert unpacked(found["probability"]).tolist() == list(range(len(whole)))
    scaled = np.concatenate([np.zeros(64), signal]) * (0.9 / np.abs(signal).max())
    assert len(found["heard"]) == len(whole)
    for i, one in enumerate(found["heard"]):
        assert unpacked(one) == pytest.approx(scaled[i * 512 : i * 512 + 576], abs=1e-6)


def test_without_a_peak_that_of_what_has_come_counts(scripts: Scripts) -> None:
    quiet, loud = 0.1 * voice(1), voice(1)
    found = scripts("""const peaks = [];
        const run = { async speech(windows, n, hidden, cell) {
            peaks.push(own.peakOf(windows));
            return { probability: new Float32Array(n), hidden, cell };
        } };
        const detector = new own.Detector(run, given.facts);
        for (const part of given.parts) await detector.add(part);
        return peaks;""", parts=[quiet, loud, quiet], facts=FACTS)
    assert found == pytest.approx([0.9, 0.9, 0.09], rel=0.2)


LINE = np.concatenate([voice(2.5, 140, 1), silence(0.8), voice(1.8, 180, 2), silence(1.3)])


@pytest.mark.parametrize("seconds", [10.0, 12.5, 13.1, 40.0])
@pytest.mark.parametrize("kind", ["speech", "silence", "speech late"])
def test_windows_of_a_long_recording_are_the_same(
    scripts: Scripts, seconds: float, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows of 12 s, so that 40 s are long."""
    shorter = {"WINDOW_S": 12.0, "STEP": RATE}
    for name, value in shorter.items():
        monkeypatch.setattr(windows_module, name, value)
    signal = np.resize(LINE, round(seconds * RATE))
    if kind == "silence":
        signal = silence(seconds)
    if kind == "speech late":
        signal[: 9 * RATE] *= np.float32(1e-3)
        signal[-2 * RATE :] = 0
    with detected() as calls:
        expected = [(one.start, len(one.signal), list(one.spans)) for one in windows([signal])]
    found = scripts("""const all = [];
        for await (const { start, signal, spans } of own.windows(given.signal, given.facts, runOf(given.run))) {
            all.push([start, signal.length, spans]);
        }
        return all;""", signal=signal, run=RUN | {"calls": calls},
        facts={**FACTS, "windows": {name.lower(): value for name, value in shorter.items()}})
    assert (len(expected) > 1) == (seconds > 13)
    assert expected == [(start, length, spans_of(spans)) for start, length, spans in found]


def test_too_little_speech_is_refused_with_the_same_sentence(scripts: Scripts) -> None:
    found = scripts("return refused(() => own.checkEnough(given.spans, given.facts) ?? null)",
                    spans=[{"start": 0, "end": 4000, "speech_s": 0.15}], facts=FACTS)
    with pytest.raises(TooShort) as told:
        vad.check_enough([Span(0, 4000, 0.15)])
    assert found == {"kind": "TooShort", "sentence": sentence(told.value.args[0])}
    assert scripts("return own.checkEnough(given.spans, given.facts) ?? null",
                   spans=[{"speech_s": 0.2}, {"speech_s": 0.1001}], facts=FACTS) is None
