"""Where `intone serve` opens a browser, and how."""

import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

from intone.cli.messages import say
from intone.web import announce

CONTAINERS = (Path("/.dockerenv"), Path("/run/.containerenv"), Path("/run/systemd/container"))
"""Files that Docker, podman and systemd put into a container."""

ELSEWHERE = ("CI", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "container", "KUBERNETES_SERVICE_HOST")
"""Variables that say that nobody sits before this machine."""

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}


def on_a_desktop(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Whether a person sits before this machine who sees what is printed, and a browser that is opened."""
    elsewhere = any(environment.get(name) for name in ELSEWHERE) or any(path.exists() for path in CONTAINERS)
    display = platform in ("darwin", "win32") or any(environment.get(name) for name in DISPLAYS)
    return display and not elsewhere and sys.stdout is not None and sys.stdout.isatty()


def announce_and_open(where: str) -> None:
    """Say where the page is, and open it; the browser is not waited for."""
    announce(where)
    Thread(target=_open, args=(visited(where),), name="intone-browser", daemon=True).start()


def visited(where: str) -> str:
    """The address to visit, of a page that listens on every address of this machine.

    >>> visited("http://0.0.0.0:8000"), visited("http://localhost:8000")
    ('http://127.0.0.1:8000', 'http://localhost:8000')
    """
    parts = urlsplit(where)
    host, _, port = parts.netloc.rpartition(":")
    return urlunsplit(parts._replace(netloc=f"{ANY_ADDRESS.get(host, host)}:{port}"))


def _open(where: str) -> None:
    try:
        opened = webbrowser.open(where)
    except (OSError, webbrowser.Error):
        opened = False
    if not opened:
        say(f"No browser could be opened: open {where} in one.")
