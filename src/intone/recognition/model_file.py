"""The exported model: an ONNX network whose metadata carries labels, settings and identity.

A network takes `samples` (samples,), the speech of one segment at 16 kHz, and answers calibrated probabilities of its
labels, (1, labels): its front end and its calibration are inside, so that a browser runs the same file. `uncalibrated`
are those before the calibration. A network of chunks takes `features`, what its front end gives, and answers
probabilities (n, labels) that are not calibrated yet; so do model files before format 7.

Everything else that an answer needs is one JSON text under the metadata key `intone`. A model file is data: whatever
does not fit is refused with a RecognizerError.
"""

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intone import dataclass_json, labels
from intone.audio import Signal
from intone.errors import IntoneError, RecognizerError
from intone.features.front_end import FrontEnd, MfccChunks
from intone.onnx_session import NO_MEMORY, session, wants_memory
from intone.recognition.adaptation import Adaptation
from intone.recognition.calibration import (
    LARGEST_CORRECTION,
    ConfidenceThreshold,
    prior_corrected,
    temperature_scaled,
)

METADATA_KEY = "intone"
FORMAT = 7
LARGEST = 256 * 2**20
"""Bytes of the largest model file that is read."""

RENAMED = {"sure_above": "confidence", "factors": "prior_correction", "familiar_below": "ood_above"}
"""Settings by their names of format 3."""

_RENAMED_OUTPUTS = {"strangeness": "ood_score"}

_SCHEMES_OF_FORMAT_3 = ("2", "3", "8", "stress")


@dataclass(frozen=True)
class ModelSettings:
    """What travels inside a model file beside the network.

    `classes`: the name of the scheme of the labels. `confidence`: by scheme, the confidence threshold and what it means
    (`calibration.ConfidenceThreshold`); a scheme that was never calibrated is not in it. `likely`: the same for the
    lower threshold, from which an answer is likely, though not clear; empty in files of before. `prior_correction`: the
    factors that the probabilities of some classes take (`calibration.prior_corrected`). `temperature`: what scales the
    probabilities after that (`calibration.temperature_scaled`). `ood_above`: the OOD score above which a recording is
    out of distribution, which nearly all clips of speakers that did not train stay below; None where the network has
    no such score. `adaptation`: how its answers are adapted to a speaker who is heard more than once; None where the
    network gives no evidence for that. `data` and `licence`: what it was trained on and what may be done with it.
    """

    name: str
    classes: str
    labels: tuple[str, ...]
    front_end: FrontEnd
    confidence: dict[str, ConfidenceThreshold]
    data: tuple[str, ...]
    licence: str
    prior_correction: dict[str, float] = field(default_factory=dict)
    temperature: float = 1.0
    ood_above: float | None = None
    adaptation: Adaptation | None = None
    likely: dict[str, ConfidenceThreshold] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def sexes(self) -> tuple[str, ...]:
        """The sexes that the labels tell apart, one or both."""
        return tuple(dict.fromkeys(labels.split_label(label)[0] for label in self.labels))

    def __getattr__(self, name: str) -> Any:
        """The settings by their names of format 3, with a DeprecationWarning."""
        if name not in RENAMED:
            raise AttributeError(f"'ModelSettings' has no attribute '{name}'")
        warnings.warn(f"ModelSettings.{name} is called {RENAMED[name]} now.", DeprecationWarning, stacklevel=2)
        if name == "sure_above":
            return {scheme: one.threshold for scheme, one in self.confidence.items() if one.threshold is not None}
        return getattr(self, RENAMED[name])


@dataclass(frozen=True)
class Judged:
    """What a network says of one segment of speech.

    `row`: calibrated probabilities (labels,), which sum to 1. `seconds`: of sound that it stands on. `ood_score`: how
    far the sound lies from the training data (`training.novelty`), None where the network has none. `evidence`: what an
    adaptation to the speaker needs, (members, 2, classes), None where there is none (`adaptation.Adaptation`).
    """

    row: NDArray[np.float64]
    seconds: float
    ood_score: float | None = None
    evidence: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Model:
    """A network that is ready to run, with its settings. `version` is the beginning of the file's SHA-256."""

    settings: ModelSettings
    version: str
    _run: object = field(repr=False)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class of every label, in the order of the labels."""
        return tuple(labels.split_label(label)[1] for label in self.settings.labels)

    @property
    def takes_samples(self) -> bool:
        """Whether the front end and the calibration are inside the network."""
        network: Any = self._run  # onnxruntime has no stubs
        return bool(network.get_inputs()[0].name == "samples")

    def probabilities(self, segment: Signal) -> NDArray[np.float64]:
        """One segment of speech -> probabilities before the calibration, (n, labels), rows that sum to 1.

        A network of chunks gives a row for each chunk, any other one row. TooShort where there is too little.
        """
        return self._heard(segment)[0]["uncalibrated"]

    def answer(self, segment: Signal) -> NDArray[np.float64]:
        """One segment of speech -> calibrated probabilities (labels,), which sum to 1; TooShort as `probabilities`."""
        return self.judged(segment).row

    def judged(self, segment: Signal) -> Judged:
        """The answer about one segment of speech; TooShort as `probabilities`."""
        outputs, seconds = self._heard(segment)
        score, evidence, shares = (outputs.get(name) for name in ("ood_score", "evidence", "probabilities"))
        row = self.calibrated(self.settings.front_end.pool(outputs["uncalibrated"]), self.classes
                              ) if shares is None else shares[0] / shares[0].sum()
        return Judged(row, seconds, None if score is None else float(score.mean()),
                      None if evidence is None else evidence[0])

    def calibrated(self, probabilities: NDArray[np.float64], classes: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities (..., n) of the network -> calibrated ones; `classes` names the class of each column."""
        corrected = prior_corrected(probabilities, classes, self.settings.prior_correction)
        return temperature_scaled(corrected, self.settings.temperature)

    def _outputs(self, segment: Signal) -> tuple[dict[str, NDArray[np.float64]], float]:
        """The outputs of the network, and the seconds of sound that they stand on."""
        network: Any = self._run
        front_end = self.settings.front_end
        if self.takes_samples and not isinstance(front_end, MfccChunks):
            given, seconds = {"samples": front_end.enough(segment)}, front_end.heard_s(len(segment))
        else:
            features = front_end(segment)
            given, seconds = {"features": features}, front_end.seconds(features)
        first, *others = [_RENAMED_OUTPUTS.get(one.name, one.name) for one in network.get_outputs()]
        names = [first if self.takes_samples else "uncalibrated", *others]
        return {name: np.asarray(one, np.float64) for name, one in zip(names, network.run(None, given), strict=True)
                }, seconds

    def _heard(self, segment: Signal) -> tuple[dict[str, NDArray[np.float64]], float]:
        """The same; a RecognizerError where a damaged weight shows with this sound alone."""
        found, seconds = self._outputs(segment)
        if not all(np.isfinite(found[name]).all() for name in _NUMBERS if name in found):
            raise RecognizerError("The network in the model file gives numbers that are no probabilities: name a file "
                                  "that `intone train` wrote.")
        return found, seconds


_NUMBERS = ("probabilities", "uncalibrated", "evidence")


def load_model(path: Path) -> Model:
    """Read and check a model file; a RecognizerError says what is wrong with it."""
    try:
        if path.stat().st_size > LARGEST:
            raise RecognizerError(f"The model file {path.name} is larger than {LARGEST // 2**20} MB, which no "
                                  "recognizer of intone is: name another.")
        content = path.read_bytes()
    except OSError as error:
        raise RecognizerError(f"The model file {path} cannot be read ({error.strerror or error}): name one that "
                              "`intone train` wrote.") from error
    except MemoryError as error:
        raise RecognizerError(NO_MEMORY) from error
    network = session(content)
    try:
        found = network.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    except UnicodeDecodeError:
        found = None
    if found is None:
        raise RecognizerError(f"{path.name} is an ONNX network, but not one that intone wrote (it has no settings): "
                              "name one that `intone train` wrote.")
    model = Model(_read_settings(found, path), hashlib.sha256(content).hexdigest()[:12], network)
    _check_network(model, network, path)
    return model


def _read_settings(text: str, path: Path) -> ModelSettings:
    try:
        read = dataclass_json.from_dict(ModelSettings, upgraded(json.loads(text)))
        if read.format != FORMAT:
            raise ValueError(f"format {read.format}, not {FORMAT}")
        if not 0.1 <= read.temperature <= 10:
            raise ValueError(f"temperature {read.temperature:g}, not 0.1 to 10")
        for name, factor in read.prior_correction.items():
            known, least = labels.scheme(read.classes).classes, 1 / LARGEST_CORRECTION
            if name not in known or not least <= factor <= LARGEST_CORRECTION:
                raise ValueError(f"prior correction {factor:g} of {name}, not one of 1/8 to 8 of a class")
        for scheme, one in (*read.confidence.items(), *read.likely.items()):
            if not all(share is None or 0 <= share <= 1 for share in (one.threshold, one.precision, one.coverage)):
                raise ValueError(f"a confidence threshold of {scheme} classes that is not within 0 to 1")
        sex = "both" if len(read.sexes) == 2 else read.sexes[0]
        if read.labels != labels.network_labels(read.classes, sex):
            raise ValueError(f"the labels {', '.join(read.labels)} are not those of {read.classes} classes")
        return read
    except (ValueError, RecursionError, IntoneError, IndexError) as error:
        raise RecognizerError(f"The settings inside {path.name} are not those of a recognizer ({str(error)[:200]}): "
                              "name a file that this version of `intone train` wrote.") from error


def upgraded(values: Any) -> Any:
    """Settings of formats 3 to 6, as JSON has them, in those of today; anything else as it is.

    Format 6 differs in the network alone, which took features. Format 5 knew nothing of likely answers, format 4
    nothing of an adaptation to a speaker, and format 3 nothing of precision and coverage. There a scheme without a
    threshold was either never calibrated or had none that was good enough: what else was calibrated tells which.
    """
    if not isinstance(values, Mapping) or values.get("format") not in (3, 4, 5, 6):
        return values
    added: dict[str, Any] = {"adaptation": values.get("adaptation"), "likely": values.get("likely", {}),
                             "format": FORMAT}
    if values["format"] > 3:
        return {**values, **added}
    new = {RENAMED.get(name, name): value for name, value in values.items()} | added
    found = values.get("sure_above")
    if isinstance(found, Mapping):
        calibrated = bool(found) or values.get("temperature") != 1 or bool(values.get("factors"))
        schemes = _SCHEMES_OF_FORMAT_3 if values.get("classes") == "8" else (str(values.get("classes")),)
        names = dict.fromkeys([*(schemes if calibrated else ()), *found])
        new["confidence"] = {name: asdict(ConfidenceThreshold(found.get(name))) for name in names}
    return new


def _check_network(model: Model, network: Any, path: Path) -> None:
    """Run front end and network once, on noise: what comes out must be probabilities of the labels."""
    try:
        inputs = [one.name for one in network.get_inputs()]
        noise = (0.5 * np.sin(np.arange(2 * model.settings.front_end.shortest) ** 2.0)).astype(np.float32)
        outputs, _ = model._outputs(noise)
        rows, shape = outputs["uncalibrated"], outputs.get("evidence", np.empty(0)).shape
        known, adaptation = len(model.settings.labels), model.settings.adaptation
        good = (inputs in (["features"], ["samples"]) and rows.ndim == 2 and rows.shape[1] == known
                and (not model.takes_samples or outputs["probabilities"].shape == rows.shape == (1, known))
                and all(bool((outputs[name] >= 0).all()) and np.allclose(outputs[name].sum(axis=1), 1, atol=1e-3)
                        for name in ("uncalibrated", "probabilities") if name in outputs)
                and (adaptation is None or shape == (1, len(adaptation.weights), 2, np.shape(adaptation.means)[2])))
    except Exception as error:  # onnxruntime's errors have no common root
        if wants_memory(error):
            raise RecognizerError(NO_MEMORY) from error
        raise RecognizerError(f"The network in {path.name} cannot be run: name one that `intone train` "
                              "wrote.") from error
    if not good:
        raise RecognizerError(f"The network in {path.name} does not fit its {len(model.settings.labels)} labels: "
                              "name one that `intone train` wrote.")


RECOGNIZER = "recognizer.onnx"
"""The name of the model file in the folder of a run. A pair has a run for each sex, in folders of their names."""
