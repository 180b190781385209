"""Betting: legal actions, fixed limit, who opens, and pots."""
