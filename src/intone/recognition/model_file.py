"""The exported model: an ONNX network whose metadata carries labels, settings and identity.

The network takes what its front end gives and answers probabilities of its labels, (n, labels); the scaling is inside.
Everything else that an answer needs is one JSON text under the metadata key `intone`. A model file is data: whatever
does not fit is refused with a RecognizerError.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intone import dataclass_json, labels
from intone.errors import IntoneError, RecognizerError
from intone.features.front_end import FrontEnd
from intone.onnx_session import session
from intone.recognition.calibration import LARGEST_FACTOR, tempered, weighed

METADATA_KEY = "intone"
FORMAT = 3
LARGEST = 256 * 2**20
"""Bytes of the largest model file that is read."""


@dataclass(frozen=True)
class ModelSettings:
    """What travels inside a model file beside the network.

    `classes` names the scheme of the labels. `sure_above` has, for each scheme that can be answered, the probability
    from which an answer is sure (`calibration.sure_above`): on voices that did not train, the answers from there on
    were right at least 8 times in 10, and at least the least likely fifth lies below; a scheme without one is missing.
    The probabilities of the labels take the `factors` of their classes, by name (`calibration.weighed`), and the
    `temperature` tempers them (`calibration.tempered`). `familiar_below` is the ood_score below which nearly all
    clips of voices lay that did not train, None where the network cannot tell.
    `data` and `licence` say what it was trained on and what may be done with it.
    """

    name: str
    classes: str
    labels: tuple[str, ...]
    front_end: FrontEnd
    sure_above: dict[str, float]
    data: tuple[str, ...]
    licence: str
    factors: dict[str, float] = field(default_factory=dict)
    temperature: float = 1.0
    familiar_below: float | None = None
    format: int = FORMAT

    @property
    def sexes(self) -> tuple[str, ...]:
        """The sexes whose voices the labels tell, one or both."""
        return tuple(dict.fromkeys(labels.split_label(label)[0] for label in self.labels))


@dataclass(frozen=True)
class Model:
    """A network that is ready to run, with its settings. `version` is the beginning of the file's SHA-256."""

    settings: ModelSettings
    version: str
    _run: object = field(repr=False)

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Features (n, ...) as the front end gives them -> probabilities (n, labels), rows that sum to 1."""
        return self._outputs(features)[0]

    def answer(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Features of one segment of speech -> calibrated probabilities (labels,), which sum to 1."""
        return self.judged(features)[0]

    def judged(self, features: NDArray[np.float32]) -> tuple[NDArray[np.float64], float | None]:
        """The answer about one segment of speech, and how strange it is to the network, None where it cannot tell.

        Strangeness is how far the sound lies from those that the network learned from (`standard.Standard`).
        """
        outputs = self._outputs(features)
        classes = [labels.split_label(label)[1] for label in self.settings.labels]
        row = weighed(self.settings.front_end.pool(outputs[0]), classes, self.settings.factors)
        return tempered(row, self.settings.temperature), float(outputs[1].mean()) if len(outputs) > 1 else None

    def _outputs(self, features: NDArray[np.float32]) -> list[NDArray[np.float64]]:
        out = self._run.run(None, {"features": features})  # type: ignore[attr-defined]  # onnxruntime has no stubs
        return [np.asarray(one, np.float64) for one in out]


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
        read = dataclass_json.from_dict(ModelSettings, json.loads(text))
        if read.format != FORMAT:
            raise ValueError(f"format {read.format}, not {FORMAT}")
        if not 0.1 <= read.temperature <= 10:
            raise ValueError(f"temperature {read.temperature:g}, not 0.1 to 10")
        for name, factor in read.factors.items():
            if name not in labels.scheme(read.classes).classes or not 1 / LARGEST_FACTOR <= factor <= LARGEST_FACTOR:
                raise ValueError(f"factor {factor:g} of {name}, not one of 1/8 to 8 of a class")
        sex = "both" if len(read.sexes) == 2 else read.sexes[0]
        if read.labels != labels.network_labels(read.classes, sex):
            raise ValueError(f"the labels {', '.join(read.labels)} are not those of {read.classes} classes")
        return read
    except (ValueError, RecursionError, IntoneError, IndexError) as error:
        raise RecognizerError(f"The settings inside {path.name} are not those of a recognizer ({str(error)[:200]}): "
                              "name a file that this version of `intone train` wrote.") from error


def _check_network(model: Model, network: object, path: Path) -> None:
    """Run front end and network once, on a sound as rough as noise: what comes out must be probabilities of the labels."""
    try:
        inputs = [one.name for one in network.get_inputs()]  # type: ignore[attr-defined]
        front_end = model.settings.front_end
        noise = (0.5 * np.sin(np.arange(2 * front_end.shortest) ** 2.0)).astype(np.float32)
        features = front_end(noise)
        out = model.probabilities(features)
        good = (inputs == ["features"] and out.shape == (len(features), len(model.settings.labels))
                and bool((out >= 0).all()) and np.allclose(out.sum(axis=1), 1, atol=1e-3))
    except Exception as error:  # onnxruntime's errors have no common root
        raise RecognizerError(f"The network in {path.name} cannot be run: name one that `intone train` "
                              "wrote.") from error
    if not good:
        raise RecognizerError(f"The network in {path.name} does not fit its {len(model.settings.labels)} labels: "
                              "name one that `intone train` wrote.")


RECOGNIZER = "recognizer.onnx"
"""The name of the model file in the folder of a run."""
