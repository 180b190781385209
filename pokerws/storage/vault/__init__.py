"""Encryption at rest of cards that are still secret."""
