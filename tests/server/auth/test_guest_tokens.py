"""Guests' tokens: which signed texts admit a guest."""

from typing import Any

import jwt
import pytest

from pokerws.messages import Refused
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.player_names import PlayerNames
from pokerws.storage.names import MemoryNames
from tests.server.fakes import ManualClock

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
