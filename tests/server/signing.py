"""Keys of every kind, and tokens signed with them."""

import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

SECRET = "a secret that nobody can guess, ever"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@cache
def private_key(algorithm: str, number: int = 0) -> PrivateKey:
    """A key that signs with an algorithm; each number has its own."""
    match algorithm:
        case "RS256":
            return rsa.generate_private_key(65537, 2048)
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case _:
            return ed25519.Ed25519PrivateKey.generate()


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def jwk(key: PrivateKey, kid: str | None, **fields: object) -> dict[str, object]:
    """The public JWK of a key."""
    public: Any = key.public_key()
    kinds = (
        (rsa.RSAPublicKey, RSAAlgorithm),
        (ec.EllipticCurvePublicKey, ECAlgorithm),
        (ed25519.Ed25519PublicKey, OKPAlgorithm),
    )
    to_jwk: Any = next(kind.to_jwk for of, kind in kinds if isinstance(public, of))
    written: dict[str, object] = json.loads(to_jwk(public))
    return {**written, **({} if kid is None else {"kid": kid}), **fields}


def jwks(*members: object) -> bytes:
    return json.dumps({"keys": members}).encode()


def token(
    claims: dict[str, Any],
    key: PrivateKey | str = SECRET,
    algorithm: str = "HS256",
    kid: str | None = None,
) -> str:
    return jwt.encode(claims, key, algorithm, headers={"kid": kid} if kid else None)
