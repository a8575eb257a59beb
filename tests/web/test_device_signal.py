"""What the browser makes of the channels of a recording is what Python makes of them."""

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import intone
from device_scripts import Scripts, unpacked
from intone.audio import RATE, Channel, Sound, from_samples, sounds
from intone.audio.decoding import bounds
from intone.errors import Damaged
from intone.language import Sentence
from intone.web.device import facts, sentence
from sounds import noise, pcm, silence, tone, voice

pytestmark = pytest.mark.browser

VOICE, OTHER = voice(3), voice(3, pitch=220, seed=5)
TURNS = np.stack([np.concatenate([VOICE, silence(3)]), np.concatenate([silence(3), OTHER])], axis=1)
FACTS = facts(intone.load())


def mixed(scripts: Scripts, samples: NDArray[Any], rate: int, block: int = bounds.BLOCK) -> dict[str, Any]:
    columns = np.atleast_2d(samples.astype(np.float32).T)
    found: dict[str, Any] = scripts("""return await refused(() => {
        const { samples, ...others } = own.mixed(given.channels, given.rate, given.facts);
        return { samples: packed(samples), ...others };
    })""", channels=list(columns), rate=rate, facts={**FACTS, "audio": {**FACTS["audio"], "block": block}})
    return found | ({"samples": unpacked(found["samples"])} if "samples" in found else {})


def same(found: dict[str, Any], one: Channel | Sound, signal: NDArray[np.float32], within: float) -> None:
    """What the browser found is what Python did."""
    assert len(found["samples"]) == len(signal)
    assert np.abs(found["samples"] - signal).max(initial=0) <= within
    assert found["notes"] == [sentence(note) for note in one.notes]
    assert found["levels"]["steps"] == pytest.approx(one.levels.steps)
    assert found["levels"]["flatTops"] == one.levels.flat_tops


def opposite(common: Any = 0.0) -> NDArray[np.float32]:
    return np.stack([common + 0.5 * VOICE, common - 0.48 * VOICE], axis=1).astype(np.float32)


SAMPLES = {
    "mono": VOICE, "nothing": silence(0.0), "one sample": VOICE[:1], "silence": silence(1), "quiet": VOICE * 1e-5,
    "two alike": np.stack([VOICE, VOICE], axis=1), "two apart": np.stack([VOICE, OTHER], axis=1),
    "one silent": np.stack([VOICE, 0 * VOICE], axis=1), "six": np.stack([VOICE * (1 - k / 7) for k in range(6)], axis=1),
    "opposite": opposite(), "opposite and hiss": opposite(noise(3, rms=0.01)), "in turn": TURNS,
    "clipped": np.clip(6 * VOICE, -0.5, 0.4), "coarse": np.round(40 * VOICE) / 64, "offset": VOICE + 0.3,
    "small offset": VOICE + 0.002, "short offset": 0.1 * VOICE[:4000] + 0.3, "loud": VOICE * 3e4,
    "opposite offset": opposite() + np.float32([[0.3, -0.2]]), "beep": np.concatenate([tone(1000, 1), VOICE]),
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_channels_become_the_same_signal(scripts: Scripts, name: str, rate: int) -> None:
    samples = SAMPLES[name]
    (one,) = from_samples(samples, rate)
    loudest = max(1.0, float(np.abs(samples).max(initial=0)))
    same(mixed(scripts, samples, rate), one, one.signal, 1e-7 * loudest if rate == RATE else 0.01 * loudest)


def test_what_is_found_has_been_seen(scripts: Scripts) -> None:
    """The recordings above have what they are there for."""
    assert "opposite phase" in mixed(scripts, SAMPLES["opposite"], RATE)["notes"][0]["text"]
    assert "in turn" in mixed(scripts, TURNS, RATE)["notes"][0]["text"]
    assert mixed(scripts, SAMPLES["clipped"], RATE)["levels"]["flatTops"] > 50
    assert mixed(scripts, SAMPLES["coarse"], RATE)["levels"]["steps"] < 25
    assert np.mean(mixed(scripts, SAMPLES["offset"], RATE)["samples"]) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_a_long_file_is_judged_block_by_block(
    scripts: Scripts, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the server reads it: some blocks in opposite phase, others of two people, with offsets and clipping."""
    rng, block = np.random.default_rng(seed), 2 * RATE
    monkeypatch.setattr(bounds, "BLOCK", 2 * block)
    kinds = [SAMPLES["opposite"], TURNS, SAMPLES["opposite offset"], np.clip(3 * TURNS, -0.4, 0.4), SAMPLES["two apart"]]
    parts = [np.resize(kinds[int(rng.integers(len(kinds)))] * float(rng.uniform(0.1, 1)), (block, 2)) for _ in range(4)]
    samples = np.concatenate([*parts, kinds[0]])
    (one,) = sounds(io.BytesIO(pcm(samples, RATE, subtype="FLOAT")))
    signal = np.concatenate(list(one))
    found = mixed(scripts, samples, RATE, bounds.BLOCK)
    same(found, one, signal, 1e-7)
    assert found["worthTrying"] == [other.number for other in one.others()]


@pytest.mark.parametrize("odd", [np.nan, np.inf, 1e12])
def test_what_is_no_sound_is_refused_with_the_same_sentence(scripts: Scripts, odd: float) -> None:
    samples = np.concatenate([VOICE, np.float32([odd])])
    with pytest.raises(Damaged) as told:
        from_samples(samples, RATE)
    assert isinstance(told.value.args[0], Sentence)
    assert mixed(scripts, samples, RATE) == {"kind": "Damaged", "sentence": sentence(told.value.args[0])}
