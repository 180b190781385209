import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.server.auth.bot_tokens import BOT_KEY_ID, BotTokens
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.key_sources import FixedKeySet
from pokerws.server.auth.keys import Key, key_of_secret, keys_of_pem
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.auth.tokens import Tokens
from pokerws.storage.names import MemoryNames
from tests.server.fakes import ManualClock
from tests.server.signing import SECRET, private_key, public_pem, token

NOW_S = 1_000
LEEWAY_S = 10
BOT_KEY = "the key of the bots, known to nobody"
GOOD = {"sub": "ann", "name": "Ann", "exp": NOW_S + 60}


def tokens(keys: list[Key] | None = None, **choices: Any) -> Tokens:
    """An admission by tokens at NOW_S, with the secret's key unless others are given."""
    clock = ManualClock()
    return Tokens(
        FixedKeySet(keys or [key_of_secret(SECRET)]),
        BotTokens(BOT_KEY),
        clock,
        names=PlayerNames(MemoryNames(), clock),
        leeway_ms=LEEWAY_S * 1000,
        **choices,
    )


async def refusal(admission: Tokens, given: str | None, name: str | None = "Ann") -> str:
    with pytest.raises(Illegal) as refused:
        await admission.admit(given, name)
    assert not refused.value.detail or "valid" in refused.value.detail
    return refused.value.code


def part(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


# ---- who it is


async def test_a_token_says_who_the_player_is_and_until_when() -> None:
    identity = await tokens().admit(token({**GOOD, "sid": "s1", "jti": "t1"}), "Someone")
    assert identity == Identity(
        PlayerId("ann"), "Ann", "player", None, (NOW_S + 60 + LEEWAY_S) * 1000, "s1"
    )


@pytest.mark.parametrize("role", ["player", "spectator", "admin"])
async def test_a_token_gives_a_role(role: str) -> None:
    assert (await tokens().admit(token({**GOOD, "role": role}), None)).role == role


async def test_a_token_without_a_name_takes_that_of_hello() -> None:
    nameless = token({"sub": "ann", "exp": NOW_S + 60})
    assert (await tokens().admit(nameless, "Annie")).name == "Annie"
    with pytest.raises(Illegal, match="name_missing"):
        await tokens().admit(nameless, None)


@pytest.mark.parametrize("name", ["", " Ann", "A\u202enn", "A\nnn", "x" * 25])
async def test_the_name_in_a_token_is_held_to_the_same_rules(name: str) -> None:
    with pytest.raises(Illegal, match="bad_name"):
        await tokens().admit(token({**GOOD, "name": name}), None)
    # Who cannot have it, since it is too long for instance, chooses one.
    assert (await tokens().admit(token({**GOOD, "name": name}), "Annie")).name == "Annie"


async def test_a_session_is_known_by_sid_or_jti_or_the_token_itself() -> None:
    async def sid(**claims: object) -> str:
        return (await tokens().admit(token({**GOOD, **claims}), None)).sid

    assert await sid(sid="s1", jti="t1") == "s1"
    assert await sid(jti="t1") == "t1"
    assert await sid() == await sid()
    assert await sid() != await sid(iat=NOW_S)


async def test_a_signature_with_and_without_padding_is_of_one_session() -> None:
    admission = tokens()
    given = token(GOOD)
    twin = given + "="
    assert (await admission.admit(twin, None)).sid == (await admission.admit(given, None)).sid


async def test_both_signatures_of_a_curve_are_of_one_session() -> None:
    """With (r, s) an ECDSA signature (r, n - s) is good too, and anybody can work it out."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    key = private_key("ES256")
    given = token(GOOD, key, "ES256")
    signed, _, signature = given.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    other = raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32)
    twin = f"{signed}.{base64.urlsafe_b64encode(other).rstrip(b'=').decode()}"

    admission = tokens(keys_of_pem(public_pem(key)))
    assert twin != given
    assert (await admission.admit(twin, None)).sid == (await admission.admit(given, None)).sid


# ---- claims


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": None}, "bad_token"),
        ({"exp": NOW_S - LEEWAY_S}, "token_expired"),
        ({"exp": 0}, "token_expired"),
        ({"exp": str(NOW_S + 60)}, "bad_token"),
        ({"exp": True}, "bad_token"),
        ({"exp": -1}, "bad_token"),
        ({"exp": float("nan")}, "bad_token"),
        ({"exp": float("inf")}, "bad_token"),
        ({"exp": 10**400}, "bad_token"),
        ({"exp": (NOW_S + 60) * 10**9}, "bad_token"),
        ({"exp": [NOW_S + 60]}, "bad_token"),
        ({"nbf": NOW_S + LEEWAY_S + 1}, "bad_token"),
        ({"nbf": "soon"}, "bad_token"),
        ({"nbf": None}, "bad_token"),
        ({"sub": None}, "bad_token"),
        ({"sub": 5}, "bad_token"),
        ({"sub": ""}, "bad_token"),
        ({"sub": "x" * 65}, "bad_token"),
        ({"sub": "ann\n"}, "bad_token"),
        ({"sub": "änn"}, "bad_token"),
        ({"sub": "bot_ada"}, "bad_token"),
        ({"sub": "p_0123456789abcdef"}, "bad_token"),
        ({"name": 5}, "bad_token"),
        ({"role": "owner"}, "bad_token"),
        ({"role": ["admin"]}, "bad_token"),
        ({"role": None}, "bad_token"),
        ({"sid": 5}, "bad_token"),
        ({"sid": ""}, "bad_token"),
        ({"jti": 5}, "bad_token"),
        ({"aud": "somebody else"}, "bad_token"),
        ({"aud": ["somebody", "else"]}, "bad_token"),
    ],
)
async def test_a_token_with_a_claim_that_is_wrong_admits_nobody(
    claims: dict[str, Any], code: str
) -> None:
    assert await refusal(tokens(), token({**GOOD, **claims})) == code


@pytest.mark.parametrize("claim", ["exp", "sub"])
async def test_a_token_without_a_claim_that_it_needs_admits_nobody(claim: str) -> None:
    claims = {name: value for name, value in GOOD.items() if name != claim}
    assert await refusal(tokens(), token(claims)) == "bad_token"


@pytest.mark.parametrize(
    "claims", [{"exp": NOW_S - LEEWAY_S + 1}, {"nbf": NOW_S + LEEWAY_S}, {"nbf": NOW_S + 0.5}]
)
async def test_clocks_may_be_apart_by_the_leeway(claims: dict[str, Any]) -> None:
    assert (await tokens().admit(token({**GOOD, **claims}), None)).player == "ann"


async def test_issuer_and_audience_must_be_those_of_the_settings() -> None:
    admission = tokens(issuer="https://login.example", audience="poker")
    right = {**GOOD, "iss": "https://login.example", "aud": ["shop", "poker"]}
    assert (await admission.admit(token(right), None)).player == "ann"
    wrongs: list[dict[str, Any]] = [
        {"iss": "https://login.example/"},
        {"iss": None},
        {"iss": ["https://login.example"]},
        {"aud": "shop"},
        {"aud": []},
        {"aud": None},
    ]
    for wrong in wrongs:
        claims = {name: value for name, value in {**right, **wrong}.items() if value is not None}
        assert await refusal(admission, _written(claims)) == "bad_token", wrong


def _written(claims: dict[str, Any], **header: object) -> str:
    """A token signed by hand, with what PyJWT would not write."""
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', **header})}.{part(claims)}"
    digest = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


# ---- signatures


async def test_without_a_token_nobody_is_admitted_whatever_the_name() -> None:
    assert await refusal(tokens(), None) == "token_missing"


@pytest.mark.parametrize(
    "given",
    ["", "x", "a.b.c", "....", "\ud800", "ä.ö.ü", part({"alg": "HS256"}) + "..", "e30.e30.e30"],
)
async def test_what_is_no_token_admits_nobody(given: str) -> None:
    assert await refusal(tokens(), given) == "bad_token"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "RS256", "", None, 5, ["HS256"]])
async def test_a_token_with_another_algorithm_than_the_key_has_admits_nobody(
    algorithm: object,
) -> None:
    signed = _written(GOOD, alg=algorithm)
    unsigned = signed.rpartition(".")[0] + "."
    assert await refusal(tokens(), signed) == "bad_token"
    assert await refusal(tokens(), unsigned) == "bad_token"


async def test_a_header_that_asks_for_what_is_not_understood_admits_nobody() -> None:
    assert (await tokens().admit(_written(GOOD), None)).player == "ann"
    for header in ({"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}, {"kid": 5}):
        assert await refusal(tokens(), _written(GOOD, **header)) == "bad_token", header


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_token_is_checked_with_a_public_key(algorithm: str) -> None:
    own, foreign = private_key(algorithm), private_key(algorithm, 1)
    admission = tokens(keys_of_pem(public_pem(own)))
    assert (await admission.admit(token(GOOD, own, algorithm), None)).player == "ann"
    assert await refusal(admission, token(GOOD, foreign, algorithm)) == "bad_token"


async def test_keys_of_several_kinds_stand_side_by_side() -> None:
    kinds = ("RS256", "ES256", "EdDSA")
    admission = tokens(
        [key for kind in kinds for key in keys_of_pem(public_pem(private_key(kind)))]
    )
    for kind in kinds:
        assert (await admission.admit(token(GOOD, private_key(kind), kind), None)).player == "ann"


async def test_an_algorithm_that_the_settings_do_not_allow_admits_nobody() -> None:
    key = private_key("RS256")
    admission = tokens(keys_of_pem(public_pem(key), ["RS256"]))
    assert (await admission.admit(token(GOOD, key, "RS256"), None)).player == "ann"
    for other in ("RS512", "PS256"):
        assert await refusal(admission, token(GOOD, key, other)) == "bad_token"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_public_key_is_never_taken_for_a_secret(algorithm: str) -> None:
    pem = public_pem(private_key(algorithm))
    # PyJWT would not sign with such a key, so it is done by hand.
    signed = f"{part({'alg': 'HS256'})}.{part(GOOD)}"
    for secret in (pem, pem.strip(), pem.decode().encode("utf-16")):
        digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        forged = f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
        assert await refusal(tokens(keys_of_pem(pem)), forged) == "bad_token"


async def test_a_changed_token_admits_nobody() -> None:
    header, claims, signature = token(GOOD).split(".")
    for changed in (
        f"{header}.{part({**GOOD, 'role': 'admin'})}.{signature}",
        f"{header}.{claims}.{signature[:-2]}",
        f"{header}.{claims}.",
    ):
        assert await refusal(tokens(), changed) == "bad_token"


# ---- the server's own


async def test_the_own_bots_come_in_with_tokens_of_their_own() -> None:
    given = BotTokens(BOT_KEY).token_for(PlayerId("bot_ada"), "Ada")
    identity = await tokens().admit(given, None)
    assert (identity.player, identity.name, identity.expires_ms) == ("bot_ada", "Ada", None)
    assert identity.session == given


async def test_what_looks_like_a_bots_token_and_is_none_admits_nobody() -> None:
    bot = {"sub": "bot_ada", "name": "Ada", "aud": "pokerws-bot"}
    for claims, key in (
        (bot, SECRET),
        ({**bot, "sub": "ann"}, BOT_KEY),
        ({**bot, "aud": "pokerws-guest"}, BOT_KEY),
        ({**bot, "name": 5}, BOT_KEY),
    ):
        assert await refusal(tokens(), token(claims, key, kid=BOT_KEY_ID)) == "bad_token"
    # The bots' key opens no other door.
    assert await refusal(tokens(), token(GOOD, BOT_KEY)) == "bad_token"
    assert await refusal(tokens(audience="pokerws-bot"), token({**bot, **GOOD}, BOT_KEY)) == (
        "bad_token"
    )


async def test_guests_and_players_with_tokens_do_not_come_in_by_each_others_door() -> None:
    clock = ManualClock()
    guests = Guests(SECRET, clock, names=PlayerNames(MemoryNames(), clock))
    secret = (await guests.admit(None, "Ann")).session
    for audience in ("", "pokerws-guest"):
        assert await refusal(tokens(audience=audience), secret) == "bad_token"
    with pytest.raises(Illegal, match="bad_token"):
        await guests.admit(token(GOOD), None)


# ---- what is told


async def test_neither_answer_nor_log_has_the_token_or_the_reason_in_the_answer() -> None:
    given = [
        token({**GOOD, "iss": "x", "exp": 0}),
        token({**GOOD, "nbf": NOW_S + 999}),
        token(GOOD, "another secret, just as long...."),
        "x.y.z",
    ]
    said = set()
    with capture_logs() as lines:
        for one in given:
            with pytest.raises(Illegal) as refused:
                await tokens().admit(one, None)
            said.add((refused.value.code, refused.value.detail))
    assert said == {("token_expired", ""), ("bad_token", "the token is not valid")}
    assert [line["reason"] for line in lines] == ["nbf", "InvalidSignatureError", "DecodeError"]
    for one in given:
        assert one not in str(lines)
        assert one.split(".")[-1] not in str([list(line.values()) for line in lines[:2]])
