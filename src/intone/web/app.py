"""The application: the parts of the page put together."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from jinja2 import StrictUndefined

from intone import __version__
from intone.web import admission, api, device_files, device_models, guide, health, page, template_filters
from intone.web.error_answers import answer_failures, refused
from intone.web.hosts import host_of
from intone.web.language import keep_choice
from intone.web.security import protect
from intone.web.settings import WebSettings
from intone.web.state import attach
from intone.web.upload import InMemoryRequest

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from intone.recognition.recognizer import Recognizer


class _OrderedJson(DefaultJSONProvider):
    sort_keys = False  # classes keep their order


class Application(Flask):
    """A Flask application whose requests keep uploads in memory, and whose JSON keeps its order.

    A host that cannot be read counts as none: Werkzeug could not even give the addresses of the page that says so.
    """

    request_class = InMemoryRequest
    json_provider_class = _OrderedJson
    addresses: Callable[..., str] | None = None
    """What gives the address of an endpoint where pages become files (`site`)."""

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """As Flask has it."""
        return (self.addresses or super().url_for)(endpoint, **values)

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """As Flask has it."""
        if host_of(environ.get("HTTP_HOST")) is None:
            environ["HTTP_HOST"] = ""
        return super().wsgi_app(environ, start_response)


def create_app(
    recognizer: "Recognizer", settings: WebSettings | None = None, together: Path | None = None
) -> Application:
    """A WSGI application that answers with one recognizer, and keeps no recording beyond its answer.

    `together` is a folder that several processes share, so that any of them can answer about anything
    (`gunicorn_server` makes it); None where one process serves the page.
    """
    settings = settings or WebSettings()
    app = Application("intone.web")
    app.debug = False  # whatever FLASK_DEBUG says
    app.config["MAX_CONTENT_LENGTH"] = settings.max_bytes
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    def problem(error: Exception) -> str:
        with app.app_context():
            return json.dumps(refused(error))

    state = attach(app, recognizer, settings, problem, together)
    protect(app)  # first, so that nothing else is done for a request that is refused
    admission.limit_bodies(app, state.room)
    template_filters.equip(app, __version__)
    keep_choice(app)
    answer_failures(app)
    for blueprint in (page.blueprint, guide.blueprint, health.blueprint, device_files.blueprint,
                      device_models.blueprint, *api.BLUEPRINTS):
        app.register_blueprint(blueprint)
    return app

