"""The labels of the metrics.  All are closed sets, so that clients cannot create counters."""

from typing import Literal

from pokerws.storage.outcomes import Operation, Outcome

ACCEPTED = "accepted"
# The `command` label of a message that could not be decoded.
UNREADABLE = "unreadable"

# Every outcome is exposed from the start, at 0: Prometheus computes no rate for the increase with
# which a counter first appears.
OUTCOMES: dict[Operation, tuple[Outcome, ...]] = {
    "create_game": (Outcome.IN_MEMORY, Outcome.DB_SUCCESS),
    "get_game": (
        Outcome.IN_MEMORY,
        Outcome.DB_HYDRATE,
        Outcome.DB_FAILED,
        Outcome.FENCED,
        Outcome.WENT_BACK,
    ),
    "save_game": (
        Outcome.IN_MEMORY,
        Outcome.DB_SUCCESS,
        Outcome.DB_FAILED,
        Outcome.DB_CONFLICT,
        Outcome.FENCED,
        Outcome.WENT_BACK,
    ),
}
# The outcomes of comparing a table in memory with its stored row.
Comparison = Literal["match", "mismatch", "skipped", "fenced"]
# Why a connection was refused: too many handshakes, connections in total, from one address or of
# one player, too many in a short time, the page of a foreign origin, or an unknown host name.
REFUSALS = ("opening", "full", "address", "player", "too_fast", "origin", "host", "operator")
# The codes of protocol violations, and of invalid tokens.
VIOLATIONS = (
    "not_text",
    "not_binary",
    "not_json",
    "not_msgpack",
    "not_an_object",
    "unknown_type",
    "missing_field",
    "unknown_field",
    "wrong_type",
    "out_of_range",
    "invalid_value",
    "bad_name",
    "hello_first",
    "already_greeted",
    "unsupported_protocol",
    "name_missing",
    "token_missing",
    "token_expired",
    "bad_token",
    "bad_code",
    "wrong_player",
)
# What a client with a full outbox does not get: a line of chat, all frames about its tables (one
# snapshot of each comes in their place), or anything more, since it is disconnected.
Drop = Literal["chat", "tables", "connection"]
