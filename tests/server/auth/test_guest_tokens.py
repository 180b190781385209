"""Guests' tokens: which signed texts admit a guest."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.operator_tokens import OperatorTokens
from pokerws.server.auth.player_names import PlayerNames
from pokerws.storage.names import MemoryNames
from tests.server.fakes import ManualClock

NO_TIMES: Any = {"verify_exp": False}
KEY = "a key for tests, long enough to sign"
CLOCK = ManualClock()
CLAIMS: dict[str, Any] = {
    "sub": "p_0123456789abcdef",
    "name": "Ann",
    "sid": "s_1",
    "reserved": 0,
    "aud": "pokerws-guest",
    "exp": CLOCK.wall_ms() // 1000 + 60,
}


def guests() -> Guests:
    return Guests(KEY, CLOCK, names=PlayerNames(MemoryNames(), CLOCK))


async def admits(claims: dict[str, Any], key: str = KEY, algorithm: str = "HS256") -> str:
    token = jwt.encode(claims, key, algorithm)
    return (await guests().admit(token, None)).player


async def test_a_token_with_all_claims_admits_its_guest() -> None:
    assert await admits(CLAIMS) == CLAIMS["sub"]


@pytest.mark.parametrize(
    "claims",
    [
        {**CLAIMS, "aud": "pokerws-bot"},
        {**CLAIMS, "aud": "another-service"},
        {key: value for key, value in CLAIMS.items() if key != "aud"},
        {key: value for key, value in CLAIMS.items() if key != "exp"},
        {key: value for key, value in CLAIMS.items() if key != "sub"},
        {**CLAIMS, "exp": CLOCK.wall_ms() // 1000},
    ],
    ids=["bots", "another service", "no audience", "no end", "no player", "expired"],
)
async def test_a_token_with_a_wrong_or_missing_claim_admits_nobody(claims: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        await admits(claims)
    assert refused.value.code == "bad_token"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [("another key for tests, as long as the first", "HS256"), (KEY * 2, "HS512"), ("", "none")],
)
async def test_a_token_that_another_key_or_algorithm_has_signed_admits_nobody(
    key: str, algorithm: str
) -> None:
    with pytest.raises(Refused) as refused:
        await admits(CLAIMS, key, algorithm)
    assert refused.value.code == "bad_token"


async def test_a_token_is_what_any_library_makes_and_reads() -> None:
    """So the tokens of older servers stay valid."""
    token = guests().token_for(PlayerId("p_1"), "Zoë")
    claims = jwt.decode(token, KEY, ["HS256"], audience="pokerws-guest", options=NO_TIMES)
    assert (claims["sub"], claims["name"], claims["sid"]) == ("p_1", "Zoë", "p_1")
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert (await guests().admit(jwt.encode(claims, KEY), None)).name == "Zoë"


async def test_a_token_without_the_newer_claims_still_admits_its_guest() -> None:
    identity = await guests().admit(
        jwt.encode({key: CLAIMS[key] for key in ("sub", "name", "aud", "exp")}, KEY), None
    )
    assert (identity.player, identity.sid) == (CLAIMS["sub"], CLAIMS["sub"])


async def test_a_token_with_any_other_character_admits_nobody() -> None:
    token = jwt.encode(CLAIMS, KEY)
    for place, character in enumerate(token):
        for other in {"A", "B", "-", "_", ".", "=", "é", "\ud800"} - {character}:
            with pytest.raises(Refused, match="bad_token"):
                await guests().admit(f"{token[:place]}{other}{token[place + 1 :]}", None)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: ".",
        lambda token: "..",
        lambda token: token + ".",
        lambda token: " " + token,
        lambda token: token.rpartition(".")[0],
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token.partition(".")[2],
        lambda token: token.partition(".")[0] + ".",
        lambda token: "[" * 3_000,
        lambda token: b64encode(b"[" * 2_000).decode(),
    ],
)
async def test_a_text_that_is_no_token_admits_nobody(change: Callable[[str], str]) -> None:
    admission = OperatorTokens("a key", guests(), CLOCK)
    with pytest.raises(Refused, match="bad_token"):
        await admission.admit(change(jwt.encode(CLAIMS, KEY)), None)


async def test_a_header_with_a_key_id_admits_nobody_although_the_key_fits() -> None:
    """Bots' tokens are signed with the same key."""
    token = jwt.encode(CLAIMS, KEY, headers={"kid": "another"})
    with pytest.raises(Refused, match="bad_token"):
        await guests().admit(token, None)
