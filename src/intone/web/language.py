"""The language of a request: what the visitor chose, else what the browser asks for, else that of the settings.

The choice is a link, `?language=de`, that sets a cookie, so that it works without a script and holds for what the
script of the page sends.
"""

from flask import Flask, Response, has_request_context, request

from intone.language import LANGUAGES

COOKIE = "language"
_YEAR_S = 365 * 24 * 3600


def language_of_request(default: str) -> str:
    """The code of the language that an answer is written in; outside of a request the default."""
    if not has_request_context():
        return default
    for chosen in (request.args.get(COOKIE), request.cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    asked = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality)
    return next((code for code in asked if code in LANGUAGES), default)


def keep_choice(app: Flask) -> None:
    """Let an application remember a language that is chosen, and say in which language it answers."""

    @app.after_request
    def _kept(response: Response) -> Response:
        chosen = request.args.get(COOKIE)
        if chosen in LANGUAGES:
            response.set_cookie(COOKIE, chosen, max_age=_YEAR_S, samesite="Lax", secure=request.is_secure)
        if response.mimetype in ("text/html", "application/problem+json"):
            response.vary.update(("Accept-Language", "Cookie"))
        return response
