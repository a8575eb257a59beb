"""How good a recording is, as the browser measures it, is what Python measures."""

from typing import Any

import numpy as np
import pytest

import intone
from device_scripts import Scripts
from intone.audio import RATE, Signal, from_samples
from intone.audio.quality import Gauge, doubts, warnings
from intone.audio.vad import Span
from intone.web.device import facts, sentence
from sounds import noise, silence, voice

pytestmark = pytest.mark.browser

FACTS = facts(intone.load())


def recording(rng: np.random.Generator) -> Signal:
    """A voice with noise, that is perhaps clipped, coarse or very quiet, or has digital silence in it."""
    signal = voice(float(rng.uniform(0.6, 4)), float(rng.uniform(90, 250)), int(rng.integers(100)))
    signal = signal + noise(len(signal) / RATE, rms=float(10 ** rng.uniform(-4.5, -1)), seed=int(rng.integers(100)))
    limit = float(rng.choice([1.0, 0.3, 0.1]))
    signal = np.clip(signal, -limit, float(rng.choice([limit, 1.0])))
    if rng.random() < 0.3:
        step = float(10 ** rng.uniform(-3, -1.3))
        signal = np.round(signal / step) * step
    if rng.random() < 0.3:
        signal[len(signal) // 3 : len(signal) // 2] = 0
    return (signal * 10 ** rng.uniform(-3.2, 0)).astype(np.float32)


def spans_in(rng: np.random.Generator, samples: int) -> list[Span]:
    edges = sorted(rng.choice(samples, 2 * int(rng.integers(1, 4)), replace=False).tolist())
    return [Span(a, b, (b - a) / RATE) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def test_quality_of_random_recordings_is_the_same(scripts: Scripts) -> None:
    """Of one to three windows each, with levels and without."""
    told = set()
    for seed in range(60):
        rng = np.random.default_rng(seed)
        windows = [(one, spans_in(rng, len(one))) for one in (recording(rng) for _ in range(rng.integers(1, 4)))]
        levels = from_samples(windows[0][0], RATE)[0].levels if seed % 3 else None
        gauge = Gauge()
        for signal, spans in windows:
            gauge.add(signal, spans)
        expected = gauge.read(levels)
        found = scripts("""const gauge = new own.Gauge(given.facts);
            for (const [signal, spans] of given.windows) gauge.add(signal, spans);
            const found = gauge.read(given.levels);
            return { ...found, doubts: own.doubts(found, given.facts), warnings: own.warnings(found) };""",
            windows=[(signal, [vars(span) for span in spans]) for signal, spans in windows], facts=FACTS,
            levels=levels and {"steps": levels.steps, "flatTops": levels.flat_tops})
        assert found["snrDb"] == pytest.approx(expected.snr_db, abs=1e-6)
        assert found["heaped"] == pytest.approx(expected.heaped, abs=1e-9)
        assert found["peak"] == expected.peak and found["steps"] == pytest.approx(expected.steps, rel=1e-6)
        assert found["flatTops"] == pytest.approx(expected.flat_tops)
        assert (found["noisy"], found["clipped"]) == (expected.noisy, expected.clipped)
        same(found["doubts"], [sentence(one) for one in doubts(expected)])
        same(found["warnings"], [sentence(one) for one in warnings(expected)])
        told |= {one["text"][:24] for one in (*found["doubts"], *found["warnings"])}
    assert len(told) == 4, told  # each sentence was there


def same(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert [one["text"] for one in found] == [one["text"] for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert one["values"] == pytest.approx(other["values"], abs=1e-6)


@pytest.mark.parametrize("signal", [silence(1), np.concatenate([silence(0.5), np.float32([0.5]), silence(0.5)])],
                         ids=["silence", "one click"])
def test_a_recording_without_noise_has_no_end_of_decibels(scripts: Scripts, signal: Signal) -> None:
    gauge = Gauge()
    gauge.add(signal, [Span(0, len(signal), 1.0)])
    found = scripts("""const gauge = new own.Gauge(given.facts);
        gauge.add(given.signal, [{ start: 0, end: given.signal.length }]);
        return gauge.read(null);""", signal=signal, facts=FACTS)
    expected = gauge.read()
    assert found["snrDb"] == pytest.approx(expected.snr_db, abs=1e-6) and found["heaped"] == expected.heaped
