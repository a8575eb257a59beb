"""One of several processes that serve a page: `python -m intone.web.worker ORDERS`, started by `crew`."""

import os
import shutil
import signal
import socket
import sys
import threading
from pathlib import Path

from intone.errors import IntoneError
from intone.recognition.recognizer import load
from intone.web.app import create_app
from intone.web.processes import ORDERS, READY
from intone.web.server import attend


def main(orders: str) -> int:
    """Serve until SIGTERM, or until the process that gave the orders has gone; returns the exit status."""
    told = ORDERS.validate_json(orders)
    with socket.socket(fileno=told.line) as line, socket.socket(fileno=told.listener) as listener:
        try:
            app = create_app(load(told.duty.recognizer), told.duty.settings, told.folder)
        except IntoneError as error:
            line.sendall(str(error).encode())
            return error.exit_status
        threading.Thread(target=_end_with, args=(line, told.folder), name="intone-line", daemon=True).start()
        attend(app, listener, lambda: line.sendall(READY))
    return 0


def _end_with(line: socket.socket, folder: Path) -> None:
    """Wait until the other end of the line has gone: nobody removes the folder then, or ends this process."""
    line.recv(1)
    shutil.rmtree(folder, ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
