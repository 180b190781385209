"""Carries the messages of clients to the server that owns the table, and what it shows back."""
