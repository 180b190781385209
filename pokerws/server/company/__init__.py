"""Chat of players, and their notes and mutes."""
