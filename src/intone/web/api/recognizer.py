"""`GET /api/v1/recognizer`: what answers here, how good it is and for whom, and under which licence."""

from dataclasses import asdict, dataclass

from flask import Blueprint, Response, jsonify

from intone import labels
from intone.recognition.published import PublishedResults, results_of
from intone.web.api.described import Described, Reply
from intone.web.state import state

blueprint = Blueprint("recognizer", __name__)


@dataclass(frozen=True)
class Told:
    """A recognizer. `schemes`: by name their classes; `results` (`figures` in version 0.2): None unless bundled."""

    name: str
    version: str
    classes: tuple[str, ...]
    schemes: dict[str, tuple[str, ...]]
    sexes: tuple[str, ...]
    data: tuple[str, ...]
    licence: str
    results: PublishedResults | None
    figures: PublishedResults | None


@blueprint.get("/api/v1/recognizer")
@Described("Read what answers here", {200: Reply("The recognizer.", {"application/json": Told})})
def read() -> Response:
    """Labels, figures and licence."""
    here = state().recognizer
    schemes = {name: labels.scheme(name).classes for name in here.schemes()}
    results = results_of(here.identity.version)
    told = Told(here.identity.name, here.identity.version, here.identity.classes, schemes, here.sexes, here.data,
                here.licence, results, results)
    return jsonify(asdict(told))
