"""Authentication by tokens (JWT) that the operator's login service has signed.

This module validates claims; verification keys come from `key_sources`.  The reason why a token was
refused is only logged: the client learns that it has expired, or that it is not valid.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, get_args

import jwt
import structlog
from jwt.types import Options

from pokerws.game.state import BOT_PREFIX, PlayerId
from pokerws.messages import LoginRole, Refused, Role
from pokerws.server.auth.bot_tokens import BOT_KEY_ID, BotTokens
from pokerws.server.auth.guests import GUEST_PREFIX
from pokerws.server.auth.identity import OPERATOR_PREFIX, Check, Identity, admit_all
from pokerws.server.auth.key_sources import KeySet
from pokerws.server.auth.keys import Key
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.auth.text_rules import player_name
from pokerws.server.clock import Clock

# Prefixes of the server's own bots, guests and operators, which no token may claim.
RESERVED_PREFIXES = (BOT_PREFIX, GUEST_PREFIX, OPERATOR_PREFIX)

_PLAYER = re.compile(r"[ -~]{1,64}")
_SESSION_ID = re.compile(r"[ -~]{1,256}")
# A time after the year 5000 is a mistake, probably in milliseconds.
_MAX_SECONDS = 10**11
# Times are checked in this module, by the server's clock.
_OPTIONS: Options = {
    "require": ["exp", "sub"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}

log = structlog.get_logger("pokerws.tokens")


class Tokens:
    """Admits players with a JWT (RFC 7519), and the server's own bots; an `Admission`.

    A token must have the `issuer` and `audience`, if they are set.  If no `audience` is set, tokens
    that name one are refused, since they are meant for another service.  `leeway_ms` is the
    accepted clock difference.  `strict` applies to names in tokens.  Names are reserved in `names`,
    as those of guests are.  `check` is called before a name is reserved.
    """

    def __init__(
        self,
        keys: KeySet,
        bots: BotTokens,
        clock: Clock,
        *,
        names: PlayerNames,
        check: Check = admit_all,
        issuer: str = "",
        audience: str = "",
        leeway_ms: int = 0,
        strict: bool = False,
    ) -> None:
        self._strict = strict
        self._keys = keys
        self._bots = bots
        self._clock = clock
        self._issuer = issuer or None
        self._audience = audience or None
        self._leeway_ms = leeway_ms
        self.names = names
        self._check = check

    def token_for(self, player: PlayerId, name: str) -> str:
        """The token of one of the server's own bots, whose name becomes reserved."""
        self.names.add_own(player, name)
        return self._bots.token_for(player, name)

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Part of `Admission`.  `name` is used if the token has none, or one that cannot be had."""
        if token is None:
            raise Refused("token_missing")
        try:
            header = jwt.get_unverified_header(token)
            if header.get("kid") == BOT_KEY_ID:
                return self._bots.read(token)
            keys = await self._keys.find(header.get("kid"))
            claims = self._claims(token, header, keys)
        except (jwt.PyJWTError, ValueError) as error:
            raise _refused(type(error).__name__) from error
        return await self._identity(token, claims, name)

    def _claims(self, token: str, header: Mapping[str, Any], keys: list[Key]) -> dict[str, Any]:
        """The claims of a token that one of the keys has signed.  Raises jwt.PyJWTError."""
        for key in keys:
            if header.get("alg") not in key.algorithms:
                continue
            try:
                return jwt.decode(
                    token,
                    key.material,
                    algorithms=key.algorithms,
                    audience=self._audience,
                    issuer=self._issuer,
                    options=_OPTIONS,
                )
            except jwt.InvalidSignatureError:
                continue
        raise jwt.InvalidSignatureError

    async def _identity(self, token: str, claims: dict[str, Any], said: str | None) -> Identity:
        expires_ms = self._check_times(claims)
        if not is_player_id(claims["sub"]):
            raise _refused("sub")
        role: Role = claims.get("role", "player")
        if role not in get_args(LoginRole):
            raise _refused("role")
        player, sid = PlayerId(claims["sub"]), _session_id(token, claims)
        issued_ms = _issued_ms(claims)
        self._check(player, sid, issued_ms)
        name = await self._name_of(player, role, self._given_name(claims), said)
        return Identity(player, name, role, expires_ms=expires_ms, sid=sid, issued_ms=issued_ms)

    def _given_name(self, claims: dict[str, Any]) -> str | None:
        """The name in a token, not checked yet, or None without one.  Raises Refused."""
        given = claims.get("name")
        if given is None:
            return None
        if not isinstance(given, str):
            raise _refused("name")
        return given

    async def _name_of(
        self, player: PlayerId, role: Role, given: str | None, said: str | None
    ) -> str:
        """The name to play under, which is reserved.  Raises Refused.

        It is that of the token, else that of hello, else the one that the player chose before.
        """
        names, is_staff = self.names, role == "admin"
        if given is not None and names.trusted:
            given = player_name(given, strict=self._strict)
            await names.give(player, given)
            return given
        # A player who had to choose another name than the token's keeps it.
        if given is not None and not (said is not None and names.holds(player, said)):
            try:
                given = player_name(given, strict=self._strict)
                await names.keep(player, given, is_staff=is_staff, is_counted=False)
            except Refused as refusal:
                said = said or await names.current(player)
                if said is None or refusal.code not in ("name_taken", "bad_name"):
                    raise
            else:
                return given
        chosen = said or await names.current(player)
        if chosen is None:
            raise Refused("name_missing", "neither the token nor hello has a name")
        await names.keep(player, chosen, is_staff=is_staff)
        return chosen

    def _check_times(self, claims: dict[str, Any]) -> int:
        """When the token expires, with the leeway, in ms UTC.  Raises Illegal."""
        now_ms = self._clock.wall_ms()
        if "nbf" in claims and _ms(claims, "nbf") > now_ms + self._leeway_ms:
            raise _refused("nbf")
        expires_ms = _ms(claims, "exp") + self._leeway_ms
        if expires_ms <= now_ms:
            raise Refused("token_expired")
        return expires_ms


def is_player_id(subject: str) -> bool:
    """Whether `sub` is a valid player id without a reserved prefix."""
    return bool(_PLAYER.fullmatch(subject)) and not subject.startswith(RESERVED_PREFIXES)


def _ms(claims: dict[str, Any], claim: str) -> int:
    """A NumericDate in ms.  Raises Illegal."""
    seconds = claims[claim]
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    # NaN fails the comparison as well.
    if not (is_number and 0 <= seconds < _MAX_SECONDS):
        raise _refused(claim)
    return int(seconds * 1000)


def _issued_ms(claims: dict[str, Any]) -> int | None:
    """When a token was issued, in ms; None if it does not say so, since `iat` is not required."""
    seconds = claims.get("iat")
    if isinstance(seconds, int | float) and 0 <= seconds < _MAX_SECONDS:
        return int(seconds * 1000)
    return None


def _session_id(token: str, claims: dict[str, Any]) -> str:
    """The id of the token's session: a claim, otherwise a hash of the token."""
    sid = claims.get("sid", claims.get("jti"))
    if sid is None:
        # Without the signature, which has several valid encodings.
        return sha256(token.rpartition(".")[0].encode()).hexdigest()
    if not isinstance(sid, str) or not _SESSION_ID.fullmatch(sid):
        raise _refused("sid")
    return sid


def _refused(reason: str) -> Refused:
    """A refusal; the reason goes to the log only."""
    log.info("token_refused", reason=reason)
    return Refused("bad_token", "the token is not valid")
