"""The web page: a person sends a recording and sees the answer for this recording.

    app         the Flask application, put together
    settings    what the page allows: bytes, seconds, answers at once
    state       what every request of one application shares
    ledger      what the processes of one page share
    texts       every English sentence of the page, ready for translation
    bodies      how many bytes of requests are held at once
    upload      the bytes of a request, in memory, without the visitor's file name
    desk        how many recordings are heard at once, and how many more may wait
    jobs        long recordings, with progress and cancel
    hearing     from a request to the answer, by one run of the network
    views       the same answer in two, three or eight classes, and by stress
    page        GET / and POST /: the page, also without JavaScript
    api         /api/v1: the same for programs, and for the page's script
    operations  GET /health and GET /metrics
    measures    what is counted
    guard       headers of every response, and the refusal of forms sent by other sites
    wording     how templates say numbers, times and names
    failures    every error as one sentence, on the page or as a problem
    problems    what a problem is, as RFC 9457 has it
    server      waitress, until Ctrl+C or SIGTERM
    serving     the page in one process, or in several
    crew        several processes behind one address: started, restarted, ended together
    worker      one of them

No recording is kept after its answer, and the answer about a long one only until it is fetched, under a name that
nobody can guess: no visitor can read the answer of another.
"""

from intone.web.app import create_app
from intone.web.server import serve
from intone.web.settings import WebSettings

__all__ = ["WebSettings", "create_app", "serve"]
