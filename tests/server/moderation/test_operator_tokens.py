"""Who is an operator: who has a token that the server's own key signed a short time ago."""

import stat
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect

from pokerws.server.app import App
from pokerws.server.auth.operator_key import (
    issue_for_operator,
    key_file,
    key_for_commands,
    key_for_serving,
)
from pokerws.server.auth.operator_tokens import OPERATOR_KEY_ID
from pokerws.settings import SettingsError, load
from tests.server.conftest import Connect, Raw
from tests.server.moderation.conftest import OPERATOR_KEY, PROXIED, Enter, done, operator_token
from tests.server.signing import SECRET, token
from tests.settings import settings_of

SESSION_KEY = "a key that signs the sessions of guests"
AUTH = {"use_auth_middleware": True, "auth_secret": SECRET, "operator_key": OPERATOR_KEY}


def claims(**changes: Any) -> dict[str, Any]:
    now_s = int(time.time())
    said = {
        "sub": "operator:alice",
        "role": "operator",
        "aud": "pokerws-operator",
        "iat": now_s,
        "exp": now_s + 60,
        "jti": "0" * 32,
    }
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def signed(said: dict[str, Any], key: str = OPERATOR_KEY, algorithm: str = "HS256") -> str:
    return jwt.encode(said, key, algorithm, headers={"kid": OPERATOR_KEY_ID})


def forged(kind: str) -> str:
    now_s = int(time.time())
    match kind:
        case "another key":
            return signed(claims(), "another key, of the same length or so")
        case "the guests' key":
            return signed(claims(), SESSION_KEY)
        case "no signature":
            return signed(claims(), "", "none")
        case "another algorithm":
            return signed(claims(), OPERATOR_KEY * 2, "HS512")
        case "another signature":
            return f"{signed(claims())[:-4]}AAAA"
        case "the audience of a guest":
            return signed(claims(aud="pokerws-guest"))
        case "no audience" | "no time" | "no end" | "no id" | "no subject" | "no role":
            names = {"audience": "aud", "time": "iat", "end": "exp", "id": "jti", "subject": "sub"}
            word = kind.removeprefix("no ")
            return signed(claims(**{names.get(word, word): None}))
        case "a day":
            return signed(claims(exp=now_s + 86_400))
        case "an end before its time":
            return signed(claims(iat=now_s + 120))
        case "a player's id":
            return signed(claims(sub="p_0000000000000000"))
        case "an odd name":
            return signed(claims(sub="operator:a b"))
        case "a higher role":
            return signed(claims(role="admin"))
        case _:
            return signed(claims(jti="short"))


FORGERIES = (
    *("another key", "the guests' key", "no signature", "another algorithm"),
    *("another signature", "the audience of a guest", "no audience", "no time"),
    *("no end", "no id", "no subject", "no role", "a day", "an end before its time"),
    *("a player's id", "an odd name", "a higher role", "a short id"),
)


@pytest.mark.settings(operator_key=OPERATOR_KEY, session_key=SESSION_KEY, max_violations=100)
async def test_a_forged_token_makes_nobody_an_operator(open_connection: Connect) -> None:
    raw = await open_connection()
    for kind in FORGERIES:
        with capture_logs() as lines:
            refused = await raw.ask("hello", token=forged(kind))
        assert refused["code"] == "bad_token", kind
        assert refused["message"] == "the token is not valid"
        assert [line["event"] for line in lines] == ["operator_token_refused"], kind
        assert "eyJ" not in str(lines)
    assert (await raw.ask("hello", token=signed(claims())))["role"] == "operator"


@pytest.mark.settings(operator_key=OPERATOR_KEY)
async def test_an_operators_token_ends(open_connection: Connect) -> None:
    raw, now_s = await open_connection(), int(time.time())
    old = signed(claims(iat=now_s - 120, exp=now_s - 60))
    assert (await raw.ask("hello", token=old))["code"] == "token_expired"
    welcome = await raw.ask("hello", token=signed(claims(exp=now_s + 60)))
    assert welcome["expires_ms"] == (now_s + 60) * 1000
    assert "session" not in welcome


@pytest.mark.settings(operator_key=OPERATOR_KEY)
async def test_an_operators_logout_ends_the_token(open_connection: Connect) -> None:
    raw, one = await open_connection(), operator_token()
    assert (await raw.ask("hello", token=one))["type"] == "welcome"
    assert (await raw.ask("logout"))["type"] == "accepted"
    assert (await (await open_connection()).ask("hello", token=one))["code"] == "bad_token"


@pytest.mark.settings(**AUTH)
async def test_the_login_service_makes_nobody_an_operator(open_connection: Connect) -> None:
    raw = await open_connection()
    for said in ({"sub": "ann", "role": "operator"}, {"sub": "operator:alice"}):
        one = token({"name": "Ann", "exp": time.time() + 60, **said})
        assert (await raw.ask("hello", token=one))["code"] == "bad_token"


@pytest.mark.settings(**AUTH)
async def test_an_operator_works_beside_a_login_service(open_connection: Connect) -> None:
    raw = await open_connection()
    welcome = await raw.ask("hello", token=operator_token())
    assert (welcome["player"], welcome["role"]) == ("operator:alice", "operator")
    assert (await done(raw, "list_players"))["players"] == []


@pytest.mark.settings(**PROXIED)
async def test_an_operator_is_let_in_from_a_banned_address(enter: Enter, operator: Raw) -> None:
    await done(operator, "ban", address="203.0.113.7", minutes=1)
    other = await enter("203.0.113.7", token=operator_token(name="bob"))
    assert other.welcome["type"] == "welcome"
    assert (await other.ask("sit", table="none", buy_in=1))["code"] == "forbidden"


# ---- the key


async def test_a_server_makes_a_key_that_only_its_account_can_read(tmp_path: Path) -> None:
    settings = settings_of(vault_key_file=str(tmp_path / "new" / "vault.key"))
    with pytest.raises(SettingsError, match="there is no key to sign with"):
        key_for_commands(settings)
    key = key_for_serving(settings)
    file = key_file(settings)
    assert file == tmp_path / "new" / "operator.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # Commands and the next start find the same one.
    assert key is not None
    assert key == key_for_commands(settings) == key_for_serving(settings)
    assert len(key) >= 64
    assert [one.name for one in file.parent.iterdir()] == ["operator.key"]


@pytest.mark.parametrize("content", ["", "short", "x" * 5_000])
async def test_without_a_key_a_server_serves_and_nobody_is_an_operator(
    content: str, tmp_path: Path
) -> None:
    settings = settings_of(
        port=0, vault_key_file=str(tmp_path / "vault.key"), database_url=f"embedded:{tmp_path}/no"
    )
    key_file(settings).write_text(content)
    with pytest.raises(SettingsError, match="holds no key"):
        key_for_commands(settings)
    with capture_logs() as lines:
        assert key_for_serving(settings) is None
    assert [line["event"] for line in lines] == ["operator_key_not_usable"]
    assert content == key_file(settings).read_text()


async def test_a_server_without_a_key_refuses_every_operator(tmp_path: Path) -> None:
    settings = settings_of(
        port=0, vault_key_file="/dev/null/vault.key", database_url=f"embedded:{tmp_path}/no"
    )
    app = App(settings)
    await app.start()
    try:
        async with connect(app.socket_url) as connection:
            raw = Raw(connection)
            for one in (operator_token(), signed(claims(), "", "none")):
                assert (await raw.ask("hello", token=one))["code"] == "bad_token"
            assert (await raw.ask("hello", name="Ann"))["type"] == "welcome"
    finally:
        await app.stop()


def test_a_key_is_for_one_purpose() -> None:
    with pytest.raises(SettingsError, match="give each its own"):
        load({"OPERATOR_KEY": SECRET, "SESSION_KEY": SECRET})
    with pytest.raises(SettingsError, match="at least 32 characters"):
        load({"OPERATOR_KEY": "short"})


def test_a_token_from_the_command_line_is_short_lived_and_has_a_plain_name() -> None:
    settings = settings_of(operator_key=OPERATOR_KEY)
    now_ms = time.time_ns() // 1_000_000
    one = issue_for_operator(settings, "alice", 720, now_ms)
    said = jwt.decode(one, OPERATOR_KEY, ["HS256"], audience="pokerws-operator")
    assert (said["sub"], said["exp"] - said["iat"]) == ("operator:alice", 43_200)
    with pytest.raises(SettingsError, match="from 1 to 720"):
        issue_for_operator(settings, "alice", 721, now_ms)
    with pytest.raises(SettingsError, match="--name"):
        issue_for_operator(settings, "alice smith", 1, now_ms)
