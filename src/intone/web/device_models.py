"""`/device`: what a browser needs to recognise by itself. Names hold hashes, so that a browser asks for each once."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, send_file, url_for

from intone.audio.vad import DETECTOR
from intone.recognition.loading import files_of
from intone.web.device import why_not
from intone.web.state import State, state

blueprint = Blueprint("device_models", __name__, url_prefix="/device")

RUNTIME = Path(__file__).parent / "static" / "vendor" / "onnxruntime" / "ort-wasm-simd-threaded.wasm.gzip"
"""onnxruntime-web in WebAssembly."""

MINUTES = 20
"""The longest recording that a browser analyses: it is decoded at once, and takes half a gigabyte with two channels."""


@dataclass(frozen=True)
class Part:
    """A file that a browser loads."""

    path: Path
    sha256: str
    size: int

    @property
    def name(self) -> str:
        """It holds the hash: `ensemble-0123456789abcdef.onnx`."""
        stem, dot, suffix = self.path.name.partition(".")
        return f"{stem}-{self.sha256[:16]}{dot}{suffix}"


@cache
def _part(path: Path) -> Part:
    content = path.read_bytes()
    return Part(path, hashlib.sha256(content).hexdigest(), len(content))


def parts(here: State) -> dict[str, Part]:
    """Network, detector of speech and runtime; empty where browsers may not, or cannot, recognise by themselves.

    They can run one network with its front end inside, of both sexes (`device.why_not`).
    """
    models, place = here.recognizer.models, getattr(here.recognizer, "place", None)
    if not here.settings.device or place is None or not models[0].takes_samples or why_not(here.recognizer):
        return {}
    return {"model": _part(files_of(place)[0]), "detector": _part(DETECTOR), "wasm": _part(RUNTIME)}


def offered() -> dict[str, Any] | None:
    """Where all lies that a browser needs, for device.js; None where there is nothing."""
    here = state()
    found = {name: {"address": url_for("device_models.read", name=one.name), "bytes": one.size, "sha256": one.sha256,
                    "packed": one.path.suffix == ".gzip"} for name, one in parts(here).items()}
    if not found:
        return None
    return {"page": url_for("device.page", language=here.texts.language), "minutes": MINUTES, "parts": found}


@blueprint.get("/<name>")
def read(name: str) -> Response:
    """A file, which a browser keeps for a year."""
    found = {one.name: one for one in parts(state()).values()}.get(name) or abort(404)
    response = send_file(found.path, "application/octet-stream", max_age=365 * 24 * 3600)
    response.cache_control.public = response.cache_control.immutable = True
    return response
