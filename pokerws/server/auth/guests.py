"""Authentication of guests: a unique name, and a signed token to come back with.

Valid names are defined in `text_rules`, who may have which in `player_names`.
"""

import secrets
from typing import Literal

import msgspec

from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.auth.compact_tokens import BadToken, claims_of, sign
from pokerws.server.auth.identity import Check, Identity, admit_all
from pokerws.server.auth.player_names import KEPT_MS, RENEW_MS, PlayerNames
from pokerws.server.clock import Clock

GUEST_PREFIX = "p_"
# A name is kept as long as a token with it may be valid.
LIFETIME_MS = KEPT_MS


class Claims(msgspec.Struct, frozen=True):
    """What a guest's token says.  Older ones have no session id, name or time of reservation."""

    sub: PlayerId
    aud: Literal["pokerws-guest"]
    exp: int
    name: str = ""
    sid: str = ""
    reserved: int = -RENEW_MS


_decode_claims = msgspec.json.Decoder(Claims).decode


class Guests:
    """Admits everybody with a unique name; an `Admission`.

    A guest's token is a JWT signed with `key` (at least 32 characters), so it stays valid across
    restarts if the key does.  It is valid for 30 days, and every hello returns a newer one of the
    same session.  `check` is called before a name is reserved for a token.
    """

    def __init__(
        self,
        key: str,
        clock: Clock,
        *,
        names: PlayerNames,
        check: Check = admit_all,
    ) -> None:
        self._key = key.encode()
        self._clock = clock
        self.names = names
        self._check = check

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Part of `Admission`.  A name beside a token renames the player."""
        if token is None:
            if name is None:
                raise Refused("name_missing")
            player = PlayerId(f"{GUEST_PREFIX}{secrets.token_hex(8)}")
            reserved_ms = await self.names.reserve(player, name)
            return self._identity(player, name, _new_sid(), reserved_ms)
        claims = self._read(token)
        # An older token has no session id; the player's id replaces it.
        player, sid = claims.sub, claims.sid or claims.sub
        issued_ms = claims.exp * 1000 - LIFETIME_MS
        self._check(player, sid, issued_ms)
        if name is not None and name != claims.name:
            reserved_ms = await self.names.rename(player, name)
        else:
            name = claims.name
            reserved_ms = await self.names.renew(player, name, claims.reserved)
        return self._identity(player, name, sid, reserved_ms, issued_ms)

    async def arrive(self, player: PlayerId, name: str, sid: str, issued_ms: int) -> Identity:
        """A known player in a new session; the session `sid` vouched for it at `issued_ms`.

        Raises Refused.
        """
        self._check(player, sid, issued_ms)
        name = self.names.shown(player, name)
        reserved_ms = await self.names.renew(player, name, -RENEW_MS)
        return self._identity(player, name, _new_sid(), reserved_ms, issued_ms)

    def token_for(self, player: PlayerId, name: str) -> str:
        """The token of one of the server's own players, whose name becomes reserved."""
        self.names.add_own(player, name)
        return self._token(player, name, player, self._clock.wall_ms())

    # ---- tokens

    def _identity(
        self,
        player: PlayerId,
        name: str,
        sid: str,
        reserved_ms: int,
        issued_ms: int | None = None,
    ) -> Identity:
        """An identity with a new token; `issued_ms` is that of the old one, if there is one."""
        token = self._token(player, name, sid, reserved_ms)
        expires_ms = self._expires_s() * 1000
        issued_ms = self._clock.wall_ms() if issued_ms is None else issued_ms
        return Identity(
            player, name, session=token, expires_ms=expires_ms, sid=sid, issued_ms=issued_ms
        )

    def _expires_s(self) -> int:
        return (self._clock.wall_ms() + LIFETIME_MS) // 1000

    def _token(self, player: PlayerId, name: str, sid: str, reserved_ms: int) -> str:
        claims = Claims(player, "pokerws-guest", self._expires_s(), name, sid, reserved_ms)
        return sign(claims, self._key)

    def _read(self, token: str) -> Claims:
        """The claims of a token.  Raises Refused("bad_token")."""
        try:
            claims = _decode_claims(claims_of(token, self._key))
        except (BadToken, ValueError, msgspec.MsgspecError) as error:
            raise Refused("bad_token", "the token is not valid") from error
        if claims.exp * 1000 <= self._clock.wall_ms():
            raise Refused("bad_token", "the session has expired")
        return claims


def _new_sid() -> str:
    return f"s_{secrets.token_hex(16)}"
