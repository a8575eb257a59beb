"""Visitors of a test's page: what one has left, none who comes later finds."""

import pytest
from playwright.sync_api import Page

from chromium import Contexts, visiting

pytestmark = pytest.mark.browser

LEAVE = """async () => {
    localStorage.left = sessionStorage.left = "1";
    document.cookie = "left=1; max-age=1000";
    await (await caches.open("left")).put("/left", new Response("1"));
    await new Promise((done) => {
        const asked = indexedDB.open("left");
        asked.onsuccess = () => done(asked.result);
    });
}"""
FOUND = """async () => [
    ...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie, ...await caches.keys(),
    ...(await indexedDB.databases()).map((one) => one.name), (await navigator.permissions.query({ name: "geolocation" })).state,
    navigator.onLine,
]"""


def left(page: Page) -> set[object]:
    return {one for one in page.evaluate(FOUND) if one != ""}


def test_a_visitor_finds_nothing_of_the_one_before(contexts: Contexts, stand_in: str) -> None:
    with visiting(contexts) as visit:
        page = visit(stand_in)
        before, context = left(page), page.context
        page.evaluate(LEAVE)
        assert left(page) == before | {"left", "left=1"}
        context.grant_permissions(["geolocation"])
        context.set_offline(True)
        assert left(page) - before == {"left", "left=1", "granted", False}
        other = visit(stand_in)
        assert other.context != context and left(other) == before, "both are there at once"
    with visiting(contexts) as visit:
        later = [visit(stand_in) for _ in range(2)]
        assert context in [page.context for page in later]
        assert [left(page) for page in later] == [before, before]
