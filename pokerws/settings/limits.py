"""Settings: connection limits, rate limits and sizes."""

from typing import Annotated

from pokerws.settings.section import Section, rate, whole


class Limits(Section, frozen=True, kw_only=True):
    """Connection limits, rate limits and sizes."""

    max_tables: Annotated[int, whole(1, 1_000_000, "Most tables that may exist at once.")] = 1000
    max_tables_opened_per_player: Annotated[
        int,
        whole(
            0,
            1_000_000,
            "Most open tables that one player may have created since the server started; 0 is no "
            "limit.",
        ),
    ] = 5
    max_tables_opened_per_address: Annotated[
        int,
        whole(
            0,
            1_000_000,
            "The same for all players of one address, or one IPv6 /64, without admins' tables.",
        ),
    ] = 20
    max_message_bytes: Annotated[
        int, whole(256, 1_048_576, "Longest message accepted from a client.")
    ] = 4096
    max_violations: Annotated[
        int,
        whole(
            1,
            10_000,
            "Invalid messages after which a connection is closed; one is forgiven every ten "
            "seconds.",
        ),
    ] = 20
    max_headers: Annotated[int, whole(16, 1024, "Most header lines of an HTTP request.")] = 64
    max_header_bytes: Annotated[
        int, whole(1024, 1_048_576, "Longest HTTP request, with all its header lines.")
    ] = 16_384
    max_connections: Annotated[
        int, whole(0, 1_000_000, "Most connections; 0 is no limit. Each needs a file descriptor.")
    ] = 10_000
    max_connections_per_address: Annotated[
        int,
        whole(0, 1_000_000, "Most connections from one address, or one IPv6 /64; 0 is no limit."),
    ] = 100
    max_connections_per_player: Annotated[
        int, whole(0, 1_000_000, "Most connections of one player; 0 is no limit.")
    ] = 10
    max_tables_per_player: Annotated[
        int, whole(0, 1_000_000, "Most tables that a player may sit at; 0 is no limit.")
    ] = 24
    max_watched_tables: Annotated[
        int, whole(0, 1_000_000, "Most tables that one connection may watch; 0 is no limit.")
    ] = 50
    max_watchers_per_table: Annotated[
        int,
        whole(
            0,
            1_000_000,
            "Most connections that may watch a table, not counting its players; 0 is no limit.",
        ),
    ] = 1000
    connection_command_rate: Annotated[str, rate("Messages of a connection.")] = "60/3s"
    player_command_rate: Annotated[str, rate("Messages of a player.")] = "120/3s"
    address_command_rate: Annotated[str, rate("Messages from an address.")] = "1200/3s"
    player_chat_rate: Annotated[str, rate("Chat messages of a player.")] = "5/5s"
    address_chat_rate: Annotated[str, rate("Chat messages from an address.")] = "50/5s"
    player_table_rate: Annotated[str, rate("Tables created by a player.")] = "10/100s"
    address_table_rate: Annotated[str, rate("Tables created from an address.")] = "50/100s"
    player_read_rate: Annotated[
        str, rate("Queries of a player: tables, hands, lists and accounts.")
    ] = "60/30s"
    address_read_rate: Annotated[
        str, rate("Queries from an address: tables, hands, lists and accounts.")
    ] = "200/10s"
    player_seat_rate: Annotated[
        str, rate("Seat commands of a player: sit, stand, add chips and similar.")
    ] = "12/12s"
    address_connection_rate: Annotated[str, rate("Connections from an address.")] = "100/10s"
    address_newcomer_rate: Annotated[
        str, rate("New guests from an address; each gets a name and chips.")
    ] = "60/600s"
    refusal_rate: Annotated[str, rate("Refusals as too fast, before the connection is closed.")] = (
        "100/10s"
    )
    frame_rate: Annotated[
        str, rate("Frames of a connection, pings included, before it is closed.")
    ] = "1000/1s"
    outbox_frames: Annotated[
        int,
        whole(
            1, 65_536, "Messages that may be queued for a slow client before it is disconnected."
        ),
    ] = 256
    outbox_bytes: Annotated[
        int,
        whole(
            1024,
            1_073_741_824,
            "Bytes that may be queued for a slow client before it is disconnected; also the limit "
            "of unread answers to its pings.",
        ),
    ] = 1_048_576
