"""Settings of servers whose tests play faster, and with more connections, than anybody may."""

from typing import Any

NO_LIMITS: dict[str, Any] = {
    "connection_command_rate": "0",
    "player_command_rate": "0",
    "address_command_rate": "0",
    "player_chat_rate": "0",
    "address_chat_rate": "0",
    "player_table_rate": "0",
    "address_table_rate": "0",
    "player_read_rate": "0",
    "address_read_rate": "0",
    "player_seat_rate": "0",
    "max_tables_opened_per_player": 0,
    "max_tables_opened_per_address": 0,
    "address_connection_rate": "0",
    "address_newcomer_rate": "0",
    "frame_rate": "0",
    "free_chips_per_address": 0,
    "newcomer_chips": 0,
    "min_hand_pause_ms": 0,
    "guest_table_hands_an_hour": 0,
    # None comes between messages that a test waits for.
    "heartbeat_interval_ms": 600_000,
}
