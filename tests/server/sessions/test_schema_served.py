"""Every server shows the schemas of its messages."""

import json
import re

import pytest

from pokerws.game.variants import MIXES, VARIANTS
from pokerws.schema import asyncapi, schemas
from pokerws.schema.schemas import Schema
from pokerws.server.app import App
from tests.server.net.test_http import request


@pytest.mark.parametrize(
    ("path", "media_type", "document"),
    [
        ("/schema", "application/schema+json", schemas.document()),
        ("/schema/asyncapi.json", "application/json", asyncapi.document()),
    ],
)
async def test_the_schemas_are_shown_and_kept_by_who_has_them(
    app: App, path: str, media_type: str, document: Schema
) -> None:
    status, headers, body = await request(app, f"GET {path} HTTP/1.1\nHost: localhost\n\n")
    assert (status, headers["content-type"]) == (200, media_type)
    assert json.loads(body) == document
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    etag = headers["etag"]
    for known, expected in ((etag, 304), (f'"x", W/{etag}', 304), ('"x"', 200)):
        asked = f"GET {path} HTTP/1.1\nHost: localhost\nIf-None-Match: {known}\n\n"
        status, headers, body = await request(app, asked)
        assert (status, headers["etag"]) == (expected, etag)
        assert bool(body) == (expected == 200)
        assert "content-security-policy" in headers


async def test_the_page_is_told_the_games_of_its_server(app: App) -> None:
    asked = "GET /client/variants.js HTTP/1.1\nHost: localhost\n\n"
    status, headers, body = await request(app, asked)
    assert (status, headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    told = dict(re.findall(r'^  "(.+?)": (\{.*\}),$', body.decode(), re.MULTILINE))
    names = {code: variant.name for code, variant in VARIANTS.items()}
    names |= {code: mix.name for code, mix in MIXES.items()}
    assert {code: json.loads(game)["name"] for code, game in told.items()} == names
    assert json.loads(told["FO/8"])["hiLo"]
    assert json.loads(told["FO/8"])["fromHole"] == 2
    assert json.loads(told["HORSE"])["games"] == list(MIXES["HORSE"].games)
