"""The ids of tables and players."""

from typing import NewType

TableId = NewType("TableId", str)
PlayerId = NewType("PlayerId", str)

# The ids of the server's own bots begin with it; no other player's does.
BOT_PREFIX = "bot_"
