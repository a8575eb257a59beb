"""The page: a person sends a recording and reads the answer for this recording. The API gives the same to programs.

    app               the Flask application, put together
    settings          what the page allows: bytes, seconds, analyses at once
    state             what every request of one application shares
    store             what the processes of one page share, in SQLite
    admission         how many recordings are analysed at once, and how many more may wait
    pace              how slowly a client may send and read
    jobs              long recordings, with progress and cancel
    upload            the bytes of a request, in memory, without the visitor's file name
    fields            what a field of a query or a form can be, and the sentence about anything else
    answers           from a request to the answer, by one run of the network
    names             what files are called that are made of a recording
    views             the same answer in each class scheme, and how it is drawn
    device            what a browser must know to recognise by itself
    page              GET / and POST /: the page, also without JavaScript
    guide             /docs: the documents of intone as pages
    api/              /api/v1: the same for programs, and for the page's script
    browser_templates  the templates and texts of an answer, for the page that recognises in the browser
    device_files      /device/page.json: these as one file
    device_models     /device: network, detector of speech and runtime
    site              the page as a folder of files, without a server
    health            GET /health and GET /metrics
    metrics           what is counted for Prometheus
    security          headers of every response, and the refusal of requests of other hosts and other sites
    hosts             which hosts the page answers for
    language          which language a request is answered in
    template_filters  how templates write numbers, times and names
    problems          what a problem is, as RFC 9457 has it
    error_answers     every error as one sentence, on the page or as a problem
    server            the address, and waitress: one process on any system
    gunicorn_server   gunicorn: one process or several on systems with fork

No recording is kept after its answer. The answer for a long recording is kept until it is fetched, for some minutes,
under a name that nobody can guess: no visitor can read the answer of another.
"""

from intone.web.app import create_app
from intone.web.server import announce, serve
from intone.web.settings import WebSettings

__all__ = ["WebSettings", "announce", "create_app", "serve"]
