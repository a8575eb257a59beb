"""`GET /api/v1/openapi.json`: the OpenAPI 3.1 document of this API, made of what stands beside its code.

`GET /api/` shows it as a page.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template
from pydantic import TypeAdapter

from intone import __version__
from intone.web.api.described import Body, Described, Reply, described
from intone.web.problems import MEDIA_TYPE, Problem
from intone.web.security import UnknownHost

blueprint = Blueprint("openapi", __name__)

_SCHEMAS = "#/components/schemas/{model}"


@blueprint.get("/api/v1/openapi.json")
@described("Read this document", {200: Reply("OpenAPI 3.1.", {"application/json": {"type": "object"}})})
def read() -> Response:
    """The document."""
    return jsonify(document(current_app))


@blueprint.get("/api/")
def show() -> str:
    """The document as a page."""
    return render_template("api.html", document=document(current_app))


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of every described resource of an application."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for rule, method, found in _operations(app):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
        paths.setdefault(path, {})[method] = _operation(path, found, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "intone", "version": __version__, "license": {"name": "Apache-2.0"},
                 "description": "Recognises emotion in recorded speech. It describes how speech sounds, and "
                                "diagnoses nobody."},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _operations(app: Flask) -> Iterator[tuple[str, str, Described]]:
    """Every described resource: its rule, its method, its description."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        found = getattr(app.view_functions[rule.endpoint], "described", None)
        if found is not None:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.rule, method.lower(), found


def _operation(path: str, found: Described, schemas: dict[str, Any]) -> dict[str, Any]:
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                  for name in re.findall(r"{(\w+)}", path)]
    parameters += [{"name": name, "in": "query", "schema": dict(schema), "description": means}
                   for name, (schema, means) in found.query.items()]
    replies = {str(status): _reply(reply, schemas) for status, reply in found.replies.items()}
    refused = Reply("Why not, in one sentence.", {MEDIA_TYPE: Problem})
    replies |= {str(status): _reply(refused, schemas) for status in (*found.problems, UnknownHost.http_status)}
    operation: dict[str, Any] = {"summary": found.summary, "responses": replies}
    if parameters:
        operation["parameters"] = parameters
    if found.body:
        operation["requestBody"] = _body(found.body, schemas)
    return operation


def _body(body: Body, schemas: dict[str, Any]) -> dict[str, Any]:
    return {"required": body.required, "content": _content(body.kinds, schemas)}


def _reply(reply: Reply, schemas: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"description": reply.means}
    if reply.kinds:
        made["content"] = _content(reply.kinds, schemas)
    if reply.headers:
        made["headers"] = {name: {"description": means, "schema": {"type": "string"}}
                           for name, means in reply.headers.items()}
    return made


def _content(kinds: Mapping[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return {kind: {"schema": dict(schema) if isinstance(schema, Mapping) else _schema(schema, schemas)}
            for kind, schema in kinds.items()}


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """A reference to the JSON schema of a type, which is put among the others."""
    made = TypeAdapter(kind).json_schema(ref_template=_SCHEMAS, mode="serialization")
    schemas.update(made.pop("$defs", {}))
    schemas[kind.__name__] = made
    return {"$ref": _SCHEMAS.format(model=kind.__name__)}
