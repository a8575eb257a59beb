"""A real Firefox for tests of the page, driven over WebDriver BiDi, which it speaks by itself.

A script error, an error or a warning in the console, or a request to another host fails the test.
"""

import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
from websockets.sync.client import ClientConnection, connect

from chromium import PATIENCE_S

Seen = TypeVar("Seen")

EXECUTABLE = shutil.which("firefox-esr")
_EVENTS = ["log.entryAdded", "network.beforeRequestSent"]


class Firefox:
    """A tab of a Firefox.

    `complaints` are the errors and the warnings of its pages; `requests` the addresses that the pages asked for, those of
    workers only as far as Firefox tells.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._connection = connection
        self._numbers = itertools.count()
        self.version = str(self._send("session.new", capabilities={})["capabilities"]["browserVersion"])
        self._send("session.subscribe", events=_EVENTS)
        self._tab = self._send("browsingContext.create", type="tab")["context"]

    def open(self, address: str) -> None:
        """Leave the page for another one; returns once that has loaded."""
        self._send("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """What a function of JavaScript returns, or its promise resolves to, on the page; both values pass as JSON."""
        answer = self._send("script.evaluate", target={"context": self._tab}, awaitPromise=True, userActivation=True,
                            expression=f"(async () => JSON.stringify(await ({function})({json.dumps(argument)})))()")
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"].get("value", "null"))

    def until(self, function: str, argument: Any = None) -> Any:
        """The first value that is true of a function, asked again and again, however busy the machine is."""
        return until(lambda: self.evaluate(function, argument))

    def visible(self, selector: str) -> str:
        """The text of the first such element that is shown, as soon as there is one."""
        return str(self.until("""selector => [...document.querySelectorAll(selector)]
            .find(one => one.checkVisibility() && one.innerText.trim())?.innerText""", selector))

    def click(self, selector: str) -> None:
        """Click with the mouse on the middle of the first such element."""
        element = self._element(selector)
        self.evaluate("selector => document.querySelector(selector).scrollIntoView({ block: 'center', behavior: 'instant' })",
                      selector)
        self._send("input.performActions", context=self._tab, actions=[{"type": "pointer", "id": "mouse", "actions": [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}},
            {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]}])

    def choose(self, selector: str, *files: Path) -> None:
        """Choose files for an input."""
        self._send("input.setFiles", context=self._tab, element=self._element(selector), files=list(map(str, files)))

    def screenshot(self, path: Path) -> None:
        """Write the whole page as it looks as a PNG."""
        found = self._send("browsingContext.captureScreenshot", context=self._tab, origin="document")
        path.write_bytes(base64.b64decode(found["data"]))

    def _element(self, selector: str) -> dict[str, str]:
        found = self._send("browsingContext.locateNodes", context=self._tab, locator={"type": "css", "value": selector})
        return {"sharedId": found["nodes"][0]["sharedId"]}

    def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self._connection.recv(PATIENCE_S))).get("id") != number:
            self._note(answer)
        assert answer["type"] == "success", f"{method}: {answer['error']}, {answer['message']}"
        result: dict[str, Any] = answer["result"]
        return result

    def _note(self, event: dict[str, Any]) -> None:
        said = event["params"]
        if event["method"] == "log.entryAdded" and said["level"] in ("error", "warn"):
            self.complaints.append(said["text"])
        if event["method"] == "network.beforeRequestSent":
            self.requests.append(said["request"]["url"])


@contextmanager
def launched(profile: Path, **preferences: bool | int | str) -> Iterator[Firefox]:
    """A Firefox without a window, with a new profile in an empty folder; a test skips where there is none."""
    if EXECUTABLE is None:
        pytest.skip("firefox-esr is not there: on Debian `sh tools/install_browser.sh` installs it")
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
    (profile / "user.js").write_text("".join(lines))
    told = profile / "WebDriverBiDiServer.json"
    with (profile / "output.txt").open("w") as output, subprocess.Popen(
            [EXECUTABLE, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0", "about:blank"],
            stdout=output, stderr=subprocess.STDOUT) as process:
        try:
            until(lambda: _read(told) or process.poll() is not None)
            place = _read(told)
            assert place, (profile / "output.txt").read_text()
            with connect(f"ws://{place['ws_host']}:{place['ws_port']}/session", max_size=None, ping_interval=None,
                         open_timeout=PATIENCE_S) as connection:
                yield Firefox(connection)
        finally:
            process.terminate()  # its other processes end with it
            process.wait()


def _read(file: Path) -> dict[str, Any] | None:
    with suppress(FileNotFoundError, json.JSONDecodeError):  # it may not be written yet
        found: dict[str, Any] = json.loads(file.read_text())
        return found
    return None


def until(seen: Callable[[], Seen]) -> Seen:
    """What is seen, as soon as it is there, however busy the machine is."""
    end = time.monotonic() + PATIENCE_S
    while not (found := seen()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


@contextmanager
def visiting(firefox: Firefox, address: str) -> Iterator[Firefox]:
    """Open an address; at the end of the block, nothing may have been complained about, and no other host been asked."""
    firefox.complaints.clear()
    firefox.requests.clear()
    firefox.open(address)
    yield firefox
    firefox.evaluate("() => null")  # what was told until now has been noted
    own = (address, "data:", "blob:")
    others = [one for one in firefox.requests if not one.startswith(own)]
    assert others == [] and firefox.complaints == [], [*others, *firefox.complaints]
