"""The names of the optional parts of the protocol, for `hello` and `welcome`."""

from typing import Final

CHAT: Final = "chat"
LISTS: Final = "lists"
PRESENCE: Final = "presence"
HEARTBEAT: Final = "heartbeat"
HANDS: Final = "hands"
WATCH_SEVERAL: Final = "watch_several"
STATE_HASH: Final = "state_hash"
WAITING: Final = "waiting"
PRE_ACTIONS: Final = "pre_actions"
LEDGER: Final = "ledger"
COMPANY: Final = "company"
STATS: Final = "stats"

# All that this version has.
CAPABILITIES: Final = [
    *(CHAT, LISTS, PRESENCE, HEARTBEAT, HANDS, WATCH_SEVERAL, STATE_HASH, WAITING),
    *(PRE_ACTIONS, LEDGER, COMPANY, STATS),
]
