"""For whoever runs the server: `GET /health` and `GET /metrics`."""

from flask import Blueprint, Response, abort, jsonify
from flask.typing import ResponseReturnValue

from intone.web.state import state

blueprint = Blueprint("operations", __name__)


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """200 as soon as requests are answered, and which recognizer answers them."""
    identity = state().recognizer.identity
    return jsonify(status="ok", recognizer={"name": identity.name, "version": identity.version})


@blueprint.get("/metrics")
def metrics() -> Response:
    """What is counted, in Prometheus' text format; 404 where the settings do not let it be read."""
    settings = state().settings
    if not (settings.private if settings.metrics is None else settings.metrics):
        abort(404)
    return Response(state().measures.text(), content_type="text/plain; version=0.0.4; charset=utf-8")
