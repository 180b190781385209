"""Tokens that the server both signs and reads: JWTs (RFC 7519) with HS256 and one header.

A library for all algorithms takes twenty times as long, mostly to find out what a key is.  Each
guest's `hello` reads a token and gets a new one.  The header has no choice of algorithm: a text
with any other header is refused before its signature is computed.
"""

import hmac
from base64 import b64decode, urlsafe_b64encode

import msgspec

# It says `alg` HS256 and `typ` JWT.
HEADER = b"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
_KNOWN = HEADER.decode()


class BadToken(Exception):
    """A token that this server has not signed with the key."""


class _Header(msgspec.Struct):
    kid: str | None = None


_decode_header = msgspec.json.Decoder(_Header).decode


def sign(claims: msgspec.Struct, key: bytes) -> str:
    """A token with these claims."""
    signed = HEADER + _text(msgspec.json.encode(claims))
    return (signed + b"." + _signature(signed, key)).decode()


def claims_of(token: str, key: bytes) -> bytes:
    """The claims of a token as JSON.  Raises BadToken, for any text."""
    signed, _, signature = token.encode(errors="replace").rpartition(b".")
    # Compared in constant time, and as texts, of which each signature has one.
    if not signed.startswith(HEADER) or not hmac.compare_digest(signature, _signature(signed, key)):
        raise BadToken
    return _bytes(signed[len(HEADER) :])


def key_id_of(token: str) -> str | None:
    """The key id that a token names, not verified; None for what is no token."""
    if token.startswith(_KNOWN):
        return None
    try:
        return _decode_header(_bytes(token.partition(".")[0].encode())).kid
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None


def _signature(signed: bytes, key: bytes) -> bytes:
    return _text(hmac.digest(key, signed, "sha256"))


def _text(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def _bytes(text: bytes) -> bytes:
    """Raises ValueError."""
    return b64decode(text + b"=" * (-len(text) % 4), b"-_", validate=True)
