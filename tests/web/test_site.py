"""The page as a folder of files: served by Python's own file server from a subfolder, and without a network."""

import json
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from playwright.sync_api import Browser, Page, expect

from chromium import PHONE, Visitor, ask, until, verdict, violations
from in_browser import nothing_asked, ready
from intone import Recognizer
from intone.cli import main
from intone.errors import UsageError
from intone.files import FileError
from intone.language import texts
from intone.web import site
from tiny_model import tiny_pair
from web_server import silence, wav

LANGUAGES = ("en", "de", "es")
NAME = "voice"


@pytest.fixture(scope="module")
def made() -> site.Site:
    return site.made(None, LANGUAGES)


@pytest.fixture(scope="module")
def folder(made: site.Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, in a subfolder of what is served."""
    folder = tmp_path_factory.mktemp("served") / NAME
    site.write(made, folder)
    return folder


@contextmanager
def served(parent: Path) -> Iterator[str]:
    """The address of a folder, as `python -m http.server` serves it."""
    with subprocess.Popen([sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(parent)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found
            yield found[0]
        finally:
            process.kill()


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder.parent) as root:
        yield f"{root}/{NAME}/"


def kept(page: Page) -> bool:
    """Whether all files are kept for later."""
    return bool(page.evaluate("navigator.serviceWorker.ready.then(one => one.active.state === 'activated')"))


# In a browser


@pytest.mark.browser
def test_a_clip_is_answered_in_a_subfolder_and_nothing_is_asked_for(
    visitor: Visitor, address: str, recognizer: Recognizer, clip: Path
) -> None:
    page = ready(visitor, address)
    until(page, lambda: kept(page))
    with nothing_asked(page):
        ask(page, clip)
        expect(page.locator(".answer")).to_be_visible()
        page.wait_for_selector(".waveform [part~=region]", state="attached")
    answer = recognizer.predict(clip)
    assert verdict(page) == f"{answer.label.capitalize()} {answer.valence} {texts('en').percent(answer.shares[answer.label])}"
    assert violations(page) == []


@pytest.mark.browser
def test_after_the_first_visit_it_works_without_a_network(visitor: Visitor, address: str) -> None:
    page = ready(visitor, address)
    until(page, lambda: kept(page))
    page.context.set_offline(True)
    page.reload()
    page.locator("[data-example]").nth(1).click()
    expect(page.locator(".answer")).to_be_visible()
    assert verdict(page).startswith("Happy")
    page.get_by_role("link", name="Deutsch").click()
    page.locator("[data-example]").first.click()
    expect(page.locator(".answer")).to_be_visible()
    assert verdict(page).startswith("Wütend")


@pytest.mark.browser
def test_what_needs_a_server_is_not_there(visitor: Visitor, address: str) -> None:
    page = ready(visitor, address, size=PHONE)
    expect(page.locator("[data-means]")).to_have_text(texts("en")("where.site"))
    assert page.locator("[data-where] input").count() == 0
    page.click(".more > summary")
    for name in ("speakers", "channel", "track"):
        expect(page.locator(f"[name={name}]")).to_be_disabled()
    page.locator("[data-example]").first.click()
    expect(page.locator(".answer")).to_be_visible()
    assert page.locator("[data-pictures], .correction, .takeaway > details").count() == 0
    assert "server" not in page.get_by_role("contentinfo").inner_text().replace(texts("en")("footer.privacy.site"), "")
    assert violations(page) == []


@pytest.mark.browser
def test_a_failure_is_a_sentence_alone(visitor: Visitor, address: str) -> None:
    page = visitor(address, prepare=lambda page: page.add_init_script("WebAssembly.validate = () => false"))
    expect(page.locator("[data-means]")).to_have_text(f"{texts('en')('where.old')} {texts('en')('where.site')}")
    page.locator("[data-example]").first.click()
    expect(page.get_by_role("alert")).to_have_text(texts("en")("where.old"))
    page = ready(visitor, address)
    ask(page, wav(silence(3)))
    expect(page.get_by_role("alert")).to_contain_text("The recording is silent")
    ask(page, b"\x89PNG no sound")
    expect(page.get_by_role("alert")).to_have_text(texts("en")("where.unread"))


@pytest.mark.browser
def test_it_can_be_installed_as_an_app(visitor: Visitor, address: str) -> None:
    page = ready(visitor, address)
    until(page, lambda: kept(page))
    found = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert found["errors"] == [] and found["url"] == f"{address}manifest.json"
    errors = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []


@pytest.mark.browser
def test_a_new_version_takes_the_place_of_the_old_one(visitor: Visitor, tmp_path: Path, made: site.Site) -> None:
    site.write(made, tmp_path / NAME)
    with served(tmp_path) as root:
        page = ready(visitor, f"{root}/{NAME}/")
        until(page, lambda: kept(page))
        page.reload()  # now it comes from what is kept
        before = page.evaluate("caches.keys()")
        site.write(site.made(None, ["de"]), tmp_path / NAME)
        page.evaluate("navigator.serviceWorker.ready.then(one => one.update())")
        until(page, lambda: page.evaluate("navigator.serviceWorker.ready.then(one => one.waiting?.state === 'installed')"))
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.goto("about:blank")  # no page of the old version is open
        until(page, lambda: page.goto(f"{root}/{NAME}/") and page.locator("html").get_attribute("lang") == "de")
        after = page.evaluate("caches.keys()")
    assert len(before) == len(after) == 2 and len(set(before) & set(after)) == 1, "the models are kept"


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_opened_as_a_file_it_says_what_it_needs(browser: Browser, folder: Path, language: str) -> None:
    name = "index" if language == "en" else language
    page = browser.new_page()
    page.goto((folder / f"{name}.html").as_uri())
    expect(page.locator(".late")).to_be_visible()
    expect(page.locator(".late")).to_have_text(texts(language)("where.needs"))
    page.close()


# The files


class _Addresses(HTMLParser):
    """All that a page leads to or loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found = list[str]()
        self.names = set[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as HTMLParser calls it
        for name, value in attrs:
            if name in ("href", "src", "data-example", "data-offline") and value is not None:
                self.found.append(value)
            if name == "id" and value:
                self.names.add(value)


def test_every_address_is_relative_and_leads_to_a_file(folder: Path) -> None:
    pages = {path: _Addresses(path.read_text("utf-8")) for path in folder.rglob("*.html")}
    assert len(pages) > 20
    for path, page in pages.items():
        assert page.found
        for one in page.found:
            if re.match(r"https?:", one):
                assert path.parent.name == "docs", one
                continue
            target, name = urldefrag(one)
            there = (path.parent / target).resolve() if target else path
            assert not one.startswith("/") and there.is_file(), (path.name, one)
            assert not name or name in pages[there].names, (path.name, one)


def test_what_the_script_loads_lies_where_it_looks(folder: Path, made: site.Site) -> None:
    for name in ("index.html", "de.html", "es.html"):
        given = re.search(r'data-device="(.*?)"', (folder / name).read_text("utf-8"))
        assert given
        places = json.loads(given[1].replace("&#34;", '"').replace("&quot;", '"'))
        assert json.loads((folder / places["page"]).read_text("utf-8"))["texts"]["language"] in LANGUAGES
        for part in places["parts"].values():
            assert (folder / part["address"]).stat().st_size == part["bytes"]
    worker = (folder / site.WORKER).read_text("utf-8")
    listed = json.loads(worker.split("const FILES = ")[1].split(";\n")[0])
    assert all((folder / one).exists() for one in listed)
    assert set(made.pages) - {site.WORKER, site.MARK} <= set(listed)


def test_the_policy_allows_this_folder_alone(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        policy = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', path.read_text("utf-8"))
        assert policy and "default-src &#39;self&#39;" in policy[1] and "http" not in policy[1]


def test_the_icons_have_the_sizes_that_the_manifest_says(folder: Path) -> None:
    manifest = json.loads((folder / site.MANIFEST).read_text("utf-8"))
    for icon in manifest["icons"]:
        content = (folder / icon["src"]).read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert "{}x{}".format(*struct.unpack(">II", content[16:24])) == icon["sizes"]
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}


def test_it_is_small_enough_and_the_same_each_time(folder: Path, made: site.Site) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) == sum(made.sizes().values()) <= site.LARGEST == 30_000_000
    assert site.made(None, LANGUAGES) == made


# Writing it


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["page", "--to", "site", "--languages", "de", "en"]) == 0
    said = capsys.readouterr().out
    total = sum(path.stat().st_size for path in (tmp_path / "site").rglob("*") if path.is_file())
    assert f"{total / 1e6:.2f} MB  site: upload this folder" in said and "the model" in said
    assert 'lang="de"' in (tmp_path / "site" / "index.html").read_text("utf-8")
    assert (tmp_path / "site" / "en.html").exists() and not (tmp_path / "site" / "es.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert main(["page", "--to", "site", "--languages", "es"]) == 0
    assert not (tmp_path / "site" / "en.html").exists()


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path, made: site.Site) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileError, match=r"holds other files, and `intone page` replaces only a page that it wrote"):
        site.write(made, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_it_is_written_whole_or_not_at_all(tmp_path: Path, made: site.Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write(made, tmp_path / "site")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*")}
    monkeypatch.setattr("shutil.copyfile", lambda *paths: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(FileError, match="disk is full"):
        site.write(made, tmp_path / "site")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*")} == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_recognizer_that_no_browser_can_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot run in a browser"):
        site.made(tiny_pair(tmp_path / "pair"), ["en"])


def test_a_page_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "LARGEST", 20_000_000)
    with pytest.raises(UsageError, match=r"would take \d\d\.\d MB, and at most 20 are meant"):
        site.made(None, ["en"])
