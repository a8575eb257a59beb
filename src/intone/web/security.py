"""What protects visitors: headers of every response, and the refusal of requests of other hosts and other sites.

`Referrer-Policy` is `same-origin` and not `no-referrer`: with the latter a browser sends `Origin: null` with the page's
own form, which could then not be told from a foreign one where `Sec-Fetch-Site` is missing (plain http in a local net).

Scripts come from files; `wasm-unsafe-eval` lets a browser compile WebAssembly, and no text of a script. Styles come
from files. The waveform alone brings its own with it, and names them by the nonce of the page.
"""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, request
from werkzeug.exceptions import Forbidden

from intone.errors import IntoneError
from intone.web.hosts import host_of, known_hosts
from intone.web.state import state, state_of

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "style-src 'self' 'nonce-{nonce}'; media-src 'self' blob:; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_KEPT = {"static", "device_models.read"}  # by browsers; the second is under names that hold hashes
_SAFE = {"GET", "HEAD", "OPTIONS"}


class UnknownHost(IntoneError):
    """A request for a host that this page does not answer for."""

    http_status = 421


def protect(app: Flask) -> None:
    """Guard every request and every response of an application; gives its templates `nonce()`."""
    settings = state_of(app).settings
    known = known_hosts(settings.host, settings.allowed_hosts)

    def refuse_other_hosts() -> None:
        header = request.headers.get("Host")
        if not known.host(header):
            host = host_of(header)
            raise UnknownHost(state().texts("error.other-host", host=host) if host else state().texts("error.no-host"))

    app.jinja_env.globals["nonce"] = nonce
    app.before_request(refuse_other_hosts)
    app.before_request(_refuse_other_sites)
    app.after_request(_add_headers)


def nonce() -> str:
    """The random word of the current response by which its page may add styles."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


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
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce())
    if request.endpoint not in _KEPT:
        response.headers["Cache-Control"] = "no-store"
    return response
