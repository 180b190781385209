"""What the port answers to plain HTTP, well formed or not."""

import asyncio
import json
import re

import pytest

from pokerws.client import connect as connect_client
from pokerws.metrics import metrics
from pokerws.server.app import App


async def request(app: App, text: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer to raw bytes; status 0 for none."""
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    text = text.replace(" HTTP/1.1\n", " HTTP/1.1\nConnection: close\n", "Upgrade" not in text)
    writer.write(text.replace("\n", "\r\n").encode())
    await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]) if lines[0] else 0, headers, body


async def test_the_page_and_its_files_come_with_security_headers(app: App) -> None:
    for path in ("/", "/app.js", "/?from=mail"):
        status, headers, body = await request(app, f"GET {path} HTTP/1.1\nHost: localhost\n\n")
        assert status == 200
        assert body
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html"),
        ("/app.js", "text/javascript"),
        ("/client/protocol.js", "text/javascript"),
        ("/css/style.css", "text/css"),
        ("/favicon.svg", "image/svg+xml"),
    ],
)
async def test_a_file_is_served_with_its_media_type(app: App, path: str, media_type: str) -> None:
    status, headers, _ = await request(app, f"GET {path} HTTP/1.1\nHost: localhost\n\n")
    assert status == 200
    assert headers["content-type"].partition(";")[0] == media_type


SECURE = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
}
UPGRADE = "Host: localhost\nConnection: Upgrade\nUpgrade: websocket\n"
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET / HTTP/1.1\nHost: localhost\n\n", 200),
        ("GET /healthz HTTP/1.1\nHost: localhost\n\n", 200),
        ("GET /nothing HTTP/1.1\nHost: localhost\n\n", 404),
        ("POST / HTTP/1.1\nHost: localhost\n\n", 405),
        ("GET /ws HTTP/1.1\nHost: localhost\n\n", 426),
        ("GET /ws HTTP/1.1\nHost: localhost\nOrigin: http://evil.example\n\n", 403),
        # Those below are the library's own.
        (f"GET /ws HTTP/1.1\n{UPGRADE}{KEY}Sec-WebSocket-Version: 12\n\n", 400),
        (f"GET /ws HTTP/1.1\n{UPGRADE}Sec-WebSocket-Version: 13\n\n", 400),
        ("GET /ws HTTP/1.1\nHost: localhost\nUpgrade: websocket\n\n", 426),
        (f"GET /ws HTTP/1.0\n{UPGRADE}{KEY}Sec-WebSocket-Version: 13\n\n", 505),
        ("GET / HTTP/1.1\n" + "A: b\n" * 65 + "\n", 431),
        ("GET / HTTP/1.1\nA: " + "b" * 20_000 + "\n\n", 431),
        ("GET /" + "b" * 20_000, 431),
    ],
)
async def test_every_response_has_the_security_headers(app: App, text: str, expected: int) -> None:
    status, headers, _ = await request(app, text)
    assert status == expected
    assert headers.keys() >= SECURE
    for directive in ("default-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"):
        assert directive in headers["content-security-policy"]
    assert "server" not in headers


async def test_a_fault_of_ours_is_answered_with_the_security_headers(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> bytes:
        raise RuntimeError("a bug")

    monkeypatch.setattr(metrics, "generate_latest", fail)
    status, headers, body = await request(app, "GET /metrics HTTP/1.1\nHost: localhost\n\n")
    assert status == 500
    assert headers.keys() >= SECURE
    assert b"a bug" not in body


async def test_health_is_json(app: App) -> None:
    status, headers, body = await request(app, "GET /healthz HTTP/1.1\nHost: localhost\n\n")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert json.loads(body)["status"] == "ok"


@pytest.mark.parametrize(
    "path", ["/nothing", "/../server.py", "/%2e%2e/server.py", "//[", "http://[/", "/ws/x"]
)
async def test_what_is_not_there_is_not_found(app: App, path: str) -> None:
    status, _, _ = await request(app, f"GET {path} HTTP/1.1\nHost: localhost\n\n")
    assert status == 404


async def test_head_has_no_body_and_other_methods_are_not_allowed(app: App) -> None:
    status, headers, body = await request(app, "HEAD / HTTP/1.1\nHost: localhost\n\n")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0
    for method in ("DELETE", "OPTIONS"):
        status, headers, _ = await request(app, f"{method} / HTTP/1.1\nHost: localhost\n\n")
        assert (status, headers["allow"]) == (405, "get, head")


@pytest.mark.settings(allowed_hosts=("x", "y", "null"))
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Host: x\n", 426),
        ("Host: x\nUpgrade: websocket\nUpgrade: websocket\n", 426),
        ("Host: x\nOrigin: http://evil.example\nUpgrade: websocket\n", 403),
        ("Host: x\nOrigin: http://[\nUpgrade: websocket\n", 403),
        ("Host: x\nOrigin: http://x\nOrigin: http://x\nUpgrade: websocket\n", 403),
        ("Host: x\nHost: y\nOrigin: http://x\nUpgrade: websocket\n", 403),
        ("Host: x\nHost: x\nOrigin: http://x\nUpgrade: websocket\n", 403),
        ("Origin: http://x\nUpgrade: websocket\n", 403),
        ("Host: x\nOrigin: null\nUpgrade: websocket\n", 403),
        ("Host: null\nOrigin: null\nUpgrade: websocket\n", 403),
        ("Host: x:8765\nOrigin: http://x:8766\nUpgrade: websocket\n", 403),
        ("Host: x:8765\nOrigin: http://x\nUpgrade: websocket\n", 403),
        ("Host: x\nOrigin: http://x.evil.example\nUpgrade: websocket\n", 403),
        ("Host: x\nOrigin: ftp://x\nUpgrade: websocket\n", 403),
        ("Host: x:8765\nOrigin: http://x:8765\n", 426),
    ],
)
async def test_a_handshake_that_is_none_is_refused(
    app: App, headers: str, expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, _ = await request(app, f"GET /ws HTTP/1.1\n{headers}\n")
    assert status == expected
    assert "Traceback" not in capsys.readouterr().out


@pytest.mark.settings(base_path="/poker")
async def test_below_a_base_path_everything_is_served_with_the_path_or_without(app: App) -> None:
    assert app.address == f"http://127.0.0.1:{app.port}/poker/"
    assert app.socket_url == f"ws://127.0.0.1:{app.port}/poker/ws"
    for path in ("/", "/app.js", "/css/style.css", "/client/variants.js", "/healthz", "/metrics"):
        for base in ("", "/poker"):
            asked = f"GET {base}{path} HTTP/1.1\nHost: localhost\n\n"
            assert (await request(app, asked))[0] == 200, base + path
    for path in ("/pokerx/app.js", "/poker/poker/app.js", "/poker//app.js"):
        assert (await request(app, f"GET {path} HTTP/1.1\nHost: localhost\n\n"))[0] == 404
    async with connect_client(app.socket_url, name="Ada") as client:
        assert client.player


@pytest.mark.settings(base_path="/poker/")
@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/poker", "/poker/"),
        ("/poker?from=mail", "/poker/?from=mail"),
        ("/poker?%0d%0aa=//evil.example&b", "/poker/?%0d%0aa=//evil.example&b"),
        # Headers do not bear these.
        ("/poker?a=\x0b\x00", "/poker/?a=%0b%00"),
    ],
)
async def test_the_base_path_without_its_slash_leads_to_the_page(
    app: App, path: str, location: str
) -> None:
    status, headers, _ = await request(app, f"GET {path} HTTP/1.1\nHost: localhost\n\n")
    assert (status, headers["location"]) == (308, location)


async def test_the_page_names_its_files_relative_to_itself(app: App) -> None:
    _, _, body = await request(app, "GET / HTTP/1.1\nHost: localhost\n\n")
    links = re.findall(r'(?:href|src)="([^"]*)"', body.decode())
    assert any(re.fullmatch(r"v-[0-9a-f]{16}/app\.js", link) for link in links)
    assert not [link for link in links if link.startswith("/")]
