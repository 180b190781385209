"""The secrets in the links of unlisted tables.

A secret is derived from the vault's key, the table and the number of its link, so it is stored
nowhere.  After a change of the vault's first key, links from before open the table for as long as
the vault has the earlier key.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from hmac import compare_digest

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pokerws.game.state import TableId

# 144 bits, as 24 characters: nobody guesses it.
SECRET_BYTES = 18
KEY_BYTES = 32


class LinkKeys:
    """Makes secrets with the first of `vault_keys`, and knows those of all.

    Without keys of a vault a random key of the process makes them, since nothing is stored then.
    """

    def __init__(self, vault_keys: Sequence[bytes]) -> None:
        self._keys = [
            HKDF(SHA256(), KEY_BYTES, None, b"pokerws 1 table links").derive(key)
            for key in vault_keys or [secrets.token_bytes(KEY_BYTES)]
        ]

    def secret_of(self, table: TableId, link: int) -> str:
        """The secret of a table's link with this number."""
        return _secret(self._keys[0], table, link)

    def opens(self, table: TableId, link: int, secret: str) -> bool:
        """Whether `secret` is that of the table's link with this number."""
        given = secret.encode()
        return any(compare_digest(given, _secret(key, table, link).encode()) for key in self._keys)


def _secret(key: bytes, table: TableId, link: int) -> str:
    data = msgspec.json.encode((table, link))
    mac = blake2b(data, key=key, digest_size=SECRET_BYTES, person=b"table link")
    return urlsafe_b64encode(mac.digest()).decode()
