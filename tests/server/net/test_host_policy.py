"""Under which host names the server answers, and which pages may connect."""

import pytest
from structlog.testing import capture_logs
from websockets.datastructures import Headers
from websockets.http11 import Request

from pokerws.metrics import Metrics
from pokerws.server.app import App
from pokerws.server.net.client_address import TrustedProxies
from pokerws.server.net.host_policy import HostPolicy
from tests.server.net.test_http import SECURE, request

UPGRADE = "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n"
POLICY = HostPolicy(
    ("poker.example", "*.poker.example"),
    ("https://club.example:8443",),
    listens_on=("mybox", "192.0.2.1"),
    certified=lambda: ("cards.example", "*.cards.example"),
)


def is_known(policy: HostPolicy, *hosts: str, peer: str = "127.0.0.1", proxied: str = "") -> bool:
    headers = Headers([("Host", host) for host in hosts])
    if proxied:
        headers["X-Forwarded-For"] = proxied
    return policy.foreign_host(peer, Request("/", headers)) is None


@pytest.mark.parametrize(
    "host",
    "localhost localhost:8765 LOCALHOST. app.localhost 127.0.0.1 127.0.0.1:80 10.1.2.3:8765 "
    "[::1] [::1]:8765 [fd00::2]:8765 mybox MyBox:8765 poker.example poker.example:8443 "
    "a.poker.example a.b.poker.example club.example cards.example a.cards.example".split(),
)
def test_addresses_and_names_of_the_server_are_known(host: str) -> None:
    assert is_known(POLICY, host)


@pytest.mark.parametrize(
    "host",
    "evil.example evil.example:8765 evilpoker.example poker.example.evil.example 127.0.0.1.evil "
    "localhost.evil.example [evil.example] .poker.example .localhost x 127.1 0x7f000001 "
    "user@127.0.0.1 127.0.0.1@evil.example".split(),
)
def test_any_other_name_is_refused(host: str) -> None:
    assert not is_known(POLICY, host)
    assert not is_known(POLICY, "localhost", host), "nor hidden behind a known one"


@pytest.mark.parametrize(
    "headers",
    [
        [("Host", "a.example"), ("Origin", "http://a.example"), ("Origin", "http://b.example")],
        [("Host", "a.example"), ("Host", "b.example"), ("Origin", "http://a.example")],
    ],
    ids=["two origins", "two hosts"],
)
def test_a_page_that_names_itself_twice_is_foreign(headers: list[tuple[str, str]]) -> None:
    asked = Request("/ws", Headers(headers))
    assert HostPolicy().foreign_origin("127.0.0.1", asked) is not None


@pytest.mark.parametrize(
    ("host", "origin", "is_own"),
    [
        ("poker.example:443", "https://poker.example", True),
        ("poker.example:80", "http://poker.example", True),
        ("Poker.Example", "https://poker.example", True),
        ("poker.example:8443", "https://poker.example", False),
        ("poker.example:80", "https://poker.example", False),
        ("[::80]", "http://[::80]", True),
        ("poker.example", "https://club.example:8443", True),
        ("poker.example", "https://club.example", False),
        ("poker.example", "https://cards.example", True),
        ("poker.example", "http://cards.example", False),
    ],
)
def test_a_schemes_own_port_and_capitals_make_no_other_origin(
    host: str, origin: str, *, is_own: bool
) -> None:
    """Some proxies name the port always; browsers never send it."""
    policy = HostPolicy((), ("https://club.example:8443", "https://CARDS.example:443"))
    asked = Request("/ws", Headers([("Host", host), ("Origin", origin)]))
    assert (policy.foreign_origin("127.0.0.1", asked) is None) is is_own


def test_a_request_without_a_host_comes_from_no_browser() -> None:
    assert is_known(POLICY)
    assert is_known(POLICY, "")


def test_without_allowed_hosts_a_trusted_proxy_decides_itself() -> None:
    proxies = TrustedProxies(("10.0.0.0/8",))
    for hosts, expected in (((), True), (("poker.example",), False)):
        policy = HostPolicy(hosts, proxies=proxies)
        assert is_known(policy, "other.example", peer="10.1.2.3", proxied="6.6.6.6") is expected
        assert not is_known(policy, "other.example", peer="10.1.2.3"), "it passed nothing on"
        assert not is_known(policy, "other.example", peer="127.0.0.1", proxied="6.6.6.6")


PATHS = ["/", "/app.js", "/ws", "/healthz", "/livez", "/readyz", "/metrics", "/schema", "/nothing"]
PATHS += ["/poker"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.settings(base_path="/poker")
async def test_nothing_is_served_under_an_unknown_name(app: App, path: str) -> None:
    for more in ("", f"{UPGRADE}Origin: http://evil.example\n", f"{UPGRADE}"):
        asked = f"GET {path} HTTP/1.1\nHost: evil.example\n{more}\n"
        status, headers, body = await request(app, asked)
        assert status == 421
        assert b"ALLOWED_HOSTS" in body
        assert headers.keys() >= SECURE


@pytest.mark.settings(metrics_token="a-secret-of-16-characters")
async def test_who_has_the_token_reads_the_metrics_under_any_name(app: App) -> None:
    asked = "GET /metrics HTTP/1.1\nHost: server:8765\nAuthorization: Bearer {}\n\n"
    assert (await request(app, asked.format("a-secret-of-16-characters")))[0] == 200
    assert (await request(app, asked.format("another-of-16-characters")))[0] == 421


async def test_a_foreign_page_is_refused_with_what_to_change_and_both_names_in_the_log(
    app: App,
) -> None:
    with capture_logs() as lines:
        asked = f"GET /ws HTTP/1.1\nHost: 127.0.0.1:8765\nOrigin: http://poker.example\n{UPGRADE}\n"
        status, _, body = await request(app, asked)
        await request(app, "GET / HTTP/1.1\nHost: evil\x9b.example\n\n")
    assert status == 403
    assert b"ALLOWED_ORIGINS" in body
    origin = next(line for line in lines if line["event"] == "origin_refused")
    assert (origin["origin"], origin["host"]) == ("http://poker.example", "127.0.0.1:8765")
    assert "ALLOWED_ORIGINS" in origin["action"]
    host = next(line for line in lines if line["event"] == "host_refused")
    assert host["host"].isascii(), "a terminal is not at an attacker's command"
    assert "ALLOWED_HOSTS" in host["action"]


def test_what_a_flood_sends_is_short_in_each_line_and_counted() -> None:
    metrics = Metrics()
    policy = HostPolicy(metrics=metrics)
    with capture_logs() as lines:
        for _ in range(100):
            headers = Headers([("Host", "x" * 1000)])
            assert policy.foreign_host("127.0.0.1", Request("/", headers)) is not None
    assert all(len(line["host"]) < 200 for line in lines)
    assert 'pokerws_connections_refused_total{reason="host"} 100.0' in metrics.text().decode()
