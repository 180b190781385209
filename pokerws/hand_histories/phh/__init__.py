"""The Poker Hand History standard (https://phh.readthedocs.io)."""
