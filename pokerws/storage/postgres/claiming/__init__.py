"""Claims tables for a server, and reads what it needs to play on."""
