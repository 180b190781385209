"""The page's files over HTTP: compressed, kept by browsers, and the same under a path."""

import asyncio
import gzip
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import reload
from pathlib import Path

import brotli
import pytest

from pokerws.server.app import App
from pokerws.server.net import codings
from pokerws.server.net.codings import chosen
from pokerws.server.net.http import WEB_ROOT
from pokerws.server.net.site import Site, minified, site_of

ALL = ("br", "gzip", "identity")
DECODE: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "identity": bytes,
}


class Answer:
    """A parsed response."""

    def __init__(self, head: bytes, body: bytes) -> None:
        lines = head.decode().rstrip().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = dict(line.split(": ", 1) for line in lines[1:])
        self.body = body

    @property
    def plain(self) -> bytes:
        """The body without its compression."""
        return DECODE[self.headers.get("Content-Encoding", "identity")](self.body)


class Browser:
    """Sends plain requests over one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """The answer to a request; `Host` is localhost unless it is given."""
        self.send(path, method, **headers)
        return await self.answer(is_head=method == "HEAD")

    def send(self, path: str, method: str = "GET", **headers: str) -> None:
        given = {"Host": "localhost", **{name.replace("_", "-"): headers[name] for name in headers}}
        lines = [f"{name}: {value}\r\n" for name, value in given.items()]
        self.writer.write(f"{method} {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode())

    async def answer(self, *, is_head: bool = False) -> Answer:
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        size = 0 if is_head or length is None else int(length[1])
        return Answer(head, await self.reader.readexactly(size))


@asynccontextmanager
async def browsing(app: App) -> AsyncIterator[Browser]:
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    try:
        yield Browser(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


def links_of(page: bytes) -> list[str]:
    return re.findall(r'(?:href|src)="([^"#]+)"', page.decode())


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("", "identity"),
        ("identity", "identity"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("gzip;q=0.5, identity", "identity"),
        ("*", "br"),
        ("*;q=0.3, br;q=0", "gzip"),
        ("*;q=0", "identity"),
        ("br;q=much, GZIP ; q=1", "gzip"),
        ("zstd", "identity"),
        (",;,q=;=", "identity"),
    ],
)
def test_the_coding_is_the_one_that_the_client_likes_best(accepted: str, coding: str) -> None:
    assert chosen(accepted, ALL) == coding


@pytest.mark.parametrize("coding", ALL)
async def test_every_part_of_the_page_is_immutable_and_the_same_in_each_coding(
    app: App, coding: str
) -> None:
    async with browsing(app) as browser:
        page = await browser.get("/", Accept_Encoding=coding)
        assert page.headers.get("Content-Encoding", "identity") == coding
        assert page.headers["Vary"] == "Accept-Encoding"
        assert page.headers["Cache-Control"] == "no-cache"
        links = links_of(page.plain)
        assert len(links) > 40
        for link in links:
            part = await browser.get(f"/{link}", Accept_Encoding=coding)
            assert part.status == 200, link
            assert part.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert part.headers["X-Content-Type-Options"] == "nosniff"
            plain = await browser.get(f"/{link}")
            assert part.plain == plain.body, link
            assert len(part.body) <= len(plain.body)


async def test_head_and_304_have_the_headers_of_the_whole_answer(app: App) -> None:
    async with browsing(app) as browser:
        whole = await browser.get("/", Accept_Encoding="br")
        script = f"/{next(link for link in links_of(whole.plain) if link.endswith('app.js'))}"
        whole = await browser.get(script, Accept_Encoding="br")
        assert (await browser.get(script, "HEAD", Accept_Encoding="br")).headers == whole.headers
        for path in ("/", "/app.js", "/client/README.md"):
            whole = await browser.get(path, Accept_Encoding="br")
            head = await browser.get(path, "HEAD", Accept_Encoding="br")
            assert head.headers == whole.headers
            for known in (whole.headers["ETag"], f'"x", W/{whole.headers["ETag"]}', "*"):
                again = await browser.get(path, Accept_Encoding="br", If_None_Match=known)
                assert (again.status, again.body) == (304, b"")
                kept = ("ETag", "Cache-Control", "Vary", "Content-Security-Policy")
                for name in kept:
                    assert again.headers.get(name) == whole.headers.get(name), name
            # Bytes in another coding have another tag.
            if "Vary" in whole.headers:
                other = {"If_None_Match": whole.headers["ETag"], "Accept_Encoding": "gzip"}
                assert (await browser.get(path, **other)).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v-0123456789abcdef/app.js",
        "/{folder}client/README.md",
        "/{folder}client/package.json",
        "/{folder}client/messages.d.ts",
        "/{folder}index.html",
        "/{folder}../app.js",
        "/{folder}%2e%2e/app.js",
        "/{folder}../../server/app.py",
        "/{folder}",
        "/{folder}app.js.map",
    ],
)
async def test_what_is_no_part_of_this_version_is_not_found_nor_kept(app: App, path: str) -> None:
    async with browsing(app) as browser:
        answer = await browser.get(path.format(folder=site_of(WEB_ROOT).folder))
        assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize(
    ("host", "sockets"),
    [
        ("localhost:8765", " ws://localhost:8765 wss://localhost:8765"),
        ("127.0.0.1", " ws://127.0.0.1 wss://127.0.0.1"),
        ("[::1]:8765", ""),
        ("; script-src * x.localhost", ""),
        ('x"><script>.localhost', ""),
    ],
)
async def test_the_page_may_open_sockets_to_its_own_host_alone(
    app: App, host: str, sockets: str
) -> None:
    async with browsing(app) as browser:
        page = await browser.get("/", Host=host)
        assert page.status == 200
        policy = page.headers["Content-Security-Policy"]
        assert f"connect-src 'self'{sockets}; object-src" in policy
        assert "unsafe" not in policy
        address = f"http://{host}/" if sockets else ""
        assert f'property="og:image" content="{address}icons/preview.png"' in page.plain.decode()
        assert (f'property="og:url" content="{address}"' in page.plain.decode()) == bool(sockets)
        assert (await browser.get("/icons/preview.png", Host=host)).status == 200


@pytest.mark.settings(
    base_path="/poker", trusted_proxies=("127.0.0.1",), allowed_hosts=("poker.example",)
)
async def test_behind_a_proxy_link_previews_name_the_address_of_the_browser(app: App) -> None:
    async with browsing(app) as browser:
        headers = {"Host": "poker.example", "X_Forwarded_For": "203.0.113.9"}
        for path in ("/poker/", "/"):
            for scheme in ("https", "http"):
                page = await browser.get(path, **headers, X_Forwarded_Proto=scheme)
                address = f"{scheme}://poker.example/poker/"
                assert f'"og:url" content="{address}"' in page.plain.decode()
                assert f'"og:image" content="{address}icons/preview.png"' in page.plain.decode()


async def test_nobody_but_a_trusted_proxy_names_the_scheme(app: App) -> None:
    async with browsing(app) as browser:
        page = await browser.get("/", X_Forwarded_Proto="https")
        assert 'content="http://localhost/"' in page.plain.decode()


async def test_the_memory_of_compressed_pages_is_bounded(app: App) -> None:
    async with browsing(app) as browser:
        for number in range(40):
            assert (await browser.get("/", Host=f"x{number}.localhost")).status == 200
    assert site_of(WEB_ROOT)._index.cache_info().currsize <= 16


def small_page(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


PAGE = {
    "index.html": '<link href="a.css"><script type="module" src="app.js"></script>'
    '<a href="elsewhere.html">',
    "a.css": "p {\n  color: red;\n}\n",
    "app.js": 'import "./b/one.js";\nimport("./b/later.js"); // a comment\n'
    '/** @type {import("./b/types.js").X} */\n',
    "b/one.js": 'export { x } from "../two.js";\n',
    "b/later.js": "export const y = 2;\n",
    "two.js": "export const x = 1;\n",
}


def page_of(made: Site) -> str:
    file = made.file("/")
    assert file is not None
    return file.body("identity").decode()


def test_modules_are_loaded_at_once_but_for_those_that_are_imported_later(tmp_path: Path) -> None:
    page = page_of(Site(small_page(tmp_path, PAGE)))
    hints = re.findall(r'modulepreload" href="v-[0-9a-f]{16}/([^"]+)"', page)
    assert hints == ["app.js", "b/one.js", "two.js"]
    assert re.findall(r'rel="later" href="v-[0-9a-f]{16}/([^"]+)"', page) == ["b/later.js"]
    assert 'href="elsewhere.html"' in page


def test_a_change_of_any_file_gives_all_of_them_another_address(tmp_path: Path) -> None:
    before = Site(small_page(tmp_path, PAGE)).folder
    assert Site(tmp_path).folder == before
    (tmp_path / "b" / "later.js").write_text("export const y = 3;\n")
    assert Site(tmp_path).folder != before


def test_without_brotli_there_is_gzip(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "brotli", None)
        assert reload(codings).CODINGS.keys() == {"gzip"}
    assert reload(codings).CODINGS.keys() == {"br", "gzip"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a;\n  // b\n\n  c; // d\n", "a;\nc; // d\n"),
        ("/**\n * a\n */\nb;\n  /* c */\nd /* e */\n", "b;\nd /* e */\n"),
        ("/* a */ b;\n", "/* a */ b;\n"),
        ("a = `b\n  // c\n`;\n  d;\n", "a = `b\n  // c\n`;\n  d;\n"),
        ('a = `b${c ? `  //  ` : "  "}`;\n', 'a = `b${c ? `  //  ` : "  "}`;\n'),
        ("a\n++b\n", "a\n++b\n"),
    ],
)
def test_comments_and_indentation_go_but_no_code(source: str, expected: str) -> None:
    assert minified(source) == expected


async def test_a_connection_serves_requests_one_after_another_then_a_socket(app: App) -> None:
    async with browsing(app) as browser:
        for _ in range(3):
            answer = await browser.get("/favicon.svg")
            assert answer.status == 200
            assert "Connection" not in answer.headers
        browser.send(
            "/ws",
            Connection="Upgrade",
            Upgrade="websocket",
            Sec_WebSocket_Version="13",
            Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        )
        assert (await browser.reader.readline()).split()[1] == b"101"


@pytest.mark.parametrize(
    "end", ["Connection: close\r\n\r\n", "\r\nGET /favicon.svg HTTP/1.1\r\nHost: localhost\r\n\r\n"]
)
async def test_a_connection_ends_when_the_client_wants_it_or_does_not_wait(
    app: App, end: str
) -> None:
    async with browsing(app) as browser:
        browser.writer.write(f"GET /favicon.svg HTTP/1.1\r\nHost: localhost\r\n{end}".encode())
        answer = await browser.answer()
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        assert await browser.reader.read() == b""


@pytest.mark.settings(max_connections_per_address=4)
async def test_no_connection_is_kept_where_half_of_the_limit_is_used(app: App) -> None:
    async with browsing(app) as one, browsing(app) as other:
        assert "Connection" in (await other.get("/favicon.svg")).headers
        assert (await one.get("/favicon.svg")).status == 200


@pytest.mark.settings(open_timeout_ms=100)
async def test_a_connection_that_is_not_used_any_more_ends(app: App) -> None:
    async with browsing(app) as browser:
        assert (await browser.get("/favicon.svg")).status == 200
        assert await browser.reader.read() == b""


async def test_a_server_that_stops_does_not_wait_for_idle_connections(app: App) -> None:
    async with browsing(app) as browser:
        assert (await browser.get("/favicon.svg")).status == 200
        await app.stop()
        assert await browser.reader.read() == b""
