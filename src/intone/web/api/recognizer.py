"""`GET /api/v1/recognizer`: what answers here, how good it is and for whom, and under which licence."""

from dataclasses import asdict, dataclass

from flask import Blueprint, Response, jsonify

from intone import labels
from intone.recognition.published import Figures, figures_of
from intone.web.api.described import Reply, described
from intone.web.state import state

blueprint = Blueprint("recognizer", __name__)


@dataclass(frozen=True)
class Told:
    """A recognizer. `schemes`: by name their classes; `figures` are None where it is not the bundled one."""

    name: str
    version: str
    classes: tuple[str, ...]
    schemes: dict[str, tuple[str, ...]]
    sexes: tuple[str, ...]
    data: tuple[str, ...]
    licence: str
    figures: Figures | None


@blueprint.get("/api/v1/recognizer")
@described("Read what answers here", {200: Reply("The recognizer.", {"application/json": Told})})
def read() -> Response:
    """Labels, figures and licence."""
    here = state().recognizer
    schemes = {name: labels.scheme(name).classes for name in here.schemes()}
    model = here.models[0].settings
    told = Told(here.identity.name, here.identity.version, here.identity.classes, schemes, here.sexes, model.data,
                model.licence, figures_of(here.identity.version))
    return jsonify(asdict(told))
