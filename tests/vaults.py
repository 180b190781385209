"""The key of all servers that tests start, and a vault with it."""

from pokerws.storage.vault.keys import written
from pokerws.storage.vault.vault import Vault, VaultKey

KEY = VaultKey("test", bytes(range(32)))
VAULT = Vault([KEY])
# As the setting VAULT_KEYS has it.
VAULT_KEYS = written(KEY)
