"""Tokens that the server both signs and reads: JWTs (RFC 7519) with HS256.

Each guest's `hello` reads a token and gets a new one, so the claims are structs, and the library
is not asked what it would find out each time: whether the key might be a certificate.
"""

import jwt
import msgspec
from jwt.algorithms import HMACAlgorithm
from jwt.api_jws import PyJWS

_ALGORITHM = "HS256"
_HEADER = {"alg", "typ"}


class BadToken(Exception):
    """A token that this server has not signed with the key."""


class _WithSecret(HMACAlgorithm):
    """HMAC with a key that is known to be a secret."""

    def prepare_key(self, key: str | bytes) -> bytes:
        """The key as it is."""
        return key if isinstance(key, bytes) else key.encode()


_jws = PyJWS()
_jws.unregister_algorithm(_ALGORITHM)
_jws.register_algorithm(_ALGORITHM, _WithSecret(HMACAlgorithm.SHA256))

# Raised for texts that are no tokens; RecursionError for deep nesting.
_UNREADABLE = (jwt.PyJWTError, ValueError, RecursionError)


def sign(claims: msgspec.Struct, key: bytes) -> str:
    """A token with these claims."""
    return _jws.encode(msgspec.json.encode(claims), key, _ALGORITHM)


def claims_of(token: str, key: bytes) -> bytes:
    """The claims of a token as JSON.  Raises BadToken, for any text."""
    try:
        whole = _jws.decode_complete(token, key, [_ALGORITHM])
    except _UNREADABLE as error:
        raise BadToken from error
    # Other tokens that are signed with the key name it.
    if whole["header"].keys() != _HEADER:
        raise BadToken
    claims: bytes = whole["payload"]
    return claims


def key_id_of(token: str) -> str | None:
    """The key id that a token names, not verified; None for what is no token."""
    try:
        key_id = _jws.get_unverified_header(token).get("kid")
    except _UNREADABLE:
        return None
    return key_id if isinstance(key_id, str) else None
