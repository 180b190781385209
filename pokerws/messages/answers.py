"""The messages that answer commands."""

from pokerws.messages.company import Notes, Watchers
from pokerws.messages.from_server import (
    Accepted,
    Account,
    Pong,
    Rejected,
    Tables,
    Welcome,
)
from pokerws.messages.identity import Link
from pokerws.messages.moderation import Bans, Players
from pokerws.messages.past_hands import HandEvents, Hands, Stats
from pokerws.messages.tables.hosting import TableLink
from pokerws.messages.tables.ledger import Ledger

Answer = (
    Accepted
    | Rejected
    | Pong
    | Tables
    | Account
    | HandEvents
    | Hands
    | Welcome
    | Bans
    | Players
    | Link
    | Notes
    | Watchers
    | TableLink
    | Ledger
    | Stats
)
