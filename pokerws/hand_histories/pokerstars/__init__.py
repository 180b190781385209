"""The text format of PokerStars."""
