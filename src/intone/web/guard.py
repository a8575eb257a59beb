"""What protects visitors: headers of every response, and the refusal of requests that another site sends.

`Referrer-Policy` is `same-origin` and not `no-referrer`: with the latter a browser sends `Origin: null` with the page's
own form, which could then not be told from a foreign one where `Sec-Fetch-Site` is missing (plain http in a local net).
"""

from urllib.parse import urlsplit

from flask import Flask, Request, Response, request
from werkzeug.exceptions import Forbidden

from intone.web.state import state

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; style-src 'self'; media-src 'self' blob:; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SAFE = {"GET", "HEAD", "OPTIONS"}


def protect(app: Flask) -> None:
    """Guard every request and every response of an application."""
    app.before_request(_refuse_other_sites)
    app.after_request(_add_headers)


def from_other_site(request: Request) -> bool:
    """Whether a browser says that another site sent this; programs such as curl say nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    if origin := request.headers.get("Origin"):
        return urlsplit(origin).netloc != request.host
    return False


def _refuse_other_sites() -> None:
    if request.method not in _SAFE and from_other_site(request):
        raise Forbidden(state().texts("error.other-site"))


def _add_headers(response: Response) -> Response:
    response.headers.extend(HEADERS)
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
