"""The page as a folder of files for any web server: everything is done in the visitor's browser.

    index.html, de.html, ...   the page in each language, the first as index.html
    assets-HASH/               scripts, styles, examples, and what the page of each language is made of
    models/                    network, detector of speech and runtime, under names that hold their hashes
    docs/                      the documents
    manifest.json              what makes it an app that can be installed
    service_worker.js          what makes it work without a network after the first visit
    intone-site.json           says that `intone page` wrote the folder, which it may then replace

The application itself renders the pages, with addresses of files. They are relative: the folder may lie anywhere.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import request

from intone import __version__
from intone.errors import UsageError
from intone.files import FileError, told
from intone.language import LANGUAGES
from intone.recognition.recognizer import load
from intone.web import guide
from intone.web.app import Application, create_app
from intone.web.device_models import MINUTES, parts
from intone.web.security import POLICY
from intone.web.settings import WebSettings
from intone.web.state import state_of

LARGEST = 30_000_000
"""Bytes of a folder, at most."""

MARK = "intone-site.json"
WORKER, MANIFEST = "service_worker.js", "manifest.json"
_SCREENSHOTS = "page/"  # the visitor of the page has it before them
_COLOUR, _PAPER = "#22303c", "#f4f3ef"


@dataclass(frozen=True)
class Site:
    """The files of a page by their names in its folder; those in `models` are paths, and not content."""

    pages: dict[str, bytes]
    assets: dict[str, bytes]
    documents: dict[str, bytes]
    models: dict[str, Path]

    def sizes(self) -> dict[str, int]:
        """Bytes of each of the four kinds."""
        sizes = {kind: sum(map(len, getattr(self, kind).values())) for kind in ("pages", "assets", "documents")}
        return {**sizes, "models": sum(path.stat().st_size for path in self.models.values())}


def made(recognizer: str | Path | None, languages: Sequence[str]) -> Site:
    """The page with a recognizer in some languages. UsageError where no browser can run it, or it is too large."""
    settings = WebSettings(max_seconds=60 * MINUTES, language=languages[0])
    app = create_app(load(recognizer), settings)
    models = {f"models/{part.name}": part.path for part in parts(state_of(app)).values()}
    if not models:
        raise UsageError("This recognizer cannot run in a browser, which takes one network with its front end inside: "
                         "choose another, or export it again with this version of intone.")
    draft = _rendered(app, languages, "assets", models)
    content = hashlib.sha256(b"".join(name.encode() + held for name, held in sorted(_files(draft))))
    site = _rendered(app, languages, f"assets-{content.hexdigest()[:16]}", models)
    if (total := sum(site.sizes().values())) > LARGEST:
        raise UsageError(f"The page would take {total / 1e6:.1f} MB, and at most {LARGEST / 1e6:g} are meant for "
                         "visitors to load: choose a smaller recognizer.")
    return site


def _files(site: Site) -> Iterator[tuple[str, bytes]]:
    yield from site.pages.items()
    yield from site.assets.items()
    yield from site.documents.items()
    yield from ((name, b"") for name in site.models)  # their names hold their hashes


def _rendered(app: Application, languages: Sequence[str], assets: str, models: dict[str, Path]) -> Site:
    """The files, with scripts and styles in the folder `assets`."""
    names = {language: "index.html" if language == languages[0] else f"{language}.html" for language in languages}
    app.addresses = _Addresses(assets, names)
    nonce = assets.rpartition("-")[2]
    policy = POLICY.format(nonce=nonce).replace(" frame-ancestors 'none';", "")  # a meta element cannot say it
    app.jinja_env.globals.update(
        nonce=lambda: nonce, language_page=lambda code: app.addresses and app.addresses("page.empty", language=code),
        languages={code: name for code, name in LANGUAGES.items() if code in names},
        site=_Head(policy))
    static = Path(app.static_folder or "")
    held = {f"{assets}/{path.relative_to(static).as_posix()}": path.read_bytes() for path in sorted(static.rglob("*"))
            if path.is_file() and path.name not in (WORKER, *(path.name for path in models.values()))}
    for language in languages:
        held[f"{assets}/device-{language}.json"] = _got(app, "/device/page.json", language)
    pages = {name: _got(app, "/", language) for language, name in names.items()}
    documents = {f"docs/{name}.html": _document(_got(app, f"/docs/{name}", languages[0])) for name in guide.documents()}
    documents |= {f"docs/images/{path.name}": path.read_bytes() for path in (guide.folder() / "images").glob("*.png")}
    pages[MANIFEST] = _json(_manifest(app, assets))
    pages[WORKER] = _worker((static / WORKER).read_text("utf-8"), nonce, [*pages, *held])
    pages[MARK] = _json({"intone": __version__, "languages": list(languages)})
    return Site(pages, held, documents, models)


@dataclass(frozen=True)
class _Addresses:
    """Gives the address of an endpoint's file, relative to the page being rendered; "" for what only a server does."""

    assets: str
    names: dict[str, str]

    def __call__(self, endpoint: str, **values: Any) -> str:
        up = "../" if request.path.startswith("/docs/") else ""
        anchor = f"#{values['_anchor']}" if values.get("_anchor") else ""
        language = values.get("language") or next(iter(self.names))
        found = {
            "static": lambda: f"{self.assets}/{values['filename']}",
            "page.empty": lambda: self.names[language],
            "guide.read": lambda: f"docs/{values['name']}.html{anchor}",
            "guide.image": lambda: f"docs/images/{values['name']}",
            "device.page": lambda: f"{self.assets}/device-{language}.json",
            "device_models.read": lambda: f"models/{values['name']}",
            "site.worker": lambda: WORKER,
            "site.manifest": lambda: MANIFEST,
        }.get(endpoint)
        return f"{up}{found()}" if found else ""


@dataclass(frozen=True)
class _Head:
    """What the pages of a folder have in their head."""

    policy: str
    colour: str = _COLOUR


def _got(app: Application, address: str, language: str) -> bytes:
    """What the application serves there."""
    with app.test_client().get(address, query_string={"language": language}) as response:
        assert response.status_code == 200, (address, response.status)
        return bytes(response.data)


def _document(html: bytes) -> bytes:
    """A document without the screenshots of the page."""
    address = rf'"[^"]*images/{_SCREENSHOTS}[^"]*"'
    without = re.sub(rf"<img src={address}[^>]*>", "", html.decode())
    return re.sub(rf"<a href={address}>(.*?)</a>", r"\1", without).encode()


def _manifest(app: Application, assets: str) -> dict[str, Any]:
    texts = state_of(app).texts
    icons = [("icon-192", 192, "any"), ("icon-512", 512, "any"), ("maskable-512", 512, "maskable")]
    return {"name": texts("page.title"), "short_name": texts("page.name"), "description": texts("page.lead"),
            "lang": texts.language, "start_url": "./", "scope": "./", "display": "standalone",
            "theme_color": _COLOUR, "background_color": _PAPER,
            "icons": [{"src": f"{assets}/icons/{name}.png", "sizes": f"{size}x{size}", "type": "image/png",
                       "purpose": purpose} for name, size, purpose in icons]}


def _worker(script: str, version: str, files: Sequence[str]) -> bytes:
    """The service worker with the files that it keeps: all but the models, which download.js keeps."""
    kept = ["./", *(name for name in files if not name.endswith((".md", "LICENSE", ".txt")))]
    return f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(kept)};\n\n{script}".encode()


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, indent=2).encode() + b"\n"


def write(site: Site, folder: Path) -> None:
    """Write a page into a folder: whole, or not at all.

    A folder that holds a page is replaced; FileError for one that holds anything else.
    """
    folder = folder.absolute()
    with told(folder):
        if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
            raise FileError(f"The folder {folder} holds other files, and `intone page` replaces only a page that it "
                            "wrote: choose another folder, or empty this one.")
        new, old = (folder.with_name(f".{folder.name}.{kind}") for kind in ("new", "old"))
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)  # of a process that was killed
        try:
            _fill(new, site)
            if folder.is_dir():
                folder.rename(old)
            new.rename(folder)
        finally:
            shutil.rmtree(new, ignore_errors=True)
            if old.is_dir() and not folder.exists():
                old.rename(folder)
            shutil.rmtree(old, ignore_errors=True)


def _fill(folder: Path, site: Site) -> None:
    for name, content in {**site.assets, **site.documents, **site.pages}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name, source in site.models.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
