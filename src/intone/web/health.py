"""`GET /health`: whether the page can answer, and with which recognizer."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from intone.web.state import state

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """200 as soon as requests are answered."""
    identity = state().recognizer.identity
    return jsonify(status="ok", recognizer={"name": identity.name, "version": identity.version})
