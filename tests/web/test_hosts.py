"""The hosts that a page answers for: a foreign name that leads to it (DNS rebinding) is refused."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from intone.errors import UsageError
from intone.web import WebSettings, create_app
from intone.web.hosts import host_of, is_loopback
from web_server import API, HTML, SERVERS, StandIn, alert, send, served, tone, wav

HERE = WebSettings()
OPEN = WebSettings(host="0.0.0.0")
OWN = ["localhost", "LOCALHOST:8000", "localhost.", "a.b.localhost", "127.0.0.1:1", "127.9.9.9", "[::1]", "[0:0::1]:8000",
       "[::ffff:127.0.0.1]"]
NUMBERS = ["192.168.1.5:8000", "0.0.0.0", "[fe80::1]", "8.8.8.8"]
FOREIGN = ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "notlocalhost",
           "xn--lcalhost-n4a", "127.1", "2130706433", "0x7f.1"]
MALFORMED = ["", " ", "::1", "[::1", "[::1]evil.example", "[evil.example]", "[127.0.0.1]", "localhost:http", "localhost:123456",
             "evil@localhost", "localhost/", "localhost,evil.example", "localhost evil", "l\u00f6calhost", "..", ".localhost", "a..localhost", "a" * 64 + ".localhost",
             "a" * 300 + ".localhost", "[fe80::1%25eth0]"]


def status(settings: WebSettings, host: str | None, path: str = "/health", method: str = "GET") -> int:
    environ = EnvironBuilder(path, method=method).get_environ()
    environ.pop("HTTP_HOST")
    if host is not None:
        environ["HTTP_HOST"] = host
    body, told, _ = run_wsgi_app(create_app(StandIn(), settings), environ, buffered=True)
    list(body)
    return int(told.split()[0])


@pytest.mark.parametrize("host", OWN)
def test_this_machine_is_always_answered(host: str) -> None:
    assert status(HERE, host) == status(OPEN, host) == 200


@pytest.mark.parametrize("host", NUMBERS)
def test_an_address_is_answered_where_others_are_let_in(host: str) -> None:
    assert (status(HERE, host), status(OPEN, host)) == (421, 200)


@pytest.mark.parametrize("host", [*FOREIGN, *MALFORMED, None])
def test_a_foreign_name_is_answered_nowhere(host: str | None) -> None:
    assert status(HERE, host) == status(OPEN, host) == 421


def test_the_names_of_this_machine_are_answered_where_others_are_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "Desk.home.example")
    for host in ("desk.home.example", "DESK", "desk.local:8000"):
        assert (status(HERE, host), status(OPEN, host)) == (421, 200)
    assert (status(OPEN, "home.example"), status(OPEN, "other.local")) == (421, 421)
    assert status(WebSettings(host="voice.example"), "voice.example:8000") == 200


def test_names_can_be_allowed() -> None:
    settings = WebSettings(allowed_hosts=("Voice.example.org", "10.0.0.7:8000", "[2001:db8::1]"))
    for host in ("voice.example.org:443", "10.0.0.7", "[2001:db8:0::1]:1", "localhost"):
        assert status(settings, host) == 200
    assert status(settings, "other.example.org") == status(settings, "10.0.0.8") == 421
    with pytest.raises(UsageError, match=r"'https://a' names no host: give --allowed-host a name such as"):
        WebSettings(allowed_hosts=("https://a",))


@pytest.mark.parametrize(("path", "method"), [
    ("/", "GET"), ("/", "POST"), (API, "POST"), ("/api/v1/corrections", "POST"), ("/metrics", "GET"), ("/nothing", "GET"),
    ("/static/styles/page.css", "GET"), ("/api/v1/openapi.json", "GET"), (f"{API}/x", "DELETE"), ("/", "OPTIONS")])
def test_every_request_is_looked_at(path: str, method: str) -> None:
    assert status(HERE, "evil.example", path, method) == 421


def test_the_refusal_says_what_to_do() -> None:
    client = create_app(StandIn()).test_client()
    said = ("This page does not answer for the host voice.example: open it at its own address, or start it with "
            "--allowed-host voice.example.")
    headers = {"Host": "Voice.example:8000"}
    found = send(client, wav(tone("sad")), headers=headers)
    assert (found.status_code, found.mimetype) == (421, "application/problem+json")
    assert found.get_json() == {"type": "urn:intone:unknown-host", "title": "Unknown host", "status": 421, "detail": said}
    page = client.get("/", headers=headers | HTML)
    assert page.mimetype == "text/html" and alert(page.text) == said
    odd = client.get("/", headers={"Host": "<b>"})
    assert alert(odd.text) == "The request names no host that can be read: open this page at its own address."
    assert "<b>" not in odd.text


@pytest.mark.parametrize("name", SERVERS)
def test_both_servers_refuse(name: str) -> None:
    with served(name) as page:
        where = page.address.removeprefix("http://").split(":")
        for line in ("Host: evil.example", "Host: localhost\r\nHost: evil.example", "X: y"):
            for body in ("GET / HTTP/1.1", "GET http://localhost/ HTTP/1.1"):
                with socket.create_connection((where[0], int(where[1])), timeout=20) as one:
                    one.sendall(f"{body}\r\n{line}\r\nConnection: close\r\n\r\n".encode())
                    assert one.recv(12) in (b"HTTP/1.1 421", b"HTTP/1.1 400")


# The parser


LABEL = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=1, max_size=20)
PORT = st.just("") | st.integers(0, 65_535).map(lambda port: f":{port}")


@given(st.text() | st.text("0123456789abcdefxlocalhost.:[]%@/-_ ", max_size=40))
def test_whatever_a_header_holds_gives_a_plain_host_or_none(header: str) -> None:
    host = host_of(header)
    if host is not None:
        assert host == host.lower() and host.isascii() and set(host).isdisjoint("[]/@%?# ,")
        again = f"[{host}]" if ":" in host else host
        assert host_of(again) == host


@given(st.lists(LABEL, min_size=1, max_size=5), PORT, st.sampled_from(["", "."]))
def test_a_name_is_read_in_any_case_with_any_port(labels: list[str], port: str, dot: str) -> None:
    name = ".".join(labels)
    assert host_of(name + dot + port) == name.lower()


@given(st.ip_addresses(), PORT)
def test_an_address_is_read_in_any_form(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: str) -> None:
    forms = [str(address)] if address.version == 4 else [f"[{address}]", f"[{address.exploded.upper()}]"]
    assert {host_of(form + port) for form in forms} == {str(address)}


@given(st.ip_addresses(v=4, network="127.0.0.0/8") | st.just(ipaddress.ip_address("::1")))
def test_loopback_is_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert is_loopback(str(address))


@given(st.ip_addresses(v=4).filter(lambda one: not one.is_loopback))
def test_no_other_address_is_loopback(address: ipaddress.IPv4Address) -> None:
    assert not is_loopback(str(address)) and not is_loopback(f"::ffff:{address}")


CLIENT = create_app(StandIn(), WebSettings(host="0.0.0.0")).test_client()


@given(st.text(st.characters(max_codepoint=255), max_size=80) | LABEL)
def test_any_header_is_answered_or_refused(header: str) -> None:
    for path in ("/nothing", "/api/nothing"):
        environ = EnvironBuilder(path).get_environ() | {"HTTP_HOST": header}
        body, told, _ = run_wsgi_app(CLIENT.application, environ, buffered=True)
        assert int(told.split()[0]) in (404, 421) and list(body)
