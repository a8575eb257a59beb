"""How the page recognises by itself in Chromium, beside the server: writes results/browser.json.

    tools/browser.py ravdess=ravdess crema-d=crema-d nemo=nemo emodb=emodb      (then: make tables)

The page is the folder that `intone page` writes, on loopback, in a browser that has one core of the machine. Fifty
clips of each corpus are answered there and by the server's API; clips of CREMA-D also as other formats, which the
browser decodes by itself, and those of a corpus that lie as Opus files as they are. Times are the medians of clips that
are cut, or filled up, to four seconds. Then the page records for two minutes from a microphone that plays clips, with
all cores.
"""

import argparse
import io
import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import Any

import av
import numpy as np
import psutil
from flask.testing import FlaskClient
from playwright.sync_api import CDPSession, Page, Playwright, sync_playwright

from intone.audio import RATE, Signal, read_mono
from intone.corpora import open_corpora
from intone.files import write_json
from intone.language import LANGUAGES
from intone.recognition.recognizer import load
from intone.web import create_app, site

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results" / "browser.json"
EACH, ENCODED, TIMED = 50, 20, 20
FORMATS = {"webm": "libopus", "mp3": "mp3", "m4a": "aac", "flac": "flac"}
TIMED_S = 4.0
NETWORK_BITS = 20_000_000
"""Bits a second of the slow network."""

ASK = """async (bytes) => {
    const scripts = new URL(".", document.querySelector("script[type=module]").src);
    const { analyse } = await import(new URL("device/device.js", scripts));
    const file = new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], "clip");
    const begun = performance.now();
    try {
        const { views } = await analyse(file, { sex: "auto", classes: "8" });
        return { views, milliseconds: performance.now() - begun };
    } catch (error) {
        return { problem: String(error.sentence?.text ?? error) };
    }
}"""

LIVE_S = 120
WATCH = """() => {
    window.pieces = [];
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
        if (message.kind === "live") {
            const { samples, rate, skipped } = message;
            const piece = { seconds: samples.length / rate, skipped, from: performance.now() };
            window.pieces.push(piece);
            const done = ({ data }) => {
                if (data.id !== message.id || data.share !== undefined) return;
                piece.milliseconds = performance.now() - piece.from;
                this.removeEventListener("message", done);
            };
            this.addEventListener("message", done);
        }
        return send.call(this, message, ...rest);
    };
}"""
"""Notes every piece of sound that the page analyses while it records."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder, in a subfolder, as any server of files serves it."""
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing is printed for each file."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder.parent))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{folder.name}/"
        server.shutdown()


def encoded(signal: Signal, suffix: str) -> bytes:
    """A signal as another format."""
    file = io.BytesIO()
    with av.open(file, "w", format={"m4a": "mp4"}.get(suffix, suffix)) as container:
        stream = container.add_stream(FORMATS[suffix], rate=48_000 if suffix == "webm" else RATE, layout="mono")
        given = av.AudioFrame.from_ndarray((signal * 32767).astype("<i2")[None], "s16", "mono")
        given.sample_rate = RATE
        resampler = av.AudioResampler(stream.format.name if stream.format else "fltp", "mono", stream.rate)
        for frame in [*resampler.resample(given), *resampler.resample(None)]:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def wav(signal: Signal) -> bytes:
    """A signal as 16-bit WAV."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, signal, RATE, format="WAV", subtype="PCM_16")
    return file.getvalue()


def as_wav(path: Path) -> bytes:
    """A clip as it is where it is WAV, else decoded: what decoders do differently is measured by itself."""
    return path.read_bytes() if path.suffix == ".wav" else wav(read_mono(path))


def asked(page: Page, content: bytes) -> dict[str, Any]:
    """What the page says of a recording."""
    import base64

    found: dict[str, Any] = page.evaluate(ASK, base64.b64encode(content).decode())
    return found


def told(client: FlaskClient, content: bytes) -> dict[str, Any]:
    """What the server says of it; it tells nobody apart either."""
    response = client.post("/api/v1/analyses", query_string={"speakers": "1"}, data=content,
                           content_type="application/octet-stream")
    found: dict[str, Any] = response.get_json()
    return found


def compared(page: Page, client: FlaskClient, contents: Sequence[bytes]) -> dict[str, Any]:
    """How often both say the same, and how far their probabilities are apart, in each scheme."""
    pairs = [(asked(page, one), told(client, one)) for one in contents]
    both = [(mine["views"], theirs["views"]) for mine, theirs in pairs if "views" in mine and "views" in theirs]
    refused = sum("views" not in mine and "views" not in theirs for mine, theirs in pairs)
    moved = [max(abs(mine[name]["probabilities"][label] - share) for name in mine
                 for label, share in theirs[name]["probabilities"].items()) for mine, theirs in both]
    return {"clips": len(pairs), "answered": len(both), "both_refused": refused,
            "same_label": sum(all(mine[name]["label"] == theirs[name]["label"] for name in mine)
                              for mine, theirs in both),
            "same_confidence": sum(mine["8"]["confidence"] == theirs["8"]["confidence"] for mine, theirs in both),
            "same_segments": sum([_times(one) for one in mine["8"]["segments"]]
                                 == [_times(one) for one in theirs["8"]["segments"]] for mine, theirs in both),
            "largest_difference": round(max(moved), 6), "median_difference": round(statistics.median(moved), 6)}


def _times(segment: dict[str, Any]) -> tuple[float, float]:
    return segment["start_s"], segment["end_s"]


def opened(page: Page, address: str) -> float:
    """Seconds until a page is ready to answer."""
    begun = perf_counter()
    page.goto(address)
    page.locator("[data-where][data-ready]").wait_for(state="attached", timeout=600_000)
    return perf_counter() - begun


def slowed(session: CDPSession, bits: int) -> None:
    """Let a page have a network of so many bits a second, with 40 ms each way."""
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": 40,
                                                      "downloadThroughput": bits / 8, "uploadThroughput": bits / 8})


def times(page: Page, clips: Sequence[Signal]) -> list[float]:
    """Milliseconds for each of some clips of four seconds, after one that does not count."""
    samples = round(TIMED_S * RATE)
    cut = [np.pad(one[:samples], (0, max(0, samples - len(one)))) for one in clips]
    return [asked(page, wav(one))["milliseconds"] for one in [cut[0], *cut]][1:]


def measured(corpora: Sequence[str]) -> dict[str, Any]:
    """Everything that is written."""
    tables = {name.split("=")[0]: open_corpora([name]) for name in corpora}
    paths = {name: list(map(Path, table["path"].iloc[:: max(1, len(table) // EACH)][:EACH]))
             for name, table in tables.items()}
    some = [read_mono(path) for path in paths["crema-d"][:ENCODED]]
    client = create_app(load()).test_client()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place) / "voice"
        made = site.made(None, tuple(LANGUAGES))
        site.write(made, folder)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        one_core = sorted(psutil.Process().cpu_affinity())[:1]
        for process in _processes():
            process.cpu_affinity(one_core)
        with served(folder) as address:
            context = browser.new_context()
            page = context.new_page()
            found: dict[str, Any] = {"browser": browser.version, "bytes": made.sizes(),
                                     "first_visit_s": round(opened(page, address), 2)}
            page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
            found["later_visit_s"] = round(statistics.median(opened(page, address) for _ in range(3)), 2)
            found["corpora"] = {name: compared(page, client, [as_wav(path) for path in those])
                                for name, those in paths.items()}
            found["formats"] = {name: compared(page, client, [encoded(one, name) for one in some]) for name in FORMATS}
            if packed := [path for those in paths.values() for path in those if path.suffix == ".opus"]:
                found["formats"]["opus"] = compared(page, client, [path.read_bytes() for path in packed[:EACH]])
            found["milliseconds_for_4_s"] = sorted(round(one, 1) for one in times(page, some[:TIMED]))
            found["megabytes"] = round(sum(one.memory_full_info().pss for one in _renderers()) / 1e6)
            slow = browser.new_context().new_page()
            slowed(slow.context.new_cdp_session(slow), NETWORK_BITS)
            found["first_visit_at_20_mbit_s"] = round(opened(slow, address), 2)
            browser.close()
            found["live"] = live(playwright, address, some, Path(place) / "microphone.wav")
    return found


def live(playwright: Playwright, address: str, clips: Sequence[Signal], sound: Path) -> dict[str, Any]:
    """Two minutes of recording from a microphone that plays clips: what was analysed, and how long it took."""
    sound.write_bytes(wav(np.concatenate([np.pad(one, (0, RATE // 2)) for one in clips])))
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[
        "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}"])
    page = browser.new_page()
    page.add_init_script(f"({WATCH})()")
    opened(page, address)
    page.click("[data-record=start]")
    page.wait_for_timeout(1000 * LIVE_S)
    found: list[dict[str, float]] = page.evaluate("window.pieces.filter((one) => one.milliseconds !== undefined)")
    browser.close()
    heard = [one["seconds"] for one in found[1:]]  # the first waited for the microphone
    return {"seconds": LIVE_S, "states": len(found), "skipped": sum(one["skipped"] for one in found),
            "longest_piece_s": round(max(heard), 2), "analysed_s": round(sum(heard), 1),
            "median_milliseconds": round(statistics.median(one["milliseconds"] for one in found)),
            "longest_milliseconds": round(max(one["milliseconds"] for one in found))}


def _processes() -> list[psutil.Process]:
    """Those of the browser."""
    return [one for one in psutil.Process().children(recursive=True) if "chrom" in one.name()]


def _renderers() -> list[psutil.Process]:
    return [one for one in _processes() if "--type=renderer" in one.cmdline()]


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the recognition in the browser.")
    parser.add_argument("corpora", nargs="+", help="NAME=FOLDER, crema-d among them")
    write_json(RESULTS, measured(parser.parse_args().corpora))
    print(json.dumps(json.loads(RESULTS.read_text(encoding="utf-8")), indent=1))


if __name__ == "__main__":
    main()
