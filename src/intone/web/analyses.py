"""`POST /analyses`: the answer for programs, as JSON, and for the page's script, as the part of the page to show."""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from intone.web.answer import answer

blueprint = Blueprint("analyses", __name__)


@blueprint.post("/analyses")
def analyse() -> ResponseReturnValue:
    """JSON as in `Answer.to_dict`, or HTML where the client prefers it. The fields are those of the form."""
    answered = answer(request)
    if prefers_html(default="application/json"):
        return render_template("_answer.html", answer=answered)
    return jsonify(answered.to_dict())


def prefers_html(default: str) -> bool:
    """Whether the client would rather read HTML than JSON; `default` decides where it takes both alike."""
    kinds = sorted(("text/html", "application/json"), key=lambda kind: kind != default)
    return request.accept_mimetypes.best_match(kinds, default) == "text/html"
