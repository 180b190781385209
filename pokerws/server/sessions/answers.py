"""The messages that answer a client's message."""

from pokerws.messages import (
    Accepted,
    Account,
    Bans,
    HandEvents,
    Hands,
    Ledger,
    Players,
    Pong,
    Rejected,
    TableLink,
    Tables,
    Welcome,
)

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
    | TableLink
)
