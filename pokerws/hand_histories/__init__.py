"""Hands as text: written from events, and read back."""
