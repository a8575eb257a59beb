"""The page answers a recording of every format, in a real Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from chromium import Visitor, ask, verdict
from containers import MADE, WITHOUT_A_VOICE
from intone.audio import ACCEPT
from web_server import tone

pytestmark = pytest.mark.browser

LARGE = ("dv", "mxf", "dsf", "dff")  # which a second takes 300 kB and more of
NAMES = sorted(set(MADE) - set(WITHOUT_A_VOICE) - set(LARGE))


def test_recordings_of_every_format_are_answered(visitor: Visitor, stand_in: str, tmp_path: Path) -> None:
    paths = []
    for name in NAMES:
        paths.append(tmp_path / f"voice.{name}")
        paths[-1].write_bytes(MADE[name](tone("sad")))
    page = visitor(stand_in)
    rows = page.locator("#many .file button")
    for at in range(0, len(paths), 15):
        page.goto(stand_in)
        some = paths[at : at + 15]
        ask(page, *some)
        expect(rows).to_have_count(len(some))
        expect(rows).to_have_text([path.name for path in some])
        expect(page.locator("#many tbody .emotion")).to_have_text(len(some) * ["Sad"])
        expect(page.locator("#many tbody .valence")).to_have_text(len(some) * ["negative"])
    rows.last.click()
    assert re.fullmatch(r"Sad negative \d+%", verdict(page))


def test_the_file_chooser_offers_all_that_is_read(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    choosers = page.locator(".drop input[type=file]")
    assert choosers.count() == 2, "of a recording, and of one's own voice"
    for chooser in choosers.all():
        assert chooser.get_attribute("accept") == ACCEPT


def test_a_refusal_on_the_page_names_what_was_found(visitor: Visitor, stand_in: str) -> None:
    page = visitor(stand_in)
    ask(page, b"%PDF-1.7\n" * 100)
    expect(page.get_by_role("alert")).to_contain_text("The file is a PDF document, not a recording")
