"""The messages that answer a client's message."""

from pokerws.messages import (
    Accepted,
    Account,
    Bans,
    HandEvents,
    Hands,
    Players,
    Pong,
    Rejected,
    Stats,
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
    | Stats
    | Welcome
    | Bans
    | Players
    | TableLink
)
