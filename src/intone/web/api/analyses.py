"""`/api/v1/analyses`: a recording -> its answer. What takes long becomes a job, with progress and cancel.

A client that prefers HTML, as the page's script does, gets the part of the page that shows the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from flask import Blueprint, Response, json, jsonify, make_response, render_template, request, stream_with_context
from pydantic import Field
from pydantic.dataclasses import dataclass as checked

from intone.recognition.prediction import Prediction
from intone.web import answers, error_answers, upload
from intone.web.answers import Answer, Asked
from intone.web.api.described import Described, Reply
from intone.web.jobs import Job
from intone.web.problems import Problem, prefers_html
from intone.web.state import state

blueprint = Blueprint("analyses", __name__)


@dataclass(frozen=True)
class Analysis(Prediction):
    """The answer in the classes that were asked for, and in all others.

    `parts`: the answers about each channel or track, where each was asked for, or their `error`.
    """

    asked_sex: str = "auto"
    views: dict[str, Prediction] | None = None
    parts: list[dict[str, Any]] | None = None


@checked
class Progress:
    """How far the analysis of a long recording is. `result` is there when it is done, `problem` when it failed."""

    id: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    progress: float = Field(ge=0, le=1)
    duration_s: float = Field(ge=0)
    result: Analysis | None = None
    problem: Problem | None = None


class AnalysisForm(upload.Form):
    """A form with a recording; what the query can ask for may stand in fields of the form too."""

    reference: str = Field("", description="What `/api/v1/references` told of the speaker's voice: JSON.")


_AGAIN_MS = 1000  # after which a client asks again, where its stream ended too early


@blueprint.post("/api/v1/analyses")
@Described(
    "Analyse a recording: as the field of a form, or as the body alone, of any other content type",
    {200: Reply("The answer.", {"application/json": Analysis}),
     202: Reply("The recording is long: read its answer at `Location`, its progress at `Location` + `/events`.",
                {"application/json": Progress}, {"Location": "Where the answer will be."})},
    query=Asked, problems=(400, 403, 413, 415, 422, 503),
    body={upload.FORM: AnalysisForm, "application/octet-stream": bytes},
)
def start() -> Response:
    """The answer about a recording, or a job."""
    found = answers.asked(state(), request)
    if isinstance(found, Answer):
        return _answered(found)
    response = make_response(jsonify(_progress(found)), 202)
    response.headers["Location"] = f"/api/v1/analyses/{found.name}"
    return response


@blueprint.get("/api/v1/analyses/<name>")
@Described("Read how far an analysis is, and its answer",
           {200: Reply("Its progress.", {"application/json": Progress})}, problems=(404,))
def read(name: str) -> Response:
    """The progress of a job with its result; as HTML its answer or its alert, once it has ended."""
    job = state().jobs.find(name)
    if prefers_html() and job.told is not None:
        return _answered(answers.told(job)) if job.state == "done" else \
            error_answers.alarmed(json.loads(job.told))
    return jsonify(_progress(job))


@blueprint.delete("/api/v1/analyses/<name>")
@Described("Cancel an analysis, or forget its answer", {204: Reply("Nothing is left of it.")}, problems=(403, 404))
def drop(name: str) -> Response:
    """Cancel a job, or forget what it answered."""
    state().jobs.drop(name)
    return Response(status=204)


@blueprint.get("/api/v1/analyses/<name>/events")
@Described("Follow an analysis",
           {200: Reply("Server-sent events `progress`, and at the end one of `done`, `failed` and `cancelled`; the "
                       "data of each is the progress without the result. The stream may end before the analysis, where "
                       "many are followed or another client follows the same one: ask again, as EventSource does.",
                       {"text/event-stream": str})},
           problems=(404,))
def events(name: str) -> Response:
    """The progress of a job as it goes."""
    followed = state().jobs.follow(name)
    first = next(followed)  # an unknown name is refused before the stream begins

    def told() -> Iterator[str]:
        for job in _and(first, followed):
            kind = "progress" if job.state in ("waiting", "running") else job.state
            brief = {"state": job.state, "progress": round(job.progress, 4), "duration_s": job.duration_s}
            yield f"event: {kind}\ndata: {json.dumps(brief)}\nretry: {_AGAIN_MS}\n\n"

    return Response(stream_with_context(told()), mimetype="text/event-stream")


def _and(first: Job, others: Iterator[Job]) -> Iterator[Job]:
    yield first
    yield from others


def _answered(answer: Answer) -> Response:
    return make_response(render_template("_parts.html", answer=answer, scripted=True) if prefers_html() else
                         jsonify(answer.to_dict()))


def _progress(job: Job) -> dict[str, Any]:
    found: dict[str, Any] = {"id": job.name, "state": job.state, "progress": job.progress, "duration_s": job.duration_s}
    if job.told is not None and job.state == "done":
        found["result"] = answers.told(job).to_dict()
    elif job.told is not None:
        found["problem"] = json.loads(job.told)
    return found
