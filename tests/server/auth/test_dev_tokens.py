from pathlib import Path
from typing import Any, get_args

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from pokerws.cli import main
from pokerws.game.illegal import Illegal
from pokerws.messages import LoginRole
from pokerws.server.auth.bot_tokens import BotTokens
from pokerws.server.auth.dev_tokens import issue_dev_token
from pokerws.server.auth.errors import KeySetError
from pokerws.server.auth.key_sources import FixedKeySet
from pokerws.server.auth.keys import key_of_secret, keys_of_pem
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.auth.tokens import Tokens
from pokerws.settings import SettingsError
from pokerws.storage.names import MemoryNames
from tests.server.fakes import ManualClock
from tests.server.signing import SECRET, private_key, private_pem, public_pem
from tests.settings import settings_of

ASKED: dict[str, Any] = {
    "player": "ann",
    "name": "Ann",
    "role": "spectator",
    "minutes": 5,
    "key_file": None,
    "now_ms": ManualClock().now_ms(),
}


async def test_a_token_of_the_secret_is_one_that_the_server_takes() -> None:
    settings = settings_of(
        auth_secret=SECRET, auth_issuer="https://x.example", auth_audience="poker"
    )
    clock = ManualClock()
    admission = Tokens(
        FixedKeySet([key_of_secret(SECRET)]),
        BotTokens("b" * 32),
        clock,
        names=PlayerNames(MemoryNames(), clock),
        issuer="https://x.example",
        audience="poker",
    )
    first, second = issue_dev_token(settings, **ASKED), issue_dev_token(settings, **ASKED)
    identity = await admission.admit(first, None)
    assert (identity.player, identity.name, identity.role) == ("ann", "Ann", "spectator")
    assert identity.expires_ms == clock.now_ms() + 5 * 60_000
    assert (await admission.admit(second, None)).sid != identity.sid
    clock.advance(5 * 60_000)
    with pytest.raises(Illegal, match="token_expired"):
        await admission.admit(first, None)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_token_of_a_private_key_is_taken_by_who_has_the_public_one(
    algorithm: str, tmp_path: Path
) -> None:
    key = private_key(algorithm)
    path = tmp_path / "key.pem"
    path.write_bytes(private_pem(key))
    given = issue_dev_token(settings_of(auth_secret=SECRET), **{**ASKED, "key_file": path})
    keys = FixedKeySet(keys_of_pem(public_pem(key)))
    clock = ManualClock()
    names = PlayerNames(MemoryNames(), clock)
    identity = await Tokens(keys, BotTokens("b" * 32), clock, names=names).admit(given, None)
    assert identity.player == "ann"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "set AUTH_SECRET, or give --key"),
        ({"player": "bot_ada"}, "--player"),
        ({"name": "H0use"}, "--name cannot be 'H0use': it is reserved for the role admin"),
        ({"player": ""}, "--player"),
        ({"name": "A\u202enn"}, "--name"),
        ({"name": "x" * 25}, "--name"),
        ({"key_file": Path("nowhere.pem")}, "--key cannot be read: nowhere.pem"),
        ({"key_file": Path(__file__)}, "a private key and no password"),
    ],
)
def test_what_cannot_be_signed_is_an_error_that_says_what_is_missing(
    asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        issue_dev_token(settings_of(), **{**ASKED, **asked})


def test_a_key_that_the_server_would_not_take_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    for pem, settings in (
        (private_pem(private_key("ES256")), settings_of(auth_algorithms=("RS256",))),
        (_locked(), settings_of()),
    ):
        path.write_bytes(pem)
        with pytest.raises(SettingsError, match="--key"):
            issue_dev_token(settings, **{**ASKED, "key_file": path})
    with pytest.raises(KeySetError, match="AUTH_SECRET"):
        issue_dev_token(settings_of(auth_secret=public_pem(private_key("ES256")).decode()), **ASKED)


def _locked() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--player", "ann"], {"AUTH_SECRET": SECRET}, "--name"),
        (["--player", "ann", "--name", "Ann", "--minutes", "0"], {}, "from 1 to 525600, got '0'"),
        (["--player", "ann", "--name", "Ann", "--role", "king"], {}, "--role"),
        (["--player", "ann", "--name", "Ann"], {}, "pokerws: there is nothing to sign"),
        (["--player", "ann", "--name", "Ann"], {"AUTH_SECRET": "short"}, "AUTH_SECRET must be"),
        (["--player", "p_1", "--name", "Ann"], {"AUTH_SECRET": SECRET}, "pokerws: --player"),
    ],
)
def test_the_command_prints_a_token_or_one_line_that_says_what_is_wrong(
    arguments: list[str],
    environment: dict[str, str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("AUTH_SECRET", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    try:
        returned = main(["token", *arguments])
    except SystemExit as stopped:  # That is how argparse refuses.
        returned = int(str(stopped.code))
    printed = capsys.readouterr()
    assert (returned, printed.out) == (2, "")
    assert words in printed.err.splitlines()[-1]


@pytest.mark.parametrize("role", get_args(LoginRole))
def test_the_command_prints_the_token_alone(
    role: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUTH_SECRET", SECRET)
    asked = ["--player", "ann", "--name", "Ann", "--role", role, "--minutes", "1"]
    assert main(["token", *asked]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert jwt.decode(line, options={"verify_signature": False})["role"] == role
