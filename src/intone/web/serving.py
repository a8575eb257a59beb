"""The page, in one process or in several."""

from pathlib import Path

from intone.recognition.recognizer import load
from intone.web.app import create_app
from intone.web.processes import Duty, run_processes
from intone.web.server import run
from intone.web.settings import WebSettings


def serve(host: str = "127.0.0.1", port: int = 8000, recognizer: str | Path | None = None,
          settings: WebSettings | None = None, processes: int = 1) -> None:
    """Serve the page until Ctrl+C or SIGTERM; port 0 takes a free one.

    `recognizer` is the path of a recognizer, None the bundled one; `settings` count over all `processes`. Raises
    UsageError where the address is not free, RecognizerError where the recognizer cannot be loaded.
    """
    settings = settings or WebSettings().times(processes)
    if processes > 1:
        run_processes(host, port, Duty(Path(recognizer) if recognizer else None, settings), processes)
    else:
        run(create_app(load(recognizer), settings), host, port)
