import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from structlog.testing import capture_logs

from pokerws.server.auth.errors import KeySetError
from pokerws.server.auth.keys import (
    MAX_KEYS,
    key_of_secret,
    keys_of_jwks,
    keys_of_pem,
)
from tests.server.signing import SECRET, jwk, jwks, private_key, private_pem, public_pem

OLD, NEW = jwk(private_key("ES256"), "old"), jwk(private_key("ES256", 1), "new")


def test_a_secret_goes_with_hmac_alone() -> None:
    assert key_of_secret(SECRET).algorithms == ("HS256",)
    assert SECRET not in repr(key_of_secret(SECRET))


def test_a_public_key_in_the_place_of_the_secret_is_refused() -> None:
    pem = public_pem(private_key("RS256")).decode()
    with pytest.raises(KeySetError, match="AUTH_KEY_FILE"):
        key_of_secret(pem)


@pytest.mark.parametrize(
    ("algorithm", "fitting"),
    [
        ("RS256", ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        ("ES256", ("ES256",)),
        ("EdDSA", ("EdDSA",)),
    ],
)
def test_a_public_key_goes_with_the_algorithms_of_its_kind(
    algorithm: str, fitting: tuple[str, ...]
) -> None:
    private = private_key(algorithm)
    (of_pem,) = keys_of_pem(public_pem(private))
    (of_jwks,) = keys_of_jwks(jwks(jwk(private, "k")))
    assert of_pem.algorithms == of_jwks.algorithms == fitting
    (chosen,) = keys_of_jwks(jwks(jwk(private, "k", alg=fitting[-1])))
    assert chosen.algorithms == fitting[-1:]
    assert keys_of_pem(public_pem(private), [fitting[0], "HS256"])[0].algorithms == fitting[:1]


@pytest.mark.parametrize(
    "member",
    [
        {"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {**OLD, "alg": "HS256"},
        {**OLD, "alg": "none"},
        {**OLD, "alg": "RS256"},
        {**OLD, "alg": 5},
        {**OLD, "use": "enc"},
        {**OLD, "key_ops": ["encrypt"]},
        {**OLD, "d": "AAAA"},
        {**OLD, "x": "AAAA"},
        {**OLD, "x": 5},
        {**OLD, "crv": "P-999"},
        {**OLD, "kid": 5},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "kid": "old"},
        {"kty": "OKP", "crv": "X25519", "x": "AAAA"},
        {"kty": "unheard of"},
        {},
    ],
)
def test_a_member_that_cannot_check_a_token_is_passed_over(member: dict[str, object]) -> None:
    assert [key.id for key in keys_of_jwks(jwks(member, NEW))] == ["new"]


@pytest.mark.parametrize(
    "text",
    [b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b'{"keys": ["x"]}', b"\xff", b"[" * 100_000],
)
def test_what_is_no_jwk_set_is_an_error(text: bytes) -> None:
    with pytest.raises(KeySetError, match="no JWK Set"):
        keys_of_jwks(text)


def test_the_number_of_keys_is_bounded() -> None:
    with pytest.raises(KeySetError, match=f"at most {MAX_KEYS}"):
        keys_of_jwks(jwks(*[OLD] * (MAX_KEYS + 1)))


def test_several_public_keys_in_one_file_are_all_taken() -> None:
    pem = b"".join(public_pem(private_key(kind)) for kind in ("ES256", "EdDSA"))
    assert [key.algorithms for key in keys_of_pem(pem)] == [("ES256",), ("EdDSA",)]


def _weak() -> bytes:
    return public_pem(rsa.generate_private_key(65537, 1024))


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        (lambda: b"", "no public key"),
        (lambda: private_pem(private_key("ES256")), "private key"),
        (lambda: b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "cannot be read"),
        (_weak, "at least 2048 bits"),
        (lambda: public_pem(ec.generate_private_key(ec.SECP256K1())), "P-256"),
    ],
)
def test_a_file_without_keys_to_use_is_an_error(pem: Callable[[], bytes], words: str) -> None:
    with pytest.raises(KeySetError, match=words):
        keys_of_pem(pem())


def test_a_file_with_a_key_that_no_allowed_algorithm_goes_with_is_an_error() -> None:
    with pytest.raises(KeySetError, match="AUTH_ALGORITHMS"):
        keys_of_pem(public_pem(private_key("RS256")), ["ES256"])


def test_nothing_of_a_key_is_in_an_error_or_a_line_of_the_log() -> None:
    private = {**OLD, "d": "c2VjcmV0LXBhcnQ"}
    with capture_logs() as lines:
        assert keys_of_jwks(jwks(private)) == []
    assert [line["event"] for line in lines] == ["auth_key_is_private"]
    assert "c2VjcmV0LXBhcnQ" not in json.dumps(lines)
