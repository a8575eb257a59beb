"""`GET /api/v1/openapi.json`: the OpenAPI 3.1 document of this API, made of what stands beside its code.

`GET /api/` shows it as a page.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template
from pydantic import TypeAdapter

from intone import __version__
from intone.web.api.described import Described, Kinds, Reply
from intone.web.problems import MEDIA_TYPE, Problem
from intone.web.security import UnknownHost

blueprint = Blueprint("openapi", __name__)

_REFUSED = Reply("Why not, in one sentence.", {MEDIA_TYPE: Problem})


@blueprint.get("/api/v1/openapi.json")
@Described("Read this document", {200: Reply("OpenAPI 3.1.", {"application/json": dict})})
def read() -> Response:
    """The document."""
    return jsonify(document(current_app))


@blueprint.get("/api/")
def show() -> str:
    """The document as a page."""
    return render_template("api.html", document=document(current_app))


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of every described resource of an application."""
    operations = list(_operations(app))
    kinds = {kind for *_, found in operations for one in (found.body, _REFUSED.kinds, *(
        reply.kinds for reply in found.replies.values())) for kind in one.values()}
    schemas, shared = TypeAdapter.json_schemas([(kind, "serialization", TypeAdapter(kind)) for kind in kinds],
                                               ref_template="#/components/schemas/{model}")
    paths: dict[str, Any] = {}
    for path, method, found in operations:
        paths.setdefault(path, {})[method] = _operation(path, found, {kind: one for (kind, _), one in schemas.items()})
    return {
        "openapi": "3.1.0",
        "info": {"title": "intone", "version": __version__, "license": {"name": "Apache-2.0"},
                 "description": "Recognises emotion in recorded speech. It describes how speech sounds, and "
                                "diagnoses nobody."},
        "paths": paths,
        "components": {"schemas": shared["$defs"]},
    }


def _operations(app: Flask) -> Iterator[tuple[str, str, Described]]:
    """Every described resource: its path, its method, its description."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        found = getattr(app.view_functions[rule.endpoint], "described", None)
        if found is not None:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower(), found


def _operation(path: str, found: Described, schemas: Mapping[type, Any]) -> dict[str, Any]:
    def content(kinds: Kinds) -> dict[str, Any]:
        return {name: {"schema": schemas[kind]} for name, kind in kinds.items()}

    text = {"type": "string"}
    named = [{"name": name, "in": "path", "required": True, "schema": text} for name in re.findall(r"{(\w+)}", path)]
    query = found.query.model_json_schema()["properties"] if found.query else {}
    asked = [{"name": name, "in": "query", "description": schema.pop("description"), "schema": schema}
             for name, schema in query.items()]
    replies = dict(found.replies) | dict.fromkeys((*found.problems, UnknownHost.http_status), _REFUSED)
    return _filled(
        summary=found.summary, parameters=named + asked,
        requestBody=_filled(required=bool(found.body), content=content(found.body)),
        responses={str(status): _filled(
            description=reply.means, content=content(reply.kinds),
            headers={name: {"description": means, "schema": text} for name, means in reply.headers.items()},
        ) for status, reply in replies.items()})


def _filled(**parts: Any) -> dict[str, Any]:
    """The parts that there are."""
    return {name: part for name, part in parts.items() if part}
