"""Settings: keys that encrypt cards at rest."""

from typing import Annotated

from msgspec import Meta, field

from pokerws.program import PROGRAM
from pokerws.settings.section import SECRET, Section, SettingsError


class Vault(Section, frozen=True, kw_only=True):
    """Keys that encrypt cards at rest."""

    keys: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43}=$")], ...],
        Meta(
            title="keys like ID:BASE64 of 32 bytes, separated by commas; make one with: "
            f"{PROGRAM} vault-key",
            description="Secret keys that encrypt cards at rest, ID:BASE64, separated by commas: "
            "the first encrypts, all decrypt; if empty, VAULT_KEY_FILE is used.",
            extra=SECRET,
        ),
    ] = field(default=(), name="VAULT_KEYS")
    key_file: Annotated[
        str,
        Meta(
            min_length=1,
            title="a file",
            description="File with the keys, used if VAULT_KEYS is empty; created with a new key "
            "when first needed. Back it up separately from the database.",
        ),
    ] = field(default="var/vault.key", name="VAULT_KEY_FILE")

    def check(self) -> None:
        ids = [key.partition(":")[0] for key in self.keys]
        if len(set(ids)) < len(ids):
            raise SettingsError("VAULT_KEYS has two keys with the same id: give each its own")
