"""`/device`: what the page loads to recognise, and to write its answers, in the visitor's browser."""

from flask import Blueprint, Response, current_app, jsonify, url_for

from intone.web import browser_templates
from intone.web.state import state

blueprint = Blueprint("device", __name__)


@blueprint.get("/device/page.json")
def page() -> Response:
    """The templates, texts and values of an answer, in the language of the request."""
    return jsonify(browser_templates.page(current_app, state().texts.language, url_for))
