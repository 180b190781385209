"""Tokens of operators, who moderate without an account; they work with guests and with tokens.

A token is signed with a key that only the server and its operator have (`operator_key`), under a
reserved key id, and is valid for a short time.  It has nothing to do with players' tokens.
"""

import re
import secrets
from typing import NamedTuple

import jwt
import structlog
from jwt.types import Options

from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.auth.compact_tokens import key_id_of
from pokerws.server.auth.identity import (
    OPERATOR_NAME,
    OPERATOR_PREFIX,
    OPERATOR_ROLES,
    Admission,
    Identity,
    OperatorRole,
)
from pokerws.server.clock import Clock

OPERATOR_KEY_ID = "pokerws-operator"
# No token is valid for longer, whoever has signed it.
MAX_LIFETIME_MS = 12 * 3_600_000

_ALGORITHM = "HS256"
_AUDIENCE = "pokerws-operator"
_OPTIONS: Options = {
    "require": ["sub", "role", "aud", "iat", "exp", "jti"],
    # Times are checked here, by the server's clock.
    "verify_exp": False,
    "verify_iat": False,
}
_JTI = re.compile(r"[0-9a-f]{32}")

log = structlog.get_logger("pokerws.tokens")


class OperatorClaims(NamedTuple):
    """What a valid token says."""

    player: PlayerId
    name: str
    role: OperatorRole
    sid: str
    expires_ms: int


def issue_operator_token(
    key: str, name: str, *, now_ms: int, lifetime_ms: int, role: OperatorRole = "operator"
) -> str:
    """A token for the operator `name`."""
    now_s = now_ms // 1000
    claims = {
        "sub": f"{OPERATOR_PREFIX}{name}",
        "role": role,
        "aud": _AUDIENCE,
        "iat": now_s,
        "exp": now_s + lifetime_ms // 1000,
        "jti": secrets.token_hex(16),
    }
    return jwt.encode(claims, key, _ALGORITHM, headers={"kid": OPERATOR_KEY_ID})


class OperatorTokens:
    """An `Admission` of operators by `key`, and of everybody else by `players`.

    Without a key nobody is an operator; it may be set later.
    """

    def __init__(self, key: str | None, players: Admission, clock: Clock) -> None:
        self.key = key
        self._players = players
        self.names = players.names
        self._clock = clock

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Part of `Admission`.  An operator's name is that of the token."""
        if token is None or key_id_of(token) != OPERATOR_KEY_ID:
            return await self._players.admit(token, name)
        claims = self.read(token)
        if claims.role != "operator":
            raise _refused("role")
        return Identity(
            claims.player, claims.name, "operator", expires_ms=claims.expires_ms, sid=claims.sid
        )

    def read(self, token: str) -> OperatorClaims:
        """What a token says.  Raises Refused("bad_token") and Refused("token_expired")."""
        if self.key is None:
            raise _refused("no key")
        try:
            claims = jwt.decode(
                token, self.key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=_OPTIONS
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise _refused(type(error).__name__) from error
        # The library has checked that both are texts.
        subject, sid, role = claims["sub"], claims["jti"], claims["role"]
        name = subject.removeprefix(OPERATOR_PREFIX)
        is_named = subject.startswith(OPERATOR_PREFIX) and OPERATOR_NAME.fullmatch(name)
        if not is_named or role not in OPERATOR_ROLES or not _JTI.fullmatch(sid):
            raise _refused("claims")
        issued_s, expires_s = claims["iat"], claims["exp"]
        if not (isinstance(issued_s, int) and isinstance(expires_s, int)):
            raise _refused("times")
        if not 0 < expires_s - issued_s <= MAX_LIFETIME_MS // 1000:
            raise _refused("lifetime")
        if expires_s * 1000 <= self._clock.wall_ms():
            raise Refused("token_expired")
        return OperatorClaims(PlayerId(subject), name, role, f"o_{sid}", expires_s * 1000)


def _refused(reason: str) -> Refused:
    """A refusal; the reason goes to the log only."""
    log.info("operator_token_refused", reason=reason)
    return Refused("bad_token", "the token is not valid")
