"""Issues development JWTs, as the operator's login service does in production.

It refuses to issue a token that a server with the same settings would refuse.
"""

import secrets
from pathlib import Path
from typing import Any, get_args

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from pokerws.game.illegal import Illegal
from pokerws.messages import LoginRole
from pokerws.server.auth.keys import SECRET_ALGORITHMS, algorithms_of, key_of_secret
from pokerws.server.auth.player_names import is_reserved
from pokerws.server.auth.text_rules import player_name
from pokerws.server.auth.tokens import RESERVED_PREFIXES, is_player_id
from pokerws.settings import Settings, SettingsError

ROLES: tuple[LoginRole, ...] = get_args(LoginRole)


def issue_dev_token(
    settings: Settings,
    *,
    player: str,
    name: str,
    role: LoginRole,
    minutes: int,
    key_file: Path | None,
    now_ms: int,
) -> str:
    """A token, signed with the private key of a PEM file or else with AUTH_SECRET.

    Raises SettingsError, or KeySetError for an unusable AUTH_SECRET.
    """
    if not is_player_id(player):
        raise SettingsError(
            "--player must be 1 to 64 printable characters of ASCII that do not begin with "
            f"{' or '.join(RESERVED_PREFIXES)}; it is {player!r}"
        )
    try:
        name = player_name(name, strict=True)
    except Illegal as refusal:
        raise SettingsError(f"--name cannot be {name!r}: {refusal.detail}") from None
    if settings.auth.names == "unique" and role != "admin" and is_reserved(name):
        raise SettingsError(f"--name cannot be {name!r}: it is reserved for the role admin")
    key, algorithm = _signer(settings, key_file)
    now_s = now_ms // 1000
    claims = {
        "sub": player,
        "name": name,
        "role": role,
        "jti": secrets.token_hex(8),
        "iat": now_s,
        "exp": now_s + 60 * minutes,
        **({"iss": settings.auth.issuer} if settings.auth.issuer else {}),
        **({"aud": settings.auth.audience} if settings.auth.audience else {}),
    }
    return jwt.encode(claims, key, algorithm)


def _signer(settings: Settings, key_file: Path | None) -> tuple[Any, str]:
    """The signing key and its algorithm."""
    if key_file is None:
        if not settings.auth.secret:
            raise SettingsError(
                "there is nothing to sign a token with: set AUTH_SECRET, or give --key a PEM file "
                "with a private key"
            )
        return key_of_secret(settings.auth.secret).material, SECRET_ALGORITHMS[0]
    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
    except OSError as error:
        raise SettingsError(f"--key cannot be read: {key_file}: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError(
            f"--key must be a PEM file with a private key and no password; {key_file} is not"
        ) from None
    fitting = algorithms_of(key.public_key())
    allowed = [name for name in fitting if name in (settings.auth.algorithms or fitting)]
    if not allowed:
        raise SettingsError(
            f"--key has a key that a server with these settings does not take: {key_file}"
        )
    return key, allowed[0]
