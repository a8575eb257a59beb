"""A real HTTP server on loopback that hands out archives, and can be told to misbehave."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


class Handler(BaseHTTPRequestHandler):
    server: "ArchiveServer"

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        answer = self.server.script.pop(0) if self.server.script else ranged
        answer(self)

    def content(self) -> bytes:
        return self.server.files.get(self.path.split("?")[0].strip("/"), b"")

    def begin(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


Answer = Callable[[Handler], object]


class ArchiveServer(ThreadingHTTPServer):
    """`files` by name; `script` holds the answers to the next requests, after which all is well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.script: list[Answer] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.released = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle is what some tests are about."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def ranges(self) -> list[str | None]:
        """The Range of every request."""
        return [headers.get("Range") for _, headers in self.requests]


def ranged(handler: Handler, cut: int | None = None) -> None:
    """What was asked for; with `cut`, the connection ends after so many bytes."""
    content = handler.content()
    wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
    start = int(wanted[1]) if wanted else 0
    if not content:
        handler.begin(404, 0)
    elif start >= len(content):
        handler.begin(416, 0, Content_Range=f"bytes */{len(content)}")
    else:
        span = f"bytes {start}-{len(content) - 1}/{len(content)}"
        handler.begin(206 if wanted else 200, len(content) - start, **({"Content_Range": span} if wanted else {}))
        handler.wfile.write(content[start:][:cut])


def whole(handler: Handler, cut: int | None = None) -> None:
    """Everything, whatever part was asked for."""
    handler.begin(200, len(handler.content()))
    handler.wfile.write(handler.content()[:cut])


def unstated(handler: Handler) -> None:
    """Everything, without a word about its length."""
    handler.begin(200, None)
    handler.wfile.write(handler.content())


def misplaced(handler: Handler) -> None:
    """The last byte, whatever part was asked for."""
    size = len(handler.content())
    handler.begin(206, 1, Content_Range=f"bytes {size - 1}-{size - 1}/{size}")
    handler.wfile.write(handler.content()[-1:])


def stalled(handler: Handler, after: int) -> None:
    """The first bytes, and then nothing until the server is closed."""
    handler.begin(200, len(handler.content()))
    handler.wfile.write(handler.content()[:after])
    handler.server.released.wait()


def refused(status: int, **headers: str) -> Answer:
    """An error, with headers such as `Retry_After`."""
    return lambda handler: handler.begin(status, 0, **headers)


def other(content: bytes) -> Answer:
    """Another content under the same name."""
    def answer(handler: Handler) -> None:
        handler.begin(200, len(content))
        handler.wfile.write(content)
    return answer


@contextmanager
def serving() -> Iterator[ArchiveServer]:
    """A server that is closed in the end."""
    with ArchiveServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()
