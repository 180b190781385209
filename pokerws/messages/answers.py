"""The messages that answer commands."""

from pokerws.messages.from_server import (
    Accepted,
    Account,
    HandEvents,
    Hands,
    Pong,
    Rejected,
    Tables,
    Welcome,
)
from pokerws.messages.ledger import Ledger
from pokerws.messages.moderation import Bans, Players

# Each message of a client gets one of these.
Answer = (
    Accepted
    | Rejected
    | Pong
    | Tables
    | Account
    | HandEvents
    | Hands
    | Ledger
    | Welcome
    | Bans
    | Players
)
