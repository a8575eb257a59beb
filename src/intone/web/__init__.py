"""The web page: a person sends a recording and sees the answer for this recording.

    app        the Flask application, put together
    settings   what the page allows: bytes, seconds, answers at once
    state      what every request of one application shares: recognizer, settings, texts, desk
    texts      every English sentence of the page, ready for translation
    upload     the bytes of a request, in memory, without the visitor's file name
    desk       how many recordings are heard at once, and how many more may wait
    answer     from a request to the answer, by one run of the network
    views      the same answer in two, three or eight classes
    page       GET / and POST /: the page, also without JavaScript
    analyses   POST /analyses: the answer as JSON, or as the part of the page that shows it
    health     GET /health
    guard      headers of every response, and the refusal of forms sent by other sites
    wording    how templates say numbers, times and names
    failures   every error as one sentence, on the page or in JSON
    server     waitress, until Ctrl+C or SIGTERM

Nothing is kept between two requests, so no visitor can read the answer of another.
"""

from intone.web.app import create_app
from intone.web.server import serve
from intone.web.settings import WebSettings

__all__ = ["WebSettings", "create_app", "serve"]
