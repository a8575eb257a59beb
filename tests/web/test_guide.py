"""The documents as pages: every one is served, and every link on it leads somewhere."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from intone.web import create_app, guide
from web_server import StandIn

DOCUMENTS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(StandIn()).test_client()


@pytest.mark.parametrize("name", [*(file.stem for file in DOCUMENTS.glob("*.md")), "model-card"])
def test_a_document_is_a_page_whose_links_lead_somewhere(client: FlaskClient, name: str) -> None:
    page = client.get(f"/docs/{name}").text
    assert re.search(r"<h1 id=", page) and "<footer" in page
    assert " style=" not in page  # which the policy of the page forbids
    for target in set(re.findall(r'(?:href|src)="([^"]+)"', page)):
        path, _, place = urljoin(f"/docs/{name}", target).partition("#")
        if not target.startswith("http"):
            with client.get(path) as there:
                assert there.status_code == 200, target
                assert not place or f'id="{place}"' in there.text, target


@pytest.mark.parametrize("path", ["/docs/none", "/docs/..%2fREADME", "/docs/page.md", "/docs/images/../page.md", "/docs/images/none.png"])
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_heading_has_the_name_that_links_use() -> None:
    assert guide.anchor("Several recordings of one person") == "several-recordings-of-one-person"
    assert guide.anchor("What happens to a recording?") == "what-happens-to-a-recording"


def test_a_table_is_a_table_and_its_numbers_are_to_the_right() -> None:
    with create_app(StandIn()).test_request_context():
        title, body = guide.rendered("# Title\n\n| a | b |\n|---|---:|\n| x | 1 |\n\n[gone](../secret.md)\n")
    assert title == "Title"
    assert '<td class="number">1</td>' in body and "<td>x</td>" in body
    assert "<a>gone</a>" in body


def test_a_link_leads_from_where_its_document_is() -> None:
    with create_app(StandIn()).test_request_context():
        assert 'href="/docs/results#calibration"' in guide.rendered("# A\n\n[b](results.md#calibration)")[1]
        card = guide.rendered("# A\n\n[b](../../../docs/results.md)", "src/intone/recognizers")[1]
    assert 'href="/docs/results"' in card
