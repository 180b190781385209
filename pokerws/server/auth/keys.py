"""Token verification keys: their formats, and the algorithms that each may be used with.

A key is used only with the algorithms that fit its kind.  So a public key is never used as an HMAC
secret, and `none` is never accepted.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

import jwt
import msgspec
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from pokerws.server.auth.errors import KeySetError

MIN_RSA_BITS = 2048
MAX_KEYS = 64

SECRET_ALGORITHMS = ("HS256",)
_RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVE_ALGORITHMS = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_PEM_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)

log = structlog.get_logger("pokerws.keys")

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey


@dataclass(frozen=True)
class Key:
    """A verification key, and the algorithms that it may be used with."""

    material: bytes | PublicKey = field(repr=False)
    algorithms: tuple[str, ...]
    id: str | None = None


def key_of_secret(secret: str) -> Key:
    """The key of AUTH_SECRET.  Raises KeySetError."""
    try:
        jwt.encode({}, secret, SECRET_ALGORITHMS[0])
    except jwt.PyJWTError:
        raise KeySetError(
            "AUTH_SECRET is an asymmetric key, not a secret: put the public key into a file, set "
            "AUTH_KEY_FILE to that, and unset AUTH_SECRET"
        ) from None
    return Key(secret.encode(), SECRET_ALGORITHMS)


def keys_of_pem(pem: bytes, allowed: Collection[str] = ()) -> list[Key]:
    """The public keys of a PEM file.  Raises KeySetError."""
    keys = []
    for block in _PEM_BLOCK.finditer(pem):
        if block[1] != b"PUBLIC KEY":
            raise KeySetError(
                f"AUTH_KEY_FILE contains a {block[1].decode().lower()}: it takes public keys only "
                "(-----BEGIN PUBLIC KEY-----)"
            )
        try:
            public = load_pem_public_key(block[0])
        except (ValueError, UnsupportedAlgorithm):
            raise KeySetError("AUTH_KEY_FILE has a public key that cannot be read") from None
        fitting = _allowed(algorithms_of(public), allowed)
        if not fitting or not isinstance(public, PublicKey):
            raise KeySetError(
                "AUTH_KEY_FILE has a key that cannot be used: it takes RSA keys of at least "
                f"{MIN_RSA_BITS} bits, EC keys on P-256, P-384 or P-521, and Ed25519 keys, if "
                "AUTH_ALGORITHMS allows one of their algorithms"
            )
        keys.append(Key(public, fitting))
    if not keys:
        raise KeySetError("AUTH_KEY_FILE contains no public key (-----BEGIN PUBLIC KEY-----)")
    return keys


class _Jwk(msgspec.Struct):
    """The members of a JWK that decide whether it is used."""

    kty: str
    kid: str | None = None
    use: str | None = None
    alg: str | None = None
    key_ops: list[str] | None = None
    # Only private keys have this member.
    d: str | None = None


class _JwkSet(msgspec.Struct):
    keys: list[dict[str, object]]


def keys_of_jwks(text: bytes, allowed: Collection[str] = ()) -> list[Key]:
    """The usable keys of a JWK Set; others are ignored (RFC 7517, 5).

    Raises KeySetError for an invalid JWK Set.
    """
    try:
        members = msgspec.json.decode(text, type=_JwkSet).keys
    except (msgspec.DecodeError, RecursionError):
        raise KeySetError('AUTH_JWKS has no JWK Set, {"keys": [...]}') from None
    if len(members) > MAX_KEYS:
        raise KeySetError(f"AUTH_JWKS has {len(members)} keys: at most {MAX_KEYS} are taken")
    return [key for key in (_key_of_jwk(member, allowed) for member in members) if key is not None]


def _key_of_jwk(member: dict[str, object], allowed: Collection[str]) -> Key | None:
    try:
        jwk = msgspec.convert(member, _Jwk)
        if jwk.d is not None:
            log.error("auth_key_is_private", id=jwk.kid)
            return None
        if jwk.use not in (None, "sig") or "verify" not in (jwk.key_ops or ["verify"]):
            return None
        # Without `alg`, so that the JWK does not choose the algorithm.
        public = jwt.PyJWK({**member, "alg": None}).key
    except (msgspec.ValidationError, jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        # One unreadable key does not affect the others.
        log.warning("auth_key_not_read", id=_shown(member.get("kid")), reason=type(error).__name__)
        return None
    fitting = _allowed(algorithms_of(public), allowed)
    if jwk.alg is not None:
        fitting = tuple(name for name in fitting if name == jwk.alg)
    if not fitting or not isinstance(public, PublicKey):
        return None
    return Key(public, fitting, jwk.kid)


def _shown(key_id: object) -> str:
    return key_id[:64] if isinstance(key_id, str) else ""


def algorithms_of(key: object) -> tuple[str, ...]:
    """The algorithms of a public key, the usual one first; empty for an unsupported kind."""
    match key:
        case RSAPublicKey() if key.key_size >= MIN_RSA_BITS:
            return _RSA_ALGORITHMS
        case EllipticCurvePublicKey() if key.curve.name in _CURVE_ALGORITHMS:
            return (_CURVE_ALGORITHMS[key.curve.name],)
        case Ed25519PublicKey():
            return ("EdDSA",)
        case _:
            return ()


def _allowed(fitting: tuple[str, ...], allowed: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in fitting if name in allowed) if allowed else fitting
