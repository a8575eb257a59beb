"""The scripts that recognise in a browser, run in a real Chromium on what a test gives them.

Two things stand in. The network is a function of the samples, the same in Python and in JavaScript. The detector in the
browser answers what the one in Python answered, to the same windows of sound.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page

from chromium import Contexts, visiting
from intone.audio import Signal, vad
from intone.recognition.model_file import Model, ModelSettings
from intone.recognition.recognizer import Recognizer

_FOLDER = "/static/scripts/device"
_MODULES = ("adaptation", "analysis", "answer_html", "decimals", "decision", "fft", "filters", "numbers", "occlusion",
            "outline", "pooling", "quality", "reference", "refusal", "render", "resample", "signal", "spans", "speech",
            "summary", "texts", "together", "values", "windows")

_BEFORE = """async ([folder, modules, values]) => {
  const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer);
  const read = (one) => one?.floats !== undefined ? floats(one.floats)
    : Array.isArray(one) ? one.map(read)
    : one && typeof one === "object" ? Object.fromEntries(Object.entries(one).map(([name, own]) => [name, read(own)]))
    : one;
  const packed = (samples) => {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    let text = "";
    for (let at = 0; at < bytes.length; at += 30_000) text += String.fromCharCode(...bytes.subarray(at, at + 30_000));
    return { floats: btoa(text) };
  };
  const given = read(values);
  const own = Object.assign({}, ...await Promise.all(modules.map((name) => import(`${folder}/${name}.js`))));
  const refused = async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof own.Refusal)) throw error;
      return { kind: error.kind, sentence: error.sentence };
    }
  };
  const close = (sum, known) => Math.abs(sum - known) <= 1e-3 * (1 + Math.abs(known));
  const runOf = ({ calls, labels, members, classes }) => ({
    async speech(heard, n, hidden, cell) {
      const call = calls.shift();
      const sum = heard.reduce((total, one, i) => total + Math.abs(one) * (1 + (i % 7)), 0);
      if (n !== call.n || heard.length !== 576 * n || hidden.length !== 128 || cell.length !== 128 || !close(sum, call.sum)) {
        throw new Error(`heard ${n} windows, ${sum}, and not ${call.n}, ${call.sum}`);
      }
      return { probability: call.probability, hidden, cell };
    },
    async network(samples) {
      const level = samples.reduce((total, one) => total + Math.abs(one), 0) / samples.length;
      const moved = samples.reduce((total, one, i) => total + (i ? Math.abs(one - samples[i - 1]) : 0), 0);
      const bright = moved / samples.length / (level + 1e-9);
      const wave = (i) => Math.exp(3 * Math.cos(i * (1 + 5 * bright) + 40 * level));
      const waves = Float32Array.from({ length: labels }, (_, i) => wave(i));
      const whole = waves.reduce((total, one) => total + one, 0);
      const evidence = Float32Array.from({ length: members * 2 * classes }, (_, i) => Math.log(wave(i + 3)));
      return { probabilities: waves.map((one) => one / whole), evidence: members ? evidence : null, oodScore: 10 * level };
    },
  });
"""


@dataclass(frozen=True)
class Scripts:
    """A page whose scripts are run."""

    page: Page

    def __call__(self, body: str, **values: Any) -> Any:
        """What the body of a function returns, in which `own` has what the modules export, and `given` the values.

        An array (n,) is a Float32Array there, and comes back as one by `packed` and `unpacked`. `runOf` makes the
        stand-ins, and `refused` gives a Refusal as a value.
        """
        return self.page.evaluate(_BEFORE + body + "\n}", [_FOLDER, list(_MODULES), _packed(values)])


@pytest.fixture(scope="module")
def scripts(contexts: Contexts, stand_in: str) -> Iterator[Scripts]:
    with visiting(contexts) as visit:
        yield Scripts(visit(stand_in))


def _packed(values: Any) -> Any:
    if isinstance(values, np.ndarray):
        return {"floats": base64.b64encode(values.astype("<f4").tobytes()).decode()}
    if isinstance(values, dict):
        return {name: _packed(one) for name, one in values.items()}
    return [_packed(one) for one in values] if isinstance(values, list | tuple) else values


def unpacked(found: dict[str, str]) -> NDArray[np.float32]:
    """What `packed` made of a Float32Array in a script."""
    return np.frombuffer(base64.b64decode(found["floats"]), "<f4")


@dataclass(frozen=True)
class Named:
    """An input or an output of a network."""

    name: str


@dataclass(frozen=True)
class Waves:
    """A network that stands in: its answer depends on how loud and how bright a segment is."""

    labels: int
    members: int
    classes: int

    def get_inputs(self) -> list[Named]:
        return [Named("samples")]

    def get_outputs(self) -> list[Named]:
        return [Named(name) for name in ("probabilities", "uncalibrated", "ood_score", *["evidence"] * bool(self.members))]

    def run(self, _names: None, given: dict[str, Signal]) -> list[NDArray[np.float32]]:
        samples = given["samples"].astype(np.float64)
        level = np.abs(samples).mean()
        bright = np.abs(np.diff(samples)).sum() / len(samples) / (level + 1e-9)

        def wave(i: NDArray[np.int64]) -> NDArray[np.float64]:
            return np.exp(3 * np.cos(i * (1 + 5 * bright) + 40 * level))

        shares = wave(np.arange(self.labels)).astype(np.float32)
        shares = (shares / shares.sum(dtype=np.float64)).astype(np.float32)[None]
        evidence = np.log(wave(3 + np.arange(self.members * 2 * self.classes))).astype(np.float32)
        shaped = [evidence.reshape(1, self.members, 2, self.classes)] if self.members else []
        return [shares, shares, np.array([10 * level], np.float32), *shaped]


def waves(settings: ModelSettings, version: str = "0") -> Recognizer:
    """A recognizer whose network stands in."""
    members = len(settings.adaptation.weights) if settings.adaptation else 0
    network = Waves(len(settings.labels), members, len(settings.labels) // len(settings.sexes))
    return Recognizer({"both": Model(settings, version, network)}, threads=1)


def stand_in_of(recognizer: Recognizer, calls: list[dict[str, Any]]) -> dict[str, Any]:
    """What `runOf` makes the same recognizer of."""
    network: Any = recognizer.models[0]._run
    return {"calls": calls, "labels": network.labels, "members": network.members, "classes": network.classes}


@dataclass
class Detected:
    """The real detector, which notes what it is asked and what it answers; it is `deaf` the first times."""

    deaf: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)

    def run(self, _names: None, given: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        found: list[NDArray[np.float32]] = _REAL().run(None, given)
        found[0] = found[0] * np.float32(len(self.calls) >= self.deaf)
        heard = np.abs(given["heard"].astype(np.float64)).ravel()
        self.calls.append({"n": len(given["heard"]), "sum": float((heard * (1 + np.arange(len(heard)) % 7)).sum()),
                           "probability": found[0].ravel()})
        return found


_REAL = vad._detector


@contextmanager
def detected(deaf: int = 0) -> Iterator[list[dict[str, Any]]]:
    """Within the block, what the detector in Python is asked and answers, for `runOf`."""
    noted = Detected(deaf)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vad, "_detector", lambda: noted)
        yield noted.calls
